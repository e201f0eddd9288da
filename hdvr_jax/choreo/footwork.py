"""The feet in metres and seconds, frame by frame, from a layout: where each stands, when it is in the air."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax.choreo.curves import bump, minimum_jerk, smooth, through_keys
from hdvr_jax.choreo.layout import Layout, Move
from hdvr_jax.choreo.timing import Clock

_SHORTEST_SWING = 0.13  # seconds
_HEEL_OFF = 0.10  # seconds before the toes leave
_ONTO_FOOT = 0.16  # seconds from landing until the weight is over the foot


@dataclass(frozen=True)
class Foot:
    """One foot over T frames: ball on the floor (x, z), height of the arc, yaw, heel (radians), standing or not.

    `carried` (0 to 1) is how far it hangs from the body instead of following its track.
    """

    place: Float[np.ndarray, "T 2"]
    lift: Float[np.ndarray, " T"]
    yaw: Float[np.ndarray, " T"]
    heel: Float[np.ndarray, " T"]
    standing: Bool[np.ndarray, " T"]
    carried: Float[np.ndarray, " T"]


def foot_track(
    layout: Layout, name: str, clock: Clock, time: Float[np.ndarray, " T"], leg: float, lift_factor: float
) -> Foot:
    """Plays the moves of foot "l" or "r"; `leg` scales the layout to metres. A standing foot does not slide."""
    x, z, yaw = layout.start.foot(name)
    place = np.tile([x * leg, z * leg], (time.size, 1))
    angle = np.full(time.shape, float(yaw))
    lift, heel, carried = np.zeros(time.shape), np.zeros(time.shape), np.zeros(time.shape)
    standing = np.ones(time.shape, bool)
    now, free_from = np.array([x, z]), -np.inf
    for move in sorted((m for m in layout.moves if m.foot == name), key=lambda m: m.last):
        last = clock.seconds(move.last)
        first = min(max(clock.seconds(move.first), free_from), last - _SHORTEST_SWING)
        if move.lift <= 0 or move.carried:
            first, last = _unhurried(first, last, move.yaw - yaw)
        u = (time - first) / (last - first)
        angle = angle + (move.yaw - yaw) * minimum_jerk(u)
        there = np.array([move.x, move.z])
        if move.lift > 0:
            distance = leg * np.linalg.norm(there - now)
            place = place + leg * np.outer(minimum_jerk(u), there - now)
            lift = np.maximum(lift, lift_factor * leg * _arc(move, distance) * bump(u, 0.42))
            roll = np.radians(8.0 + 30.0 * min(distance / 0.5, 1.0))
            heel = np.maximum(heel, roll * bump((time - first + _HEEL_OFF) / (last - first + _HEEL_OFF), 0.42))
            standing &= (time <= first) | (time >= last)
            carried = np.maximum(carried, move.carried * bump(u))
        else:
            heel = np.maximum(heel, np.radians(9.0) * bump(u))
        now, yaw, free_from = there, move.yaw, last
    return Foot(place, lift, angle, heel, standing, carried)


def _unhurried(first: float, last: float, angle: float) -> tuple[float, float]:
    """The interval, widened about its middle until `angle` is turned at no more than 1.9 turns a second."""
    missing = max(0.5 * abs(angle) / np.pi - (last - first), 0.0)
    return first - missing / 2, last + missing / 2


def _arc(move: Move, distance: float) -> float:
    return move.lift * (0.4 + 0.6 * min(distance / 0.35, 1.0))


def weight_on_left(layout: Layout, clock: Clock, time: Float[np.ndarray, " T"]) -> Float[np.ndarray, " T"]:
    """The share of the weight on the left foot: over the other foot while one travels, onto it when it lands."""
    keys = [(time[0] - 2.0, 0.5)]
    for move in sorted((m for m in layout.moves if m.lift > 0), key=lambda m: m.last):
        on, off = (0.9, 0.1) if move.foot == "l" else (0.1, 0.9)
        keys.append((clock.seconds(move.first) + 0.03, off))
        if move.weight:
            keys.append((clock.seconds(move.last) + _ONTO_FOOT, on))
    keys.sort()
    keys.append((max(time[-1], keys[-1][0]) + 1.0, keys[-1][1]))
    return through_keys(time, keys, rate=6.0)


def heading_track(layout: Layout, clock: Clock, time: Float[np.ndarray, " T"], fps: float) -> Float[np.ndarray, " T"]:
    """The body's heading in radians: every turn added with its own minimum-jerk course."""
    heading = np.full(time.shape, float(layout.start.heading))
    for turn in layout.turns:
        first, last = _unhurried(clock.seconds(turn.first), clock.seconds(turn.last), turn.angle)
        heading += turn.angle * minimum_jerk((time - first) / (last - first))
    return smooth(heading, 0.06, fps)


def jump_track(layout: Layout, clock: Clock, time: Float[np.ndarray, " T"], leg: float) -> Float[np.ndarray, " T"]:
    """Height of both feet above the floor from the jumps, metres."""
    height = np.zeros(time.shape)
    for jump in layout.jumps:
        first, last = clock.seconds(jump.first), clock.seconds(jump.last)
        u = np.clip((time - first) / (last - first), 0.0, 1.0)
        height = np.maximum(height, leg * jump.height * np.sin(np.pi * u) ** 2)
    return height
