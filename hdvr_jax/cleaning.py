"""Cleaning of tracks: short gaps filled, jitter smoothed with regard to confidence. Off unless asked for.

Three filters, all in hertz and seconds, so that they do the same at any frame rate:

    one_euro     causal; a low pass whose cut-off grows with speed (Casiez, Roussel & Vogel 2012)
    savgol       zero phase; local polynomials (Savitzky & Golay 1964)
    butterworth  zero phase; run forwards and backwards, its cut-off corrected for both passes (Winter 2009, 2.2.4.4)

A joint's frames are cut into runs where it is missing for longer than the limit, and no filter looks beyond its run.
What a sample counts is w = min(1, confidence / `trusted`). The zero-phase filters first move every sample to
v * sample + (1 - v) * (the straight line between the nearest samples with v = 1), where v is w as a share of the
largest w within a tenth of a second: a dip in confidence gives way to its neighbours, a long stretch of little
confidence does not give way to what is far from it. One-Euro moves by w times its step. A filled joint has no
confidence: it is on that line already, and One-Euro follows it.

`trusted` and `beta` were chosen on AIST++ ch01 (60 fps, 8 views, arms and legs, against the published 3D). There, and
on ch03, the detections' mean error of 7.7 and 8.0 px becomes 6.9 and 7.5 (savgol), 7.1 and 7.6 (butterworth), 7.5 and
8.2 (one_euro, which is late); their median acceleration falls to a sixth or a quarter, which is that of the published
3D, with one_euro to six tenths (`benchmarks/smoothing.py`).

Symbols: T frames, J joints, D coordinates.
"""

import dataclasses
import importlib
import types
from collections.abc import Callable, Mapping

import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import INTERPOLATED, MISSING

OFF = "off"
# One-Euro never stands still for a joint of which the detector is never sure.
_LEAST_WEIGHT = 0.05
_NEIGHBOUR_SECONDS = 0.1


@dataclasses.dataclass(frozen=True)
class Settings:
    """Choices of a cleaning.

    Attributes:
        method: "off", or a name of `METHODS`.
        max_gap_seconds: Joints missing for up to this long are filled in first; longer gaps stay and part the filter.
        trusted: Confidence from which on a sample counts in full.
        cutoff: Hz, of the Butterworth filter (-3 dB).
        order: Of the Butterworth filter, before it is run twice.
        window_seconds, degree: Of the local polynomials.
        least_cutoff: Hz, of One-Euro at rest.
        beta: Hz that One-Euro's cut-off grows by for each body extent a second.
        speed_cutoff: Hz, of One-Euro's low pass of speed.
    """

    method: str = OFF
    max_gap_seconds: float = 0.5
    trusted: float = 0.2
    cutoff: float = 6.0
    order: int = 2
    window_seconds: float = 0.25
    degree: int = 2
    least_cutoff: float = 1.5
    beta: float = 20.0
    speed_cutoff: float = 2.0


@dataclasses.dataclass(frozen=True)
class OneEuro:
    """State of the One-Euro filter of B dancers after a frame.

    Attributes:
        points: (B, J, D) filtered; NaN where the joint is missing.
        velocity: (B, J, D) filtered, a second.
        extent: (B,) mean of the dancer's extent over the `count` (B,) frames so far that showed one.
    """

    points: Float[np.ndarray, "B J D"]
    velocity: Float[np.ndarray, "B J D"]
    extent: Float[np.ndarray, " B"]
    count: Float[np.ndarray, " B"]

    @classmethod
    def start(cls, shape: tuple[int, int, int]) -> "OneEuro":
        """Before the first frame of points of this shape (B, J, D)."""
        return cls(np.full(shape, np.nan), np.zeros(shape), np.zeros(shape[0]), np.zeros(shape[0]))

    def step(
        self, points: Float[np.ndarray, "B J D"], weights: Float[np.ndarray, "B J"], fps: float, settings: Settings
    ) -> "OneEuro":
        """The state after one more frame; a joint that was missing starts anew."""
        extent, shown = _extent(points)
        count = self.count + shown
        mean = self.extent + np.where(shown, extent - self.extent, 0) / np.maximum(count, 1)
        known, before = np.isfinite(points).all(-1), np.isfinite(self.points).all(-1)
        weights = np.where(before, np.maximum(weights, _LEAST_WEIGHT), 1.0)[..., None]
        last = np.where(before[..., None], self.points, points)
        velocity = np.where(before[..., None], self.velocity, 0.0)
        velocity = velocity + weights * _share(settings.speed_cutoff, fps) * ((points - last) * fps - velocity)
        speed = np.linalg.norm(np.where(known[..., None], velocity, 0), axis=-1)
        cutoff = settings.least_cutoff + settings.beta * speed / np.where(mean > 0, mean, 1.0)[..., None]
        found = last + weights * _share(cutoff, fps)[..., None] * (points - last)
        return OneEuro(found, np.where(known[..., None], velocity, 0.0), mean, count)


