import dataclasses
import json

import numpy as np
import pytest

from hdvr_jax import export, keypoints
from hdvr_jax.errors import InputError
from hdvr_jax.recognition.results import Poses
from hdvr_jax.skeletons import get_skeleton
from tests.recognition import fabricated


def test_poses_come_back_as_tracks(tmp_path):
    result = fabricated.recognition()
    export.write(result, tmp_path / "out")
    tracks = keypoints.read(tmp_path / "out" / "poses3d.npz").tracks
    assert [track.id for track in tracks] == ["1", "2"]
    for track, expected in zip(tracks, result.tracks):
        np.testing.assert_array_equal(track.keypoints, expected.poses.upright())
        np.testing.assert_array_equal(track.provenance, expected.prepared.provenance)
        assert track.fps == fabricated.FPS


def test_poses_name_their_joints(tmp_path):
    export.write(fabricated.recognition(), tmp_path)
    with np.load(tmp_path / "poses3d.npz", allow_pickle=False) as poses:
        assert tuple(poses["joint_names"]) == get_skeleton("h36m17").joints


def test_poses_say_which_space_they_are_in(tmp_path):
    """The camera that stands in the file takes every space's points back to the camera's axes."""
    lifted = fabricated.recognition()
    for name, result in (("camera", lifted), ("floor", fabricated.on_floor(lifted))):
        export.write(result, tmp_path / name)
        with np.load(tmp_path / name / "poses3d.npz", allow_pickle=False) as poses:
            assert str(poses["frame"]) == name
            points = poses["1/keypoints"] @ poses["camera_rotation"].T + poses["camera_translation"]
        np.testing.assert_allclose(points, lifted.tracks[1].poses.points, atol=1e-5)
    track = lifted.tracks[0]
    given = dataclasses.replace(track, poses=Poses("h36m17", track.poses.upright(), "world"))
    export.write(dataclasses.replace(lifted, tracks=(given,)), tmp_path / "world")
    with np.load(tmp_path / "world" / "poses3d.npz", allow_pickle=False) as poses:
        assert str(poses["frame"]) == "world"
        assert "camera_rotation" not in poses


def test_earlier_results_are_replaced_and_nothing_is_left_beside(tmp_path):
    export.write(fabricated.recognition(source="first"), tmp_path)
    paths = export.write(fabricated.recognition(source="second"), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(export.FILES)
    assert {path.name for path in paths} == set(export.FILES)
    assert json.loads((tmp_path / "report.json").read_text())["source"] == "second"


@pytest.mark.parametrize("name", export.FILES)
def test_files_of_others_are_not_touched(tmp_path, name):
    (tmp_path / name).write_text('{"schema": "theirs"}')
    with pytest.raises(InputError, match="not from an earlier run"):
        export.write(fabricated.recognition(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_out_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="must be a folder"):
        export.write(fabricated.recognition(), tmp_path / "out")
