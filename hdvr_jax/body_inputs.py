"""Turning poses into what the movement and genre networks read.

Everything here is pure and runs inside the step: augmentation, the dancer's own axes, velocities, and each body part's
choice of joints. It starts from the sequences of `hdvr_jax.clip_poses`: x to the right, y up and, in 3D, z towards the
viewer, relative to the hips, in units of the body's size.

Symbols: B batch, T frames, J joints, D 2 or 3 coordinates, E body parts, C channels per joint, R channels of the root.
"""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, Key, PRNGKeyArray

from hdvr_jax import poses, rotations
from hdvr_jax.features import pose_features
from hdvr_jax.moments import masked_moments, psum
from hdvr_jax.skeletons import BODY_PARTS, get_skeleton, part_joints

Batch = dict[str, Any]
Features = dict[str, Array]
# Steps that the running moments look back on, and the least variance: of a joint that never moves.
_MEMORY_STEPS, _LEAST_VARIANCE = 200.0, 1e-4


def turn(batch: Batch, angle: Float[Array, " B"]) -> Batch:
    """A batch of 3D poses with every sequence turned about the vertical by its own angle in radians."""
    rotation = rotations.about_axis(jnp.array([0.0, 1.0, 0.0]), angle)[:, None]
    return {
        **batch,
        "points": rotations.rotate(rotation[:, :, None], batch["points"]),
        "root": rotations.rotate(rotation, batch["root"]),
    }


def mirror(batch: Batch, chosen: Bool[Array, " B"], skeleton: str) -> Batch:
    """A batch with the poses of the chosen sequences as a mirror shows them; labels are the caller's business."""
    permutation = get_skeleton(skeleton).mirror
    mirrored = {
        "points": poses.mirror(batch["points"], permutation),
        "visible": batch["visible"][..., permutation],
        "root": poses.mirror(batch["root"][..., None, :], (0,))[..., 0, :],
    }
    if "flat" in batch:
        mirrored["flat"] = poses.mirror(batch["flat"], permutation)
    return {**batch, **{name: choose(chosen, value, batch[name]) for name, value in mirrored.items()}}


def choose(chosen: Bool[Array, " B"], first: Array, second: Array) -> Array:
    """Per example `first` where chosen, else `second`."""
    return jnp.where(chosen.reshape(-1, *[1] * (first.ndim - 1)), first, second)


def per_example(key: PRNGKeyArray, example: Int[Array, " B"]) -> Key[Array, " B"]:
    """One key per example, the same however the batch is sharded."""
    return jax.vmap(lambda index: jax.random.fold_in(key, index))(example)


def rate(values: Float[Array, "B T *S"], fps: Float[Array, " B"], real: Float[Array, "B T"]) -> Float[Array, "B T *S"]:
    """Change per second since the frame before; 0 in the first frame and where either frame is not real."""
    trailing = [1] * (values.ndim - 2)
    both = (real[:, 1:] * real[:, :-1]).reshape(*real[:, 1:].shape, *trailing)
    change = (values[:, 1:] - values[:, :-1]) * both * fps.reshape(-1, 1, *trailing)
    return jnp.concatenate([jnp.zeros_like(values[:, :1]), change], 1)


def joint_features(batch: Batch, skeleton: str, own_axes: bool) -> Features:
    """Features of every joint, `joints` (B, T, J, C), and of the path of the root, `path` (B, T, R).

    Args:
        batch: points (B, T, J, D), visible (B, T, J), root (B, T, D), fps (B,), frame_mask (B, T); maybe flat
            (B, T, J, 2), the detections that stand beside lifted points.
        skeleton: joint set of the points.
        own_axes: 3D only: along the dancer's own axes instead of the viewer's, which makes the features independent
            of where the camera stands.

    Returns:
        Per joint: position, velocity (body sizes per second), confidence, with `own_axes` the position about the
        thorax along the axes of the chest, and place and velocity of the detection where there is one. Of the root:
        velocity, and with `own_axes` the rate of turning. Frames that are not real are 0 and touch no others.
    """
    points, fps, real = batch["points"], batch["fps"], batch["frame_mask"]
    path, extra = rate(batch["root"], fps, real), []
    if own_axes:
        index = get_skeleton(skeleton).index
        thorax = points[:, :, index("thorax")]
        upright = poses.upright_frame(points, index("left_hip"), index("right_hip"))
        extra = [poses.to_body(points, _chest(points, skeleton), thorax)]
        points = poses.to_body(points, upright, jnp.zeros_like(thorax))
        path = rotations.rotate(rotations.inverse(upright), path)
        path = jnp.concatenate([path, _turning(upright, fps, real)], -1)
    if "flat" in batch:
        extra += [batch["flat"], rate(batch["flat"], fps, real)]
    joints = jnp.concatenate([points, rate(points, fps, real), batch["visible"][..., None], *extra], -1)
    return {"joints": joints * real[..., None, None], "path": path * real[..., None]}


