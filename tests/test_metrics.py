"""Metrics against loops written out, published definitions, invariances and masks."""

import functools

import jax
import numpy as np
import pytest

from hdvr_jax import losses, metrics, rotations
from tests.compiled import compiled

fast = compiled(metrics)

B, T, J = 3, 4, 6


def _points(seed, shape=(B, T, J, 3)):
    return (0.1 * np.random.default_rng(seed).normal(size=shape)).astype(np.float32)


def _mask(seed=0):
    mask = np.random.default_rng(seed).uniform(size=(B, T, J)) > 0.25
    mask[1, 2:] = False
    return mask


def _loop(term, mask):
    """(sum, count) of term(b, t, j) over the unmasked entries of every example."""
    found = [[term(b, t, j) for t in range(T) for j in range(J) if mask[b, t, j]] for b in range(B)]
    return [np.sum(each) for each in found], [len(each) for each in found]


def _agree(got, expected):
    for part, reference in zip(got, expected):
        assert part.shape == (B,)
        np.testing.assert_allclose(part, reference, rtol=2e-4)


_EVERY = np.ones((B, T, J), bool)
_jitted = functools.cache(jax.jit)

POSE_METRICS = (
    metrics.mpjpe_mm,
    metrics.n_mpjpe_mm,
    metrics.p_mpjpe_mm,
    metrics.velocity_error_mm,
    metrics.pck,
    metrics.auc,
)


@pytest.mark.parametrize("metric", POSE_METRICS)
def test_masked_nan_is_not_counted_and_examples_are_independent(metric):
    pred, target, mask = _points(0), _points(1), _mask()
    function = _jitted(metric)
    # Read at once: the arrays change below, and a call may still be reading them.
    clean = jax.device_get(function(pred, target, mask))
    pred[~mask], target[~mask] = np.nan, np.inf
    spoiled = jax.device_get(function(pred, target, mask))
    others = [0, 2]
    pred[others], target[others] = pred[others] * 2, target[others[::-1]]
    unmoved = jax.device_get(function(pred, target, mask))
    for part in range(2):
        np.testing.assert_allclose(spoiled[part], clean[part], rtol=1e-5)
        np.testing.assert_allclose(unmoved[part][1], clean[part][1], rtol=1e-5)
    assert (np.asarray(clean[1]) > 0).all()
    nothing = function(pred, target, np.zeros((B, T, J), bool))
    np.testing.assert_array_equal(nothing, np.zeros((2, B)))


@pytest.mark.parametrize("metric", POSE_METRICS[:4])
def test_an_unmasked_nan_stays_visible(metric):
    pred = _points(0)
    pred[2, 1, 0] = np.nan
    np.testing.assert_array_equal(np.isnan(_jitted(metric)(pred, _points(1), _EVERY)[0]), [False, False, True])


@pytest.mark.parametrize("metric", POSE_METRICS[:4])
def test_a_perfect_prediction_has_no_error(metric):
    total, weight = _jitted(metric)(_points(0), _points(0), _EVERY)
    np.testing.assert_allclose(total / weight, 0.0, atol=1e-3)


def test_mpjpe_against_a_loop_in_millimetres():
    pred, target, mask = _points(0), _points(1), _mask()
    _agree(fast.mpjpe_mm(pred, target, mask), _loop(lambda *i: 1000 * np.linalg.norm(pred[i] - target[i]), mask))
    total, weight = fast.mpjpe_mm(target + np.float32([0.003, 0.0, 0.004]), target)
    np.testing.assert_allclose(total / weight, 5.0, rtol=1e-3)


def test_n_mpjpe_against_a_loop_and_under_scaling():
    pred, target, mask = _points(0), _points(1), _mask()

    def error(b, t, j):
        seen = mask[b, t]
        scale = (pred[b, t, seen] * target[b, t, seen]).sum() / (pred[b, t, seen] ** 2).sum()
        return 1000 * np.linalg.norm(scale * pred[b, t, j] - target[b, t, j])

    _agree(fast.n_mpjpe_mm(pred, target, mask), _loop(error, mask))
    factors = np.linspace(0.2, 5.0, B * T, dtype=np.float32).reshape(B, T, 1, 1)
    total, weight = fast.n_mpjpe_mm(factors * target, target)
    np.testing.assert_allclose(total / weight, 0.0, atol=1e-3)


