"""What is measured of every figure that a detector found, before it has an identity."""

import dataclasses
import itertools

import numpy as np
from jaxtyping import Bool, Float, Int

from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.tracking.settings import Settings

_SAME_BODY = 0.6  # share of the smaller figure's joints that both must have to be compared


@dataclasses.dataclass(frozen=True)
class Figures:
    """N figures, ordered by frame and, within it, by place: the order of a detector means nothing.

    Attributes:
        points: (N, J, D) as in the detections, 0 where missing.
        weight: (N, J) confidence, 0 where missing.
        frame: (N,) the frame of each.
        person: (N,) the number that the detector gave where it can be believed, else NOBODY.
        size: (N,) diagonal of the box around the joints.
        center: (N, D) median of the joints.
        source: (N,) where each is among the detections.
        frames: Of the recording.
        fps: Frames per second.
        crowd: Figures that were left out because their frame shows too many.
    """

    points: Float[np.ndarray, "N J D"]
    weight: Float[np.ndarray, "N J"]
    frame: Int[np.ndarray, " N"]
    person: Int[np.ndarray, " N"]
    size: Float[np.ndarray, " N"]
    center: Float[np.ndarray, "N D"]
    source: Int[np.ndarray, " N"]
    frames: int
    fps: float
    crowd: int = 0

    def __len__(self) -> int:
        return len(self.frame)

    def bounds(self) -> Int[np.ndarray, " F"]:
        """(frames + 1,) where the figures of each frame begin."""
        return np.searchsorted(self.frame, np.arange(self.frames + 1))

    def take(self, rows: np.ndarray) -> "Figures":
        """Some of the figures, by index or mask."""
        fields = ("points", "weight", "frame", "person", "size", "center", "source")
        return dataclasses.replace(self, **{name: getattr(self, name)[rows] for name in fields})


def measure(detections: Detections, settings: Settings) -> Figures:
    """The figures with enough joints, each person once."""
    points = detections.keypoints.astype(np.float64)
    confidence = np.nan_to_num(detections.confidence.astype(np.float64), nan=0.0, posinf=0.0, neginf=0.0)
    seen = np.isfinite(points).all(-1) & (confidence > 0)
    whole = np.flatnonzero(seen.sum(1) >= settings.min_joints)
    kept = _surest(whole, detections.frame, (confidence * seen).sum(1), settings.most_people)
    points, seen, confidence = points[kept], seen[kept], np.clip(confidence[kept], 0, 1)
    if len(kept):
        masked = np.where(seen[..., None], points, np.nan)
        size = np.linalg.norm(np.nanmax(masked, 1) - np.nanmin(masked, 1), axis=-1)
        center = np.nanmedian(masked, 1)
    else:
        size, center = np.zeros(0), np.zeros((0, points.shape[-1]))
    figures = Figures(
        points=np.where(seen[..., None], points, 0.0),
        weight=np.where(seen, np.maximum(confidence, 0.05), 0.0),
        frame=detections.frame[kept].astype(np.int64),
        person=detections.person[kept].astype(np.int64),
        size=np.maximum(size, 1e-6),
        center=center,
        source=kept,
        frames=detections.frames,
        fps=float(detections.fps),
        crowd=len(whole) - len(kept),
    )
    order = np.lexsort((*figures.center.T[::-1], figures.frame))
    return _believed(_once(figures.take(order), settings))


def _surest(rows: np.ndarray, frame: np.ndarray, confidence: np.ndarray, most: int) -> np.ndarray:
    """Of the rows (of figures, in order of frames), those with the most confidence in their frame."""
    ranked = rows[np.lexsort((-confidence[rows], frame[rows]))]
    within = np.arange(len(ranked)) - np.searchsorted(frame[ranked], frame[ranked])
    return np.sort(ranked[within < most])


def _once(figures: Figures, settings: Settings) -> Figures:
    """Without second detections of one person: of two that coincide, the one with more confidence stays."""
    bounds = figures.bounds()
    kept = np.ones(len(figures), bool)
    for first, last in itertools.pairwise(bounds.tolist()):
        if last - first < 2:
            continue
        rows = first + np.argsort(-figures.weight[first:last].sum(1), kind="stable")
        same = _coincide(figures, rows, settings)
        for index in range(1, len(rows)):
            kept[rows[index]] = not (same[index, :index] & kept[rows[:index]]).any()
    return figures.take(kept)


def _coincide(figures: Figures, rows: np.ndarray, settings: Settings) -> Bool[np.ndarray, "M M"]:
    """Which figures of a frame show the same person."""
    points, seen = figures.points[rows], figures.weight[rows] > 0
    common = seen[:, None] & seen[None]
    distance = np.linalg.norm(points[:, None] - points[None], axis=-1)
    size = np.maximum(figures.size[rows][:, None], figures.size[rows][None])
    near = (distance < settings.duplicate * size[..., None]) & common
    count = common.sum(-1)
    smaller = np.minimum(seen.sum(-1)[:, None], seen.sum(-1)[None])
    return (count >= _SAME_BODY * smaller) & (2 * near.sum(-1) > count)


def _believed(figures: Figures) -> Figures:
    """Forgets the detector's numbers where one names two people of a frame, and everywhere if that is common."""
    named = figures.person != NOBODY
    if not named.any():
        return figures
    keys = np.stack([figures.frame[named], figures.person[named]], 1)
    _, inverse, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    twice = counts[inverse.ravel()] > 1
    person = figures.person.copy()
    rows = np.flatnonzero(named)
    person[rows[twice]] = NOBODY
    if twice.mean() > 0.05:
        person[:] = NOBODY
    return dataclasses.replace(figures, person=person)
