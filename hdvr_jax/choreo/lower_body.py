"""One leg from hip to toe: planted or free, on its ball where the ankle would not bend far enough."""

import numpy as np
from jaxtyping import Float

from hdvr_jax.choreo.body import Body
from hdvr_jax.choreo.curves import minimum_jerk, smooth
from hdvr_jax.choreo.footwork import Foot
from hdvr_jax.choreo.legs import (
    SOLE,
    ankle_over_ball,
    ball_and_heel,
    horizontal,
    pointed_direction,
    sole_direction,
    solve_leg,
)

_FREE_REACH = 0.985
_KNEE_FOLLOWS = np.radians(32.0)
_HIGHEST_HEEL = np.radians(66.0)
_TIGHTEST_ANKLE = np.radians(60.0)  # between shank and sole; beyond it the heel comes off the floor


def planted_ankle(
    body: Body, foot: Foot, heel: Float[np.ndarray, " T"], extra: Float[np.ndarray, " T"] | float = 0.0
) -> Float[np.ndarray, "T 3"]:
    """Ankle of a foot that follows its track, the heel raised by `heel` degrees and by `extra` radians."""
    ball = np.stack([foot.place[:, 0], SOLE + foot.lift, foot.place[:, 1]], axis=-1)
    return ankle_over_ball(body, ball, foot.yaw, _heel(foot, heel, extra))


def leg_joints(
    body: Body,
    sign: float,
    hip: Float[np.ndarray, "T 3"],
    heading: Float[np.ndarray, " T"],
    foot: Foot,
    channels: dict[str, np.ndarray],
    fps: float,
) -> dict[str, Float[np.ndarray, "T 3"]]:
    """Hip, knee, ankle, ball and heel of one leg; `sign` is 1 for the left, `channels` are that side's, unsuffixed."""
    facing = heading + sign * np.radians(channels["turnout"])
    # The knee goes with the foot as far as the hip's rotation allows, whatever a turn has not yet brought round.
    front = horizontal(facing + _KNEE_FOLLOWS * np.tanh((foot.yaw - facing) / (2.0 * _KNEE_FOLLOWS)))
    free = minimum_jerk(channels["free"])[:, None]
    raised = hip + body.leg * _free_offset(channels, sign, heading)
    left = horizontal(foot.yaw + np.pi / 2)
    point = np.radians(channels["free_point"])
    extra = np.zeros(len(hip))
    for _ in range(3):
        planted = planted_ankle(body, foot, channels["heel"], extra)
        knee, ankle = solve_leg(body, hip, planted + free * (raised - planted), front)
        flat = sole_direction(foot.yaw, _heel(foot, channels["heel"], extra))
        extra = extra + (1.0 - free[:, 0]) * _too_tight(knee, ankle, flat, fps)
    pointed = pointed_direction(knee, ankle, horizontal(facing), point)
    direction = flat + free * (pointed - flat)
    direction /= np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-6)
    ball, heel = ball_and_heel(body, ankle, direction, left)
    under = np.maximum(SOLE - np.minimum(ball[:, 1], heel[:, 1]), 0.0)
    knee, ankle = solve_leg(body, hip, ankle + under[:, None] * np.array([0.0, 1.0, 0.0]), front)
    ball, heel = ball_and_heel(body, ankle, direction, left)
    return {"hip": hip, "knee": knee, "ankle": ankle, "ball": ball, "heel": heel}


def _too_tight(knee: np.ndarray, ankle: np.ndarray, sole: np.ndarray, fps: float) -> np.ndarray:
    """By how much (radians) the ankle is bent further than it can, smoothed over time."""
    shank = knee - ankle
    cosine = np.sum(shank * sole, axis=-1) / np.maximum(np.linalg.norm(shank, axis=-1), 1e-6)
    angle = np.arccos(np.clip(cosine, -1.0, 1.0))
    return smooth(np.maximum(_TIGHTEST_ANKLE - angle, 0.0), 0.04, fps)


def _heel(foot: Foot, heel: np.ndarray, extra: np.ndarray | float) -> np.ndarray:
    return np.minimum(np.hypot(foot.heel, np.radians(heel)) + extra, _HIGHEST_HEEL)


def _free_offset(channels: dict[str, np.ndarray], sign: float, heading: np.ndarray) -> np.ndarray:
    """Hip to ankle of a free leg in leg lengths, no longer than the leg."""
    out, up, forward = (channels[f"free_{part}"] for part in ("out", "up", "fwd"))
    length = np.sqrt(out**2 + up**2 + forward**2)
    shrink = np.minimum(1.0, _FREE_REACH / np.maximum(length, 1e-6))
    across = (sign * out * shrink)[:, None] * horizontal(heading + np.pi / 2)
    return (
        across + (forward * shrink)[:, None] * horizontal(heading) + (up * shrink)[:, None] * np.array([0.0, 1.0, 0.0])
    )
