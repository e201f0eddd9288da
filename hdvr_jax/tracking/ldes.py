"""LDES: following one target through shift, growth and turn (Li et al., AAAI 2019, "Robust Estimation of Similarity
Transformation for Visual Object Tracking").

The four numbers of a similarity are found two by two (block coordinate descent): a correlation filter over a wide
window finds the shift, and one over the log-polar patch, where turning and growing are shifts, finds angle and scale.
Each is found with the other held, in turns, until they agree. What differs from the paper: the second is a ridge
regression that learns as the first does, not a phase correlation, and no colour histogram is merged in.
"""

import dataclasses
import math

import numpy as np
from jaxtyping import Float, UInt8

from hdvr_jax.errors import InputError
from hdvr_jax.tracking import correlation, patches
from hdvr_jax.tracking.correlation import Filter
from hdvr_jax.tracking.ldes_windows import Settings, Windows, windows_of
from hdvr_jax.tracking.patches import View

# Least height of a peak that counts as usual: without texture there is none.
_FAINT = 0.1
_DEFAULTS = Settings()


@dataclasses.dataclass(frozen=True)
class _Pose:
    """Where the target is, and the height of the filter's peak there."""

    center: tuple[float, float]
    scale: float
    angle: float
    height: float = 0.0


@dataclasses.dataclass(frozen=True)
class Target:
    """What is followed.

    Attributes:
        center: (2,) pixels from the outer corner of the first pixel, as boxes are.
        velocity: (2,) pixels a frame, smoothed.
        scale: Relative to the first frame.
        angle: Radians since the first frame, from the image's x axis towards its y axis.
        first_size: (2,) width and height of the box in the first frame.
        response: Height of the filter's peak, times the share of the box within the image: 0.6 to 1 where the target
            looks as it was learnt, lower where it has changed or is partly hidden, 0 where nothing can be told.
        hidden: Whether it was not found: what stands here is where it is thought to be.
        usual: Running mean of the height of the peak.
        place, polar: The filters.
        settings: As given to `start`.
    """

    center: Float[np.ndarray, "2"]
    velocity: Float[np.ndarray, "2"]
    scale: float
    angle: float
    first_size: Float[np.ndarray, "2"]
    response: float
    hidden: bool
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


def start(
    image: UInt8[np.ndarray, "H W 3"], box: tuple[float, float, float, float], settings: Settings = _DEFAULTS
) -> Target:
    """Learns a target.

    Args:
        image: BGR.
        box: (x, y, width, height) in pixels; one thinner than a pixel counts as a pixel.

    Raises:
        InputError: the box is not finite.
    """
    x, y, width, height = map(float, box)
    if not np.isfinite([x, y, width, height]).all():
        raise InputError(f"box {tuple(box)} of a target; expected four finite numbers")
    size = np.maximum([width, height], 1.0)
    center = np.array([x + width / 2, y + height / 2])
    windows = windows_of(settings, *size.tolist())
    pose = _Pose((x + width / 2 - 0.5, y + height / 2 - 0.5), 1.0, 0.0)
    view = patches.view(image, min(windows.step, windows.polar_step))
    place, polar = _learn(view, pose, windows, settings)
    target = Target(center, np.zeros(2), 1.0, 0.0, size, 0.0, False, 1.0, place, polar, settings)
    height = _shift(target, view, pose, windows, windows.shown).height
    share = _visible(target.box, image)
    return dataclasses.replace(target, response=height * share, usual=max(height, _FAINT))


def _seen(view: View, pose: _Pose, windows: Windows, settings: Settings) -> np.ndarray:
    patch = patches.sample(view, pose.center, windows.step * pose.scale, pose.angle, settings.side)
    return patches.features(patch, settings.cell)


def _seen_polar(view: View, pose: _Pose, windows: Windows, settings: Settings) -> np.ndarray:
    patch = patches.sample(view, pose.center, windows.polar_step * pose.scale, pose.angle, settings.polar_side)
    polar = patches.log_polar(patch, settings.angles, settings.radii, settings.polar_inner)
    return patches.features(polar, settings.polar_cell)


def _learn(view: View, pose: _Pose, windows: Windows, settings: Settings) -> tuple[Filter, Filter]:
    """The filters of the target at a pose."""
    place = correlation.learn(_seen(view, pose, windows, settings) * windows.shown, windows.wanted)
    polar = correlation.learn(_seen_polar(view, pose, windows, settings) * windows.polar_shown, windows.polar_wanted)
    return place, polar


