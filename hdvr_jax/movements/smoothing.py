"""Smoothing and differentiation in seconds: the same motion gives the same values at any frame rate."""

import importlib

import numpy as np
from jaxtyping import Float

SIGMA_SECONDS = 0.05


def local_linear(
    values: Float[np.ndarray, "T *rest"], fps: float, sigma: float = SIGMA_SECONDS
) -> tuple[Float[np.ndarray, "T *rest"], Float[np.ndarray, "T *rest"]]:
    """Local linear regression with Gaussian weights (Savitzky & Golay 1964, order 1, Gaussian window).

    A straight line is reproduced exactly, also at the ends of the clip and beside gaps, where a plain Gaussian
    filter is biased.

    Args:
        values: (T, ...) samples; NaN where missing. Missing samples carry no weight.
        fps: Frames per second.
        sigma: Standard deviation of the window in seconds.
    Returns:
        Smoothed values, and their slope per second; both NaN where `values` is. The slope is NaN where a sample
        has no neighbour within the window.
    """
    width = sigma * fps
    offsets = np.arange(-int(np.ceil(4 * width)), int(np.ceil(4 * width)) + 1, dtype=float)
    weights = np.exp(-0.5 * (offsets / width) ** 2)
    correlate = importlib.import_module("scipy.ndimage").correlate1d
    seen = np.isfinite(values)
    filled = np.where(seen, values, 0.0).astype(float)

    def moment(samples: np.ndarray, power: int) -> np.ndarray:
        return correlate(samples, weights * offsets**power, axis=0, mode="constant")

    mass = seen.astype(float)
    if seen.all():  # the mask moments depend on time only
        mass = mass[(slice(None), *(slice(0, 1) for _ in values.shape[1:]))]
    s0, s1, s2 = (moment(mass, power) for power in range(3))
    y0, y1 = moment(filled, 0), moment(filled, 1)
    determinant = s0 * s2 - s1**2
    alone = determinant < 1e-9
    safe = np.where(alone, 1.0, determinant)
    value = np.where(alone, y0 / np.maximum(s0, 1e-12), (s2 * y0 - s1 * y1) / safe)
    slope = np.where(alone, np.nan, (s0 * y1 - s1 * y0) / safe * fps)
    return np.where(seen, value, np.nan), np.where(seen, slope, np.nan)


def rate(values: Float[np.ndarray, "T *rest"], fps: float) -> Float[np.ndarray, "T *rest"]:
    """Change per second of (T, ...) values; NaN where they are missing."""
    return local_linear(values, fps)[1]
