"""The body-centred frames of reference in which movements are described.

Three frames, each with axes (forward, left, up) of the dancer:
    heading: up is against gravity, left follows the hip line. Carriage in space: levels, steps, leans.
    chest:   up is the trunk axis, left follows the shoulder line. The shoulder joint and the neck.
    pelvis:  left is the hip line itself, up leans with the trunk. The hip joint.
Every position is relative to the mid-hip of its own frame in time, so no global trajectory is needed, which no
lifter of 2D poses provides.
"""

import dataclasses
import itertools

import numpy as np
from jaxtyping import Float

from hdvr_jax.movements.smoothing import local_linear
from hdvr_jax.skeletons import get_skeleton

_H36M = get_skeleton("h36m17")

Vectors = Float[np.ndarray, "T 3"]


@dataclasses.dataclass(frozen=True)
class Axes:
    """Unit vectors (T, 3) of a right-handed frame: forward = left x up."""

    forward: Vectors
    left: Vectors
    up: Vectors

    def coordinates(self, vectors: Vectors) -> Vectors:
        """Components (forward, left, up) of vectors (T, 3)."""
        return np.stack([dot(vectors, axis) for axis in (self.forward, self.left, self.up)], -1)


@dataclasses.dataclass(frozen=True)
class Body:
    """One dancer's smoothed, root-relative motion with the frames and lengths that describe it.

    Attributes:
        points: (T, 17, 3) smoothed joints of h36m17 in metres, relative to the mid-hip.
        fps: Frames per second.
        heading, chest, pelvis: Frames of reference, see the module.
        trunk_length, arm_length, leg_length: Metres, medians over the clip and both sides.
    """

    points: Float[np.ndarray, "T 17 3"]
    fps: float
    heading: Axes
    chest: Axes
    pelvis: Axes
    trunk_length: float
    arm_length: float
    leg_length: float

    def joint(self, name: str) -> Vectors:
        """Positions (T, 3) of a joint of h36m17."""
        return self.points[:, _H36M.index(name)]


def dot(a: Float[np.ndarray, "*T D"], b: Float[np.ndarray, "*T D"]) -> Float[np.ndarray, "*T"]:
    """Scalar product along the last axis."""
    return np.sum(a * b, -1)


def unit(vectors: Float[np.ndarray, "*T D"]) -> Float[np.ndarray, "*T D"]:
    """Vectors of length one; NaN for a vector of length zero, whose direction is unknown."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / np.where(length > 1e-9, length, np.nan)


def smoothstep(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """0 below `low`, 1 above `high`, smooth between."""
    x = np.clip((values - low) / (high - low), 0.0, 1.0)
    return x * x * (3.0 - 2.0 * x)


def make_body(points: Float[np.ndarray, "T 17 3"], fps: float, up: Float[np.ndarray, "3"]) -> Body:
    """Smooths (T, 17, 3) joints of h36m17 in metres and finds the body's frames and lengths.

    Args:
        points: Joints in any fixed frame of reference; NaN where missing.
        fps: Frames per second.
        up: Direction against gravity in the frame of `points`.
    """
    relative = points.astype(float) - points[:, :1]
    lengths = _lengths(relative)
    smooth = local_linear(relative, fps)[0]
    joint = {name: smooth[:, index] for index, name in enumerate(_H36M.joints)}
    gravity = np.broadcast_to(unit(np.asarray(up, float)), smooth[:, 0].shape)
    trunk = unit(joint["thorax"])
    hips = joint["left_hip"] - joint["right_hip"]
    shoulders = joint["left_shoulder"] - joint["right_shoulder"]
    return Body(
        smooth,
        fps,
        _heading(hips, trunk, gravity),
        _orthogonal(shoulders, trunk, keep_left=False),
        _pelvis(hips, trunk, gravity),
        *lengths,
    )


def _heading(hips: Vectors, trunk: Vectors, gravity: Vectors) -> Axes:
    """Gravity kept; yaw from the hip line, and from the front of the body where the hip line is near vertical."""
    left = unit(hips)
    flat = left - dot(left, gravity)[:, None] * gravity
    front = np.cross(left, trunk)
    front -= dot(front, gravity)[:, None] * gravity
    steepness = 1.0 - np.clip(dot(flat, flat), 0.0, 1.0)
    forward = unit(np.cross(flat, gravity) + steepness[:, None] * front)
    return Axes(forward, np.cross(gravity, forward), gravity)


def _pelvis(hips: Vectors, trunk: Vectors, gravity: Vectors) -> Axes:
    """The pelvis has no visible pitch: near upright it is taken as level, and in deep bends as the trunk's."""
    inclination = np.degrees(np.arctan2(np.linalg.norm(np.cross(trunk, gravity), axis=-1), dot(trunk, gravity)))
    weight = smoothstep(inclination, 20.0, 60.0)[:, None]
    return _orthogonal(hips, (1.0 - weight) * gravity + weight * trunk, keep_left=True)


def _orthogonal(left: Vectors, up: Vectors, keep_left: bool) -> Axes:
    left, up = unit(left), unit(up)
    if keep_left:
        up = unit(up - dot(up, left)[:, None] * left)
    else:
        left = unit(left - dot(left, up)[:, None] * up)
    return Axes(np.cross(left, up), left, up)


def _lengths(relative: Float[np.ndarray, "T 17 3"]) -> tuple[float, float, float]:
    """Trunk, arm and leg length: medians over the frames, so that one bad frame does not rescale the clip."""

    def length(*chain: str) -> float:
        total = 0.0
        for start, end in itertools.pairwise(chain):
            bone = np.linalg.norm(relative[:, _H36M.index(end)] - relative[:, _H36M.index(start)], axis=-1)
            bone = bone[np.isfinite(bone)]
            total += float(np.median(bone)) if bone.size else np.nan
        return total

    def both(*chain: str) -> float:
        sides = [length(*(f"{side}_{joint}" for joint in chain)) for side in ("left", "right")]
        finite = [value for value in sides if np.isfinite(value) and value > 0]
        return sum(finite) / len(finite) if finite else np.nan

    return length("hip", "thorax"), both("shoulder", "elbow", "wrist"), both("hip", "knee", "ankle")