def _shift(target: Target, view: View, pose: _Pose, windows: Windows, window: np.ndarray) -> _Pose:
    """The pose with the place where the filter responds most, of what the window leaves."""
    settings = target.settings
    seen = _seen(view, pose, windows, settings) * window
    response = correlation.respond(target.place, seen, settings.regularization)
    down, across, height = correlation.peak(response)
    step = settings.cell * windows.step * pose.scale
    cosine, sine = math.cos(pose.angle) * step, math.sin(pose.angle) * step
    x, y = pose.center
    center = x + across * cosine - down * sine, y + across * sine + down * cosine
    return dataclasses.replace(pose, center=center, height=height)


def _turn(target: Target, view: View, pose: _Pose, windows: Windows) -> _Pose:
    """The pose with the angle and scale at which the log-polar filter responds most."""
    settings = target.settings
    seen = _seen_polar(view, pose, windows, settings) * windows.polar_searched
    response = correlation.respond(target.polar, seen, settings.regularization)
    turns, growths, _ = correlation.peak(response, windows.allowed)
    turn = turns * 2 * math.pi * settings.polar_cell / settings.angles
    growth = growths * settings.polar_cell / settings.radii * settings.polar_range
    scale = min(max(pose.scale * math.exp(growth), 1 / settings.most_scale), settings.most_scale)
    return dataclasses.replace(pose, angle=pose.angle + turn, scale=scale)


def _descend(target: Target, view: View, center: np.ndarray, window: np.ndarray) -> _Pose:
    """The pose in a frame: place from a first guess and within a window, then similarity and place in turns."""
    settings = target.settings
    windows = windows_of(settings, *target.first_size.tolist())
    pose = _Pose(tuple((center - 0.5).tolist()), target.scale, target.angle)
    pose = dataclasses.replace(_shift(target, view, pose, windows, window), height=0.0)
    for _ in range(settings.rounds):
        turned = _shift(target, view, _turn(target, view, pose, windows), windows, windows.shown)
        if turned.height <= pose.height:
            break
        near = math.dist(turned.center, pose.center) < settings.settled * windows.step * pose.scale
        alike = math.hypot(turned.angle - pose.angle, math.log(turned.scale / pose.scale)) < settings.settled_turn
        pose = turned
        if near and alike:
            break
    return pose


def _believed(target: Target, pose: _Pose) -> bool:
    """Whether this is the target. The farther it is from where it was expected, the surer its looks must be."""
    settings = target.settings
    leap = math.dist(pose.center, (target.center + target.velocity - 0.5).tolist()) / math.sqrt(target.size.prod())
    share = settings.steady + (settings.sure - settings.steady) * min(1.0, leap / settings.leap)
    return pose.height > share * target.usual


def follow(target: Target, image: UInt8[np.ndarray, "H W 3"]) -> Target:
    """The target in the next frame. One that is hidden coasts: it keeps its size, and loses speed."""
    settings = target.settings
    windows = windows_of(settings, *target.first_size.tolist())
    view = patches.view(image, target.scale * min(windows.step, windows.polar_step))
    pose = _descend(target, view, target.center, windows.searched)
    if not _believed(target, pose):
        pose = _descend(target, view, target.center + target.velocity, windows.shown)
    angle = (pose.angle + math.pi) % (2 * math.pi) - math.pi
    found = dataclasses.replace(target, center=np.array(pose.center) + 0.5, scale=pose.scale, angle=angle, hidden=False)
    share = _visible(found.box, image)
    if share < settings.least_share or not _believed(target, pose):
        return dataclasses.replace(
            target,
            center=target.center + target.velocity,
            velocity=settings.coasting * target.velocity,
            response=pose.height * share,
            hidden=True,
        )
    place, polar = _learn(view, pose, windows, settings)
    return dataclasses.replace(
        found,
        velocity=(target.velocity + found.center - target.center) / 2,
        response=pose.height * share,
        usual=max(target.usual + 0.1 * (pose.height - target.usual), _FAINT),
        place=correlation.blend(target.place, place, settings.rate),
        polar=correlation.blend(target.polar, polar, settings.polar_rate),
    )


def _visible(box: tuple[float, float, float, float], image: np.ndarray) -> float:
    """Share of a box that lies within an image."""
    shares = (
        (min(start + length, size) - max(start, 0.0)) / length
        for start, length, size in zip(box[:2], box[2:], (image.shape[1], image.shape[0]))
    )
    return math.prod(max(0.0, share) for share in shares)
