"""What a detector reports of a scene: noisy joints, people hidden by others missed, near-duplicates suppressed."""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float, Int

from benchmarks.tracking import boxes
from benchmarks.tracking.drawing import dressed
from benchmarks.tracking.scenes import FPS, Scene
from benchmarks.tracking.surfaces import project, visible_shares
from hdvr_jax.choreo.curves import smooth
from hdvr_jax.choreo.detections import detect
from hdvr_jax.choreo.streams import stream
from hdvr_jax.detections import NOBODY, Detections

_HIDDEN = 0.3  # a person of whom less than about this share is seen is missed
_UNSURE = 0.06  # standard deviation of that share
_WAVERING = 0.15  # seconds over which it changes
_DUPLICATE = 0.7  # of two boxes that overlap more than this (IoU), the less certain is suppressed
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
    found = detect(list(scene.points), [scene.view], FPS, rng)
    keypoints = np.stack([points[0] for points, _ in found])
    confidence = np.stack([sure[0] for _, sure in found])
    bodies = [project(body, scene.view) for body in dressed(scene)]
    visible = visible_shares(bodies, scene.view.image_size, _SCALE)
    wavering = smooth(rng.normal(size=visible.shape).T, _WAVERING, FPS).T
    wavering *= _UNSURE * np.sqrt(2 * np.sqrt(np.pi) * _WAVERING * FPS)
    there = (visible + wavering >= _HIDDEN) & (np.isfinite(keypoints).all(-1).sum(-1) >= _FEWEST)
    there &= ~suppressed(boxes.around(keypoints, confidence), confidence.mean(-1), there)
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
        fps=FPS,
        image_size=scene.view.image_size,
    )
    return Sightings(detections, dancer, visible)


def suppressed(
    found: Float[np.ndarray, "D T 4"], score: Float[np.ndarray, "D T"], there: Bool[np.ndarray, "D T"]
) -> Bool[np.ndarray, "D T"]:
    """Which detections a better one in nearly the same place suppresses (non-maximum suppression)."""
    gone = ~there
    dancers, frames = score.shape
    ranks = np.argsort(-np.where(there, score, -1), axis=0)
    time = np.arange(frames)
    for low in range(1, dancers):
        worse = ranks[low]
        for high in range(low):
            better = ranks[high]
            close = boxes.overlap(found[worse, time], found[better, time]) > _DUPLICATE
            gone[worse[close & ~gone[better, time]], time[close & ~gone[better, time]]] = True
    return gone & there
