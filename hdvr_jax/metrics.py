"""Metrics as (sum, weight) per example, so that any grouping of examples is added up first and divided once.

Axes: B examples, T frames, J joints, D coordinates, M labels, G classes; *N any axes in between. Points in metres;
names that end in _mm give millimetres. Poses come as they are: protocols 1 and 3 are published for poses relative to
the root (`poses.center`). Masks as in `hdvr_jax.losses`: they cover the first axes, may hold weights, and hide NaN;
an unmasked NaN makes a distance NaN and counts as a miss in pck and auc.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int, Shaped

from hdvr_jax import losses, poses
from hdvr_jax.losses import Mask

MILLIMETRES = 1000.0
AUC_THRESHOLDS = tuple(0.005 * step for step in range(31))

SumAndWeight = tuple[Float[Array, "B"], Float[Array, "B"]]


def mpjpe_mm(pred: Float[ArrayLike, "B *N D"], target: Float[ArrayLike, "B *N D"], mask: Mask = None) -> SumAndWeight:
    """Protocol 1: mean per-joint position error; the weight counts joints."""
    error, weights = losses.distances(pred, target, mask)
    return losses.masked_sum(MILLIMETRES * error, weights)


def n_mpjpe_mm(
    pred: Float[ArrayLike, "B *N J D"], target: Float[ArrayLike, "B *N J D"], mask: Mask = None
) -> SumAndWeight:
    """Protocol 3: MPJPE after the best scaling of every single pose about the origin (Rhodin et al. 2018)."""
    pred, target, weights = _hide(pred, target, mask)
    return mpjpe_mm(poses.align_scale(pred, target, weights), target, weights)


def p_mpjpe_mm(
    pred: Float[ArrayLike, "B *N J 3"], target: Float[ArrayLike, "B *N J 3"], mask: Mask = None
) -> SumAndWeight:
    """Protocol 2: MPJPE after moving, turning and scaling every single pose onto its target.

    Poses with fewer than three unmasked joints, which fit onto anything, are left out.
    """
    pred, target, weights = _hide(pred, target, mask)
    enough = jnp.sum(weights > 0, axis=-1, keepdims=True) >= 3
    weights = jnp.where(enough, weights, 0.0)
    return mpjpe_mm(poses.procrustes(pred, target, weights), target, weights)


def velocity_error_mm(
    pred: Float[ArrayLike, "B T *N D"], target: Float[ArrayLike, "B T *N D"], mask: Mask = None
) -> SumAndWeight:
    """MPJVE: mean distance between the frame-to-frame steps, millimetres per frame, so it depends on the frame rate.

    A step counts where both of its frames do (Pavllo et al. 2019, section 6.2).
    """
    pred_steps, weights = losses.frame_differences(pred, mask)
    target_steps, _ = losses.frame_differences(target, mask)
    return mpjpe_mm(pred_steps, target_steps, weights)


def _hide(pred: ArrayLike, target: ArrayLike, mask: Mask) -> tuple[Array, Array, Array]:
    weights = losses.expand_mask(mask, jnp.shape(pred)[:-1])
    shown = (weights > 0)[..., None]
    return jnp.where(shown, pred, 0.0), jnp.where(shown, target, 0.0), weights


def pck(
    pred: Float[ArrayLike, "B *N D"],
    target: Float[ArrayLike, "B *N D"],
    mask: Mask = None,
    *,
    threshold: float = 0.15,
) -> SumAndWeight:
    """3DPCK: share of joints closer than `threshold` metres (strictly; 150 mm in Mehta et al. 2017), 0 to 1."""
    error, weights = losses.distances(pred, target, mask)
    return losses.masked_sum((error < threshold).astype(jnp.float32), weights)


def auc(pred: Float[ArrayLike, "B *N D"], target: Float[ArrayLike, "B *N D"], mask: Mask = None) -> SumAndWeight:
    """Mean of 3DPCK over the thresholds 0, 5, ..., 150 mm (Mehta et al. 2017), 0 to 30/31: 0 mm has no hits."""
    error, weights = losses.distances(pred, target, mask)
    hits = error[..., None] < jnp.asarray(AUC_THRESHOLDS)
    return losses.masked_sum(jnp.mean(hits.astype(jnp.float32), axis=-1), weights)


def pck_2d(
    pred: Float[ArrayLike, "B *N 2"],
    target: Float[ArrayLike, "B *N 2"],
    scale: Float[ArrayLike, "*scale"],
    mask: Mask = None,
    *,
    fraction: float = 0.2,
) -> SumAndWeight:
    """PCK@fraction: share of points no further off than `fraction` times `scale`, 0 to 1.

    `scale` (pixels: the longer side of the person's box, the torso, the head) covers the first axes as a mask does:
    (B,), or (B, T) for one per frame. Points whose scale is not positive are left out.
    """
    error, weights = losses.distances(pred, target, mask)
    scale = losses.expand_mask(scale, error.shape)
    hits = error <= fraction * scale
    return losses.masked_sum(hits.astype(jnp.float32), jnp.where(scale > 0, weights, 0.0))


def accuracy(predicted: Int[ArrayLike, "B *N"], labels: Int[ArrayLike, "B *N"], mask: Mask = None) -> SumAndWeight:
    """Share of class indices that are right, 0 to 1."""
    return losses.masked_sum((jnp.asarray(predicted) == labels).astype(jnp.float32), mask)


def confusion_matrix(
    predicted: Int[ArrayLike, "B *N"], labels: Int[ArrayLike, "B *N"], classes: int, mask: Mask = None
) -> Float[Array, "B G G"]:
    """Counts per example: row = true class, column = predicted class. Indices outside 0..classes-1 are not counted."""
    weights = losses.expand_mask(mask, jnp.shape(labels))
    examples = weights.shape[0]
    true = jax.nn.one_hot(labels, classes).reshape(examples, -1, classes)
    guess = jax.nn.one_hot(predicted, classes).reshape(examples, -1, classes)
    # Full precision: by default an accelerator may round the weights.
    return jnp.einsum(
        "bn,bng,bnh->bgh", weights.reshape(examples, -1), true, guess, precision=jax.lax.Precision.HIGHEST
    )


def multilabel_counts(
    predicted: Shaped[ArrayLike, "B *N M"], labels: Shaped[ArrayLike, "B *N M"], mask: Mask = None
) -> tuple[Float[Array, "B M"], Float[Array, "B M"], Float[Array, "B M"]]:
    """(true positives, false positives, false negatives) per example and label.

    `predicted` and `labels` are boolean or 0/1 (above 0.5 counts as set); the mask covers frames or single labels.
    """
    weights = losses.expand_mask(mask, jnp.shape(labels))
    predicted, labels = jnp.asarray(predicted) > 0.5, jnp.asarray(labels) > 0.5
    axes = tuple(range(1, labels.ndim - 1))
    hit, extra, missed = predicted & labels, predicted & ~labels, ~predicted & labels
    return tuple(jnp.sum(jnp.where(found, weights, 0.0), axis=axes) for found in (hit, extra, missed))


def counts_from_confusion(
    matrix: Float[ArrayLike, "*B G G"],
) -> tuple[Float[Array, "*B G"], Float[Array, "*B G"], Float[Array, "*B G"]]:
    """(true positives, false positives, false negatives) of every class of a `confusion_matrix`."""
    matrix = jnp.asarray(matrix)
    hit = jnp.diagonal(matrix, axis1=-2, axis2=-1)
    return hit, jnp.sum(matrix, axis=-2) - hit, jnp.sum(matrix, axis=-1) - hit


def f_score(
    tp: Shaped[ArrayLike, "*B M"],
    fp: Shaped[ArrayLike, "*B M"],
    fn: Shaped[ArrayLike, "*B M"],
    average: str | None = "macro",
) -> Float[np.ndarray, "..."]:
    """F1 = 2 tp / (2 tp + fp + fn) from counts added up over examples, in NumPy double precision.

    average: "macro", the mean over classes WITH SUPPORT (tp + fn > 0; a class that never occurs has no F-score, and
    predicting it costs precision in "micro" only); "micro", one F-score of the counts of all classes together; None,
    one per class, NaN where there is no support. With no support at all, or nothing counted, NaN.
    Raises ValueError for another `average`.
    """
    tp, fp, fn = (np.asarray(count, np.float64) for count in (tp, fp, fn))
    if average == "micro":
        tp, fp, fn = (count.sum(-1) for count in (tp, fp, fn))
        return _ratio(2 * tp, 2 * tp + fp + fn)
    supported = tp + fn > 0
    per_class = np.where(supported, _ratio(2 * tp, 2 * tp + fp + fn), np.nan)
    if average is None:
        return per_class
    if average != "macro":
        raise ValueError(f'average must be "macro", "micro" or None, got {average!r}')
    return _ratio(np.where(supported, per_class, 0.0).sum(-1), supported.sum(-1))


def _ratio(numerator: ArrayLike, denominator: ArrayLike) -> np.ndarray:
    return np.asarray(numerator / np.where(denominator > 0, denominator, np.nan))
