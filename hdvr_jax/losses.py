"""Loss terms, one function each: per example, without weights between terms and without a mean over the batch.

Axes: B examples, T frames, J joints, D coordinates, M labels, G classes, N bones; *N any axes in between.

Every term returns (B,): the mean over the unmasked entries of each example, 0 where an example has none. A mask
covers the first axes of the entries it weighs: (B,), (B, T) and (B, T, J) all fit points (B, T, J, 3). It may be
boolean or hold weights >= 0. Entries of weight zero may hold NaN: neither the value nor any gradient sees them.
Raises ValueError for a mask that fits no leading axes. All gradients at zero error are zero, not NaN.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float, Int, Shaped

from hdvr_jax import cameras, poses, rotations

Mask = Shaped[ArrayLike, "*mask"] | None


def expand_mask(mask: Mask, shape: tuple[int, ...]) -> Float[Array, "*N"]:
    """`mask` as weights of the given shape; it covers the first axes (length one broadcasts), None is all ones."""
    if mask is None:
        return jnp.ones(shape)
    mask = jnp.asarray(mask)
    expanded = mask.reshape(mask.shape + (1,) * (len(shape) - mask.ndim))
    if expanded.ndim > len(shape) or any(have not in (1, want) for have, want in zip(expanded.shape, shape)):
        raise ValueError(f"mask of shape {mask.shape} does not cover the first axes of {shape}")
    return jnp.broadcast_to(expanded, shape).astype(jnp.float32)


def masked_sum(values: Float[ArrayLike, "B *N"], mask: Mask = None) -> tuple[Float[Array, "B"], Float[Array, "B"]]:
    """(sum of mask * values, sum of mask) of each example; values of weight zero may be NaN."""
    values = jnp.asarray(values)
    weights = expand_mask(mask, values.shape)
    axes = tuple(range(1, values.ndim))
    return jnp.sum(weights * jnp.where(weights > 0, values, 0.0), axis=axes), jnp.sum(weights, axis=axes)


def masked_mean(values: Float[ArrayLike, "B *N"], mask: Mask = None) -> Float[Array, "B"]:
    """Mean over the unmasked entries of each example, 0 where there are none."""
    total, weight = masked_sum(values, mask)
    return total / jnp.where(weight > 0, weight, 1.0)


def _select(weights: Array, *arrays: ArrayLike) -> list[Array]:
    """Arrays (*weights' axes, D) with zeros where the weight is zero: before any arithmetic, for the gradients."""
    return [jnp.where((weights > 0)[..., None], array, 0.0) for array in arrays]


def distances(
    pred: Float[ArrayLike, "B *N D"], target: Float[ArrayLike, "B *N D"], mask: Mask = None
) -> tuple[Float[Array, "B *N"], Float[Array, "B *N"]]:
    """(Euclidean distance of every point, its weight); distances of weight zero are 0."""
    weights = expand_mask(mask, jnp.shape(pred)[:-1])
    pred, target = _select(weights, pred, target)
    return rotations.safe_norm(pred - target), weights


def mpjpe(pred: Float[ArrayLike, "B *N D"], target: Float[ArrayLike, "B *N D"], mask: Mask = None) -> Float[Array, "B"]:
    """Mean per-joint position error, in the unit of the points."""
    return masked_mean(*distances(pred, target, mask))


def shares_of_depth(
    pred: Float[ArrayLike, "B *N 3"], target: Float[ArrayLike, "B *N 3"], mask: Mask = None
) -> tuple[Float[Array, "B *N"], Float[Array, "B *N"]]:
    """(|pred - target| / depth of the target of every point, its weight).

    Points in the camera frame, metres; depths below `cameras.MIN_DEPTH` count as that.
    """
    error, weights = distances(pred, target, mask)
    depth = jnp.where(weights > 0, jnp.asarray(target)[..., 2], 1.0)
    return error / jnp.maximum(depth, cameras.MIN_DEPTH), weights


def weighted_mpjpe(
    pred: Float[ArrayLike, "B *N 3"], target: Float[ArrayLike, "B *N 3"], mask: Mask = None
) -> Float[Array, "B"]:
    """Mean of `shares_of_depth` (WMPJPE, for trajectories; Pavllo et al. 2019, section 4)."""
    return masked_mean(*shares_of_depth(pred, target, mask))


def n_mpjpe(
    pred: Float[ArrayLike, "B *N J D"], target: Float[ArrayLike, "B *N J D"], mask: Mask = None
) -> Float[Array, "B"]:
    """MPJPE after the best scaling of every single pose (Rhodin et al. 2018); poses relative to the root."""
    weights = expand_mask(mask, jnp.shape(pred)[:-1])
    pred, target = _select(weights, pred, target)
    return mpjpe(poses.align_scale(pred, target, weights), target, weights)


def frame_differences(
    points: Float[ArrayLike, "B T *N D"], mask: Mask = None, order: int = 1
) -> tuple[Float[Array, "B S *N D"], Float[Array, "B S *N"]]:
    """(`order`-th differences along the frames, S = T - order, and their weights: the least of the frames read)."""
    weights = expand_mask(mask, jnp.shape(points)[:-1])
    (points,) = _select(weights, points)
    for _ in range(order):
        points = points[:, 1:] - points[:, :-1]
        weights = jnp.minimum(weights[:, 1:], weights[:, :-1])
    return points, weights


def velocity(
    pred: Float[ArrayLike, "B T *N D"], target: Float[ArrayLike, "B T *N D"], mask: Mask = None
) -> Float[Array, "B"]:
    """Mean distance between the frame-to-frame steps of both, per frame (MPJVE; Pavllo et al. 2019, section 6.2).

    A step counts where both of its frames do. One frame has no steps and gives 0.
    """
    pred_steps, weights = frame_differences(pred, mask)
    target_steps, _ = frame_differences(target, mask)
    return mpjpe(pred_steps, target_steps, weights)


def smoothness(points: Float[ArrayLike, "B T *N D"], mask: Mask = None, order: int = 2) -> Float[Array, "B"]:
    """Mean squared length of the `order`-th difference in time: 1 punishes speed, 2 acceleration (per frame)."""
    steps, weights = frame_differences(points, mask, order)
    return masked_mean(jnp.sum(steps**2, axis=-1), weights)


def bone_length(
    points: Float[ArrayLike, "B *T J D"],
    lengths: Float[ArrayLike, "#B N"],
    parents: tuple[int, ...],
    mask: Mask = None,
) -> Float[Array, "B"]:
    """Root mean square, over bones, of mean bone length minus `lengths` (soft constraint of Pavllo et al. 2019, 5).

    The mean runs over the frames in which both ends of the bone are unmasked; bones never seen do not count.
    `lengths` as `poses.bone_lengths` orders them; (1, N) for one set, such as the mean of a labelled batch.
    """
    weights = expand_mask(mask, jnp.shape(points)[:-1])
    (points,) = _select(weights, points)
    children = poses.bone_joints(parents)
    both = jnp.minimum(weights[..., children], weights[..., tuple(parents[child] for child in children)])
    frames = tuple(range(1, both.ndim - 1))
    seen = jnp.sum(both, axis=frames)
    mean = jnp.sum(both * poses.bone_lengths(points, parents), axis=frames) / jnp.where(seen > 0, seen, 1.0)
    valid = (seen > 0).astype(mean.dtype)
    count = jnp.maximum(jnp.sum(valid, axis=-1), 1.0)
    return rotations.safe_norm(jnp.where(seen > 0, mean - lengths, 0.0)) / jnp.sqrt(count)


def reprojection(
    camera: cameras.Camera,
    points_camera: Float[ArrayLike, "B *N 3"],
    points_image: Float[ArrayLike, "B *N 2"],
    mask: Mask = None,
) -> Float[Array, "B"]:
    """Mean distance in the image (pixels) between projected points and where they were seen.

    See `cameras.project` for points behind the camera; the camera's leading axes meet the first axes of the points.
    """
    weights = expand_mask(mask, jnp.shape(points_image)[:-1])
    # (0, 0, 1) lies in front of every camera: its projection has finite derivatives.
    ahead = jnp.asarray([0.0, 0.0, 1.0])
    points_camera = jnp.where((weights > 0)[..., None], points_camera, ahead)
    return mpjpe(cameras.project(camera, points_camera), points_image, weights)


def bce_with_logits(
    logits: Float[ArrayLike, "B *N M"],
    labels: Shaped[ArrayLike, "B *N M"],
    mask: Mask = None,
    positive_weights: Float[ArrayLike, "M"] | None = None,
) -> Float[Array, "B"]:
    """Mean binary cross-entropy (nats) of independent labels 0..1; `positive_weights` multiply the positive half.

    The mask covers frames or single labels; the mean runs over unmasked frames and labels.
    """
    weights = expand_mask(mask, jnp.shape(logits))
    logits = jnp.where(weights > 0, logits, 0.0)
    labels = jnp.where(weights > 0, jnp.asarray(labels).astype(logits.dtype), 0.0)
    positive = labels * jax.nn.softplus(-logits)
    if positive_weights is not None:
        positive = positive * positive_weights
    return masked_mean(positive + (1.0 - labels) * jax.nn.softplus(logits), weights)


def cross_entropy(
    logits: Float[ArrayLike, "B *N G"], labels: Int[ArrayLike, "B *N"], mask: Mask = None
) -> Float[Array, "B"]:
    """Mean cross-entropy (nats) of one class out of G. Where masked, a label may be anything, -1 included.

    An unmasked label outside 0..G-1 gives NaN, so that the training loop stops on it.
    """
    weights = expand_mask(mask, jnp.shape(labels))
    (logits,) = _select(weights, logits)
    labels = jnp.where(weights > 0, labels, 0)
    classes = logits.shape[-1]
    known = (labels >= 0) & (labels < classes)
    log_probability = jnp.take_along_axis(
        jax.nn.log_softmax(logits), jnp.clip(labels, 0, classes - 1)[..., None], axis=-1
    )[..., 0]
    return masked_mean(jnp.where(known, -log_probability, jnp.nan), weights)


def l2(pred: Float[ArrayLike, "B *N D"], target: Float[ArrayLike, "B *N D"], mask: Mask = None) -> Float[Array, "B"]:
    """Mean squared distance |pred - target|^2, summed over D."""
    weights = expand_mask(mask, jnp.shape(pred)[:-1])
    pred, target = _select(weights, pred, target)
    return masked_mean(jnp.sum((pred - target) ** 2, axis=-1), weights)
