"""Cameras as the fields of a record."""

import numpy as np

from hdvr_jax.keypoints.aistpp_layout import load_views
from hdvr_jax.keypoints.views import camera_fields
from tests.keypoints import fakes

_SHAPES = {"focal": (2,), "center": (2,), "distortion": (5,), "rotation": (3, 3), "translation": (3,)}


def test_every_camera_has_its_row(tmp_path):
    views = list(load_views(fakes.aistpp_root(tmp_path), fakes.SEQUENCE, []).values())
    fields = camera_fields(views[::-1])
    assert fields["views"] == ("c02", "c01")
    assert fields["image_size"].tolist() == [[1920, 1080]] * 2
    for name, shape in _SHAPES.items():
        assert (fields[name].shape, fields[name].dtype) == ((2, *shape), np.float32)
        np.testing.assert_allclose(fields[name][1], getattr(views[0], name), rtol=1e-6)


def test_without_cameras_the_fields_are_empty():
    fields = camera_fields([])
    assert fields.pop("views") == ()
    shapes = {name: value.shape for name, value in fields.items()}
    assert shapes == {name: (0, *shape) for name, shape in (_SHAPES | {"image_size": (2,)}).items()}