def weights_of(confidence: Float[np.ndarray, "*B"], settings: Settings) -> Float[np.ndarray, "*B"]:
    """What samples of this confidence count, 0 to 1."""
    return np.minimum(confidence / settings.trusted, 1.0)


def check(settings: Settings, fps: float) -> None:
    """Raises InputError where settings make no sense, at this frame rate or at all."""
    if settings.method != OFF and settings.method not in METHODS:
        raise InputError(f"smoothing {settings.method!r} is not known; expected {OFF} or one of {', '.join(METHODS)}")
    for field, least in (("order", 1), ("degree", 0)):
        if getattr(settings, field) < least:
            raise InputError(f"smoothing: {field} is {getattr(settings, field)}; expected {least} or more")
    for field in ("trusted", "window_seconds", "cutoff", "least_cutoff", "speed_cutoff"):
        if not (getattr(settings, field) > 0 and np.isfinite(getattr(settings, field))):
            raise InputError(f"smoothing: {field} is {getattr(settings, field)}; expected a positive number")
    for field in ("max_gap_seconds", "beta"):
        if not getattr(settings, field) >= 0:
            raise InputError(f"smoothing: {field} is {getattr(settings, field)}; expected 0 or more")
    used = {"butterworth": "cutoff", "one_euro": "least_cutoff"}.get(settings.method)
    if used and getattr(settings, used) >= fps / 2:
        raise InputError(
            f"smoothing: {used} of {getattr(settings, used):g} Hz; at {fps:g} frames per second expected less than "
            f"{fps / 2:g} Hz"
        )
    if settings.method == "savgol" and _window(settings, fps) <= settings.degree + 1:
        raise InputError(
            f"smoothing: window_seconds of {settings.window_seconds:g} is {_window(settings, fps)} frames at {fps:g} "
            f"frames per second; polynomials of degree {settings.degree} need {settings.degree + 2} or more"
        )


def clean(track: PoseTrack, settings: Settings) -> tuple[PoseTrack, tuple[str, ...]]:
    """The track, cleaned, and notes of what was done otherwise than asked, one sentence each.

    Gaps up to the limit become INTERPOLATED; measured joints stay MEASURED, and confidence stays.

    Raises:
        InputError: as `check`; names the track.
    """
    try:
        check(settings, track.fps)
    except InputError as error:
        raise InputError(f"track {track.id}: {error}") from error
    if settings.method == OFF:
        return track, ()
    filled = track.fill_gaps(settings.max_gap_seconds)
    weights = weights_of(filled.confidence.astype(float), settings)
    if settings.method == "one_euro":
        weights = np.where(filled.provenance == INTERPOLATED, 1.0, weights)
    points = METHODS[settings.method](filled.keypoints.astype(float), weights, track.fps, settings)
    points = np.where((filled.provenance != MISSING)[..., None], points, np.nan).astype(np.float32)
    return dataclasses.replace(filled, keypoints=points), _notes(filled, settings)


def _notes(track: PoseTrack, settings: Settings) -> tuple[str, ...]:
    window = _window(settings, track.fps)
    if settings.method != "savgol" or window <= track.frames:
        return ()
    return (
        f"Track {track.id} has {track.frames} frames, fewer than the smoothing window of {window}: it was shortened.",
    )


def _share(cutoff: float | Float[np.ndarray, "*B"], fps: float) -> float | Float[np.ndarray, "*B"]:
    """What a new sample counts in an exponential low pass of this cut-off in Hz (Casiez et al. 2012, equation 3)."""
    return 1 / (1 + fps / (2 * np.pi * cutoff))


