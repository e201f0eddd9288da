"""Loss terms against loops written out, known values, masks that hide NaN, and gradients at zero error."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import cameras, losses, poses
from tests.compiled import compiled

fast = compiled(losses)
fast_poses = compiled(poses)

B, T, J = 3, 6, 5
PARENTS = (-1, 0, 1, 0, 3)
CAMERA = cameras.Perspective(jnp.array([1000.0, 900.0]), jnp.array([500.0, 400.0]), jnp.array([-0.1, 0, 0.01, 0, 0]))
LENGTHS = np.array([[0.4, 0.3, 0.5, 0.2]], np.float32)


def _points(seed, last=3):
    points = np.random.default_rng(seed).normal(size=(B, T, J, last)).astype(np.float32)
    return points + np.float32([0, 0, 5])[:last]


def _mask(seed=0):
    mask = np.random.default_rng(seed).uniform(size=(B, T, J)) > 0.3
    mask[2, 3:] = False
    return mask


def _loop(term, mask):
    """Mean of term(b, t, j) over the unmasked entries of every example."""
    return [np.mean([term(b, t, j) for t in range(T) for j in range(J) if mask[b, t, j]]) for b in range(B)]


# Every term as a function of (pred, target, mask) on (B, T, J, 3), for the properties that all share.
TERMS = {
    "mpjpe": losses.mpjpe,
    "weighted_mpjpe": losses.weighted_mpjpe,
    "n_mpjpe": losses.n_mpjpe,
    "velocity": losses.velocity,
    "smoothness": lambda pred, target, mask: losses.smoothness(pred, mask),
    "bone_length": lambda pred, target, mask: losses.bone_length(pred, LENGTHS, PARENTS, mask),
    "reprojection": lambda pred, target, mask: losses.reprojection(CAMERA, pred, target[..., :2], mask),
    "bce_with_logits": lambda pred, target, mask: losses.bce_with_logits(pred, target > 0, mask),
    "cross_entropy": lambda pred, target, mask: losses.cross_entropy(
        pred, jnp.asarray(jnp.where(jnp.isfinite(target[..., 0]), 1, -1)), mask
    ),
    "l2": losses.l2,
}


@functools.cache
def _value_and_gradients(name):
    def total(pred, target, mask):
        each = TERMS[name](pred, target, mask)
        return each.sum(), each

    return jax.jit(jax.value_and_grad(total, argnums=(0, 1), has_aux=True))


@pytest.mark.parametrize("name", TERMS)
def test_masked_nan_reaches_neither_value_nor_gradient(name):
    pred, target, mask = _points(0), _points(1), _mask()
    (_, clean), clean_gradients = _value_and_gradients(name)(pred, target, mask)
    pred[~mask], target[~mask] = np.nan, np.nan
    (_, spoiled), gradients = _value_and_gradients(name)(pred, target, mask)
    assert spoiled.shape == (B,)
    np.testing.assert_allclose(spoiled, clean, rtol=1e-5)
    for gradient, expected in zip(gradients, clean_gradients):
        np.testing.assert_allclose(gradient, expected, atol=1e-6, rtol=1e-4)
        np.testing.assert_array_equal(np.asarray(gradient)[~mask], 0.0)


@pytest.mark.parametrize("name", TERMS)
def test_unmasked_nan_is_seen_and_stays_in_its_example(name):
    pred, target, mask = _points(0), _points(1), np.ones((B, T, J), bool)
    pred[1, 2, 3] = np.nan
    (_, each), _ = _value_and_gradients(name)(pred, target, mask)
    np.testing.assert_array_equal(np.isnan(each), [False, True, False])


@pytest.mark.parametrize("name", TERMS)
def test_examples_without_any_entry_give_zero(name):
    mask = _mask()
    mask[1] = False
    (_, each), gradients = _value_and_gradients(name)(_points(0), _points(1), mask)
    assert each[1] == 0
    assert (np.asarray(each)[[0, 2]] > 0).all()
    assert all(np.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("name", TERMS)
def test_gradients_at_zero_error_are_finite(name):
    target = np.ones((B, T, J, 3), np.float32)
    (_, each), gradients = _value_and_gradients(name)(target, target, np.ones((B, T, J), bool))
    assert np.isfinite(each).all()
    assert all(np.isfinite(gradient).all() for gradient in gradients)


@pytest.mark.parametrize("name", TERMS)
def test_examples_do_not_touch_each_other(name):
    pred, target, mask = _points(2), _points(3), _mask(1)
    (_, before), _ = _value_and_gradients(name)(pred, target, mask)
    pred[[0, 2]], target[[0, 2]], mask[[0, 2]] = pred[[2, 0]] * 3, target[[2, 0]] + 1, mask[[2, 0]]
    (_, after), _ = _value_and_gradients(name)(pred, target, mask)
    np.testing.assert_allclose(after[1], before[1], rtol=1e-5)
    assert (np.asarray(after)[[0, 2]] != np.asarray(before)[[0, 2]]).all()


def test_mpjpe_and_l2_against_loops():
    pred, target, mask = _points(0), _points(1), _mask()
    distance = np.linalg.norm(pred - target, axis=-1)
    np.testing.assert_allclose(fast.mpjpe(pred, target, mask), _loop(lambda *i: distance[i], mask), rtol=1e-5)
    np.testing.assert_allclose(fast.l2(pred, target, mask), _loop(lambda *i: distance[i] ** 2, mask), rtol=1e-5)
    np.testing.assert_allclose(fast.mpjpe(pred, target), distance.mean((1, 2)), rtol=1e-5)


def test_weighted_mpjpe_divides_by_the_depth_of_the_target():
    pred, target, mask = _points(0), _points(1), _mask()
    weighted = np.linalg.norm(pred - target, axis=-1) / target[..., 2]
    np.testing.assert_allclose(fast.weighted_mpjpe(pred, target, mask), _loop(lambda *i: weighted[i], mask), rtol=1e-5)
    # Twice as far away at the same error counts half (Pavllo et al. 2019, section 4), for a path without joints too.
    path = np.array([[[0.0, 0, 2]], [[0.0, 0, 4]]], np.float32)
    np.testing.assert_allclose(fast.weighted_mpjpe(path + np.float32([0.3, 0.4, 0]), path), [0.25, 0.125], rtol=1e-5)


def test_n_mpjpe_scales_every_pose_by_itself():
    target = _points(1)
    factors = np.random.default_rng(0).uniform(0.2, 4.0, (B, T, 1, 1)).astype(np.float32)
    np.testing.assert_allclose(fast.n_mpjpe(target * factors, target, _mask()), 0.0, atol=1e-5)
    pred = _points(2)
    scale = (pred * target).sum((2, 3)) / (pred * pred).sum((2, 3))
    expected = np.linalg.norm(scale[..., None, None] * pred - target, axis=-1).mean((1, 2))
    np.testing.assert_allclose(fast.n_mpjpe(pred, target), expected, rtol=1e-5)


def test_velocity_counts_steps_between_unmasked_frames():
    pred, target, mask = _points(0), _points(1), _mask()
    expected = []
    for b in range(B):
        steps = []
        for t in range(1, T):
            for j in range(J):
                if mask[b, t, j] and mask[b, t - 1, j]:
                    step = (pred[b, t, j] - pred[b, t - 1, j]) - (target[b, t, j] - target[b, t - 1, j])
                    steps.append(np.linalg.norm(step))
        expected.append(np.mean(steps))
    np.testing.assert_allclose(fast.velocity(pred, target, mask), expected, rtol=1e-5)
    np.testing.assert_allclose(fast.velocity(pred, pred + 7.0), 0.0, atol=1e-5)
    np.testing.assert_array_equal(fast.velocity(pred[:, :1], target[:, :1]), np.zeros(B))


def test_smoothness_of_known_motions():
    time = np.arange(T, dtype=np.float32)[None, :, None, None]
    even = np.broadcast_to(2.0 * time, (B, T, J, 3)).astype(np.float32)
    np.testing.assert_allclose(fast.smoothness(even), 0.0, atol=1e-6)
    np.testing.assert_allclose(fast.smoothness(even, order=1), 3 * 4.0, rtol=1e-5)
    np.testing.assert_allclose(fast.smoothness(even * time), 3 * 16.0, rtol=1e-5)
    frames = np.ones((B, T), np.float32)
    frames[:, 2] = 0
    jump = even.copy()
    jump[:, 2] = 100.0
    np.testing.assert_allclose(fast.smoothness(jump, frames), 0.0, atol=1e-6)
    np.testing.assert_array_equal(fast.smoothness(even[:, :2]), np.zeros(B))


def test_bone_length_compares_means_over_time():
    points = np.asarray(fast_poses.set_bone_lengths(_points(0), PARENTS, np.broadcast_to(LENGTHS, (B, T, 4))))
    np.testing.assert_allclose(fast.bone_length(points, LENGTHS, PARENTS), 0.0, atol=1e-6)
    off = LENGTHS + np.float32([[0.1, 0, 0, 0], [0, 0.2, 0, 0], [0.1, 0.1, 0.1, 0.1]])
    np.testing.assert_allclose(fast.bone_length(points, off, PARENTS), [0.05, 0.1, 0.1], atol=1e-5)
    # Lengths that flicker about the right mean cost nothing: the constraint is on the mean (Pavllo et al. 2019).
    flicker = LENGTHS[:, None] * np.float32([0.9, 1.1] * 3)[None, :, None]
    points = fast_poses.set_bone_lengths(_points(0), PARENTS, np.broadcast_to(flicker, (B, T, 4)))
    np.testing.assert_allclose(fast.bone_length(points, LENGTHS, PARENTS), 0.0, atol=1e-6)


def test_bone_length_counts_only_bones_that_were_seen():
    points = np.asarray(fast_poses.set_bone_lengths(_points(0), PARENTS, np.broadcast_to(LENGTHS, (B, T, 4)))).copy()
    mask = np.ones((B, T, J), bool)
    mask[:, :, 4] = False
    points[:, :, 4] = np.nan
    off = LENGTHS + np.float32([0.3, 0, 0, 9.0])
    np.testing.assert_allclose(fast.bone_length(points, off, PARENTS, mask), 0.3 / np.sqrt(3), atol=1e-5)


def test_reprojection_is_the_distance_in_pixels():
    points, mask = _points(0), _mask()
    image = np.asarray(cameras.project(CAMERA, points))
    np.testing.assert_allclose(fast.reprojection(CAMERA, points, image + np.float32([3, 4]), mask), 5.0, rtol=1e-3)
    points[0, 0, 0] = [0.1, 0.1, -1.0]
    gradient = jax.jit(jax.grad(lambda p: fast.reprojection(CAMERA, p, image).sum()))(points)
    assert np.isfinite(gradient).all()


def test_bce_against_a_loop_and_at_extreme_logits():
    rng = np.random.default_rng(0)
    logits = rng.normal(size=(B, T, 7)).astype(np.float32)
    labels = rng.uniform(size=(B, T, 7)) > 0.6
    frames = np.ones((B, T), np.float32)
    frames[1, 4:] = 0
    weights = rng.uniform(0.5, 3, 7).astype(np.float32)
    probability = 1 / (1 + np.exp(-logits.astype(np.float64)))
    each = -(labels * weights * np.log(probability) + ~labels * np.log(1 - probability))
    expected = [each[b, frames[b] > 0].mean() for b in range(B)]
    np.testing.assert_allclose(fast.bce_with_logits(logits, labels, frames, weights), expected, rtol=1e-5)
    extreme = np.array([[200.0, -200.0, 200.0, -200.0]], np.float32)
    np.testing.assert_allclose(fast.bce_with_logits(extreme[:, :2], np.array([[1, 0]])), [0.0], atol=1e-6)
    np.testing.assert_allclose(fast.bce_with_logits(extreme[:, 2:], np.array([[0, 1]])), [200.0], rtol=1e-6)
    np.testing.assert_allclose(
        fast.bce_with_logits(np.zeros((2, 3), np.float32), np.ones((2, 3))), np.log(2), rtol=1e-6
    )


def test_cross_entropy_of_sequences_and_of_one_label_per_example():
    logits = np.random.default_rng(0).normal(size=(B, 9)).astype(np.float32)
    labels = np.array([0, 8, 3])
    log_probability = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
    expected = [-log_probability[b, labels[b]] for b in range(B)]
    np.testing.assert_allclose(fast.cross_entropy(logits, labels), expected, rtol=1e-5)
    sequence = np.repeat(logits[:, None], 2, 1)
    several = np.stack([labels, [-1, -1, -1]], 1)
    np.testing.assert_allclose(fast.cross_entropy(sequence, several, several >= 0), expected, rtol=1e-5)
    np.testing.assert_allclose(fast.cross_entropy(np.zeros((2, 9), np.float32), np.array([1, 2])), np.log(9), rtol=1e-6)


@pytest.mark.parametrize("label", [-1, 9])
def test_an_unmasked_label_that_is_no_class_gives_nan(label):
    assert np.isnan(fast.cross_entropy(np.zeros((1, 9), np.float32), np.array([label]))[0])


def test_masks_cover_the_first_axes_and_may_hold_weights():
    pred, target = _points(0), _points(1)
    frames = np.random.default_rng(3).uniform(size=(B, T)).astype(np.float32)
    by_frame = fast.mpjpe(pred, target, frames)
    np.testing.assert_allclose(by_frame, fast.mpjpe(pred, target, np.repeat(frames[..., None], J, -1)), rtol=1e-6)
    distance = np.linalg.norm(pred - target, axis=-1)
    expected = (distance * frames[..., None]).sum((1, 2)) / (J * frames.sum(1))
    np.testing.assert_allclose(by_frame, expected, rtol=1e-5)
    np.testing.assert_allclose(
        fast.mpjpe(pred, target, np.array([1.0, 0.0, 1.0])), distance.mean((1, 2)) * [1, 0, 1], rtol=1e-5
    )
    joints = np.array([1, 1, 0, 0, 1], bool)[None, None]
    np.testing.assert_allclose(fast.mpjpe(pred, target, joints), distance[:, :, joints[0, 0]].mean((1, 2)), rtol=1e-5)


@pytest.mark.parametrize("shape", [(T,), (B, J), (B, T, J, 3), (B, T, J, 1)])
def test_masks_that_fit_no_leading_axes_are_an_error(shape):
    with pytest.raises(ValueError, match="does not cover"):
        fast.mpjpe(_points(0), _points(1), np.ones(shape, bool))


def test_masked_sum_and_mean():
    values = np.array([[1.0, 2.0, np.nan], [4.0, np.nan, np.nan]], np.float32)
    total, weight = fast.masked_sum(values, np.isfinite(values))
    np.testing.assert_allclose(total, [3.0, 4.0])
    np.testing.assert_allclose(weight, [2.0, 1.0])
    np.testing.assert_allclose(fast.masked_mean(values, np.isfinite(values)), [1.5, 4.0])
