"""The overlay video, read back by OpenCV."""

import dataclasses

import cv2
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.export.overlay import write_overlay
from hdvr_jax.recognition.results import Poses
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


def test_skeletons_lie_on_the_video(tmp_path):
    """Every joint in its frame's place, on the colour that the frame had."""
    result = _recognition()
    greys = [np.full((720, 1280, 3), 10 * frame, np.uint8) for frame in range(8)]
    write_overlay(result, iter(greys), tmp_path / "overlay.mp4")
    drawn, fps = _frames(tmp_path / "overlay.mp4")
    assert len(drawn) == 8
    assert fps == fabricated.FPS
    for frame, image in enumerate(drawn):
        assert abs(np.median(image) - 10 * frame) < 6
        for joint in result.tracks[0].poses.projected[frame]:
            x, y = np.rint(joint).astype(int)
            assert np.ptp(image[y - 4 : y + 5, x - 4 : x + 5].astype(int), axis=-1).max() > 60
        # Left is blue, right is orange, on edges of the dancer's yellow.
        (left, right) = (np.rint(result.tracks[0].poses.projected[frame, joint]).astype(int) for joint in (12, 15))
        assert int(image[left[1], left[0], 0]) > image[left[1], left[0], 2]
        assert image[right[1], right[0], 1] < 160
    assert all((image == 10 * frame).all() for frame, image in enumerate(greys))


def test_video_of_another_size_than_the_keypoints(tmp_path):
    result = _recognition(2)
    write_overlay(result, [np.full((361, 641, 3), 60, np.uint8)] * 2, tmp_path / "overlay.mp4")
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
    write_overlay(_recognition(4), [white] * 2, tmp_path / "overlay.mp4")
    drawn, _ = _frames(tmp_path / "overlay.mp4")
    assert [np.median(image) > 128 for image in drawn] == [True, True, False, False]


def test_no_more_frames_than_needed_are_taken_and_one_at_a_time(tmp_path):
    taken = []

    def frames():
        for number in range(100):
            taken.append(number)
            yield np.zeros((72, 128, 3), np.uint8)

    write_overlay(_recognition(5), frames(), tmp_path / "overlay.mp4")
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
        write_overlay(_recognition(5), frames(), tmp_path / "overlay.mp4")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written(tmp_path):
    with pytest.raises(InputError, match="cannot be written"):
        write_overlay(_recognition(2), None, tmp_path / "nowhere" / "overlay.mp4")