def _extent(points: Float[np.ndarray, "B J D"]) -> tuple[Float[np.ndarray, " B"], Bool[np.ndarray, " B"]]:
    """Root mean square distance of the known joints from their mean, and whether that is more than 0."""
    known = np.isfinite(points).all(-1, keepdims=True)
    safe, count = np.where(known, points, 0.0), np.maximum(known.sum(-2, keepdims=True), 1)
    centred = np.where(known, safe - safe.sum(-2, keepdims=True) / count, 0.0)
    extent = np.sqrt((centred**2).sum((-2, -1)) / count[..., 0, 0])
    return extent, extent > 0


def _one_euro(points: np.ndarray, weights: np.ndarray, fps: float, settings: Settings) -> np.ndarray:
    state, found = OneEuro.start((1, *points.shape[1:])), np.empty_like(points)
    for frame in range(len(points)):
        state = state.step(points[frame][None], weights[frame][None], fps, settings)
        found[frame] = state.points[0]
    return found


def _savgol(points: np.ndarray, weights: np.ndarray, fps: float, settings: Settings) -> np.ndarray:
    savgol_filter = importlib.import_module("scipy.signal").savgol_filter

    def smooth(run: np.ndarray) -> np.ndarray:
        window = min(_window(settings, fps), len(run) - 1 + len(run) % 2)
        return savgol_filter(run, window, settings.degree, axis=0) if window > settings.degree + 1 else run

    return _by_run(points, weights, fps, smooth)


def _window(settings: Settings, fps: float) -> int:
    """Frames of the window of local polynomials, an odd number."""
    return 2 * round(settings.window_seconds * fps / 2) + 1


def _butterworth(points: np.ndarray, weights: np.ndarray, fps: float, settings: Settings) -> np.ndarray:
    signal = importlib.import_module("scipy.signal")
    # Each of two passes takes less, so that together they take 3 dB at the cut-off.
    once = np.arctan(np.tan(np.pi * settings.cutoff / fps) / (np.sqrt(2) - 1) ** (0.5 / settings.order)) * fps / np.pi
    sections = signal.butter(settings.order, once, fs=fps, output="sos")
    reach = int(np.ceil(3 * fps / settings.cutoff))

    def smooth(run: np.ndarray) -> np.ndarray:
        return signal.sosfiltfilt(sections, run, axis=0, padlen=min(reach, len(run) - 1)) if len(run) > 2 else run

    return _by_run(points, weights, fps, smooth)


def _by_run(
    points: Float[np.ndarray, "T J D"],
    weights: Float[np.ndarray, "T J"],
    fps: float,
    smooth: Callable[[Float[np.ndarray, "N D"]], Float[np.ndarray, "N D"]],
) -> Float[np.ndarray, "T J D"]:
    """Every run of known frames of every joint smoothed alone, unsure samples first moved to the line beside them."""
    found, reach = points.copy(), max(1, round(_NEIGHBOUR_SECONDS * fps))
    known = np.isfinite(points).all(-1)
    for joint in range(points.shape[1]):
        edges = np.flatnonzero(np.diff(np.r_[False, known[:, joint], False].astype(np.int8)))
        for start, end in edges.reshape(-1, 2):
            found[start:end, joint] = smooth(_pulled(points[start:end, joint], weights[start:end, joint], reach))
    return found


def _pulled(run: Float[np.ndarray, "N D"], weights: Float[np.ndarray, " N"], reach: int) -> Float[np.ndarray, "N D"]:
    """v * sample + (1 - v) * line between the nearest samples with v = 1: w as a share of the largest near it."""
    largest = importlib.import_module("scipy.ndimage").maximum_filter1d(weights, 2 * reach + 1)
    share = np.where(largest > 0, weights / np.where(largest > 0, largest, 1), 1.0)[:, None]
    sure = np.flatnonzero(share[:, 0] == 1)
    if len(sure) == len(run):
        return run
    frames = np.arange(len(run))
    line = np.stack([np.interp(frames, sure, column[sure]) for column in run.T], -1)
    return share * run + (1 - share) * line


METHODS: Mapping[str, Callable[..., np.ndarray]] = types.MappingProxyType(
    {"one_euro": _one_euro, "savgol": _savgol, "butterworth": _butterworth}
)
