"""AlphaPose's results in its three formats."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import coco_results, read
from hdvr_jax.keypoints.people import NOBODY
from tests.keypoints import detected

FRAMES = 12


def _mean_error(reading, points):
    """Largest over tracks of the distance to the nearest of the made-up dancers, in pixels."""
    return max(min(np.nanmean(np.abs(track.keypoints - one)) for one in points) for track in reading.tracks)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"idx": 0},
        {"idx": lambda person, frame: person + 1},
        {"idx": lambda person, frame: [person + 1.0]},
        {"idx": lambda person, frame: [[person + 1.0], [person + 1.0]]},
        {"idx": lambda person, frame: [[float(frame)], [person + 1.0]]},
        {"idx": None},
    ],
)
def test_every_form_of_idx_gives_the_same_two_tracks(tmp_path, fields):
    points = detected.dancers(2, FRAMES)
    reading = read(detected.alphapose(tmp_path / "results.json", points, **fields))
    assert len(reading.tracks) == 2
    assert _mean_error(reading, points) < 0.01
    assert any("number of a person twice" in note for note in reading.notes) == (fields.get("idx") == 0)


@pytest.mark.parametrize(
    ("value", "number"),
    [(3, 3), (3.0, 3), ([2.0], 2), ([[4.0], [4]], 4), ([[1], [2]], NOBODY), ([], NOBODY)],
)
def test_number_of_a_person(value, number):
    assert coco_results.single(value) == number


@pytest.mark.parametrize("value", [-1, 1.5, "1", None, True, float("nan"), float("inf"), 1e300, {}])
def test_what_is_no_number_of_a_person(value):
    assert coco_results.single(value) == coco_results.single([[value]]) == NOBODY


def test_frames_without_people_are_missing_in_the_list(tmp_path):
    points = detected.dancers(1, FRAMES)
    path = detected.alphapose(
        tmp_path / "results.json", points, image_id=lambda _, frame: f"{frame + 3 * (frame > 5)}.jpg"
    )
    reading = read(path)
    (track,) = reading.tracks
    assert track.frames == FRAMES + 3
    assert np.isnan(track.keypoints[6:9]).all()
    np.testing.assert_allclose(track.keypoints[9:], points[0, 6:], atol=0.01)
    assert any("3 of 15 frames" in note for note in reading.notes)


def test_a_video_whose_first_frames_are_empty_begins_with_frame_0(tmp_path):
    points = detected.dancers(1, FRAMES)
    path = detected.alphapose(tmp_path / "a.json", points, image_id=lambda _, frame: f"{frame + 60}.jpg")
    assert read(path).tracks[0].frames == FRAMES + 60
    path = detected.alphapose(tmp_path / "b.json", points, image_id=lambda _, frame: f"shot_{frame + 60:05d}.png")
    assert read(path).tracks[0].frames == FRAMES


def test_names_without_numbers_are_frames_in_their_order(tmp_path):
    points = detected.dancers(1, 3)
    path = detected.alphapose(tmp_path / "a.json", points, image_id=lambda _, frame: "abc"[frame] + ".jpg")
    np.testing.assert_allclose(read(path).tracks[0].keypoints, points[0], atol=0.01)


@pytest.mark.parametrize(("points", "skeleton"), [(17, "coco17"), (26, "halpe26"), (136, "halpe26"), (133, "coco23")])
def test_the_number_of_points_tells_the_joint_set(tmp_path, points, skeleton):
    body = detected.dancers(1, 4, skeleton)
    whole = np.concatenate([body, np.full((1, 4, points - body.shape[2], 2), 300.0)], 2)
    reading = read(detected.alphapose(tmp_path / "a.json", whole))
    assert reading.tracks[0].skeleton == skeleton
    np.testing.assert_allclose(reading.tracks[0].keypoints, body[0], atol=0.01)
    assert any("face and hands" in note for note in reading.notes) == (points > 100)


@pytest.mark.parametrize(("field", "pose"), [("bodies", "joints"), ("people", "pose_keypoints_2d")])
def test_formats_cmu_and_open_hold_frames_by_image(tmp_path, field, pose):
    points = detected.dancers(2, FRAMES, "coco18")
    frames = {f"{f}.jpg": detected.openpose_frame(points[:, f], field, pose) for f in range(FRAMES)}
    reading = read(detected.dump(tmp_path / "alphapose-results.json", frames))
    assert [track.skeleton for track in reading.tracks] == ["coco18"] * 2
    assert _mean_error(reading, points) < 0.01


def test_single_frames_of_format_cmu_are_a_folder(tmp_path):
    points = detected.dancers(2, FRAMES, "coco18")
    for frame in range(FRAMES):
        detected.dump(tmp_path / f"{frame}.json", detected.openpose_frame(points[:, frame], "bodies", "joints"))
    assert _mean_error(read(tmp_path), points) < 0.01
    assert len(read(tmp_path / "3.json").tracks) == 2


def test_confidences_above_one_are_cut_and_noted(tmp_path):
    points = detected.dancers(1, 3)
    path = detected.dump(
        tmp_path / "a.json",
        [{"image_id": f"{f}.jpg", "keypoints": detected.flat(points[0, f], 1.4), "score": 3} for f in range(3)],
    )
    reading = read(path)
    assert reading.tracks[0].confidence.max() == 1
    assert any("up to 1.4 were cut" in note for note in reading.notes)


def test_the_only_file_of_a_folder_is_the_folder(tmp_path):
    detected.alphapose(tmp_path / "alphapose-results.json", detected.dancers(1, 3))
    assert read(tmp_path).tracks[0].frames == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keypoints": [1, 2, 3, 4]}, r"entry 1: keypoints has shape \(4,\); expected x, y and confidence"),
        ({"keypoints": [[1, 2], [3]]}, "entry 1: keypoints is not a regular array"),
        ({"keypoints": [5.0] * 48}, "16 points; expected 17"),
        ({"image_id": "99999999999.jpg"}, "frame numbers go from 0 to 99999999999, but only 4 frames"),
    ],
)
def test_malformed_entries_are_named(tmp_path, change, message):
    path = detected.alphapose(tmp_path / "a.json", detected.dancers(1, 4))
    entries = [{"image_id": f"{f}.jpg", "keypoints": detected.flat(detected.dancers(1, 4)[0, f])} for f in range(4)]
    entries[1] |= change
    with pytest.raises(InputError, match=message):
        read(detected.dump(path, entries))


def test_what_is_no_list_of_people(tmp_path):
    path = tmp_path / "a.json"
    for content, message in [([], "list is empty"), ({}, "expected a list of people"), ([3], "entry 0: no image_id")]:
        with pytest.raises(InputError, match=message):
            read(detected.dump(path, content), format="alphapose")
