"""Rotations through time: round trips, gimbal lock, continuity, and what is not known."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hdvr_jax import rotations
from hdvr_jax.rigging import turning

FEW = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 2**31 - 1)


@FEW
@given(SEEDS, st.sampled_from([0.0, 1e-12, 1e-9, 1e-7, 1e-5, 1e-3, 1.0]))
def test_euler_angles_give_the_rotation_back_up_to_gimbal_lock(seed, from_lock):
    random = np.random.default_rng(seed)
    angles = random.uniform(-180, 180, (20, 3))
    angles[::2, 1] = random.choice([-90, 90]) + np.degrees(from_lock) * random.uniform(-1, 1, 10)
    matrices = rotations.euler_to_matrix("ZXY", angles)
    back = rotations.euler_to_matrix("ZXY", turning.euler_degrees(matrices))
    np.testing.assert_allclose(back, matrices, atol=3e-6)


def test_euler_angles_go_on_over_the_top():
    """A backward somersault: the middle angle passes 90, 180 and 360 degrees without a jump of the others."""
    angles = np.zeros((200, 3))
    angles[:, 1] = np.linspace(0, 400, 200)
    found = turning.euler_degrees(rotations.euler_to_matrix("ZXY", angles))
    np.testing.assert_allclose(found, angles, atol=1e-6)


def test_euler_angles_of_a_gentle_motion_change_gently():
    times = np.linspace(0, 6, 400)[:, None]
    motion = Rotation.from_rotvec(1.2 * np.sin(times * [0.7, 1.1, 1.6] + [0, 1, 2])).as_matrix()
    steps = np.degrees(Rotation.from_matrix(motion[1:] @ motion[:-1].swapaxes(1, 2)).magnitude())
    assert np.abs(np.diff(turning.euler_degrees(motion), axis=0)).max() < 20 * steps.max()


def test_quaternions_keep_their_sign_through_whole_turns():
    angles = np.linspace(0, 5 * np.pi, 120)
    turns = Rotation.from_rotvec(angles[:, None] * [0.6, 0, 0.8])
    found = turning.quaternions(turns.as_matrix())
    assert ((found[1:] * found[:-1]).sum(-1) > 0.9).all()
    np.testing.assert_allclose(Rotation.from_quat(found, scalar_first=True).as_matrix(), turns.as_matrix(), atol=1e-9)


@FEW
@given(SEEDS)
def test_swing_is_the_shortest_way(seed):
    random = np.random.default_rng(seed)
    start, end = (turning.unit(random.normal(size=(8, 3))) for _ in range(2))
    end[0], end[1] = -start[0], start[1]
    end[2] = turning.unit(-start[2] + 1e-9 * random.normal(size=3))
    found = turning.swing(start, end)
    np.testing.assert_allclose(np.einsum("tij,tj->ti", found, start), end, atol=2e-6)
    np.testing.assert_allclose(np.linalg.det(found), 1, atol=1e-9)
    angle = Rotation.from_matrix(found).magnitude()
    np.testing.assert_allclose(np.cos(angle), (start * end).sum(-1), atol=2e-6)


def test_half_turns_of_a_hinge_are_noise():
    true = np.linspace(0, 3, 40)
    seen = true.copy()
    seen[[7, 8, 20]] += np.pi
    found = turning.steady(seen, np.ones(40), longest_gap=2)
    np.testing.assert_allclose(np.cos(found - true), 1, atol=1e-9)


def test_sides_of_a_hinge_are_told_anew_after_a_gap():
    seen = np.concatenate([np.zeros(10), np.full(10, np.nan), np.full(10, np.pi)])
    found = turning.steady(seen, np.ones(30), longest_gap=4)
    np.testing.assert_allclose(np.cos(found[20:]), -1)
    assert np.isnan(found[10:20]).all()


def test_angles_are_filled_along_the_shorter_way():
    found = turning.fill_angles(np.array([np.nan, 3.0, np.nan, -3.0, np.nan]))
    np.testing.assert_allclose(found, [3, 3, np.pi, 2 * np.pi - 3, 2 * np.pi - 3])
    np.testing.assert_array_equal(turning.fill_angles(np.full(3, np.nan)), 0)


@pytest.mark.parametrize("known", [(), (2,), (1, 3)])
def test_rotations_are_filled_and_held(known):
    turns = Rotation.from_rotvec(np.radians(10) * np.outer(np.arange(5), [0, 1, 0])).as_matrix()
    mask = np.isin(np.arange(5), known)
    given = np.where(mask[:, None, None], turns, np.nan)
    angles = np.degrees(Rotation.from_matrix(turning.fill_turns(given, mask)).as_rotvec()[:, 1])
    expected = {(): [0] * 5, (2,): [20] * 5, (1, 3): [10, 10, 20, 30, 30]}[known]
    np.testing.assert_allclose(angles, expected, atol=1e-9)
