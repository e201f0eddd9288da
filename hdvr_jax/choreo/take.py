"""A take: one dancer, or two or three whose paths cross, dance an excerpt of a choreography in one world frame."""

from dataclasses import dataclass

import numpy as np

from hdvr_jax.choreo.dancer import Dancer
from hdvr_jax.choreo.figures import FIGURES
from hdvr_jax.choreo.grammar import Choreography, Item, excerpt
from hdvr_jax.choreo.layout import Layout, lay_out, starting_stance
from hdvr_jax.choreo.performance import Motion, perform
from hdvr_jax.choreo.score import Part
from hdvr_jax.choreo.timing import make_clock

_LANE = 0.95  # metres between the lanes of dancers who dance together
_WINGS = 1.1  # metres from the middle that they start from
_CROSSING = Item("cross_stage", ("rest", "rest"), 1.0, "neutral")


@dataclass(frozen=True)
class Take:
    """What is danced together: the dancers, their choreography, the first item and how long."""

    id: str
    split: str
    choreography: Choreography
    dancers: tuple[Dancer, ...]
    first: int
    seconds: float


def dance(take: Take, fps: float, rng: np.random.Generator) -> list[Motion]:
    """The motion of every dancer of a take; dancers of one take share the music but not the feeling for it."""
    frames = round(take.seconds * fps)
    items = excerpt(take.choreography, take.first, take.seconds)
    if len(take.dancers) > 1:
        items = [_CROSSING, *items]
    start = -float(rng.uniform(0.2, 1.0)) * 60.0 / take.choreography.bpm
    return [
        _dance_one(take, number, items, start, frames, fps, np.random.default_rng(rng.integers(2**63)))
        for number in range(len(take.dancers))
    ]


def _dance_one(
    take: Take, number: int, items: list[Item], start: float, frames: int, fps: float, rng: np.random.Generator
) -> Motion:
    dancer = take.dancers[number]
    beats = sum(FIGURES[item.figure].beats for item in items)
    clock = make_clock(rng, take.choreography.bpm, beats, start, dancer.jitter)
    layout = _company(dancer, number, len(take.dancers), items, rng)
    parts = [Part(placed, item.carriage, item.scale) for placed, item in zip(layout.placed, items, strict=True)]
    return perform(dancer, layout, parts, clock, frames, fps, rng)


def _company(dancer: Dancer, number: int, count: int, items: list[Item], rng: np.random.Generator) -> Layout:
    """Lays the figures out for one of `count` dancers.

    Several dancers have a lane each, one behind the other; they walk in from either side and pass, then dance.
    """
    turnout = np.radians(dancer.turnout)
    figures = [item.danced for item in items]
    stride = dancer.body.leg * dancer.steps
    if count == 1:
        stance = starting_stance(0.0, 0.0, float(rng.normal(0, 0.3)), turnout)
        return lay_out(figures, stance, turnout, home=(0.0, 0.0))
    side = 1.0 if number % 2 == 0 else -1.0
    lane = _LANE * (number - (count - 1) / 2) / stride
    stance = starting_stance(side * _WINGS / stride, lane, -side * np.pi / 2, turnout)
    return lay_out(figures, stance, turnout, home=(-0.6 * side / stride, lane), steered_from=1)
