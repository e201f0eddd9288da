"""LDES: following one target through shift, growth and turn (Li et al., AAAI 2019, "Robust Estimation of Similarity
Transformation for Visual Object Tracking").

The four numbers of a similarity are found two by two (block coordinate descent): a correlation filter over a wide
window finds the shift, and one over the log-polar patch, where turning and growing are shifts, finds angle and scale.
Each is found with the other held, in turns, until they agree. What differs from the paper: the second is a ridge
regression that learns as the first does, not a phase correlation, and no colour histogram is merged in.
"""

import dataclasses
import functools
import math

import numpy as np
from jaxtyping import Complex, Float, UInt8

from hdvr_jax.tracking import correlation, patches
from hdvr_jax.tracking.correlation import Filter


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
        polar_inner: Its smallest radius, in pixels of the patch of the same side as the other's half.
        angles: Lines of the log-polar patch.
        radii: Its columns.
        polar_cell: Pixels of it that make a feature.
        polar_label: Deviation of its wanted response, in features.
        most_turn: Radians that a target can turn between two frames.
        most_growth: Ratio that it can grow or shrink by.
        rounds: Of the descent.
        rate, polar_rate: How fast the filters forget, a frame.
        steady: Share of the usual height of the peak under which the target counts as hidden, and nothing is learnt.
        coasting: Share of its velocity that a hidden target keeps, a frame.
    """

    padding: float = 4.0
    side: int = 256
    cell: int = 4
    context: float = 2.0
    label: float = 0.08
    regularization: float = 0.01
    polar_reach: float = 1.2
    polar_inner: float = 4.0
    angles: int = 256
    radii: int = 128
    polar_cell: int = 4
    polar_label: float = 1.0
    most_turn: float = 0.6
    most_growth: float = 1.3
    rounds: int = 2
    rate: float = 0.02
    polar_rate: float = 0.02
    steady: float = 0.5
    coasting: float = 0.8


@dataclasses.dataclass(frozen=True)
class _Pose:
    """Where the target is, and the height of the filter's peak there."""

    centre: tuple[float, float]
    scale: float
    angle: float
    height: float = 0.0


@dataclasses.dataclass(frozen=True)
class Target:
    """What is followed.

    Attributes:
        center: (2,) pixels.
        velocity: (2,) pixels a frame, smoothed.
        scale: Relative to the first frame.
        angle: Radians since the first frame, from the image's x axis towards its y axis.
        first_size: (2,) width and height of the box in the first frame.
        response: Height of the filter's peak: about 1 where the target looks as it was learnt, near 0 where it is
            hidden or nothing can be told.
        usual: Running mean of `response`.
        place, polar: The filters.
        settings: As given to `start`.
    """

    center: Float[np.ndarray, "2"]
    velocity: Float[np.ndarray, "2"]
    scale: float
    angle: float
    first_size: Float[np.ndarray, "2"]
    response: float
    usual: float
    place: Filter
    polar: Filter
    settings: Settings

    @property
    def size(self) -> Float[np.ndarray, "2"]:
        """Width and height of the target, along its own axes."""
        return self.first_size * self.scale

    @property
    def box(self) -> tuple[float, float, float, float]:
        """(x, y, width, height) of the smallest upright box around the turned one."""
        cosine, sine = abs(math.cos(self.angle)), abs(math.sin(self.angle))
        width, height = self.size
        across, down = width * cosine + height * sine, width * sine + height * cosine
        return float(self.center[0] - across / 2), float(self.center[1] - down / 2), float(across), float(down)


