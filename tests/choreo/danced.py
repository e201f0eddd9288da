"""Motions that several tests look at; danced once."""

import functools

from hdvr_jax.choreo.performance import Motion
from hdvr_jax.choreo.plan import SPLITS, Size, takes
from hdvr_jax.choreo.streams import stream
from hdvr_jax.choreo.take import Take, dance

SIZE = Size(dancers=(6, 2, 3), choreographies=(2, 1, 1), takes=(1, 1, 1), seconds=(8, 8))
FPS = 30.0


@functools.cache
def motions(seed: int = 5) -> tuple[tuple[Take, int, Motion], ...]:
    """(take, number of the dancer, motion) of a small dataset of all genres."""
    return tuple(
        (take, number, motion)
        for split in SPLITS
        for take in takes(seed, SIZE, split)
        for number, motion in enumerate(dance(take, FPS, stream(seed, "film", take.id)))
    )
