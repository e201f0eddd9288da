"""Arm poses: the shoulder as a swing about a centre and a twist, the elbow as a hinge.

The upper arm's direction is held as a swing vector about `CENTRE` (out, down and forward, where the shoulder's range
has its middle), so that the one direction where the swing is undefined (up, in and backwards) cannot be reached and a
path between two poses is an arc without gimbal lock. Directions are (out, up, forward) in the chest's frame.
"""

import functools

import numpy as np
from jaxtyping import Float

from hdvr_jax.choreo.channels import ARM_PARTS

CENTRE = np.array([0.55, -0.45, 0.70]) / np.linalg.norm([0.55, -0.45, 0.70])
_OUT = np.array([1.0, 0.0, 0.0]) - CENTRE[0] * CENTRE
E_OUT = _OUT / np.linalg.norm(_OUT)
E_UP = np.cross(CENTRE, E_OUT) * (1 if np.cross(CENTRE, E_OUT)[1] > 0 else -1)

# name: direction of the upper arm, direction of the forearm, both (out, up, forward)
ARM_POSES: dict[str, tuple[tuple[float, float, float], tuple[float, float, float]]] = {
    "rest": ((0.16, -1.0, 0.0), (0.10, -1.0, 0.28)),
    "bras_bas": ((0.42, -0.88, 0.25), (-0.25, -0.78, 0.55)),
    "first": ((0.62, -0.42, 0.62), (-0.60, -0.08, 0.78)),
    "second": ((0.93, -0.12, 0.32), (0.86, -0.10, 0.52)),
    "fifth": ((0.60, 0.80, 0.25), (-0.30, 0.93, 0.25)),
    "high_v": ((0.55, 0.82, 0.15), (0.38, 0.90, 0.24)),
    "high": ((0.25, 0.95, 0.25), (0.10, 0.97, 0.30)),
    "front": ((0.18, -0.08, 1.0), (0.05, 0.05, 1.0)),
    "front_high": ((0.20, 0.35, 0.95), (0.05, 0.5, 0.90)),
    "back_low": ((0.45, -0.70, -0.55), (0.50, -0.72, -0.40)),
    "low_side": ((0.60, -0.78, 0.12), (0.62, -0.70, 0.36)),
    "hips": ((0.68, -0.68, -0.22), (-0.52, -0.78, 0.36)),
    "frame_left": ((0.90, -0.22, 0.34), (0.40, 0.35, 0.85)),
    "frame_right": ((0.78, -0.36, 0.50), (-0.48, 0.12, 0.86)),
    "goalpost": ((0.95, 0.04, 0.25), (0.22, 0.95, 0.25)),
    "cross": ((0.32, -0.62, 0.62), (-0.85, 0.18, 0.48)),
    "behind_head": ((0.72, 0.62, 0.15), (-0.62, 0.45, -0.32)),
    "clap": ((0.34, -0.66, 0.60), (-0.52, 0.30, 0.80)),
    "clap_high": ((0.40, 0.20, 0.80), (-0.50, 0.70, 0.50)),
    "wave_up": ((0.97, 0.22, 0.20), (0.66, 0.72, 0.28)),
    "wave_down": ((0.97, -0.06, 0.20), (0.72, -0.58, 0.42)),
    "jog_front": ((0.18, -0.88, 0.38), (-0.08, 0.30, 0.95)),
    "jog_back": ((0.28, -0.76, -0.55), (0.05, -0.62, 0.78)),
    "point_up": ((0.75, 0.62, 0.35), (0.62, 0.72, 0.40)),
    "chest": ((0.55, -0.70, 0.40), (-0.78, 0.28, 0.55)),
    "floreo_low": ((0.55, -0.55, 0.55), (-0.10, -0.85, 0.52)),
}


def _transported_front(upper: np.ndarray) -> np.ndarray:
    """Direction that the forearm bends towards at twist 0: forwards at rest, carried along by the swing."""
    rest = np.array([0.0, -1.0, 0.0])
    at_centre = _carry(rest, CENTRE, np.array([0.0, 0.0, 1.0]))
    return _carry(CENTRE, upper, at_centre)


def _carry(start: np.ndarray, end: np.ndarray, vector: np.ndarray) -> np.ndarray:
    """Rotates `vector` by the smallest rotation that takes the unit vector `start` to `end` (..., 3)."""
    axis = np.cross(start, end)
    cosine = np.sum(start * end, axis=-1, keepdims=True)
    along = np.sum(axis * vector, axis=-1, keepdims=True)
    return vector * cosine + np.cross(axis, vector) + axis * along / np.maximum(1.0 + cosine, 1e-3)


def directions(
    parts: dict[str, Float[np.ndarray, "*T"]],
) -> tuple[Float[np.ndarray, "*T 3"], Float[np.ndarray, "*T 3"]]:
    """Directions (out, up, forward) of upper arm and forearm from the four `ARM_PARTS` in degrees."""
    out, up, twist, elbow = (np.radians(parts[name])[..., None] for name in ARM_PARTS)
    angle = np.sqrt(out**2 + up**2 + 1e-12)
    upper = np.cos(angle) * CENTRE + np.sin(angle) / angle * (out * E_OUT + up * E_UP)
    bend = _transported_front(upper)
    inward = np.cross(upper, bend)
    forearm = np.cos(elbow) * upper + np.sin(elbow) * (np.cos(twist) * bend + np.sin(twist) * inward)
    return upper, forearm


def from_directions(upper: tuple[float, float, float], forearm: tuple[float, float, float]) -> dict[str, float]:
    """The inverse of `directions` for one pose: the four `ARM_PARTS` in degrees."""
    u = np.asarray(upper) / np.linalg.norm(upper)
    f = np.asarray(forearm) / np.linalg.norm(forearm)
    angle = np.arccos(np.clip(u @ CENTRE, -1, 1))
    scale = angle / max(np.sin(angle), 1e-6)
    bend = _transported_front(u)
    twist = np.arctan2(f @ np.cross(u, bend), f @ bend)
    elbow = np.arccos(np.clip(u @ f, -1, 1))
    values = np.degrees([scale * (u @ E_OUT), scale * (u @ E_UP), twist, elbow])
    return dict(zip(ARM_PARTS, (float(v) for v in values), strict=True))


@functools.cache
def pose_parts(name: str) -> dict[str, float]:
    """The four arm parts of a named pose of `ARM_POSES`."""
    return from_directions(*ARM_POSES[name])