def test_p_mpjpe_against_a_loop_and_under_similarities():
    pred, target, mask = _points(0), _points(1), _mask()

    def aligned(a, b):
        """Kabsch and Umeyama, double precision."""
        a, b = a.astype(np.float64), b.astype(np.float64)
        a_mean, b_mean = a.mean(0), b.mean(0)
        u, s, vt = np.linalg.svd((b - b_mean).T @ (a - a_mean))
        signs = np.array([1, 1, np.linalg.det(u @ vt)])
        scale = (s * signs).sum() / ((a - a_mean) ** 2).sum()
        return scale * (a - a_mean) @ (u @ np.diag(signs) @ vt).T + b_mean

    total, weight = np.zeros(B), np.zeros(B)
    for b in range(B):
        for t in range(T):
            seen = mask[b, t]
            if seen.sum() >= 3:
                error = np.linalg.norm(aligned(pred[b, t, seen], target[b, t, seen]) - target[b, t, seen], axis=-1)
                total[b] += 1000 * error.sum()
                weight[b] += seen.sum()
    _agree(fast.p_mpjpe_mm(pred, target, mask), (total, weight))
    turns = np.asarray(jax.jit(rotations.random_rotation, static_argnums=1)(jax.random.key(0), (B, T)))
    moved = 1.7 * np.einsum("btij,btkj->btki", turns, target) + np.float32([3.0, -1.0, 2.0])
    total, weight = fast.p_mpjpe_mm(moved.astype(np.float32), target)
    np.testing.assert_allclose(total / weight, 0.0, atol=2e-3)
    total, weight = fast.p_mpjpe_mm(target * np.float32([-1, 1, 1]), target)
    assert (np.asarray(total / weight) > 10).all()


def test_p_mpjpe_leaves_out_poses_that_fit_onto_anything():
    mask = np.zeros((B, T, J), bool)
    mask[0, :, :2] = True
    mask[1, 0, :3] = True
    _, weight = fast.p_mpjpe_mm(_points(0), _points(1), mask)
    np.testing.assert_array_equal(weight, [0, 3, 0])


def test_velocity_error_against_a_loop():
    pred, target, mask = _points(0), _points(1), _mask()

    def error(b, t, j):
        step = (pred[b, t, j] - pred[b, t - 1, j]) - (target[b, t, j] - target[b, t - 1, j])
        return 1000 * np.linalg.norm(step)

    both = mask.copy()
    both[:, 1:] &= mask[:, :-1]
    both[:, 0] = False
    _agree(fast.velocity_error_mm(pred, target, mask), _loop(error, both))


def test_pck_and_auc_against_loops():
    pred, target, mask = _points(0), _points(1), _mask()
    error = np.linalg.norm(pred - target, axis=-1)
    _agree(fast.pck(pred, target, mask), _loop(lambda *i: error[i] < 0.15, mask))
    _agree(fast.pck(pred, target, mask, threshold=0.2), _loop(lambda *i: error[i] < 0.2, mask))
    thresholds = np.linspace(0, 0.15, 31)
    _agree(fast.auc(pred, target, mask), _loop(lambda *i: np.mean(error[i] < thresholds), mask))


@pytest.mark.parametrize(("offset", "share"), [(0.0, 30 / 31), (0.0499, 21 / 31), (0.0726, 16 / 31), (0.1501, 0.0)])
def test_auc_of_known_errors(offset, share):
    target = np.zeros((1, 2, 2, 3), np.float32)
    total, weight = fast.auc(target + np.float32([offset, 0, 0]), target)
    assert float(total[0] / weight[0]) == pytest.approx(share, abs=1e-6)


def test_pck_2d_is_relative_to_the_scale_of_the_person():
    target = np.zeros((2, 3, 4, 2), np.float32)
    pred = target + np.arange(4, dtype=np.float32)[:, None] * np.float32([6, 8])
    # Errors 0, 10, 20, 30 pixels; the edge itself counts.
    total, weight = fast.pck_2d(pred, target, np.float32([100.0, 50.0]))
    np.testing.assert_allclose(total / weight, [0.75, 0.5])
    scale = np.float32([[100, 50, 0], [200, 200, np.nan]])
    total, weight = fast.pck_2d(pred, target, scale)
    np.testing.assert_allclose(total, [5, 8])
    np.testing.assert_allclose(weight, [8, 8])


