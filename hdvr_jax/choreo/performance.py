"""A dancer performs a layout: channels, feet, pelvis, legs and upper body come together frame by frame."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax.choreo.body import COCO17_INDEX, JOINTS, Body, pelvis_rotation, upper_body
from hdvr_jax.choreo.curves import minimum_jerk, smooth
from hdvr_jax.choreo.dancer import Dancer
from hdvr_jax.choreo.footwork import Foot, foot_track, heading_track, jump_track, weight_on_left
from hdvr_jax.choreo.layout import Layout
from hdvr_jax.choreo.legs import (
    SOLE,
    ankle_over_ball,
    ball_and_heel,
    horizontal,
    pointed_direction,
    sole_direction,
    solve_leg,
)
from hdvr_jax.choreo.score import Part, channel_curves
from hdvr_jax.choreo.timing import Clock

_SIDES = (("l", "left", 1.0), ("r", "right", -1.0))
_STRAIGHT = 0.992  # of the leg: how far a standing leg stretches
_FREE_REACH = 0.985
_KNEE_FOLLOWS = np.radians(32.0)


@dataclass(frozen=True)
class Motion:
    """A dancer's motion: `points` (T, len(JOINTS), 3) metres, `contact` (T, 2) whether the left, right ball stands."""

    points: Float[np.ndarray, "T J 3"]
    contact: Bool[np.ndarray, "T 2"]

    @property
    def coco17(self) -> Float[np.ndarray, "T 17 3"]:
        """The joints of the COCO-17 skeleton."""
        return self.points[:, COCO17_INDEX]


def perform(
    dancer: Dancer, layout: Layout, parts: list[Part], clock: Clock, frames: int, fps: float, rng: np.random.Generator
) -> Motion:
    """Plays a layout on a dancer's body at `fps` for `frames` frames."""
    time = np.arange(frames) / fps
    body, stride = dancer.body, dancer.body.leg * dancer.steps
    channels = channel_curves(parts, dancer, clock, time, fps, rng)
    heading = heading_track(layout, clock, time, fps)
    feet = {side: foot_track(layout, side, clock, time, stride) for side, _, _ in _SIDES}
    jump = jump_track(layout, clock, time, body.leg)
    frame = pelvis_rotation(heading, channels)
    ankles = {side: _planted_ankle(body, feet[side], channels[f"heel_{side}"], dancer.lift) for side, _, _ in _SIDES}
    weight = _weight(layout, clock, time, channels)
    pelvis = _pelvis(dancer, feet, ankles, channels, heading, frame, weight, fps)
    points = upper_body(body, pelvis, frame, channels)
    for side, name, sign in _SIDES:
        leg = _leg(body, side, sign, pelvis, heading, frame, feet[side], ankles[side], channels)
        points |= {f"{name}_{joint}": position for joint, position in leg.items()}
    stacked = np.stack([points[name] for name in JOINTS], axis=1)
    stacked[..., 1] += jump[:, None]
    contact = np.stack([feet[s].standing & (channels[f"free_{s}"] < 0.01) & (jump < 1e-4) for s, _, _ in _SIDES], -1)
    return Motion(stacked, contact)


def _planted_ankle(body: Body, foot: Foot, heel: np.ndarray, lift: float) -> np.ndarray:
    ball = np.stack([foot.place[:, 0], SOLE + lift * foot.lift, foot.place[:, 1]], axis=-1)
    return ankle_over_ball(body, ball, foot.yaw, _heel(foot, heel))


def _heel(foot: Foot, heel: np.ndarray) -> np.ndarray:
    return np.minimum(np.hypot(foot.heel, np.radians(heel)), np.radians(66.0))


def _weight(layout: Layout, clock: Clock, time: np.ndarray, channels: dict[str, np.ndarray]) -> np.ndarray:
    """Share of the weight on the left foot; a free leg bears none."""
    weight = weight_on_left(layout, clock, time)
    weight = weight + channels["free_r"] * (0.95 - weight)
    return weight + channels["free_l"] * (0.05 - weight)


