"""Poses as sets of joints: centring, alignment, bones, the body's own frame, mirroring and resampling.

Symbols
    J, N    joints, bones; a tree is its `parents`: one parent per joint, -1 for a root (as in `Skeleton.parents`)
    bones   of a tree: the joints that have a parent, in joint order; a bone vector points from parent to child

Points are (..., J, 3) in metres unless said otherwise. A mask or weight of zero takes a joint out, whatever its
coordinates hold, NaN included. NaN that is not masked comes out as NaN.
"""

import math

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, Int, PRNGKeyArray, Shaped

from hdvr_jax import rotations

# Against gravity, to a camera that is level.
CAMERA_UP = (0.0, -1.0, 0.0)
# Size below which a pose is taken for a point.
_LEAST_SIZE = 1e-3


def center(points: Float[ArrayLike, "*B J D"], root: int | tuple[int, ...]) -> Float[Array, "*B J D"]:
    """`points` relative to joint `root`, or to the mean of several joints."""
    points = jnp.asarray(points)
    return points - _joint(points, root)[..., None, :]


def unit_size(points: Float[ArrayLike, "*B J D"]) -> Float[Array, "*B J D"]:
    """Poses scaled to a mean squared distance of their joints from the origin of 1; one without size stays so."""
    points = jnp.asarray(points)
    size = rotations.safe_norm(points, axis=(-2, -1), keepdims=True) / jnp.sqrt(float(points.shape[-2]))
    return points / jnp.maximum(size, _LEAST_SIZE)


def turned_randomly(
    points: Float[Array, "B T J 3"], key: PRNGKeyArray, example: Int[Array, "B"]
) -> Float[Array, "B T J 3"]:
    """Every pose turned about the vertical (y) by an angle of its own, which depends on the key, the example's index
    and the frame alone."""
    keys = jax.vmap(lambda index: jax.random.fold_in(key, index))(example)
    angles = jax.vmap(lambda own: jax.random.uniform(own, points.shape[1:2], maxval=2 * jnp.pi))(keys)
    return rotations.rotate(rotations.about_axis(jnp.array([0.0, 1.0, 0.0]), angles)[:, :, None], points)


def _joint(points: Array, joints: int | tuple[int, ...]) -> Array:
    indices = (joints,) if isinstance(joints, int) else tuple(joints)
    return jnp.mean(points[..., indices, :], axis=-2)


def _usable(pred: ArrayLike, target: ArrayLike, mask: ArrayLike | None) -> tuple[Array, Array, Array]:
    """(pred, target, weights): masked joints set to zero before any arithmetic, so that NaN there stays there."""
    pred, target = jnp.asarray(pred), jnp.asarray(target)
    shape = jnp.broadcast_shapes(pred.shape[:-1], target.shape[:-1])
    weights = jnp.ones(shape, pred.dtype) if mask is None else jnp.broadcast_to(mask, shape).astype(pred.dtype)
    used = (weights > 0)[..., None]
    return jnp.where(used, pred, 0.0), jnp.where(used, target, 0.0), weights


def similarity(
    pred: Float[ArrayLike, "*#B J 3"],
    target: Float[ArrayLike, "*#B J 3"],
    mask: Shaped[ArrayLike, "*#B J"] | None = None,
    *,
    with_scale: bool = True,
) -> tuple[Float[Array, "*B"], Float[Array, "*B 3 3"], Float[Array, "*B 3"]]:
    """(scale, R, t) that minimise sum_j mask_j |scale R pred_j + t - target_j|^2 (Umeyama 1991), R never a reflection.

    `mask` (..., J) may hold weights. `with_scale=False` keeps scale 1. Differentiable, flat and single-point poses
    included; where nothing fixes the rotation (all joints masked or in one place) some rotation is returned.
    """
    pred, target, weights = _usable(pred, target, mask)
    total = jnp.sum(weights, axis=-1, keepdims=True)
    share = (weights / jnp.where(total > 0, total, 1.0))[..., None]
    pred_mean, target_mean = jnp.sum(share * pred, axis=-2), jnp.sum(share * target, axis=-2)
    pred, target = pred - pred_mean[..., None, :], target - target_mean[..., None, :]
    covariance = jnp.einsum("...ji,...jk->...ik", share * target, pred, precision=rotations.HIGHEST)
    rotation = rotations.nearest_rotation(covariance)
    scale = jnp.ones(rotation.shape[:-2], rotation.dtype)
    if with_scale:
        variance = jnp.sum(share * pred * pred, axis=(-2, -1))
        spread = variance > 0
        scale = jnp.where(spread, jnp.sum(rotation * covariance, axis=(-2, -1)) / jnp.where(spread, variance, 1.0), 1.0)
    return scale, rotation, target_mean - scale[..., None] * rotations.rotate(rotation, pred_mean)