def test_accuracy_and_confusion_against_loops():
    rng = np.random.default_rng(0)
    predicted, labels = rng.integers(0, 4, (2, B, T, J))
    mask = _mask()
    _agree(fast.accuracy(predicted, labels, mask), _loop(lambda *i: predicted[i] == labels[i], mask))
    expected = np.zeros((B, 4, 4))
    for b, t, j in np.argwhere(mask):
        expected[b, labels[b, t, j], predicted[b, t, j]] += 1
    matrix = fast.confusion_matrix(predicted, labels, 4, mask)
    np.testing.assert_array_equal(matrix, expected)
    tp, fp, fn = fast.counts_from_confusion(matrix)
    for c in range(4):
        seen_as, is_class = (predicted == c) & mask, (labels == c) & mask
        np.testing.assert_array_equal(tp[:, c], (seen_as & is_class).sum((1, 2)))
        np.testing.assert_array_equal(fp[:, c], (seen_as & ~is_class).sum((1, 2)))
        np.testing.assert_array_equal(fn[:, c], (~seen_as & is_class).sum((1, 2)))


def test_confusion_of_one_label_per_example_with_padding():
    matrix = fast.confusion_matrix(np.array([2, 0, 1]), np.array([2, 1, -1]), 3, np.array([1.0, 1.0, 0.0]))
    np.testing.assert_array_equal(matrix.sum(0), [[0, 0, 0], [1, 0, 0], [0, 0, 1]])


def test_multilabel_counts_against_a_loop():
    rng = np.random.default_rng(0)
    predicted, labels = rng.uniform(size=(2, B, T, 5)) > 0.5
    frames = rng.uniform(size=(B, T)) > 0.3
    counts = fast.multilabel_counts(predicted, labels.astype(np.float32), frames)
    for b in range(B):
        p, y = predicted[b, frames[b]], labels[b, frames[b]]
        for got, expected in zip(counts, ((p & y), (p & ~y), (~p & y))):
            np.testing.assert_array_equal(got[b], expected.sum(0))


def _f1(p, y):
    tp = (p & y).sum()
    return 2 * tp / (p.sum() + y.sum())


def test_f_score_against_its_definition():
    rng = np.random.default_rng(1)
    predicted, labels = rng.uniform(size=(2, B, T, 5)) > 0.5
    counts = [np.asarray(count).sum(0) for count in fast.multilabel_counts(predicted, labels)]
    flat = predicted.reshape(-1, 5), labels.reshape(-1, 5)
    per_class = [_f1(flat[0][:, m], flat[1][:, m]) for m in range(5)]
    np.testing.assert_allclose(metrics.f_score(*counts, average=None), per_class, rtol=1e-9)
    assert metrics.f_score(*counts) == pytest.approx(np.mean(per_class))
    assert metrics.f_score(*counts, average="micro") == pytest.approx(_f1(*flat))


def test_f_score_of_classes_without_support():
    # Perfect; missed entirely; never there but predicted; never there.
    tp, fp, fn = np.array([4.0, 0, 0, 0]), np.array([0.0, 0, 3, 0]), np.array([0.0, 2, 0, 0])
    np.testing.assert_array_equal(metrics.f_score(tp, fp, fn, average=None), [1.0, 0.0, np.nan, np.nan])
    assert metrics.f_score(tp, fp, fn) == pytest.approx(0.5)
    assert metrics.f_score(tp, fp, fn, average="micro") == pytest.approx(8 / 13)
    zero = np.zeros(3)
    assert np.isnan(metrics.f_score(zero, zero, zero))
    assert np.isnan(metrics.f_score(zero, zero, zero, average="micro"))


def test_f_score_keeps_leading_axes_and_rejects_other_averages():
    counts = np.random.default_rng(0).integers(1, 9, (3, 16, 5))
    parts = metrics.f_score(*counts)
    assert parts.shape == (16,)
    assert parts[3] == pytest.approx(metrics.f_score(*counts[:, 3]))
    with pytest.raises(ValueError, match="average"):
        metrics.f_score(*counts, average="weighted")


def test_sums_of_parts_make_the_whole():
    """Examples of unequal length: adding sums and weights gives the pooled mean, the mean of means does not."""
    pred, target, mask = _points(0), _points(1), _mask()
    total, weight = fast.mpjpe_mm(pred, target, mask)
    pooled = 1000 * np.linalg.norm(pred - target, axis=-1)[mask].mean()
    assert float(total.sum() / weight.sum()) == pytest.approx(pooled, rel=1e-5)
    mean_of_means = 1000 * np.asarray(losses.mpjpe(pred, target, mask)).mean()
    assert abs(mean_of_means - pooled) > 0.1
