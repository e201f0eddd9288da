"""What a detector reports of a scene: noisy joints, people hidden by others missed, near-duplicates suppressed."""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float, Int

from benchmarks.tracking import boxes
from benchmarks.tracking.drawing import dressed
from benchmarks.tracking.scenes import Scene
from benchmarks.tracking.surfaces import project, visible_shares
from hdvr_jax.choreo.curves import smooth
from hdvr_jax.choreo.detections import detect
from hdvr_jax.choreo.streams import stream
from hdvr_jax.detections import NOBODY, Detections

_UNSURE = 0.06  # standard deviation of that share
_WAVERING = 0.15  # seconds over which it changes
_SCALE = 1 / 3  # size of the pictures in which it is measured who hides whom
_FEWEST = 4  # joints of a detection


@dataclasses.dataclass(frozen=True)
class Sightings:
    """Detections and the truth about them.

    Attributes:
        detections: COCO-17; nobody has a number, and the order within a frame says nothing.
        dancer: (N,) who each detection is.
        visible: (D, T) share of each dancer that nobody hides.
    """

    detections: Detections
    dancer: Int[np.ndarray, " N"]
    visible: Float[np.ndarray, "D T"]


def sight(scene: Scene) -> Sightings:
    """What is detected in a scene; the same for the same scene."""
    rng = stream(scene.seed, "detector")
    conditions, fps = scene.conditions, scene.fps
    found = detect(list(scene.points), [scene.view], fps, rng)
    keypoints = np.stack([points[0] for points, _ in found])
    confidence = np.stack([sure[0] for _, sure in found])
    if conditions.missed or conditions.trembling:
        _spoil(keypoints, confidence, scene, rng)
    bodies = [project(body, scene.view) for body in dressed(scene)]
    visible = visible_shares(bodies, scene.view.image_size, _SCALE)
    wavering = smooth(rng.normal(size=visible.shape).T, _WAVERING, fps).T
    wavering *= _UNSURE * np.sqrt(2 * np.sqrt(np.pi) * _WAVERING * fps)
    there = (visible + wavering >= conditions.hidden) & (np.isfinite(keypoints).all(-1).sum(-1) >= _FEWEST)
    around = boxes.around(keypoints, confidence)
    there &= ~suppressed(around, confidence.mean(-1), there, conditions.duplicate)
    frame, dancer = np.nonzero(there.T)
    order = np.lexsort((rng.random(len(frame)), frame))
    frame, dancer = frame[order], dancer[order]
    detections = Detections(
        keypoints=keypoints[dancer, frame].astype(np.float32),
        confidence=confidence[dancer, frame].astype(np.float32),
        frame=frame,
        person=np.full(len(frame), NOBODY),
        frames=scene.frames,
        skeleton="coco17",
        fps=fps,
        image_size=scene.view.image_size,
    )
    return Sightings(detections, dancer, visible)


def _spoil(keypoints: np.ndarray, confidence: np.ndarray, scene: Scene, rng: np.random.Generator) -> None:
    """Adds what the conditions of a scene do to its detections: joints tremble, and people are missed now and then."""
    height = np.nanmax(keypoints[..., 1], -1) - np.nanmin(keypoints[..., 1], -1)
    error = scene.conditions.trembling * np.nan_to_num(np.nanmedian(height, -1))
    keypoints += (error[:, None, None, None] * rng.normal(size=keypoints.shape)).astype(keypoints.dtype)
    missed = rng.random(confidence.shape[:2]) < scene.conditions.missed
    keypoints[missed], confidence[missed] = np.nan, 0.0


def suppressed(
    found: Float[np.ndarray, "D T 4"], score: Float[np.ndarray, "D T"], there: Bool[np.ndarray, "D T"], most: float
) -> Bool[np.ndarray, "D T"]:
    """Which detections a better one in nearly the same place suppresses (IoU above `most`)."""
    gone = ~there
    dancers, frames = score.shape
    ranks = np.argsort(-np.where(there, score, -1), axis=0)
    time = np.arange(frames)
    for low in range(1, dancers):
        worse = ranks[low]
        for high in range(low):
            better = ranks[high]
            close = boxes.overlap(found[worse, time], found[better, time]) > most
            gone[worse[close & ~gone[better, time]], time[close & ~gone[better, time]]] = True
    return gone & there