def procrustes(
    pred: Float[ArrayLike, "*#B J 3"],
    target: Float[ArrayLike, "*#B J 3"],
    mask: Shaped[ArrayLike, "*#B J"] | None = None,
    *,
    with_scale: bool = True,
) -> Float[Array, "*B J 3"]:
    """`pred` moved, turned and scaled onto `target` (protocol 2): `similarity` fitted to the unmasked joints."""
    scale, rotation, translation = similarity(pred, target, mask, with_scale=with_scale)
    turned = rotations.rotate(rotation[..., None, :, :], pred)
    return scale[..., None, None] * turned + translation[..., None, :]


def align_scale(
    pred: Float[ArrayLike, "*#B J D"],
    target: Float[ArrayLike, "*#B J D"],
    mask: Shaped[ArrayLike, "*#B J"] | None = None,
) -> Float[Array, "*B J D"]:
    """`pred` times the one factor per pose that brings it closest to `target` (protocol 3; Rhodin et al. 2018).

    Both are expected relative to the root: the scaling is about the origin. A zero pose stays as it is.
    """
    used_pred, used_target, weights = _usable(pred, target, mask)
    size = jnp.sum(weights[..., None] * used_pred**2, axis=(-2, -1), keepdims=True)
    match = jnp.sum(weights[..., None] * used_pred * used_target, axis=(-2, -1), keepdims=True)
    return jnp.where(size > 0, match / jnp.where(size > 0, size, 1.0), 1.0) * pred


def bone_joints(parents: tuple[int, ...]) -> tuple[int, ...]:
    """The joints that end a bone: those with a parent, in joint order."""
    return tuple(joint for joint, parent in enumerate(parents) if parent >= 0)


def bone_vectors(points: Float[ArrayLike, "*B J D"], parents: tuple[int, ...]) -> Float[Array, "*B N D"]:
    """Child minus parent for every bone. Raises ValueError when `parents` and `points` differ in joints."""
    _check_tree(points, parents)
    points = jnp.asarray(points)
    children = bone_joints(parents)
    return points[..., children, :] - points[..., tuple(parents[child] for child in children), :]


def bone_lengths(points: Float[ArrayLike, "*B J D"], parents: tuple[int, ...]) -> Float[Array, "*B N"]:
    """Length of every bone; the gradient of a zero length is zero."""
    return rotations.safe_norm(bone_vectors(points, parents))


def bone_directions(points: Float[ArrayLike, "*B J D"], parents: tuple[int, ...]) -> Float[Array, "*B N D"]:
    """Unit vector of every bone; zero where the bone has no length."""
    return rotations.normalize(bone_vectors(points, parents))


def set_bone_lengths(
    points: Float[ArrayLike, "*#B J D"], parents: tuple[int, ...], lengths: Float[ArrayLike, "*#B N"]
) -> Float[Array, "*B J D"]:
    """The same pose with other bones: roots stay, every bone keeps its direction and takes its new length.

    `lengths` stand in the order of `bone_lengths`. A bone without length has no direction to keep: its child stays
    on its parent. A NaN joint makes itself and what hangs from it NaN. Raises ValueError for a parents list that has
    a cycle or another number of joints than `points`.
    """
    order = _root_first(parents)
    points = jnp.asarray(points)
    steps = bone_directions(points, parents) * jnp.asarray(lengths)[..., None]
    bone_of = {joint: bone for bone, joint in enumerate(bone_joints(parents))}
    shape = (*steps.shape[:-2], steps.shape[-1])
    placed: dict[int, Array] = {}
    for joint in order:
        if parents[joint] < 0:
            placed[joint] = jnp.broadcast_to(points[..., joint, :], shape)
        else:
            placed[joint] = placed[parents[joint]] + steps[..., bone_of[joint], :]
    return jnp.stack([placed[joint] for joint in range(len(parents))], axis=-2)


def _check_tree(points: ArrayLike, parents: tuple[int, ...]) -> None:
    if len(parents) != jnp.shape(points)[-2]:
        raise ValueError(f"{len(parents)} parents for points of {jnp.shape(points)[-2]} joints")