def raw_features(batch: Batch) -> Features:
    """Points and confidences as they are, without velocities and without the path of the root."""
    joints = jnp.concatenate([batch["points"], batch["visible"][..., None]], -1)
    return {"joints": joints * batch["frame_mask"][..., None, None]}


def engineered_features(batch: Batch, skeleton: str) -> Features:
    """Joint angles, distances and velocities (`hdvr_jax.features`) side by side, `joints` (B, T, 1, F)."""
    real = batch["frame_mask"][..., None]
    points = jnp.where(real[..., None] > 0, batch["points"], jnp.nan)
    values, known = pose_features(points, batch["fps"], skeleton)
    return {"joints": (values * known * real)[:, :, None]}


def unknown_moments(features: Features) -> dict[str, Any]:
    """The moments of features before any was seen."""
    moments = {
        name: {"mean": jnp.zeros(value.shape[2:]), "variance": jnp.ones(value.shape[2:])}
        for name, value in features.items()
    }
    return {"steps": jnp.zeros(()), **moments}


def updated_moments(
    moments: dict[str, Any], features: Features, real: Float[Array, "B T"], axis_name: str | None
) -> dict[str, Any]:
    """Running means and variances over time, with this step's real frames of all devices counted in."""
    steps = jnp.minimum(moments["steps"] + 1, _MEMORY_STEPS)
    seen = jnp.minimum(psum(real.sum(), axis_name), 1.0)  # a step without frames has no moments
    found = {"steps": jnp.where(seen > 0, steps, moments["steps"])}
    for name, values in features.items():
        old, shape = moments[name], values.shape[2:]
        mean, variance = masked_moments(values.reshape(*real.shape, -1), real, axis_name)
        new = {"mean": mean.reshape(shape), "variance": variance.reshape(shape)}
        found[name] = {key: old[key] + seen / steps * (new[key] - old[key]) for key in new}
    return found


def standardised(features: Features, moments: dict[str, Any]) -> Features:
    """Features with mean 0 and variance 1 by the running moments: a few degrees of a joint decide on a movement."""
    return {
        name: (value - moments[name]["mean"]) * jax.lax.rsqrt(moments[name]["variance"] + _LEAST_VARIANCE)
        for name, value in features.items()
    }


def _chest(points: Float[Array, "*B J 3"], skeleton: str) -> Float[Array, "*B 3 3"]:
    """Axes (left, up, forward) as columns: up along the trunk, left along the shoulders."""
    index = get_skeleton(skeleton).index
    across = points[..., index("left_shoulder"), :] - points[..., index("right_shoulder"), :]
    up, left = rotations.orthonormal_pair(points[..., index("thorax"), :] - points[..., index("hip"), :], across)
    return jnp.stack([left, up, jnp.cross(left, up)], -1)


def _turning(upright: Float[Array, "B T 3 3"], fps: Float[Array, " B"], real: Float[Array, "B T"]) -> Array:
    """(B, T, 1) speed of turning about the vertical: the sine of the angle between two frames, times fps."""
    left, forward = upright[..., 0], upright[..., 2]
    both = jnp.concatenate([jnp.zeros_like(real[:, :1]), real[:, 1:] * real[:, :-1]], 1)
    before = jnp.concatenate([left[:, :1], left[:, :-1]], 1)
    return (jnp.sum(before * forward, -1) * both * fps[:, None])[..., None]


def select_parts(features: Features, skeleton: str, *, every_joint: bool = False) -> Float[Array, "E B T F"]:
    """Each body part's own joints side by side, padded with zeros to the same width, or all joints for every part; and
    the path of the root."""
    joints, path = features["joints"], features["path"]
    every = tuple(range(joints.shape[2]))
    chosen = [every if every_joint else part_joints(skeleton, part) for part in BODY_PARTS]
    width, absent = max(len(part) for part in chosen), joints.shape[2]
    table = jnp.array([[*part, *[absent] * (width - len(part))] for part in chosen])
    padded = jnp.concatenate([joints, jnp.zeros_like(joints[:, :, :1])], 2)
    parts = jnp.moveaxis(padded[:, :, table], 2, 0).reshape(len(chosen), *joints.shape[:2], -1)
    return jnp.concatenate([parts, jnp.broadcast_to(path, (len(chosen), *path.shape))], -1)


def whole_body(features: Features) -> Float[Array, "B T F"]:
    """All joints side by side, and the path of the root where there is one."""
    joints = features["joints"]
    flat = joints.reshape(*joints.shape[:2], -1)
    return jnp.concatenate([flat, features["path"]], -1) if "path" in features else flat
