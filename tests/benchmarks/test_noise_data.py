"""Real detections beside the truth: every view with its own camera."""

import json

import numpy as np
import pytest

from benchmarks import noise_data
from hdvr_jax.errors import InputError
from tests.keypoints import fakes


@pytest.fixture
def root(tmp_path):
    """A clip of five views, of which the first and the third have no calibration."""
    root = fakes.aistpp_root(tmp_path)
    fakes.dump(root / "keypoints2d" / f"{fakes.SEQUENCE}.pkl", fakes.detections(views=5))
    (root / "cameras" / "setting1.json").write_text(json.dumps([fakes.camera(name) for name in ("c02", "c04", "c05")]))
    return root


@pytest.mark.parametrize(("views", "chosen"), [("usual", [1, 3]), ("odd", [4])])
def test_a_camera_without_calibration_does_not_shift_the_others(root, views, chosen):
    seen = noise_data.load(root, ("ch01",), views)
    assert seen.names == tuple(f"ch01 c0{index + 1}" for index in chosen)
    np.testing.assert_array_equal(seen.keypoints, fakes.detections(views=5)["keypoints2d"][chosen, ..., :2])
    np.testing.assert_array_equal(seen.confidence, fakes.detections(views=5)["keypoints2d"][chosen, ..., 2])


def test_a_clip_without_truth_is_an_error(root):
    for path in (root / "keypoints3d").iterdir():
        path.unlink()
    with pytest.raises(InputError, match="ch01 has no 3D to compare with"):
        noise_data.load(root, ("ch01",))