def _root_first(parents: tuple[int, ...]) -> list[int]:
    """Joints in an order in which parents come before their children."""
    order: list[int] = []
    waiting = list(range(len(parents)))
    while waiting:
        ready = [joint for joint in waiting if parents[joint] < 0 or parents[joint] in order]
        if not ready:
            raise ValueError(f"parents {parents} have a cycle or a parent that is no joint, at joints {waiting}")
        order.extend(ready)
        waiting = [joint for joint in waiting if joint not in ready]
    return order


def body_frame(
    points: Float[ArrayLike, "*B J 3"], left_hip: int, right_hip: int, thorax: int | tuple[int, ...]
) -> Float[Array, "*B 3 3"]:
    """The trunk's own axes as the columns of a rotation: left, up, forward (right-handed; SMPL's convention).

    Up runs from the middle of the hips to `thorax` (one joint, or the mean of several, as both shoulders); left is
    the line of the hips made perpendicular to it. A body upright that faces +z with y up has the identity.
    Coordinates in it are `to_body`'s; right is minus the first. Hips in one place, or in line with the trunk, give
    some perpendicular axis and no NaN.
    """
    points = jnp.asarray(points)
    return _frame(_joint(points, thorax) - _joint(points, (left_hip, right_hip)), points, left_hip, right_hip)


def upright_frame(
    points: Float[ArrayLike, "*B J 3"],
    left_hip: int,
    right_hip: int,
    *,
    up: tuple[float, float, float] = (0.0, 1.0, 0.0),
) -> Float[Array, "*B 3 3"]:
    """As `body_frame`, but up is the vector `up` (against gravity): the frame turns with the body's heading only."""
    points = jnp.asarray(points)
    # As one vector, not one a frame: XLA would work out constants of a long recording's length while compiling.
    return _frame(jnp.asarray(up, points.dtype), points, left_hip, right_hip)


def _frame(vertical: Array, points: Array, left_hip: int, right_hip: int) -> Array:
    across = points[..., left_hip, :] - points[..., right_hip, :]
    vertical, left = rotations.orthonormal_pair(vertical, across)
    return jnp.stack([left, vertical, jnp.cross(left, vertical)], axis=-1)


def to_body(
    points: Float[ArrayLike, "*B J 3"], frame: Float[ArrayLike, "*#B 3 3"], origin: Float[ArrayLike, "*#B 3"]
) -> Float[Array, "*B J 3"]:
    """Coordinates (left, up, forward) of `points` in a frame of `body_frame` or `upright_frame` at `origin`."""
    offset = points - jnp.asarray(origin)[..., None, :]
    return rotations.rotate(rotations.inverse(frame)[..., None, :, :], offset)


def mirror(points: Float[ArrayLike, "*B J D"], permutation: tuple[int, ...], axis: int = 0) -> Float[Array, "*B J D"]:
    """The mirror image: coordinate `axis` negated, left and right joints swapped (`Skeleton.mirror`)."""
    points = jnp.asarray(points)
    sign = jnp.ones(points.shape[-1], points.dtype).at[axis].set(-1.0)
    return points[..., tuple(permutation), :] * sign


def resample(
    points: Float[Array, "T *N"] | Float[np.ndarray, "T *N"], fps_from: float, fps_to: float
) -> Float[Array, "S *N"] | Float[np.ndarray, "S *N"]:
    """Frames at another rate by linear interpolation along the first axis; NumPy in, NumPy out, JAX in, JAX out.

    The first frame stays, and no frame lies past the last one: S = floor((T - 1) * fps_to / fps_from) + 1. A frame
    that falls on an input frame equals it; between a NaN and a number lies NaN. To a much lower rate this aliases
    motion faster than half of it. Raises ValueError for rates that are not positive, and for no frames.
    """
    if not (fps_from > 0 and fps_to > 0 and math.isfinite(fps_from) and math.isfinite(fps_to)):
        raise ValueError(f"frame rates must be positive, got {fps_from} and {fps_to}")
    frames = points.shape[0]
    if frames == 0:
        raise ValueError("no frames to resample")
    xp = np if isinstance(points, np.ndarray) else jnp
    count = math.floor((frames - 1) * fps_to / fps_from + 1e-6) + 1
    times = np.minimum(np.arange(count) * (fps_from / fps_to), frames - 1)
    times = np.where(np.abs(times - np.round(times)) < 1e-6, np.round(times), times)
    before = np.floor(times).astype(int)
    after = np.minimum(before + 1, frames - 1)
    fraction = (times - before).astype(points.dtype).reshape(-1, *[1] * (points.ndim - 1))
    between = points[before] * (1 - fraction) + points[after] * fraction
    return xp.where(fraction == 0, points[before], between)
