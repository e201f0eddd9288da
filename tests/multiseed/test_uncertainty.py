"""Spread of seeds and other motions that a clip could be."""

import numpy as np

from hdvr_jax.multiseed import uncertainty, windows
from tests.multiseed.scenes import moving

FRAMES = 20
ONE = windows.sliding(FRAMES, FRAMES, 5)


def _seeds(shifts):
    """(1, K, 3, J, T) one window; seeds whose last joint is so many metres off."""
    points = np.stack([moving(FRAMES)] * len(shifts))[None]
    points[0, :, 2, 16] += np.array(shifts, np.float32)[:, None]
    return points


def test_the_spread_is_that_of_the_seeds_that_are_nearly_as_good():
    counts = uncertainty.shares(np.array([[0.01, 0.01, 1.0]], np.float32), np.array([0]))
    found = uncertainty.spread(_seeds([0.0, 0.3, 5.0]), counts, ONE)
    assert found.shape == (17, FRAMES)
    np.testing.assert_allclose(found[:16], 0, atol=1e-6)
    np.testing.assert_allclose(found[16], 0.3 / 2, rtol=1e-4)


def test_a_seed_that_is_worse_by_the_temperature_counts_e_times_less():
    errors = np.array([[0.01, 0.012, 0.005]], np.float32)
    found = uncertainty.shares(errors, np.array([0]), temperature=0.002)
    np.testing.assert_allclose(found[0], np.array([1, np.exp(-1), 1]) / (2 + np.exp(-1)), rtol=1e-4)
    np.testing.assert_array_equal(uncertainty.shares(errors, np.array([1]), 0.0), [[0, 1, 0]])


def test_other_motions_are_nearly_as_good_and_far_apart():
    points = _seeds([0.0, 0.01, 3.0, 3.01, -4.0, 9.0])
    errors = np.array([[0.010, 0.0101, 0.0102, 0.0103, 0.0104, 0.1]], np.float32)
    assert uncertainty.alternatives(errors, points, np.array([0]), distance=0.1) == [[2, 4]]
    assert uncertainty.alternatives(errors, points, np.array([0]), distance=1.0) == [[]]
