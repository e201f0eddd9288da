"""Parameters of the LDES tracker, and the windows through which its filters learn and look."""

import dataclasses
import functools
import math

import numpy as np
from jaxtyping import Complex, Float

from hdvr_jax.tracking import correlation, patches


@dataclasses.dataclass(frozen=True)
class Settings:
    """Parameters, in sizes of the target (the square root of its box's area) where not said otherwise.

    Attributes:
        padding: Side of the window that is searched.
        side: Its patch, in pixels.
        cell: Pixels of a patch that make a feature.
        context: What the filter learns from, in widths and heights of the box; the rest of the window is hidden.
        label: Deviation of the wanted response.
        regularization: Of both filters, in means of their power.
        polar_reach: Radius of the log-polar patch, in half diagonals of the box.
        polar_side: Side of the patch that the log-polar one is read from, in pixels.
        polar_inner: Its smallest radius, in those pixels.
        angles: Lines of the log-polar patch.
        radii: Its columns.
        polar_cell: Pixels of it that make a feature.
        polar_label: Deviation of its wanted response, in features.
        most_turn: Radians that a target can turn between two frames.
        most_growth: Ratio that it can grow or shrink by.
        most_scale: Times that it can grow or shrink by in all.
        rounds: Of the descent, at most.
        settled, settled_turn: It ends where a round moves the target by less than so many pixels of the patch, and
            turns (radians) or grows it (logarithm) by less than that.
        rate, polar_rate: How fast the filters forget, a frame.
        steady: Share of the usual height of the peak under which the target counts as hidden, and nothing is learnt.
        sure: The same where it is `leap` or more from where it was expected; between the two in between.
        leap: See `sure`.
        least_share: Share of its box within the image under which it counts as hidden too.
        coasting: Share of its velocity that a hidden target keeps, a frame.
    """

    padding: float = 4.0
    side: int = 192
    cell: int = 4
    context: float = 2.0
    label: float = 0.08
    regularization: float = 0.01
    polar_reach: float = 1.2
    polar_side: int = 128
    polar_inner: float = 2.0
    angles: int = 256
    radii: int = 128
    polar_cell: int = 4
    polar_label: float = 1.0
    most_turn: float = 0.6
    most_growth: float = 1.3
    most_scale: float = 8.0
    rounds: int = 2
    settled: float = 0.3
    settled_turn: float = 0.006
    rate: float = 0.05
    polar_rate: float = 0.05
    steady: float = 0.35
    sure: float = 0.7
    leap: float = 0.5
    least_share: float = 0.2
    coasting: float = 0.8

    @property
    def polar_range(self) -> float:
        """Logarithm of the largest radius over the smallest."""
        return math.log(self.polar_side / 2 / self.polar_inner)


@dataclasses.dataclass(frozen=True)
class Windows:
    """What depends on the settings and the size of the first box only.

    Attributes:
        step: Image pixels per patch pixel in the first frame; `polar_step` for the log-polar patch.
        shown, polar_shown: What the filters learn from, 0 to 1.
        searched, polar_searched: What they look at.
        wanted, polar_wanted: Transforms of the wanted responses.
        allowed: Shifts of the log-polar patch that `most_turn` and `most_growth` allow.
    """

    step: float
    polar_step: float
    shown: Float[np.ndarray, "H W"]
    polar_shown: Float[np.ndarray, "A R"]
    searched: Float[np.ndarray, "H W"]
    polar_searched: Float[np.ndarray, "A R"]
    wanted: Complex[np.ndarray, "H V"]
    polar_wanted: Complex[np.ndarray, "A P"]
    allowed: Float[np.ndarray, "A R"]


@functools.lru_cache(maxsize=64)
def windows_of(settings: Settings, width: float, height: float) -> Windows:
    """Of a first box of that size in pixels."""
    extent = math.sqrt(width * height)
    step = max(settings.padding * extent, 1.3 * max(width, height)) / settings.side
    cells = settings.side // settings.cell
    away = np.abs(np.arange(cells) - (cells - 1) / 2) * settings.cell * step
    edge = _ends(cells)
    # Of a box thinner than a cell there would be nothing left.
    learnt = [
        _raised(2 * away / max(settings.context * length, 4 * settings.cell * step)) for length in (height, width)
    ]
    sigma = settings.label * extent / (step * settings.cell)

    polar_step = settings.polar_reach * math.hypot(width, height) / settings.polar_side
    lines, columns = settings.angles // settings.polar_cell, settings.radii // settings.polar_cell
    radius = patches.log_radii(settings.polar_side, columns, settings.polar_inner) * polar_step
    around = 2 * np.pi * np.arange(lines)[:, None] / lines
    outside = 2 * np.hypot(np.cos(around) * radius / width, np.sin(around) * radius / height)
    turns = 2 * np.pi * np.abs(np.fft.fftfreq(lines))
    growths = settings.polar_range * np.abs(np.fft.fftfreq(columns))
    return Windows(
        step=step,
        polar_step=polar_step,
        shown=np.outer(*learnt),
        polar_shown=_raised(outside - 0.8) * _ends(columns),
        searched=np.outer(edge, edge),
        polar_searched=np.broadcast_to(_ends(columns), (lines, columns)),
        wanted=correlation.gaussian((cells, cells), max(sigma, 0.5)),
        polar_wanted=correlation.gaussian((lines, columns), settings.polar_label),
        allowed=np.outer(turns <= settings.most_turn, growths <= math.log(settings.most_growth)).astype(np.float32),
    )


def _raised(distance: np.ndarray) -> np.ndarray:
    """1 up to distance 0, falling to 0 at 1 as a raised cosine."""
    return (0.5 + 0.5 * np.cos(np.pi * np.clip(distance, 0, 1))).astype(np.float32)


def _ends(count: int) -> np.ndarray:
    """1 in the middle of so many samples, falling to 0 over the outer 30 %."""
    away = np.abs(np.linspace(-1, 1, count))
    return _raised((away - 0.7) / 0.3)
