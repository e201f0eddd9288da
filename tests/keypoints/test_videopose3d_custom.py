"""Detections of custom videos for VideoPose3D."""

import os

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import read
from tests.keypoints import archives, detected

FRAMES = 10
POINTS = detected.dancers(2, FRAMES)


def test_detectron_archives_of_several_people_with_empty_frames(tmp_path):
    reading = read(detected.detectron(tmp_path / "dance.mp4.npz", POINTS, empty=(0, 5)))
    assert len(reading.tracks) == 2
    for track in reading.tracks:
        assert track.frames == FRAMES
        assert track.image_size == (1280, 720)
        assert np.isnan(track.keypoints[[0, 5]]).all()
        assert min(np.nanmean(np.abs(track.keypoints - one)) for one in POINTS) < 0.01
        np.testing.assert_allclose(track.confidence[1], 0.6, atol=1e-6)


def _custom(path, **videos):
    return archives.save(
        path,
        positions_2d={video: {"custom": [points.astype(np.float32)]} for video, points in videos.items()},
        metadata={**archives.COCO_METADATA, "video_metadata": {video: {"w": 640, "h": 480} for video in videos}},
    )


def test_custom_archives_hold_videos(tmp_path):
    path = _custom(tmp_path / "data_2d_custom_x.npz", one=POINTS[0], two=POINTS[1])
    reading = read(path)
    assert "2 recordings" in reading.notes[0]
    np.testing.assert_allclose(reading.tracks[0].keypoints, POINTS[0], atol=0.01)
    (track,) = read(path, clip="two").tracks
    np.testing.assert_allclose(track.keypoints, POINTS[1], atol=0.01)
    assert track.image_size == (640, 480)
    with pytest.raises(InputError, match="no recording three; there are: one, two"):
        read(path, clip="three")


def test_published_archives_hold_actions_and_cameras(tmp_path):
    views = [POINTS[0].astype(np.float32), POINTS[1].astype(np.float32)]
    path = archives.save(
        tmp_path / "data_2d_h36m_cpn.npz",
        positions_2d={"S1": {"Waiting": views, "Walking": views}},
        metadata=archives.COCO_METADATA,
    )
    (track,) = read(path, clip="S1/Walking", view="1").tracks
    np.testing.assert_allclose(track.keypoints, POINTS[1], atol=0.01)
    assert track.image_size is None


def test_pickles_that_would_run_something_are_refused(tmp_path):
    class Command:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "made"),)

    frames = np.empty(2, object)
    frames[:] = [Command(), Command()]
    path = tmp_path / "a.npz"
    np.savez(path, boxes=frames, keypoints=frames, metadata={"w": 1, "h": 1})
    with pytest.raises(InputError, match="refused a pickle that names"):
        read(path)
    assert not (tmp_path / "made").exists()


def _objects(*values):
    array = np.empty(len(values), object)
    array[:] = values
    return array


@pytest.mark.parametrize(
    ("keypoints", "message"),
    [
        (_objects(3, 4), "frame 0: keypoints is not a pair of lists"),
        (_objects([[], 5]), "frame 0: keypoints is not a pair of lists"),
        (_objects([[], [[1, 2]]]), r"frame 0: keypoints of a person have shape \(2,\)"),
        (_objects([[], [["a"]]]), "frame 0: keypoints is not a regular array"),
        (_objects([[], []]), "no people in it"),
        (np.zeros((4, 2)), "keypoints is an array of shape"),
    ],
)
def test_malformed_archives_are_named(tmp_path, keypoints, message):
    path = tmp_path / "a.npz"
    np.savez(path, boxes=keypoints, keypoints=keypoints, metadata={"w": 1280, "h": 720})
    with pytest.raises(InputError, match=message):
        read(path)


@pytest.mark.parametrize("views", [[], 3, [3], [np.zeros((0, 17, 2), np.float32)]])
def test_malformed_custom_archives_are_named(tmp_path, views):
    path = archives.save(tmp_path / "a.npz", positions_2d={"v": {"custom": views}}, metadata=archives.COCO_METADATA)
    with pytest.raises(InputError, match=r"a\.npz: positions_2d of"):
        read(path)


def test_archives_without_frames(tmp_path):
    with pytest.raises(InputError, match="no people in it: no frames"):
        read(detected.detectron(tmp_path / "a.npz", POINTS[:, :0]))
