"""The records of a dataset: takes danced, filmed and detected, one record per dancer."""

from collections.abc import Iterator
from typing import Any

import numpy as np

from hdvr_jax.choreo.detections import detect
from hdvr_jax.choreo.plan import Size, takes
from hdvr_jax.choreo.streams import stream
from hdvr_jax.choreo.take import Take, dance
from hdvr_jax.choreo.views import sample_views
from hdvr_jax.keypoints.views import camera_fields

FPS = 30.0
AZIMUTHS = (-45.0, 0.0, 45.0)


def records(seed: int, size: Size, split: str, azimuths: tuple[float, ...] = AZIMUTHS) -> Iterator[dict[str, Any]]:
    """Clips (fields in `hdvr_jax/clips.py`) of one split: a pure function of seed, size and cameras."""
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
        if pair:
            clip |= {"keypoints": pair[0], "confidence": pair[1]} | camera_fields(views)
        yield clip
