"""OpenPose's folders and files."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import read
from hdvr_jax.skeletons import get_skeleton
from tests.keypoints import detected
from tests.real_data import real_data


def _of_dancer(reading, points):
    """The track that lies on `points` (T, J, 2), compared where it was seen."""
    errors = [np.nanmean(np.abs(track.keypoints - points)) for track in reading.tracks]
    return reading.tracks[int(np.argmin(errors))], min(errors)


@pytest.mark.parametrize("skeleton", ["body25", "body25b", "coco18", "mpi15", "coco17", "halpe26"])
def test_two_dancers_are_told_apart_in_every_layout(tmp_path, skeleton):
    points = detected.dancers(skeleton=skeleton)
    reading = read(detected.openpose(tmp_path / "frames", points))
    assert [track.skeleton for track in reading.tracks] == [skeleton] * 2
    for dancer in points:
        track, error = _of_dancer(reading, dancer)
        assert error < 0.01
        np.testing.assert_allclose(track.confidence, 0.9, atol=1e-6)
    assert any(skeleton in note for note in reading.notes)
    assert any("30 frames per second were assumed" in note for note in reading.notes)


def test_zeros_are_missing_and_gaps_in_the_numbering_are_frames_without_people(tmp_path):
    points = detected.dancers(1, 10, "coco18")
    points[0, 4, 3] = np.nan
    detected.openpose(tmp_path, points, first=100)
    (tmp_path / "clip_000000000107_keypoints.json").unlink()
    reading = read(tmp_path)
    (track,) = reading.tracks
    assert track.frames == 10
    assert np.isnan(track.keypoints[4, 3]).all()
    assert track.confidence[4, 3] == 0
    assert np.isnan(track.keypoints[7]).all()
    assert any("numbered from 100" in note for note in reading.notes)
    assert any("1 of 10 frames" in note for note in reading.notes)


def test_frames_are_in_the_order_of_their_numbers_not_of_their_names(tmp_path):
    points = detected.dancers(1, 12, "coco18")
    for frame in range(12):
        detected.dump(tmp_path / f"f{frame}.json", detected.openpose_frame(points[:, frame]))
    np.testing.assert_allclose(read(tmp_path).tracks[0].keypoints, points[0], atol=0.01)


def test_of_several_recordings_in_a_folder_one_is_chosen(tmp_path):
    for camera in (1, 2):
        points = detected.dancers(1, 5, "coco18") + camera
        for frame in range(5):
            detected.dump(tmp_path / f"cam{camera}_{frame}.json", detected.openpose_frame(points[:, frame]))
    first, second = read(tmp_path), read(tmp_path, clip="cam2_*")
    assert "2 recordings" in first.notes[0]
    np.testing.assert_allclose(second.tracks[0].keypoints - first.tracks[0].keypoints, 1, atol=0.01)
    with pytest.raises(InputError, match=r"no recording cam3; there are: cam1_\*, cam2_\*"):
        read(tmp_path, clip="cam3")


def test_other_json_beside_the_frames_is_left_alone(tmp_path):
    detected.openpose(tmp_path, detected.dancers(1, 5, "coco18"))
    detected.dump(tmp_path / "calibration.json", {"cameras": []})
    reading = read(tmp_path)
    assert reading.tracks[0].frames == 5
    assert "2 recordings" in reading.notes[0]


def test_one_file_holds_one_frame_or_a_list_of_them(tmp_path):
    points = detected.dancers(1, 6, "body25")
    frames = [detected.openpose_frame(points[:, frame]) for frame in range(6)]
    assert read(detected.dump(tmp_path / "one.json", frames[0])).tracks[0].frames == 1
    several = read(detected.dump(tmp_path / "list.json", frames)).tracks[0]
    np.testing.assert_allclose(several.keypoints, points[0], atol=0.01)


def test_layout_of_25_points_is_asked_for_where_it_cannot_be_told(tmp_path):
    points = detected.dancers(1, 3, "body25")
    points[:, :, 3:] = np.nan
    detected.openpose(tmp_path, points)
    with pytest.raises(InputError, match=r"may be body25 or body25b; say which as the layout"):
        read(tmp_path)
    reading = read(tmp_path, layout="body25")
    assert reading.tracks[0].skeleton == "body25"
    assert any("as was said" in note for note in reading.notes)
    with pytest.raises(InputError, match=r"have 25 points; expected coco18: .*coco18 \(18\)"):
        read(tmp_path, layout="coco18")
    with pytest.raises(InputError, match="layout 'h36m17' is not one of this format"):
        read(tmp_path, layout="h36m17")


@pytest.mark.parametrize(("lowest", "scale"), [(0, 1), (-1, 2)])
def test_shares_of_the_image_become_pixels(tmp_path, lowest, scale):
    pixels = detected.dancers(1, 4, "coco18")
    shares = lowest + scale * pixels / (1280, 720)
    frames = [{"people": [{"pose_keypoints_2d": np.c_[one, np.ones(18)].ravel().tolist()}]} for one in shares[0]]
    reading = read(detected.dump(tmp_path / "shares.json", frames), image_size=(1280, 720))
    np.testing.assert_allclose(reading.tracks[0].keypoints, pixels[0], atol=0.01)
    assert reading.tracks[0].image_size == (1280, 720)
    assumed = read(tmp_path / "shares.json")
    assert assumed.tracks[0].image_size == (1920, 1080)
    assert any("1920 x 1080 was assumed" in note for note in assumed.notes)


def test_hands_and_people_without_a_body_are_noted(tmp_path):
    frame = detected.openpose_frame(detected.dancers(1, 1, "coco18")[:, 0])
    frame["people"][0]["hand_left_keypoints_2d"] = [1.0] * 63
    frame["people"].append({"pose_keypoints_2d": []})
    notes = read(detected.dump(tmp_path / "f.json", frame)).notes
    assert "Points of hands and faces were left out." in notes
    assert any("without points of the body" in note for note in notes)


@pytest.mark.parametrize(
    ("people", "message"),
    [
        ([], "no people in it"),
        ([{"pose_keypoints_2d": []}], "no people in it"),
        ([{"pose_keypoints_2d": [0] * 54}], "no joint of anybody"),
        ([{"pose_keypoints_2d": [1, 2]}], "frame 0: pose_keypoints_2d has shape"),
        ([{"pose_keypoints_2d": "abc"}], "frame 0: pose_keypoints_2d is not a regular array of numbers"),
        ([{"pose_keypoints_2d": [10**400] * 54}], "not a regular array of numbers"),
        ([{"pose_keypoints_2d": [1e300] * 54}], r"frame 0, nose: .* cannot be a position"),
        ([{"pose_keypoints_2d": [1.0] * 60}], r"have 20 points; expected one of: body25 \(25\)"),
        ([{"pose_keypoints_2d": [1.0] * 54}, {"pose_keypoints_2d": [1.0] * 75}], "points; expected"),
        ([3], "frame 0: people holds a int"),
    ],
)
def test_malformed_frames_are_named(tmp_path, people, message):
    detected.dump(tmp_path / "f.json", {"version": 1.3, "people": people})
    with pytest.raises(InputError, match=message) as caught:
        read(tmp_path / "f.json")
    assert "f.json" in str(caught.value)


def test_a_frame_that_was_cut_short_is_named(tmp_path):
    detected.openpose(tmp_path, detected.dancers(1, 5, "coco18"))
    last = sorted(tmp_path.iterdir())[-1]
    last.write_text(last.read_text()[:-40])
    with pytest.raises(InputError, match=rf"{last.name}: not a whole JSON file"):
        read(tmp_path)


@pytest.mark.parametrize(("folder", "dancers"), [("openpose_cam01", 1), ("openpose_two_people_cam01", 2)])
def test_real_folders_give_whole_tracks_without_swaps(folder, dancers):
    reading = read(real_data("pose2sim", folder), fps=60)
    assert [track.skeleton for track in reading.tracks] == ["body25b"] * dancers
    for track in reading.tracks:
        points = track.keypoints[np.isfinite(track.keypoints).all(-1).any(-1)]
        assert len(points) >= 80
        middle = np.nanmedian(points, 1)
        # Two people of these takes stand hundreds of pixels apart: a swap is a leap.
        assert np.abs(np.diff(middle, axis=0)).max() < 100
        height = np.nanmax(points[..., 1], 1) - np.nanmin(points[..., 1], 1)
        assert np.nanstd(height) < 0.25 * np.nanmedian(height)


def test_points_of_face_and_hands_after_those_of_the_body(tmp_path):
    body = detected.dancers(2, 12, "body25b")
    whole = np.concatenate([body, np.full((2, 12, 110, 2), 300.0)], 2)
    reading = read(detected.openpose(tmp_path, whole))
    assert [track.skeleton for track in reading.tracks] == ["body25b"] * 2
    assert any("110 points of face and hands were left out" in note for note in reading.notes)


def test_the_order_of_mpi():
    """Of OpenPose's poseParameters.cpp, POSE_MPI_BODY_PARTS."""
    order = "head neck right_shoulder right_elbow right_wrist left_shoulder left_elbow left_wrist right_hip right_knee"
    assert get_skeleton("mpi15").joints == (
        *order.split(),
        "right_ankle",
        "left_hip",
        "left_knee",
        "left_ankle",
        "spine",
    )
