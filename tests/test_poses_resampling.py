"""Resampling of motions to other frame rates."""

import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import poses


@pytest.mark.parametrize("convert", [np.asarray, jnp.asarray])
@pytest.mark.parametrize(
    ("fps_from", "fps_to", "frames"), [(30.0, 60.0, 19), (60.0, 30.0, 5), (25.0, 60.0, 22), (60.0, 24.0, 4)]
)
def test_resampling_a_linear_motion_is_exact(convert, fps_from, fps_to, frames):
    motion = convert(np.arange(10, dtype=np.float32)[:, None, None] / fps_from * np.ones((1, 2, 3), np.float32))
    resampled = poses.resample(motion, fps_from, fps_to)
    assert isinstance(resampled, type(motion))
    assert resampled.dtype == np.float32
    assert resampled.shape == (frames, 2, 3)
    np.testing.assert_allclose(resampled[:, 0, 0], np.arange(frames) / fps_to, atol=1e-6)


def test_resampling_keeps_missing_frames_missing_and_spreads_them_no_further():
    motion = np.arange(5, dtype=np.float32)
    motion[2] = np.nan
    np.testing.assert_array_equal(poses.resample(motion, 30, 60), [0, 0.5, 1, np.nan, np.nan, np.nan, 3, 3.5, 4])
    np.testing.assert_array_equal(poses.resample(motion, 30, 30), motion)
    np.testing.assert_array_equal(poses.resample(motion, 30.0, 10.0), [0, 3])
    assert poses.resample(motion[:1], 30, 60).shape == (1,)


def test_resampling_over_a_million_frames_ends_in_time():
    frames = 1_000_000
    resampled = poses.resample(np.arange(frames, dtype=np.float64), 29.97, 30.0)
    expected = np.arange(len(resampled)) * 29.97 / 30.0
    np.testing.assert_allclose(resampled, expected, atol=2e-6)


@pytest.mark.parametrize(
    ("fps_from", "fps_to"), [(0.0, 30.0), (30.0, -1.0), (float("nan"), 30.0), (30.0, float("inf"))]
)
def test_resampling_rejects_rates_that_are_none(fps_from, fps_to):
    with pytest.raises(ValueError, match="frame rates"):
        poses.resample(np.zeros((3, 2), np.float32), fps_from, fps_to)
    with pytest.raises(ValueError, match="no frames"):
        poses.resample(np.zeros((0, 2), np.float32), 30.0, 30.0)