@dataclasses.dataclass(frozen=True)
class _Grid:
    """What depends on the settings and the first box only.

    Attributes:
        size: (2,) the box, in patch pixels.
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


def _raised(distance: np.ndarray) -> np.ndarray:
    """1 at distance 0, falling to 0 at 1 as a raised cosine."""
    return (0.5 + 0.5 * np.cos(np.pi * np.clip(distance, 0, 1))).astype(np.float32)


@functools.lru_cache(maxsize=64)
def _grid(settings: Settings, width: float, height: float) -> _Grid:
    """Of a first box of that size in pixels."""
    extent = math.sqrt(width * height)
    step = max(settings.padding * extent, 1.3 * max(width, height)) / settings.side
    cells = settings.side // settings.cell
    across = np.abs(np.arange(cells) - (cells - 1) / 2) * settings.cell * step
    shown = np.outer(
        _raised(across / (settings.context * height / 2)), _raised(across / (settings.context * width / 2))
    )
    edge = _raised((across / across[0] - 0.7) / 0.3)
    sigma = settings.label * extent / step / settings.cell
    wanted = correlation.gaussian((cells, cells), max(sigma, 0.5))

    polar_step = settings.polar_reach * math.hypot(width, height) / settings.side
    lines, columns = settings.angles // settings.polar_cell, settings.radii // settings.polar_cell
    radius = patches.log_radii(settings.side, columns, settings.polar_inner) * polar_step
    around = 2 * np.pi * np.arange(lines) / lines
    outside = np.hypot(np.cos(around)[:, None] * radius / width, np.sin(around)[:, None] * radius / height) * 2
    ends = np.abs(np.arange(columns) - (columns - 1) / 2) / ((columns - 1) / 2)
    ends = _raised((ends - 0.7) / 0.3)
    turns = np.abs(np.fft.fftfreq(lines)) * 2 * np.pi
    growths = np.abs(np.fft.fftfreq(columns)) * columns * math.log(settings.side / 2 / settings.polar_inner) / columns
    return _Grid(
        step=step,
        polar_step=polar_step,
        shown=shown,
        polar_shown=_raised(outside - 0.8) * ends,
        searched=np.outer(edge, edge),
        polar_searched=np.broadcast_to(ends, (lines, columns)),
        wanted=wanted,
        polar_wanted=correlation.gaussian((lines, columns), settings.polar_label),
        allowed=np.outer(turns <= settings.most_turn, growths <= math.log(settings.most_growth)).astype(np.float32),
    )


def start(
    image: UInt8[np.ndarray, "H W 3"], box: tuple[float, float, float, float], settings: Settings = Settings()
) -> Target:
    """Learns a target.

    Args:
        image: BGR.
        box: (x, y, width, height) in pixels; a box thinner than a pixel counts as a pixel.
    """
    x, y, width, height = map(float, box)
    size = np.maximum([width, height], 1.0)
    center = np.array([x + width / 2 - 0.5, y + height / 2 - 0.5])
    grid = _grid(settings, *size.tolist())
    pose = _Pose(tuple(center.tolist()), 1.0, 0.0)
    place, polar = _learn(image, pose, grid, settings)
    return Target(center + 0.5, np.zeros(2), 1.0, 0.0, size, 1.0, 1.0, place, polar, settings)


def _seen(image: np.ndarray, pose: _Pose, grid: _Grid, settings: Settings) -> np.ndarray:
    patch = patches.sample(image, pose.centre, grid.step * pose.scale, pose.angle, settings.side)
    return patches.features(patch, settings.cell)


def _seen_polar(image: np.ndarray, pose: _Pose, grid: _Grid, settings: Settings) -> np.ndarray:
    patch = patches.sample(image, pose.centre, grid.polar_step * pose.scale, pose.angle, settings.side)
    polar = patches.log_polar(patch, settings.angles, settings.radii, settings.polar_inner)
    return patches.features(polar, settings.polar_cell)


def _learn(image: np.ndarray, pose: _Pose, grid: _Grid, settings: Settings) -> tuple[Filter, Filter]:
    """The filters of the target at a pose."""
    place = correlation.learn(_seen(image, pose, grid, settings) * grid.shown, grid.wanted)
    polar = correlation.learn(_seen_polar(image, pose, grid, settings) * grid.polar_shown, grid.polar_wanted)
    return place, polar


def _shift(target: Target, image: np.ndarray, pose: _Pose, grid: _Grid, window: np.ndarray) -> _Pose:
    """The pose with the place where the filter responds most, of what the window leaves."""
    settings = target.settings
    seen = _seen(image, pose, grid, settings) * window
    response = correlation.respond(target.place, seen, settings.regularization)
    down, across, height = correlation.peak(response, np.ones_like(response))
    step = settings.cell * grid.step * pose.scale
    cosine, sine = math.cos(pose.angle) * step, math.sin(pose.angle) * step
    x, y = pose.centre
    centre = x + across * cosine - down * sine, y + across * sine + down * cosine
    return dataclasses.replace(pose, centre=centre, height=height)


def _turn(target: Target, image: np.ndarray, pose: _Pose, grid: _Grid) -> _Pose:
    """The pose with the angle and scale at which the log-polar filter responds most."""
    settings = target.settings
    seen = _seen_polar(image, pose, grid, settings) * grid.polar_searched
    response = correlation.respond(target.polar, seen, settings.regularization)
    turns, growths, _ = correlation.peak(response, grid.allowed)
    turn = turns * 2 * math.pi * settings.polar_cell / settings.angles
    growth = growths * settings.polar_cell / settings.radii * math.log(settings.side / 2 / settings.polar_inner)
    return dataclasses.replace(pose, angle=pose.angle + turn, scale=pose.scale * math.exp(growth))


def _descend(target: Target, image: np.ndarray, grid: _Grid) -> _Pose:
    """The pose in a frame: place over the wide window, then similarity and place in turns while that helps."""
    settings = target.settings
    pose = _Pose(tuple((target.center - 0.5).tolist()), target.scale, target.angle)
    pose = dataclasses.replace(_shift(target, image, pose, grid, grid.searched), height=0.0)
    for _ in range(settings.rounds):
        turned = _shift(target, image, _turn(target, image, pose, grid), grid, grid.shown)
        if turned.height <= pose.height:
            break
        pose = turned
    return pose


def follow(target: Target, image: UInt8[np.ndarray, "H W 3"]) -> Target:
    """The target in the next frame. One that is hidden coasts: it keeps its size, and loses speed."""
    settings = target.settings
    grid = _grid(settings, *target.first_size.tolist())
    pose = _descend(target, image, grid)
    if not pose.height > settings.steady * target.usual:
        return dataclasses.replace(
            target,
            center=target.center + target.velocity,
            velocity=settings.coasting * target.velocity,
            response=pose.height,
        )
    place, polar = _learn(image, pose, grid, settings)
    center = np.array(pose.centre) + 0.5
    return dataclasses.replace(
        target,
        center=center,
        velocity=(target.velocity + center - target.center) / 2,
        scale=pose.scale,
        angle=(pose.angle + math.pi) % (2 * math.pi) - math.pi,
        response=pose.height,
        usual=target.usual + 0.1 * (pose.height - target.usual),
        place=correlation.blend(target.place, place, settings.rate),
        polar=correlation.blend(target.polar, polar, settings.polar_rate),
    )
