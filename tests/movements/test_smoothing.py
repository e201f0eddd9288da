"""The smoothing derivative: exact on lines, blind to gaps, the same at every frame rate."""

import numpy as np
import pytest

from hdvr_jax.movements.smoothing import local_linear, rate


@pytest.mark.parametrize("fps", [12.0, 24.0, 60.0, 120.0])
def test_a_line_is_reproduced_to_its_ends_and_beside_gaps(fps):
    t = np.arange(round(2 * fps)) / fps
    line = (3.0 * t - 1.0)[:, None] * [[1.0, -2.0]]
    line[5:8, 1] = np.nan
    value, slope = local_linear(line, fps)
    np.testing.assert_array_equal(np.isnan(value), np.isnan(line))
    np.testing.assert_allclose(value[:, 0], line[:, 0], atol=1e-9)
    np.testing.assert_allclose(slope[~np.isnan(line[:, 1]), 1], -6.0, atol=1e-7)


def test_same_motion_has_the_same_rate_at_any_frame_rate():
    found = []
    for fps in (24.0, 30.0, 60.0):
        t = np.arange(round(3 * fps)) / fps
        found.append(np.interp(np.linspace(0.5, 2.5, 50), t, rate(np.sin(2 * np.pi * 1.5 * t), fps)))
    assert np.abs(found[0] - found[2]).max() < 0.03 * np.abs(found[2]).max()
    assert np.abs(found[1] - found[2]).max() < 0.03 * np.abs(found[2]).max()


def test_a_single_sample_has_a_value_and_no_slope():
    value, slope = local_linear(np.array([2.0]), 30.0)
    assert value[0] == 2.0
    assert np.isnan(slope[0])
    value, slope = local_linear(np.array([np.nan, 2.0, np.nan]), 30.0)
    assert value[1] == 2.0
    assert np.isnan(slope).all()
