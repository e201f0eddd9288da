"""Sequences padded to few lengths."""

import numpy as np
import pytest

from hdvr_jax import padding


@pytest.mark.parametrize(("frames", "expected"), [(1, 4), (3, 4), (4, 4), (5, 8)])
def test_the_last_frame_is_repeated_and_masked(frames, expected):
    values = np.arange(2 * frames, dtype=np.float32).reshape(frames, 2)
    found, mask = padding.padded(values, 4), padding.frame_mask(frames, 4)
    assert len(found) == len(mask) == expected
    np.testing.assert_array_equal(found[mask > 0], values)
    np.testing.assert_array_equal(found[mask == 0], np.broadcast_to(values[-1], (expected - frames, 2)))
