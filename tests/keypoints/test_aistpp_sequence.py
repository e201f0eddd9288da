"""Whole sequences of AIST++: detections, cameras and points together."""

import json

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.aistpp_sequence import load_sequence
from tests.keypoints import fakes


def _setting(root, *names):
    (root / "cameras" / "setting1.json").write_text(json.dumps([fakes.camera(name) for name in names]))


def test_detections_belong_to_the_camera_of_their_name(tmp_path):
    root, content = fakes.aistpp_root(tmp_path), fakes.detections(views=4)
    fakes.dump(root / "keypoints2d" / f"{fakes.SEQUENCE}.pkl", content)
    # c01 has no calibration, and the file has an order of its own.
    _setting(root, "c04", "c02", "c09")
    found = load_sequence(root, fakes.SEQUENCE)
    assert [view.name for view in found.views] == ["c02", "c04"]
    np.testing.assert_array_equal(found.keypoints, content["keypoints2d"][[1, 3], ..., :2])
    np.testing.assert_array_equal(found.confidence, content["keypoints2d"][[1, 3], ..., 2])
    assert (found.fps, found.source3d) == (60.0, "published")


def test_without_cameras_there_are_no_views(tmp_path):
    found = load_sequence(fakes.aistpp_root(tmp_path, cameras=False), fakes.SEQUENCE)
    assert (found.views, found.keypoints.shape) == ((), (0, 5, 17, 2))


def test_points_of_another_length_name_their_file(tmp_path):
    second = fakes.SEQUENCE.replace("ch01", "ch02")
    root = fakes.aistpp_root(tmp_path, (fakes.SEQUENCE, second))
    np.savez(root / "triangulated_keypoints3d_cm.npz", **{second: np.zeros((4, 17, 3), np.float32)})
    with pytest.raises(InputError, match=r"triangulated_keypoints3d_cm\.npz: .*ch02 has 4 frames of 3D but 5"):
        load_sequence(root, second)


def test_two_cameras_of_one_name_are_an_error(tmp_path):
    root = fakes.aistpp_root(tmp_path)
    _setting(root, "c01", "c02", "c01")
    with pytest.raises(InputError, match=r"setting1\.json: two cameras have the name 'c01'"):
        load_sequence(root, fakes.SEQUENCE)
