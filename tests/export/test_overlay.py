"""The overlay video, read back by OpenCV."""

import dataclasses

import cv2
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.export.marks import text_width
from hdvr_jax.export.overlay import write_overlay
from hdvr_jax.footage import Footage
from hdvr_jax.recognition.results import Poses
from hdvr_jax.skeletons import get_skeleton
from tests.recognition import fabricated


def _frames(path):
    video, frames = cv2.VideoCapture(str(path)), []
    while True:
        read, image = video.read()
        if not read:
            return frames, video.get(cv2.CAP_PROP_FPS)
        frames.append(image)


def _recognition(frames=8, id="1"):
    track = fabricated.track_result(id, frames)
    return dataclasses.replace(fabricated.recognition(dancers=1), tracks=(track,))


def _apart(result, by):
    """The same with the given joints that far from the poses (pixels), so that both can be seen."""
    track = result.tracks[0]
    given = dataclasses.replace(track.given, keypoints=track.given.keypoints + np.float32(by))
    return dataclasses.replace(result, tracks=(dataclasses.replace(track, given=given),))


def _around(image, place, reach=2):
    """(N, 3) the pixels around a place."""
    x, y = np.rint(place).astype(int)
    return image[y - reach : y + reach + 1, x - reach : x + reach + 1].reshape(-1, 3).astype(int)


def test_poses_are_lines_on_the_video(tmp_path):
    """Along every bone, left in blue and right in orange, on the colour that the frame had."""
    result = _apart(_recognition(), [300, 0])
    greys = [np.full((720, 1280, 3), 10 * frame, np.uint8) for frame in range(8)]
    write_overlay(result, Footage(iter(greys)), tmp_path / "overlay.mp4")
    drawn, fps = _frames(tmp_path / "overlay.mp4")
    assert len(drawn) == 8
    assert fps == fabricated.FPS
    skeleton = get_skeleton("h36m17")
    for frame, image in enumerate(drawn):
        assert abs(np.median(image) - 10 * frame) < 6
        points = result.tracks[0].poses.projected[frame]
        for child, parent in skeleton.bones:
            colour = _around(image, (points[child] + points[parent]) / 2, 0)[0]
            side = {"left": 1, "right": -1}.get(skeleton.joints[child].split("_")[0], 0)
            assert side * (colour[0] - colour[2]) > 50 or not side
            assert abs(colour - 10 * frame).max() > 25
    assert all((image == 10 * frame).all() for frame, image in enumerate(greys))


@pytest.mark.parametrize("ground", [0, 110, 255])
def test_detected_joints_are_dots_on_any_ground(tmp_path, ground):
    """Bright within and dark around: one of them stands out from whatever is behind."""
    result = _apart(_recognition(2), [300, 0])
    write_overlay(result, Footage([np.full((720, 1280, 3), ground, np.uint8)] * 2), tmp_path / "overlay.mp4")
    image = _frames(tmp_path / "overlay.mp4")[0][0]
    for joint in result.tracks[0].given.keypoints[0]:
        around = _around(image, joint, 8)
        assert around.sum(1).max() > 350
        assert np.abs(around - ground).sum(1).max() > 200
        yellow = _around(image, joint, 1).mean(0)
        assert yellow[1] > yellow[0] + 80
        assert yellow[2] > yellow[0] + 80
        if ground:
            assert around.sum(1).min() < 200


def test_dots_are_as_sure_as_the_detector_and_missing_joints_have_none(tmp_path):
    result = _apart(_recognition(2), [300, 0])
    given = result.tracks[0].given
    confidence, points = given.confidence.copy(), given.keypoints.copy()
    confidence[0, 3], confidence[0, 6], confidence[0, 13], confidence[0, 16] = 0, 0.3, 0.6, 1
    points[0, 10] = np.nan
    changed = dataclasses.replace(given, confidence=confidence, keypoints=points)
    result = dataclasses.replace(result, tracks=(dataclasses.replace(result.tracks[0], given=changed),))
    write_overlay(result, None, tmp_path / "overlay.mp4")
    image = _frames(tmp_path / "overlay.mp4")[0][0]
    green = [_around(image, points[0, joint], 1)[:, 1].mean() for joint in (3, 6, 13, 16)]
    np.testing.assert_allclose(green, [0, 0.3 * 228, 0.6 * 228, 228], atol=30)
    assert _around(image, given.keypoints[0, 10]).max() < 40


def test_detected_joints_follow_a_video_of_another_size(tmp_path):
    result = _apart(_recognition(2), [300, 0])
    write_overlay(result, Footage([np.full((360, 320, 3), 255, np.uint8)] * 2), tmp_path / "overlay.mp4")
    image = _frames(tmp_path / "overlay.mp4")[0][0]
    for joint in result.tracks[0].given.keypoints[0]:
        assert _around(image, joint * [0.25, 0.5], 1)[:, 0].mean() < 170


def test_video_of_another_size_than_the_keypoints(tmp_path):
    result = _recognition(2)
    write_overlay(result, Footage([np.full((361, 641, 3), 60, np.uint8)] * 2), tmp_path / "overlay.mp4")
    drawn, _ = _frames(tmp_path / "overlay.mp4")
    assert drawn[0].shape == (360, 640, 3)
    assert abs(np.median(drawn[0]) - 60) < 6
    x, y = np.rint(result.tracks[0].poses.projected[0, 0] / 2).astype(int)
    assert drawn[0][y - 3 : y + 4, x - 3 : x + 4].max() > 100


