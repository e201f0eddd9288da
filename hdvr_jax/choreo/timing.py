"""Beats to seconds: a tempo that drifts a little and a dancer who is a little early or late."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float
from scipy.interpolate import PchipInterpolator


@dataclass(frozen=True)
class Clock:
    """A monotone map between beats and seconds, both ways."""

    to_seconds: PchipInterpolator
    to_beats: PchipInterpolator

    def seconds(self, beat: float) -> float:
        """When a beat falls, in seconds from the start of the clip."""
        return float(self.to_seconds(beat))

    def beat(self, time: Float[np.ndarray, " T"]) -> Float[np.ndarray, " T"]:
        """The beat, fractions included, at each time."""
        return self.to_beats(time)


def make_clock(rng: np.random.Generator, bpm: float, beats: float, start: float, jitter: float) -> Clock:
    """A clock of `bpm` for `beats` beats, beat 0 at `start` seconds.

    `jitter` is the dancer's scatter about the music in beats (standard deviation).
    """
    numbers = np.arange(-4.0, np.ceil(beats) + 5.0)
    drift = 1.0 + 0.015 * np.sin(2 * np.pi * (numbers / 32.0 + rng.random()))
    period = 60.0 / bpm
    moments = np.cumsum(drift) * period
    moments += start - np.interp(0.0, numbers, moments)
    moments = moments + np.clip(rng.normal(size=numbers.size), -2, 2) * jitter * period
    return Clock(PchipInterpolator(numbers, moments), PchipInterpolator(moments, numbers))
