"""Hand-made features of 2D or 3D poses: joint angles, velocities and distances.

Symbols
    B, T, J   any batch axes, frames, joints
    D         2 (pixels or normalised) or 3 (metres)

Joints are NaN where missing. Every function returns values and a mask of the same leading shape: where a joint that
a value needs is missing the mask is False and the value is 0, so that neither values nor gradients are ever NaN.
"""

import functools

import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Bool, Float

from hdvr_jax.skeletons import get_skeleton

Triples = tuple[tuple[int, int, int], ...]
Pairs = tuple[tuple[int, int], ...]

_TINY = 1e-12
_ANGLES = (
    ("{side}_shoulder", "{side}_elbow", "{side}_wrist"),
    ("{side}_hip", "{side}_shoulder", "{side}_elbow"),
    ("{side}_shoulder", "{side}_hip", "{side}_knee"),
    ("{side}_hip", "{side}_knee", "{side}_ankle"),
    ("{other}_shoulder", "{side}_shoulder", "{side}_elbow"),
    ("{other}_hip", "{side}_hip", "{side}_knee"),
    ("nose", "{side}_shoulder", "{other}_shoulder"),
)
_DISTANCES = (
    ("{side}_wrist", "{side}_hip"),
    ("{side}_wrist", "{side}_shoulder"),
    ("{side}_wrist", "nose"),
    ("{side}_wrist", "{other}_hip"),
    ("{side}_ankle", "{side}_hip"),
    ("{side}_ankle", "{other}_knee"),
    ("left_wrist", "right_wrist"),
    ("left_elbow", "right_elbow"),
    ("left_knee", "right_knee"),
    ("left_ankle", "right_ankle"),
)


@functools.cache
def angle_triples(skeleton: str) -> Triples:
    """Joints (end, vertex, end) of the angles of a skeleton: elbows, shoulders, hips, knees and head."""
    return _resolve(skeleton, _ANGLES)


@functools.cache
def distance_pairs(skeleton: str) -> Pairs:
    """Joints whose distances describe a pose: hands and feet against the trunk and each other."""
    return _resolve(skeleton, _DISTANCES)


def _resolve(skeleton: str, templates: tuple[tuple[str, ...], ...]) -> tuple:
    """Both sides of every template as joint indices, without repeats; templates with a missing joint are left out."""
    joints = get_skeleton(skeleton).joints
    found = {}
    for template in templates:
        for side, other in (("left", "right"), ("right", "left")):
            names = tuple(name.format(side=side, other=other) for name in template)
            if all(name in joints for name in names):
                found[tuple(joints.index(name) for name in names)] = None
    return tuple(found)


def _known(points: ArrayLike) -> tuple[Array, Array]:
    points = jnp.asarray(points)
    seen = jnp.all(jnp.isfinite(points), axis=-1)
    return jnp.where(seen[..., None], points, 0.0), seen


def _norm(vectors: Array) -> Array:
    """Length along the last axis, with gradient 0 instead of NaN at 0."""
    squared = jnp.sum(vectors**2, axis=-1)
    safe = squared > _TINY
    return jnp.where(safe, jnp.sqrt(jnp.where(safe, squared, 1.0)), 0.0)


def joint_angles(
    points: Float[ArrayLike, "*B J D"], triples: Triples
) -> tuple[Float[Array, "*B A"], Bool[Array, "*B A"]]:
    """Angles in radians, 0 folded to pi straight, at the middle joint of each of A triples (end, vertex, end).

    Half-angle form of Kahan, accurate near 0 and pi. Masked also where a bone has no length.
    """
    filled, seen = _known(points)
    start, vertex, end = (jnp.array([triple[i] for triple in triples], int) for i in range(3))
    first, second = filled[..., start, :] - filled[..., vertex, :], filled[..., end, :] - filled[..., vertex, :]
    lengths = _norm(first), _norm(second)
    valid = seen[..., start] & seen[..., vertex] & seen[..., end] & (lengths[0] > 0) & (lengths[1] > 0)
    first, second = (v / jnp.where(valid, n, 1.0)[..., None] for v, n in zip((first, second), lengths))
    apart, together = _norm(first - second), _norm(first + second)
    angles = 2.0 * jnp.arctan2(apart, jnp.where(valid, together, 1.0))
    return jnp.where(valid, angles, 0.0), valid