def test_without_video_the_ground_is_black_and_captions_are_there(tmp_path):
    write_overlay(_recognition(3), None, tmp_path / "overlay.mp4")
    drawn, _ = _frames(tmp_path / "overlay.mp4")
    assert len(drawn) == 3
    assert drawn[0].shape == (720, 1280, 3)
    assert np.median(drawn[0]) < 3
    assert drawn[0][600:, :400].max() > 150
    assert drawn[0][:100, 900:].max() < 30


def test_a_video_that_ends_early_goes_on_in_black(tmp_path):
    white = np.full((72, 128, 3), 255, np.uint8)
    write_overlay(_recognition(4), Footage([white] * 2), tmp_path / "overlay.mp4")
    drawn, _ = _frames(tmp_path / "overlay.mp4")
    assert [np.median(image) > 128 for image in drawn] == [True, True, False, False]


def test_no_more_frames_than_needed_are_taken_and_one_at_a_time(tmp_path):
    taken = []

    def frames():
        for number in range(100):
            taken.append(number)
            yield np.zeros((72, 128, 3), np.uint8)

    write_overlay(_recognition(5), Footage(frames()), tmp_path / "overlay.mp4")
    assert len(taken) == 5


def test_dancers_of_3d_input_are_seen_from_the_front(tmp_path):
    result = _recognition(3)
    track = result.tracks[0]
    given = dataclasses.replace(
        track, given=fabricated.three_dimensional(track), poses=Poses("h36m17", track.poses.upright(), "world")
    )
    write_overlay(dataclasses.replace(result, tracks=(given,)), None, tmp_path / "overlay.mp4")
    drawn, _ = _frames(tmp_path / "overlay.mp4")
    coloured = np.ptp(drawn[0][:580].astype(int), axis=-1) > 80
    rows, columns = np.flatnonzero(coloured.any(1)), np.flatnonzero(coloured.any(0))
    assert rows[0] < 160
    assert np.ptp(rows) > 400
    assert 400 < columns.mean() < 880


@pytest.mark.parametrize("aside", [(0, -160), (-620, 0), (620, 0), (-620, -300)])
def test_names_stay_in_the_picture_with_whom_they_name(tmp_path, aside):
    """The head, or all but an arm, is out of it."""
    result = _recognition(2, "Ada Lovelace")
    track = result.tracks[0]
    moved = np.float32(aside)
    poses = dataclasses.replace(track.poses, projected=track.poses.projected + moved)
    given = dataclasses.replace(track.given, keypoints=track.given.keypoints + moved)
    white = [np.full((720, 1280, 3), 255, np.uint8)] * 2
    result = dataclasses.replace(result, tracks=(dataclasses.replace(track, poses=poses, given=given),))
    write_overlay(result, Footage(white), tmp_path / "overlay.mp4")
    ground = (_frames(tmp_path / "overlay.mp4")[0][0][:600] < 90).all(-1)
    rows, columns = np.flatnonzero(ground.sum(1) > 30), np.flatnonzero(ground.sum(0) > 8)
    assert len(rows) > 10
    assert np.ptp(columns) > text_width(white[0], "Ada Lovelace") - 2


def test_who_is_out_of_the_picture_has_no_name_in_it(tmp_path):
    result = _recognition(2)
    track = result.tracks[0]
    poses = dataclasses.replace(track.poses, projected=track.poses.projected + np.float32([3000, 0]))
    given = dataclasses.replace(track.given, keypoints=track.given.keypoints + np.float32([3000, 0]))
    result = dataclasses.replace(result, tracks=(dataclasses.replace(track, poses=poses, given=given),))
    write_overlay(result, None, tmp_path / "overlay.mp4")
    assert _frames(tmp_path / "overlay.mp4")[0][0][:600].max() < 30


@pytest.mark.parametrize("id", ["", "踊り/1", "\ud800", "x" * 500])
def test_any_id_and_frames_without_a_pose(tmp_path, id):
    result = _recognition(3, id)
    track = result.tracks[0]
    projected = track.poses.projected.copy()
    projected[0], projected[1] = np.nan, 1e30
    unsized = dataclasses.replace(track.given, image_size=None)
    poses = dataclasses.replace(track.poses, projected=projected)
    track = dataclasses.replace(track, poses=poses, given=unsized)
    write_overlay(dataclasses.replace(result, tracks=(track,)), None, tmp_path / "overlay.mp4")
    assert len(_frames(tmp_path / "overlay.mp4")[0]) == 3
    assert [path.name for path in tmp_path.iterdir()] == ["overlay.mp4"]


def test_a_video_that_breaks_leaves_nothing(tmp_path):
    def frames():
        yield np.zeros((72, 128, 3), np.uint8)
        raise InputError("clip.mp4: frame 1 cannot be read")

    with pytest.raises(InputError, match="frame 1"):
        write_overlay(_recognition(5), Footage(frames()), tmp_path / "overlay.mp4")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_overlay(_recognition(2), None, tmp_path / "nowhere" / "overlay.mp4")
