"""Rotations through time from what is seen of them, in double precision.

A joint's rotation is found in two steps: the shortest turn that brings its bone from where the parent would hold it to
where it is seen (swing), and a turn about the bone (twist), which needs a second direction. Where only the second is
unknown, the twist is carried over from the frames around: a limb may be straight for a while without its axes spinning.

Here frames hang together, lengths are those of recordings and nothing is differentiated, so this is NumPy and SciPy;
`hdvr_jax.rotations` is JAX for training, in single precision and frame by frame. Quaternions have the same order.
"""

import importlib

import numpy as np
from jaxtyping import Bool, Float

# Shorter than this, a direction says nothing: metres for bones, sine of the angle between two for cross products.
_LEAST = 1e-6
# Cosine of 150 degrees: within 30 of the point opposite to its rest direction.
_OPPOSITE = -0.866


def unit(vectors: Float[np.ndarray, "*B 3"]) -> Float[np.ndarray, "*B 3"]:
    """Vectors of length one; NaN for those without a direction, and for those that are not finite."""
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    usable = np.isfinite(length) & (length > _LEAST)
    return np.where(usable, vectors / np.where(usable, length, 1), np.nan)


def swing(start: Float[np.ndarray, "T 3"], end: Float[np.ndarray, "T 3"]) -> Float[np.ndarray, "T 3 3"]:
    """The shortest rotations that bring unit vectors to others; for opposite ones, half a turn about some axis."""
    across = np.cross(start, end)
    sine = np.linalg.norm(across, axis=-1, keepdims=True)
    least = np.eye(3)[np.abs(start).argmin(-1)]
    axis = np.where(sine > _LEAST, across / np.maximum(sine, _LEAST), unit(np.cross(start, least)))
    return about(axis, np.arctan2(sine[:, 0], (start * end).sum(-1)))


def about(axis: Float[np.ndarray, "T 3"], angle: Float[np.ndarray, " T"]) -> Float[np.ndarray, "T 3 3"]:
    """Rotations about unit vectors, by radians."""
    return _rotation().from_rotvec(axis * angle[:, None]).as_matrix()


def twist(
    facing: Float[np.ndarray, "T 3 3"],
    along: Float[np.ndarray, "T 3"],
    across: Float[np.ndarray, "T 3"],
    rest: Float[np.ndarray, "3"],
) -> Float[np.ndarray, " T"]:
    """Angle, radians, about the bone `along` that brings `facing @ rest` beside `across`; NaN where that is NaN."""
    side = facing @ rest
    return np.arctan2((across * np.cross(along, side)).sum(-1), (across * side).sum(-1))


def steady(angle: Float[np.ndarray, " T"], weight: Float[np.ndarray, " T"], longest_gap: float) -> np.ndarray:
    """Angles of a hinge without jumps of half a turn.

    A knee or elbow that is seen to bend backwards for a moment turns the normal of its plane round. Over known angles
    (not NaN) that follow each other within `longest_gap` frames, the plane is followed as one without sides, and the
    side that the bend's `weight` is for is taken for all of them.
    """
    result = np.full(len(angle), np.nan)
    frames = np.flatnonzero(np.isfinite(angle))
    for run in np.split(frames, np.flatnonzero(np.diff(frames) > longest_gap) + 1):
        followed = np.unwrap(angle[run], period=np.pi)
        agrees = (weight[run] * np.cos(angle[run] - followed)).sum() >= 0
        result[run] = followed if agrees else followed + np.pi
    return result


def detour(
    swung: Float[np.ndarray, "T 3 3"],
    along: Float[np.ndarray, "T 3"],
    straight: Float[np.ndarray, "3"],
    across: Float[np.ndarray, "3"],
) -> Float[np.ndarray, " T"]:
    """What `swung` twists, radians, by itself where a limb points nearly opposite to its rest direction.

    There the shortest turn from rest changes its axis quickly. A twist with this added is even where the limb is moved
    on evenly from frame to frame.

    Args:
        swung: The shortest turns from `straight` to `along`.
        across: Some direction at right angles to `straight`.
    """
    near = (along @ straight) < _OPPOSITE
    moved = swing(along[:-1], along[1:]) @ swung[:-1]
    change = twist(moved, along[1:], swung[1:] @ across, across)
    return np.cumsum(np.r_[0, np.where(near[1:] | near[:-1], change, 0)])


