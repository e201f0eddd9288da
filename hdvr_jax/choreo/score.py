"""From placed figures to channels: keys and waves in beats become one smooth curve per channel."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from hdvr_jax.choreo.arms import pose_parts
from hdvr_jax.choreo.channels import CHANNELS, neutral
from hdvr_jax.choreo.curves import envelope, smooth, soft_clamp, through_keys
from hdvr_jax.choreo.dancer import Dancer
from hdvr_jax.choreo.figure import Wave
from hdvr_jax.choreo.layout import Placed
from hdvr_jax.choreo.timing import Clock

# How much more than the trunk's bending a channel wanders by itself: the gaze roams, arms are no picture's.
_WANDERING = {
    "head_yaw": 5.0, "head_flex": 3.0, "head_roll": 2.0, "arm_elbow": 3.5, "arm_twist": 3.0, "arm_swing": 3.0,
    "waist_twist": 1.5, "chest_twist": 1.5, "hip_yaw": 2.0,
}  # fmt: skip
_SETTLE = 0.75  # beats after which a channel that a figure leaves alone is back at rest


@dataclass(frozen=True)
class Part:
    """One figure of a clip's score with the variation that its choreography asks for."""

    placed: Placed
    carriage: tuple[str, str]
    scale: float


def channel_curves(
    parts: list[Part], dancer: Dancer, clock: Clock, time: Float[np.ndarray, " T"], fps: float, rng: np.random.Generator
) -> dict[str, Float[np.ndarray, " T"]]:
    """Every channel of `CHANNELS` over the frames of `time`, in the dancer's style and inside the joint limits."""
    beat = clock.beat(time)
    waves = [(wave, part) for part in parts for wave in part.placed.figure.waves]
    written = [part.placed.figure.channel_keys() for part in parts]
    curves = {}
    for name, channel in CHANNELS.items():
        values = through_keys(time - dancer.lag * channel.lag, _keys(name, parts, written, clock), channel.rate)
        for wave, part in waves:
            if wave.channel == name:
                values = values + part.scale * _wave(wave, part.placed.first, beat)
        values = neutral(name) + _style(name, dancer) * (values - neutral(name)) + dancer.posture.get(name, 0.0)
        if _angular(name):
            values = values + dancer.wobble * _drift_share(name) * _drift(rng, time, fps)
        values = smooth(values, dancer.softness * (0.55 if name.startswith(("free", "heel")) else 1.0), fps)
        # A share or a heel on the floor rests at its lower limit, where a soft clamp would lift it.
        clamp = np.clip if name.startswith(("free_l", "free_r", "heel")) else soft_clamp
        curves[name] = clamp(values, channel.low, channel.high)
    return curves


def _keys(
    name: str, parts: list[Part], written: list[dict[str, tuple[tuple[float, float], ...]]], clock: Clock
) -> list[tuple[float, float]]:
    """The keys of one channel in seconds; a figure without any sends the channel home."""
    keys = []
    for part, figure_keys in zip(parts, written, strict=True):
        figure, first = part.placed.figure, part.placed.first
        own = figure_keys.get(name)
        if own is None:
            keys.append((clock.seconds(first + _SETTLE), _home(name, part)))
            continue
        for beat, value in own:
            base = neutral(name)
            value = value if name.startswith(("arm", "free")) else base + part.scale * (value - base)
            if figure.attack and keys:
                moment = clock.seconds(first + beat)
                held = keys[-1][0] + figure.attack * (moment - keys[-1][0])
                if moment - held > 0.05 and held > keys[-1][0] + 0.05:
                    keys.append((held, keys[-1][1]))
            keys.append((clock.seconds(first + beat), value))
    return [(keys[0][0] - 4.0, keys[0][1]), *keys]


def _home(name: str, part: Part) -> float:
    if name.startswith("arm_"):
        return pose_parts(part.carriage[0 if name.endswith("_l") else 1])[name[4:-2]]
    return neutral(name)


def _wave(wave: Wave, first: float, beat: np.ndarray) -> np.ndarray:
    inside = beat - first
    ramp = min(0.5, 0.4 * (wave.last - wave.first))
    shape = np.sin(2 * np.pi * (wave.rate * (inside - wave.first) + wave.phase))
    return wave.amplitude * envelope(inside, wave.first, wave.last, ramp) * shape


def _style(name: str, dancer: Dancer) -> float:
    if name.startswith(("arm_twist", "arm_elbow", "free_", "turnout")):
        return 1.0
    side = dancer.favour if name.endswith("_l") else 2.0 - dancer.favour if name.endswith("_r") else 1.0
    if name.startswith("arm_"):
        return 0.5 + 0.5 * dancer.arms * side
    if name.startswith(("hip", "height")):
        return dancer.hips
    if name.startswith(("free", "heel")):
        return 1.0
    return dancer.trunk * side


def _angular(name: str) -> bool:
    return not name.startswith(("hip_side", "hip_fwd", "height", "free", "heel", "turnout"))


def _drift_share(name: str) -> float:
    return next((share for start, share in _WANDERING.items() if name.startswith(start)), 1.0)


def _drift(rng: np.random.Generator, time: np.ndarray, fps: float) -> np.ndarray:
    """Slow noise of unit standard deviation: nobody holds quite still."""
    noise = smooth(rng.normal(size=time.size + int(4 * fps)), 0.55, fps)[int(2 * fps) : int(2 * fps) + time.size]
    return noise * np.sqrt(2.0 * np.sqrt(np.pi) * 0.55 * fps)