def _pelvis(
    dancer: Dancer,
    feet: dict[str, Foot],
    ankles: dict[str, np.ndarray],
    channels: dict[str, np.ndarray],
    heading: np.ndarray,
    frame: np.ndarray,
    weight: np.ndarray,
    fps: float,
) -> np.ndarray:
    """The pelvis over its support, as high as the standing legs allow and as low as the figure asks."""
    body = dancer.body
    support = weight[:, None] * ankles["l"] + (1.0 - weight)[:, None] * ankles["r"]
    support = smooth(support, 0.11, fps) + 0.02 * body.height * horizontal(heading)
    sway = channels["hip_side"][:, None] * horizontal(heading + np.pi / 2)
    pelvis = support + body.leg * (sway + channels["hip_fwd"][:, None] * horizontal(heading))
    ceilings = []
    for side, _, sign in _SIDES:
        socket = frame @ np.array([sign * body.pelvis_half, -0.02 * body.height, 0.0])
        apart = np.hypot(*(pelvis + socket - ankles[side])[:, [0, 2]].T)
        reach = _STRAIGHT * body.leg
        rise = np.sqrt(np.maximum(reach**2 - apart**2, (0.45 * reach) ** 2))
        grip = feet[side].standing * (1.0 - minimum_jerk(channels[f"free_{side}"] / 0.5))
        grip = minimum_jerk(smooth(grip, 0.05, fps) * 2.0)
        ceilings.append(ankles[side][:, 1] + rise - socket[:, 1] + 0.35 * body.leg * (1.0 - grip))
    width = 0.007
    low = -width * np.logaddexp(-ceilings[0] / width, -ceilings[1] / width)
    pelvis[:, 1] = smooth(low, 0.05, fps) + body.leg * (np.minimum(channels["height"], 0.0) - dancer.knees)
    return pelvis


def _leg(
    body: Body,
    side: str,
    sign: float,
    pelvis: np.ndarray,
    heading: np.ndarray,
    frame: np.ndarray,
    foot: Foot,
    planted: np.ndarray,
    channels: dict[str, np.ndarray],
) -> dict[str, np.ndarray]:
    """Hip, knee, ankle, ball and heel of one leg."""
    hip = pelvis + frame @ np.array([sign * body.pelvis_half, -0.02 * body.height, 0.0])
    free = minimum_jerk(channels[f"free_{side}"])[:, None]
    opened = sign * np.radians(channels[f"turnout_{side}"])
    facing = heading + opened
    # The knee goes with the foot as far as the hip's rotation allows, whatever a turn has not yet brought round.
    front = horizontal(facing + _KNEE_FOLLOWS * np.tanh((foot.yaw - facing) / (2.0 * _KNEE_FOLLOWS)))
    raised = hip + body.leg * _free_offset(channels, side, sign, heading)
    ankle = planted + free * (raised - planted)
    knee, ankle = solve_leg(body, hip, ankle, front)
    flat = sole_direction(foot.yaw, _heel(foot, channels[f"heel_{side}"]))
    pointed = pointed_direction(knee, ankle, horizontal(facing), np.radians(channels[f"free_point_{side}"]))
    direction = flat + free * (pointed - flat)
    direction /= np.maximum(np.linalg.norm(direction, axis=-1, keepdims=True), 1e-6)
    left = horizontal(foot.yaw + np.pi / 2)
    ball, heel = ball_and_heel(body, ankle, direction, left)
    under = np.maximum(SOLE - np.minimum(ball[:, 1], heel[:, 1]), 0.0)
    if np.any(under > 1e-4):
        ankle = ankle + under[:, None] * np.array([0.0, 1.0, 0.0])
        knee, ankle = solve_leg(body, hip, ankle, front)
        ball, heel = ball_and_heel(body, ankle, direction, left)
    return {"hip": hip, "knee": knee, "ankle": ankle, "ball": ball, "heel": heel}


def _free_offset(channels: dict[str, np.ndarray], side: str, sign: float, heading: np.ndarray) -> np.ndarray:
    """Hip to ankle of a free leg in leg lengths, no longer than the leg."""
    out, up, forward = (channels[f"free_{part}_{side}"] for part in ("out", "up", "fwd"))
    length = np.sqrt(out**2 + up**2 + forward**2)
    shrink = np.minimum(1.0, _FREE_REACH / np.maximum(length, 1e-6))
    across = (sign * out * shrink)[:, None] * horizontal(heading + np.pi / 2)
    return (
        across + (forward * shrink)[:, None] * horizontal(heading) + (up * shrink)[:, None] * np.array([0.0, 1.0, 0.0])
    )