def fill_angles(angle: Float[np.ndarray, " T"]) -> Float[np.ndarray, " T"]:
    """Angles with NaN filled evenly along the shorter way round, held at the ends; zero where none is known."""
    known = np.flatnonzero(np.isfinite(angle))
    if not known.size:
        return np.zeros(len(angle))
    return np.interp(np.arange(len(angle)), known, np.unwrap(angle[known]))


def fill_turns(turns: Float[np.ndarray, "T 3 3"], known: Bool[np.ndarray, " T"]) -> Float[np.ndarray, "T 3 3"]:
    """Rotations with unknown frames filled by slerp, held at the ends; the identity where none is known."""
    frames = np.flatnonzero(known)
    if not frames.size:
        return np.tile(np.eye(3), (len(turns), 1, 1))
    if frames.size == 1:
        return np.repeat(turns[frames], len(turns), axis=0)
    slerp = importlib.import_module("scipy.spatial.transform").Slerp(frames, _rotation().from_matrix(turns[frames]))
    filled = slerp(np.clip(np.arange(len(turns)), frames[0], frames[-1])).as_matrix()
    return np.where(known[:, None, None], turns, filled)


def quaternions(turns: Float[np.ndarray, "T 3 3"]) -> Float[np.ndarray, "T 4"]:
    """Unit quaternions w, x, y, z; of the two signs, the one nearer to the frame before."""
    found = _rotation().from_matrix(turns).as_quat(scalar_first=True)
    flips = (found[1:] * found[:-1]).sum(-1) < 0
    return found * np.where(np.r_[0, np.cumsum(flips)] % 2, -1.0, 1.0)[:, None]


def euler_degrees(turns: Float[np.ndarray, "T 3 3"]) -> Float[np.ndarray, "T 3"]:
    """Angles a, b, c of the rotations Rz(a) Rx(b) Ry(c), which change as little as they can from frame to frame.

    Of the two triples that stand for a rotation, (a, b, c) and (a + 180, 180 - b, c + 180), the one nearer to the
    frame before is taken. Where b is +-90 exactly, c is carried over and a makes up for it.
    """
    r = turns
    cosine = np.hypot(r[:, 2, 0], r[:, 2, 2])
    free = cosine > _LEAST
    last = fill_angles(np.where(free, np.arctan2(-r[:, 2, 0], r[:, 2, 2]), np.nan))
    # What is left after Ry(c) is undone has no gimbal lock: Rz(a) Rx(b).
    cos, sin = np.cos(last), np.sin(last)
    first = np.arctan2(r[:, 1, 0] * cos + r[:, 1, 2] * sin, r[:, 0, 0] * cos + r[:, 0, 2] * sin)
    angles = np.degrees(np.stack([first, np.arctan2(r[:, 2, 1], cosine), last], -1))
    other = np.stack([angles[:, 0] + 180, 180 - angles[:, 1], angles[:, 2] + 180], -1)
    flips = _distance(other[1:], angles[:-1]) < _distance(angles[1:], angles[:-1])
    chosen = np.where((np.r_[0, np.cumsum(flips)] % 2)[:, None] == 1, other, angles)
    return np.unwrap(chosen, period=360, axis=0)


def _distance(first: Float[np.ndarray, "T 3"], second: Float[np.ndarray, "T 3"]) -> Float[np.ndarray, " T"]:
    return np.abs((first - second + 180) % 360 - 180).sum(-1)


def _rotation() -> type:
    """SciPy's class, imported only where something is rigged: it would slow every start."""
    return importlib.import_module("scipy.spatial.transform").Rotation
