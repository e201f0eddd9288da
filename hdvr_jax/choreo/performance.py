"""A dancer performs a layout: channels, feet, pelvis, legs and upper body come together frame by frame."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float
from scipy.ndimage import maximum_filter1d

from hdvr_jax.choreo.body import COCO17_INDEX, JOINTS, pelvis_rotation, upper_body
from hdvr_jax.choreo.curves import minimum_jerk, smooth
from hdvr_jax.choreo.dancer import Dancer
from hdvr_jax.choreo.footwork import Foot, foot_track, heading_track, jump_track, weight_on_left
from hdvr_jax.choreo.layout import Layout
from hdvr_jax.choreo.legs import horizontal
from hdvr_jax.choreo.lower_body import leg_joints, planted_ankle
from hdvr_jax.choreo.score import Part, channel_curves
from hdvr_jax.choreo.timing import Clock

_SIDES = (("l", "left", 1.0), ("r", "right", -1.0))
_STRAIGHT = 0.992  # of the leg: how far a standing leg stretches
HIP_DROP = 0.02  # of body height, from the pelvis' centre down to the hip joints


@dataclass(frozen=True)
class Motion:
    """A dancer's motion.

    `points` (T, len(JOINTS), 3) metres, `contact` (T, 2) whether the left, right ball stands, `figures` what was danced
    when: name, start and end in seconds of the clip.
    """

    points: Float[np.ndarray, "T J 3"]
    contact: Bool[np.ndarray, "T 2"]
    figures: tuple[tuple[str, float, float], ...]

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
    feet = {side: foot_track(layout, side, clock, time, stride, dancer.lift) for side, _, _ in _SIDES}
    jump = jump_track(layout, clock, time, body.leg)
    for side, foot in feet.items():
        channels[f"free_{side}"] = np.maximum(channels[f"free_{side}"], foot.carried)
    frame = pelvis_rotation(heading, channels)
    ankles = {side: planted_ankle(body, feet[side], channels[f"heel_{side}"]) for side, _, _ in _SIDES}
    weight = _weight(layout, clock, time, channels)
    pelvis = _pelvis(dancer, feet, ankles, channels, heading, frame, weight, fps)
    points = upper_body(body, pelvis, frame, channels)
    for side, name, sign in _SIDES:
        own = {channel[:-2]: values for channel, values in channels.items() if channel.endswith(f"_{side}")}
        hip = pelvis + frame @ np.array([sign * body.pelvis_half, -HIP_DROP * body.height, 0.0])
        leg = leg_joints(body, sign, hip, heading, feet[side], own, fps)
        points |= {f"{name}_{joint}": position for joint, position in leg.items()}
    stacked = np.stack([points[name] for name in JOINTS], axis=1)
    stacked[..., 1] += jump[:, None]
    contact = np.stack([feet[s].standing & (channels[f"free_{s}"] < 0.01) & (jump < 1e-4) for s, _, _ in _SIDES], -1)
    return Motion(stacked, contact, _timeline(layout, clock, frames / fps))


def _timeline(layout: Layout, clock: Clock, seconds: float) -> tuple[tuple[str, float, float], ...]:
    """The figures that fall into the clip, cut to it."""
    spans = [
        (placed.figure.name, clock.seconds(placed.first), clock.seconds(placed.first + placed.figure.beats))
        for placed in layout.placed
    ]
    return tuple((name, max(a, 0.0), min(b, seconds)) for name, a, b in spans if b > 0.0 and a < seconds)


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
        socket = frame @ np.array([sign * body.pelvis_half, -HIP_DROP * body.height, 0.0])
        apart = np.hypot(*(pelvis + socket - ankles[side])[:, [0, 2]].T)
        reach = _STRAIGHT * body.leg
        rise = np.sqrt(np.maximum(reach**2 - apart**2, (0.45 * reach) ** 2))
        grip = feet[side].standing * (1.0 - minimum_jerk(channels[f"free_{side}"] / 0.5))
        grip = minimum_jerk(smooth(grip, 0.05, fps) * 2.0)
        ceilings.append(ankles[side][:, 1] + rise - socket[:, 1] + 0.35 * body.leg * (1.0 - grip))
    lowest = np.minimum(*ceilings)
    width = 0.007
    low = -width * np.logaddexp(-ceilings[0] / width, -ceilings[1] / width)
    pelvis[:, 1] = _below(smooth(low, 0.05, fps), lowest, fps) + body.leg * (
        np.minimum(channels["height"], 0.0) - dancer.knees
    )
    return pelvis


def _below(height: np.ndarray, ceiling: np.ndarray, fps: float) -> np.ndarray:
    """`height` lowered where smoothing took it above `ceiling`, so that no standing leg is overdrawn."""
    above = np.maximum(height - ceiling, 0.0)
    return height - smooth(maximum_filter1d(above, round(0.3 * fps)), 0.06, fps)
