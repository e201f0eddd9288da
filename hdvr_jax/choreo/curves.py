"""Smooth curves through keys: minimum jerk, monotone splines, smoothing and enveloped waves."""

import numpy as np
from jaxtyping import Float
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d


def minimum_jerk(u: Float[np.ndarray, "*T"]) -> Float[np.ndarray, "*T"]:
    """0 before u = 0, 1 after u = 1, with no velocity or acceleration at either end (Flash and Hogan 1985)."""
    u = np.clip(u, 0.0, 1.0)
    return u**3 * (10.0 + u * (6.0 * u - 15.0))


def bump(u: Float[np.ndarray, "*T"], peak: float = 0.5) -> Float[np.ndarray, "*T"]:
    """Rises from 0 to 1 at `peak` and back to 0 at u = 1; zero outside [0, 1]."""
    u = np.clip(u, 0.0, 1.0)
    return np.where(u < peak, minimum_jerk(u / peak), minimum_jerk((1.0 - u) / (1.0 - peak)))


def through_keys(
    time: Float[np.ndarray, " T"], keys: list[tuple[float, float]], rate: float
) -> Float[np.ndarray, " T"]:
    """A monotone spline through `keys` (seconds, value) sorted by time; no overshoot between keys.

    A key that would need more than `rate` units a second from the one before it comes later, or not at all when the
    key after it is due by then, so that no figure is danced faster than the body allows.
    """
    kept = [keys[0]]
    for index, (moment, value) in enumerate(keys[1:], start=1):
        moment = max(moment, kept[-1][0] + abs(value - kept[-1][1]) / rate, kept[-1][0] + 0.04)
        last = index == len(keys) - 1
        if last or moment < keys[index + 1][0] + 0.02:
            kept.append((moment, value))
    if len(kept) == 1:
        return np.full(time.shape, kept[0][1])
    moments, values = zip(*kept, strict=True)
    spline = PchipInterpolator(moments, values)
    return spline(np.clip(time, moments[0], moments[-1]))


def smooth(values: Float[np.ndarray, "T *D"], seconds: float, fps: float) -> Float[np.ndarray, "T *D"]:
    """Gaussian smoothing along time with the given standard deviation; the ends are held."""
    return gaussian_filter1d(values, max(seconds * fps, 1e-3), axis=0, mode="nearest")


def envelope(beat: Float[np.ndarray, " T"], first: float, last: float, ramp: float = 0.5) -> Float[np.ndarray, " T"]:
    """1 between `first` and `last` with minimum-jerk ramps of `ramp` beats inside, 0 elsewhere."""
    return minimum_jerk((beat - first) / ramp) * minimum_jerk((last - beat) / ramp)


def soft_clamp(values: Float[np.ndarray, "*T"], low: float, high: float, knee: float = 0.12) -> Float[np.ndarray, "*T"]:
    """Holds `values` inside [low, high] without a corner: the last `knee` of the range is approached smoothly."""
    middle, half = (high + low) / 2.0, (high - low) / 2.0
    inner = half * (1.0 - knee)
    offset = values - middle
    beyond = np.maximum(np.abs(offset) - inner, 0.0)
    pressed = half * knee * np.tanh(beyond / (half * knee))
    return middle + np.sign(offset) * (np.minimum(np.abs(offset), inner) + pressed)
