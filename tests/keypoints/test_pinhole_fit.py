"""A pinhole camera is found from points and their image."""

import numpy as np
import pytest

from hdvr_jax import cameras
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import pinhole_fit

_LENS = (-0.28, 0.13, -0.0004, -0.0011, -0.05)


def _points(count=200):
    random = np.random.default_rng(0)
    return random.uniform([-1, -1, 3], [1, 1, 6], (count, 3))


@pytest.mark.parametrize("distortion", [(), _LENS])
def test_a_known_camera_is_found(distortion):
    camera = cameras.Perspective(np.array([900.0, 880.0]), np.array([330.0, 260.0]), np.array(distortion or [0.0] * 5))
    points = _points()
    pixels = np.asarray(cameras.project(camera, points), float)
    pixels[:10] = np.nan
    found = pinhole_fit.fit(pinhole_fit.ideal(points, distortion), pixels, "here")
    np.testing.assert_allclose(found.focal, camera.focal, rtol=1e-4)
    np.testing.assert_allclose(found.center, camera.center, rtol=1e-4)
    assert found.residual < 0.01


def test_gross_errors_do_not_count():
    points = _points()
    flat = pinhole_fit.ideal(points)
    pixels = flat * 900 + 300
    pixels[::10] += 150
    found = pinhole_fit.fit(flat, pixels, "here")
    np.testing.assert_allclose(found.focal, 900, rtol=1e-3)
    np.testing.assert_allclose(found.center, 300, rtol=1e-3)


def test_points_behind_the_camera_are_left_out():
    assert np.isnan(pinhole_fit.ideal(np.array([[0.1, 0.1, -2.0]]))).all()
    with pytest.raises(InputError, match="here: only 0 points"):
        pinhole_fit.fit(pinhole_fit.ideal(-_points()), np.ones((200, 2)), "here")


def test_an_image_that_is_upside_down_is_refused():
    flat = pinhole_fit.ideal(_points())
    with pytest.raises(InputError, match="here: the image does not fit the 3D"):
        pinhole_fit.fit(flat, flat * [900, -900] + 300, "here")
