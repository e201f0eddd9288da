"""The records of a dataset: takes danced, filmed and detected, one record per dancer."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from hdvr_jax.choreo.detections import detect
from hdvr_jax.choreo.plan import Size, takes
from hdvr_jax.choreo.streams import stream
from hdvr_jax.choreo.take import Take, dance
from hdvr_jax.choreo.views import View, sample_views

FPS = 30.0
AZIMUTHS = (-45.0, 0.0, 45.0)


def records(seed: int, size: Size, split: str, azimuths: tuple[float, ...] = AZIMUTHS) -> Iterator[dict[str, Any]]:
    """Clips (fields in `datasets/record.py`) of one split: a pure function of seed, size and cameras."""
    for take in takes(seed, size, split):
        yield from film(take, stream(seed, "film", take.id), azimuths)


def film(take: Take, rng: np.random.Generator, azimuths: tuple[float, ...] = AZIMUTHS) -> Iterator[dict[str, Any]]:
    """Dances, films and detects one take. `description` says which figures are danced when (seconds of the clip)."""
    motions = dance(take, FPS, rng)
    points = [motion.coco17.astype(np.float32) for motion in motions]
    everything = np.concatenate([motion.points.reshape(-1, 3) for motion in motions])
    views = sample_views(rng, everything, azimuths)
    detected = detect(points, views, FPS, rng) if views else [None] * len(points)
    company = ("solo", "duet", "trio")[len(motions) - 1]
    for dancer, motion, track, pair in zip(take.dancers, motions, points, detected, strict=True):
        figures = ", ".join(f"{name} {first:.2f}-{last:.2f}" for name, first, last in motion.figures)
        clip = {
            "clip": f"{take.id}-{dancer.id.rsplit('-', 1)[1]}",
            "dancer": dancer.id,
            "choreography": take.choreography.id,
            "take": take.id,
            "genre": take.choreography.genre,
            "skeleton": "coco17",
            "source3d": "synthetic",
            "description": f"{company}: {figures}",
            "fps": FPS,
            "points_world": track,
        }
        yield clip | (_seen(views, *pair) if pair else {})


def _seen(views: list[View], keypoints: np.ndarray, confidence: np.ndarray) -> dict[str, Any]:
    arrays = {
        name: np.array([getattr(view, name) for view in views], np.float32)
        for name in ("focal", "center", "distortion", "rotation", "translation")
    }
    return arrays | {
        "keypoints": keypoints,
        "confidence": confidence,
        "views": tuple(view.name for view in views),
        "image_size": np.array([view.image_size for view in views], np.int32),
    }
