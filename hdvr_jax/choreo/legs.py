"""Legs: two-bone inverse kinematics and feet that rest on the ball, the heel or neither."""

import numpy as np
from jaxtyping import Float

from hdvr_jax.choreo.body import Body

SOLE = 0.012  # height of the ball and heel joints above the floor when the foot is flat (m)
REACH = 0.9985  # of the leg's length: never quite straight, so that the knee has a side to bend to
_SHORTEST = 0.36


def transport(down_to: Float[np.ndarray, "T 3"], vector: Float[np.ndarray, "T 3"]) -> Float[np.ndarray, "T 3"]:
    """Rotates `vector` by the smallest rotation that takes straight down to the unit vector `down_to`."""
    down = np.array([0.0, -1.0, 0.0])
    axis = np.cross(down, down_to)
    cosine = -down_to[..., 1:2]
    along = np.sum(axis * vector, axis=-1, keepdims=True)
    return vector * cosine + np.cross(axis, vector) + axis * along / np.maximum(1.0 + cosine, 0.05)


def solve_leg(
    body: Body, hip: Float[np.ndarray, "T 3"], ankle: Float[np.ndarray, "T 3"], front: Float[np.ndarray, "T 3"]
) -> tuple[Float[np.ndarray, "T 3"], Float[np.ndarray, "T 3"]]:
    """Knee and reachable ankle; the knee bends towards `front`, a horizontal unit vector carried along by the leg."""
    line = ankle - hip
    distance = np.maximum(np.linalg.norm(line, axis=-1, keepdims=True), 1e-6)
    direction = line / distance
    distance = np.clip(distance, _SHORTEST * body.leg, REACH * body.leg)
    along = (body.thigh**2 - body.shank**2 + distance**2) / (2.0 * distance)
    outwards = np.sqrt(np.maximum(body.thigh**2 - along**2, 0.0))
    bend = transport(direction, front)
    bend -= np.sum(bend * direction, axis=-1, keepdims=True) * direction
    bend /= np.maximum(np.linalg.norm(bend, axis=-1, keepdims=True), 1e-6)
    return hip + along * direction + outwards * bend, hip + distance * direction


def horizontal(yaw: Float[np.ndarray, " T"]) -> Float[np.ndarray, "T 3"]:
    """The horizontal unit vector at a heading (radians from +z towards +x, that is to the left)."""
    return np.stack([np.sin(yaw), np.zeros_like(yaw), np.cos(yaw)], axis=-1)


def sole_direction(yaw: Float[np.ndarray, " T"], heel: Float[np.ndarray, " T"]) -> Float[np.ndarray, "T 3"]:
    """Heel to toe of a foot on the floor whose heel is raised by `heel` radians."""
    flat = horizontal(yaw) * np.cos(heel)[:, None]
    return flat - np.sin(heel)[:, None] * np.array([0.0, 1.0, 0.0])


def _foot_up(direction: np.ndarray, side: np.ndarray) -> np.ndarray:
    up = np.cross(direction, side)
    return up / np.maximum(np.linalg.norm(up, axis=-1, keepdims=True), 1e-6)


def ankle_over_ball(
    body: Body, ball: Float[np.ndarray, "T 3"], yaw: Float[np.ndarray, " T"], heel: Float[np.ndarray, " T"]
) -> Float[np.ndarray, "T 3"]:
    """Ankle of a foot that stands on its ball."""
    direction = sole_direction(yaw, heel)
    up = _foot_up(direction, horizontal(yaw + np.pi / 2))
    return ball + (body.ankle_height - SOLE) * up - body.ball_forward * direction


def ball_and_heel(
    body: Body, ankle: Float[np.ndarray, "T 3"], direction: Float[np.ndarray, "T 3"], side: Float[np.ndarray, "T 3"]
) -> tuple[Float[np.ndarray, "T 3"], Float[np.ndarray, "T 3"]]:
    """Ball and heel of a foot that points along `direction`; `side` is the dancer's left, as seen by the foot."""
    sole = ankle - (body.ankle_height - SOLE) * _foot_up(direction, side)
    return sole + body.ball_forward * direction, sole - body.heel_back * direction


def pointed_direction(
    knee: Float[np.ndarray, "T 3"],
    ankle: Float[np.ndarray, "T 3"],
    front: Float[np.ndarray, "T 3"],
    point: Float[np.ndarray, " T"],
) -> Float[np.ndarray, "T 3"]:
    """Heel to toe of a free foot: square to the shank at `point` 0, along it at pi / 2."""
    shank = ankle - knee
    shank = shank / np.maximum(np.linalg.norm(shank, axis=-1, keepdims=True), 1e-6)
    square = transport(shank, front)
    return np.cos(point)[:, None] * square + np.sin(point)[:, None] * shank
