"""Spread of seeds and other motions that a clip could be."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.multiseed import uncertainty, windows
from hdvr_jax.skeletons import get_skeleton, kind_of
from tests.multiseed.scenes import SKELETON, moving

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


def test_expected_errors_grow_with_the_spread_and_fall_with_confidence():
    spread, confidence = np.full((3, 17), 0.007, np.float32), np.ones((3, 17), np.float32)
    spread[1] *= 3
    confidence[2] = 0.1
    found = uncertainty.expected_error(spread, confidence, SKELETON)
    joints = get_skeleton(SKELETON).joints
    for joint, name in enumerate(joints):
        scale = uncertainty.SCALES[kind_of(name)] if joint else 0.0
        np.testing.assert_allclose(found[0, joint], scale, rtol=1e-3)
    assert (found[:, 0] == 0).all()
    assert (found[1:, 1:] > 1.1 * found[0, 1:]).all()


@pytest.mark.parametrize(("spread", "confidence"), [(0.0, 1.0), (0.0, 0.0), (10.0, 0.0)])
def test_expected_errors_are_numbers_where_nothing_was_seen_or_seeds_agree(spread, confidence):
    found = uncertainty.expected_error(np.full((2, 17), spread), np.full((2, 17), confidence), SKELETON)
    assert np.isfinite(found).all()
    assert (found[:, 1:] > 0.001).all()


def test_every_joint_but_the_root_has_a_kind_with_a_scale():
    kinds = [kind_of(name) for name in get_skeleton(SKELETON).joints]
    assert set(kinds[1:]) == set(uncertainty.SCALES)
    with pytest.raises(InputError, match="nothing is known of the errors of coco17's left_eye"):
        uncertainty.expected_error(np.ones((1, 17)), np.ones((1, 17)), "coco17")


def test_other_motions_are_nearly_as_good_and_far_apart():
    points = _seeds([0.0, 0.01, 3.0, 3.01, -4.0, 9.0])
    errors = np.array([[0.010, 0.0101, 0.0102, 0.0103, 0.0104, 0.1]], np.float32)
    assert uncertainty.alternatives(errors, points, np.array([0]), distance=0.1) == [[2, 4]]
    assert uncertainty.alternatives(errors, points, np.array([0]), distance=1.0) == [[]]
