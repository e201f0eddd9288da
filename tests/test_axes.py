import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import axes, cameras


@settings(max_examples=10, deadline=None)
@given(st.integers(2, 3), st.sampled_from([np.float32, np.float64]), st.data())
def test_back_and_forth_is_what_was(coordinates, dtype, data):
    points = data.draw(arrays.arrays(dtype, (2, 3, coordinates), elements=st.floats(-1e3, 1e3, width=32)))
    turned = axes.upright(points)
    assert turned.dtype == dtype
    np.testing.assert_array_equal(turned[..., 1], -points[..., 1])
    np.testing.assert_array_equal(axes.upright(turned), points)


def test_it_is_a_rotation_not_a_mirror():
    assert np.linalg.det(axes.upright(np.eye(3))) == pytest.approx(1)


def test_a_camera_that_stands_straight_sees_the_world_so():
    """Eye level, looking along -z: cameras of `cameras.look_at` and upright points differ by nothing else."""
    level = cameras.look_at(np.zeros(3, np.float32), np.float32([0, 0, -1]))
    points = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    np.testing.assert_allclose(cameras.world_to_camera(level, points), axes.upright(points), atol=1e-6)