def distances(points: Float[ArrayLike, "*B J D"], pairs: Pairs) -> tuple[Float[Array, "*B P"], Bool[Array, "*B P"]]:
    """Distances between the joints of each of P pairs, in the units of `points`."""
    filled, seen = _known(points)
    first, second = (jnp.array([pair[i] for pair in pairs], int) for i in range(2))
    valid = seen[..., first] & seen[..., second]
    return jnp.where(valid, _norm(filled[..., first, :] - filled[..., second, :]), 0.0), valid


def pairwise_distances(points: Float[ArrayLike, "*B J D"]) -> tuple[Float[Array, "*B J J"], Bool[Array, "*B J J"]]:
    """Distances between all joints, in the units of `points`."""
    filled, seen = _known(points)
    valid = seen[..., :, None] & seen[..., None, :]
    return jnp.where(valid, _norm(filled[..., :, None, :] - filled[..., None, :, :]), 0.0), valid


def velocities(
    points: Float[ArrayLike, "*B T J D"], fps: float | Float[ArrayLike, "*#B"]
) -> tuple[Float[Array, "*B T J D"], Bool[Array, "*B T J"]]:
    """Velocities in units of `points` per second.

    Central differences; one-sided at the ends and beside missing frames; masked where neither neighbour is there.

    Args:
        fps: Frames per second, one number or one per sequence.
    """
    filled, seen = _known(points)
    step = jnp.asarray(fps)[..., None, None, None] * (filled[..., 1:, :, :] - filled[..., :-1, :, :])
    both = seen[..., 1:, :] & seen[..., :-1, :]
    step = jnp.where(both[..., None], step, 0.0)
    ahead = jnp.concatenate([step, jnp.zeros_like(filled[..., :1, :, :])], axis=-3)
    behind = jnp.concatenate([jnp.zeros_like(filled[..., :1, :, :]), step], axis=-3)
    none = jnp.zeros_like(seen[..., :1, :])
    count = jnp.concatenate([both, none], axis=-2).astype(filled.dtype)
    count += jnp.concatenate([none, both], axis=-2).astype(filled.dtype)
    return (ahead + behind) / jnp.maximum(count, 1.0)[..., None], count > 0


def body_size(points: Float[ArrayLike, "*B T J D"], skeleton: str) -> Float[Array, "*B"]:
    """Mean over the seen frames of the distance from mid-hip to mid-shoulders; 1 where it was never seen."""
    joint_set = get_skeleton(skeleton)
    filled, seen = _known(points)
    joints = [joint_set.index(name) for name in ("left_hip", "right_hip", "left_shoulder", "right_shoulder")]
    corners, valid = filled[..., joints, :], jnp.all(seen[..., joints], axis=-1)
    lengths = _norm(0.5 * (corners[..., 2, :] + corners[..., 3, :] - corners[..., 0, :] - corners[..., 1, :]))
    count = jnp.sum(valid, axis=-1)
    mean = jnp.sum(jnp.where(valid, lengths, 0.0), axis=-1) / jnp.maximum(count, 1)
    return jnp.where(mean > 0, mean, 1.0)


def pose_features(
    points: Float[ArrayLike, "*B T J D"], fps: float | Float[ArrayLike, "*#B"], skeleton: str
) -> tuple[Float[Array, "*B T F"], Bool[Array, "*B T F"]]:
    """Angles (radians), then distances, then velocities relative to the mid-hip, side by side as model input.

    Lengths are in trunk lengths, so neither the distance of the camera nor the dancer's size matters; nothing depends
    on where the dancer stands.
    """
    joint_set = get_skeleton(skeleton)
    size = body_size(points, skeleton)[..., None, None, None]
    filled, seen = _known(points)
    sides = [joint_set.index(name) for name in ("left_hip", "right_hip")]
    hips = jnp.mean(filled[..., sides, :], axis=-2, keepdims=True)
    usable = seen & jnp.all(seen[..., sides], axis=-1, keepdims=True)
    # NaN enters as a constant, after all arithmetic on the joints, so that it cannot reach their gradients.
    relative = jnp.where(usable[..., None], (filled - hips) / size, jnp.nan)
    angle, angle_valid = joint_angles(relative, angle_triples(skeleton))
    distance, distance_valid = distances(relative, distance_pairs(skeleton))
    velocity, velocity_valid = velocities(relative, fps)
    flat = (*velocity.shape[:-2], -1)
    velocity_valid = jnp.broadcast_to(velocity_valid[..., None], velocity.shape)
    values = jnp.concatenate([angle, distance, velocity.reshape(flat)], axis=-1)
    return values, jnp.concatenate([angle_valid, distance_valid, velocity_valid.reshape(flat)], axis=-1)
