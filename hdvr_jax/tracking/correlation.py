"""Correlation filters: ridge regression on all cyclic shifts of a sample, solved in the Fourier domain.

Symbols: C channels, H x W samples of a patch, Y the transform of the wanted response, X that of the sample:

    response = sum_c (Y conj(X_c) / (sum_k |X_k|^2 + l)) Z_c    (Danelljan et al., BMVC 2014, equations 3 to 6)
"""

import dataclasses

import numpy as np
from jaxtyping import Complex, Float

_TINY = 1e-6


@dataclasses.dataclass(frozen=True)
class Filter:
    """A filter as running means over the samples it has learnt from.

    Attributes:
        numerator: Y conj(X_c).
        denominator: sum_k |X_k|^2.
    """

    numerator: Complex[np.ndarray, "C H V"]
    denominator: Float[np.ndarray, "H V"]


def gaussian(shape: tuple[int, int], sigma: float) -> Complex[np.ndarray, "H V"]:
    """Transform of the wanted response: 1 without shift, falling off with a deviation of `sigma` samples."""
    lines, columns = (np.fft.fftfreq(size, 1 / size) for size in shape)
    wanted = np.exp(-(lines[:, None] ** 2 + columns**2) / (2 * sigma**2))
    return np.fft.rfft2(wanted.astype(np.float32))


def learn(sample: Float[np.ndarray, "C H W"], wanted: Complex[np.ndarray, "H V"]) -> Filter:
    """The filter of one sample."""
    transformed = np.fft.rfft2(sample)
    power = np.sum(transformed.real**2 + transformed.imag**2, 0)
    return Filter(wanted * np.conj(transformed), power)


def blend(old: Filter, new: Filter, rate: float) -> Filter:
    """The running means moved towards a new filter by `rate`, 0 to 1."""
    return Filter(
        old.numerator + np.float32(rate) * (new.numerator - old.numerator),
        old.denominator + np.float32(rate) * (new.denominator - old.denominator),
    )


def respond(learnt: Filter, sample: Float[np.ndarray, "C H W"], regularization: float) -> Float[np.ndarray, "H W"]:
    """Response at every shift of the sample; 1 where it is what the filter learnt from.

    Args:
        regularization: l, in means of the denominator.
    """
    level = np.float32(regularization * learnt.denominator.mean() + _TINY)
    spectrum = np.einsum("chv,chv->hv", learnt.numerator, np.fft.rfft2(sample)) / (learnt.denominator + level)
    return np.fft.irfft2(spectrum, s=sample.shape[1:])


def peak(
    response: Float[np.ndarray, "H W"], allowed: Float[np.ndarray, "H W"] | None = None
) -> tuple[float, float, float]:
    """(Lines, columns, height) of the highest place of a response, where that is allowed (1, else 0).

    Shifts include parts of a sample and run from minus half the size to half the size. Without a peak there is no
    shift, and height 0.
    """
    weighted = response if allowed is None else response * allowed
    line, column = np.unravel_index(np.argmax(weighted), weighted.shape)
    height = float(response[line, column])
    if not height > _TINY:
        return 0.0, 0.0, 0.0
    lines, columns = response.shape
    down = line + _between(response[[line - 1, line, (line + 1) % lines], column])
    across = column + _between(response[line, [column - 1, column, (column + 1) % columns]])
    return (down + lines / 2) % lines - lines / 2, (across + columns / 2) % columns - columns / 2, height


def _between(heights: Float[np.ndarray, "3"]) -> float:
    """Where the top of a Gaussian through three samples lies, from the middle one, at most half a sample."""
    before, middle, after = np.log(np.maximum(heights, 1e-3 * heights[1])).tolist()
    bend = before - 2 * middle + after
    return min(max((before - after) / (2 * bend), -0.5), 0.5) if bend < -_TINY else 0.0
