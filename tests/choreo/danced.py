"""Motions that several tests look at; danced once."""

import functools
from dataclasses import replace

import numpy as np

from hdvr_jax.choreo.dancer import sample_dancer
from hdvr_jax.choreo.grammar import Item
from hdvr_jax.choreo.layout import lay_out, starting_stance
from hdvr_jax.choreo.performance import Motion, perform
from hdvr_jax.choreo.plan import SPLITS, Size, takes
from hdvr_jax.choreo.score import Part
from hdvr_jax.choreo.streams import stream
from hdvr_jax.choreo.take import Take, dance
from hdvr_jax.choreo.timing import make_clock

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


@functools.cache
def figure_motion(name: str, seed: int = 0) -> Motion:
    """One figure three times in a row, large, by a dancer with large movements."""
    rng = np.random.default_rng(seed)
    dancer = replace(sample_dancer(rng, "test"), trunk=1.25, arms=1.12, hips=1.25, steps=1.15, lift=1.4)
    items = [Item(name, ("rest", "low_side"), 1.2, "own")] * 3
    turnout = np.radians(dancer.turnout)
    layout = lay_out([item.danced for item in items], starting_stance(0.0, 0.0, 0.0, turnout), turnout, (0.0, 0.0))
    clock = make_clock(rng, 115.0, layout.beats, 0.3, 0.01)
    parts = [Part(placed, item.carriage, item.scale) for placed, item in zip(layout.placed, items, strict=True)]
    return perform(dancer, layout, parts, clock, int(layout.beats * 60 / 115.0 * FPS), FPS, rng)
