"""Joint angles, velocities and distances against their definitions, and with missing joints."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import features
from hdvr_jax.skeletons import get_skeleton

# Compiled as a whole: op by op, the first call of every operation costs more than the test.
_pose_features = jax.jit(features.pose_features, static_argnames=("fps", "skeleton"))


def _points(seed, shape):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


@given(angle=st.floats(0.0, np.pi), size=st.floats(0.05, 50.0), dimensions=st.sampled_from([2, 3]))
@settings(max_examples=25, deadline=None)
def test_angle_of_a_planted_corner(angle, size, dimensions):
    corner = np.zeros((3, dimensions), np.float32)
    corner[0, 0] = size
    corner[2, :2] = 2 * size * np.array([np.cos(angle), np.sin(angle)])
    found, valid = features.joint_angles(corner, ((0, 1, 2),))
    assert bool(valid[0])
    np.testing.assert_allclose(found[0], angle, atol=2e-4)


def test_angle_gradient_is_finite_for_a_straight_limb():
    straight = jnp.array([[0.0, 1.0, 0.0], [0.0, 0.0, 0.0], [0.0, -1.0, 0.0]])
    gradient = jax.grad(lambda p: features.joint_angles(p, ((0, 1, 2),))[0].sum())(straight)
    assert bool(jnp.isfinite(gradient).all())


@pytest.mark.parametrize("dimensions", [2, 3])
def test_velocity_of_uniform_motion_at_two_frame_rates(dimensions):
    speed = np.arange(1.0, dimensions + 1, dtype=np.float32)
    tracks = [np.tile((np.arange(12, dtype=np.float32)[:, None] / fps * speed)[:, None], (1, 2, 1)) for fps in (24, 60)]
    found, valid = features.velocities(np.stack(tracks), np.array([24.0, 60.0], np.float32))
    assert bool(valid.all())
    np.testing.assert_allclose(found, np.broadcast_to(speed, found.shape), rtol=1e-4)


def test_velocity_beside_missing_frames():
    track = np.arange(8, dtype=np.float32)[:, None, None] * np.ones((1, 1, 3), np.float32)
    track[[3, 5], 0] = np.nan
    found, valid = features.velocities(track, 10.0)
    assert valid[:, 0].tolist() == [True, True, True, False, False, False, True, True]
    np.testing.assert_allclose(found[np.asarray(valid)], 10.0, rtol=1e-5)
    assert bool((found[~np.asarray(valid)] == 0).all())


def test_distances_match_the_pairwise_table():
    points = _points(0, (2, 5, 17, 3))
    pairs = features.distance_pairs("h36m17")
    some, _ = features.distances(points, pairs)
    table, _ = features.pairwise_distances(points)
    np.testing.assert_allclose(some, table[..., [a for a, _ in pairs], [b for _, b in pairs]], rtol=1e-5)
    np.testing.assert_allclose(table[0, 0, 3, 7], np.linalg.norm(points[0, 0, 3] - points[0, 0, 7]), rtol=1e-5)


@pytest.mark.parametrize("skeleton", ["h36m17", "coco17", "body25", "mediapipe33"])
def test_tables_come_in_mirror_pairs(skeleton):
    mirror = get_skeleton(skeleton).mirror
    table = features.angle_triples(skeleton)
    triples = {frozenset((triple, triple[::-1])) for triple in table}
    swapped = [tuple(mirror[joint] for joint in triple) for triple in table]
    mirrored = {frozenset((triple, triple[::-1])) for triple in swapped}
    assert triples == mirrored
    assert len(table) >= 12
    pairs = {frozenset(pair) for pair in features.distance_pairs(skeleton)}
    assert pairs == {frozenset(mirror[j] for j in pair) for pair in pairs}


def test_features_ignore_place_and_size_and_agree_batched_and_single():
    points = _points(1, (3, 9, 17, 2)) * 40
    values, valid = _pose_features(points, 30.0, "coco17")
    moved, _ = _pose_features(points * 2.5 + 300.0, 30.0, "coco17")
    single, _ = _pose_features(points[1], 30.0, "coco17")
    assert bool(valid.all())
    np.testing.assert_allclose(values, moved, atol=2e-3, rtol=2e-3)
    np.testing.assert_allclose(values[1], single, atol=1e-5)


def test_missing_joint_masks_only_what_needs_it_and_leaves_no_nan():
    points = _points(2, (9, 17, 3))
    full, _ = _pose_features(points, 30.0, "h36m17")
    wrist = get_skeleton("h36m17").index("left_wrist")
    broken = points.copy()
    broken[:, wrist] = np.nan
    values, valid = _pose_features(broken, 30.0, "h36m17")
    assert bool(jnp.isfinite(values).all())
    needing = sum(wrist in t for t in features.angle_triples("h36m17"))
    needing += sum(wrist in p for p in features.distance_pairs("h36m17")) + 3
    assert int((~valid[0]).sum()) == needing
    np.testing.assert_allclose(values[valid], full[valid], rtol=1e-5)

    def total(p):
        return _pose_features(p, 30.0, "h36m17")[0].sum()

    gradient = jax.jit(jax.grad(total))(jnp.array(broken))
    assert bool(jnp.isfinite(gradient).all())


@pytest.mark.parametrize("frames", [1, 9])
def test_nothing_seen_or_one_frame(frames):
    values, valid = _pose_features(np.full((frames, 17, 3), np.nan, np.float32), 30.0, "h36m17")
    assert not bool(valid.any())
    assert bool((values == 0).all())
    _, moving = features.velocities(np.zeros((1, 2, 3), np.float32), 30.0)
    assert not bool(moving.any())
