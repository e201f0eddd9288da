"""The movement grammar: which figures a genre dances in which order, and what it shares with the others.

A choreography is a seeded sequence of phrases. A phrase is a figure of the genre, a sequence of shared figures that is
typical of the genre by its order only, a neutral filler, or something borrowed from another genre. Tempi, carriages
and fillers overlap, so that no single quantity of a clip gives the genre away.
"""

from dataclasses import dataclass, replace

import numpy as np

from hdvr_jax.choreo.figure import Figure
from hdvr_jax.choreo.figures import BY_GENRE, FIGURES

GENRES = tuple(BY_GENRE)
NEUTRAL = (
    "stand", "shift", "look_around", "walk", "walk_swing", "saunter", "step_touch", "bounce", "sway", "turn_in_place",
    "hands_hips", "arms_open", "reach_up", "walk_round", "bow", "step_touch_clap", "one_arm_up", "grapevine",
)  # fmt: skip
_CARRIAGES = (
    ("rest", "rest"), ("low_side", "low_side"), ("hips", "hips"), ("second", "second"), ("bras_bas", "bras_bas"),
    ("frame_left", "frame_right"), ("hips", "rest"), ("jog_front", "jog_front"), ("rest", "second"),
    ("first", "second"),
)  # fmt: skip


@dataclass(frozen=True)
class Genre:
    """Tempo range (bpm), phrases of shared figures typical of the genre, usual carriages (indices of `_CARRIAGES`)."""

    bpm: tuple[float, float]
    phrases: tuple[tuple[str, ...], ...]
    carriages: tuple[int, ...]


GRAMMAR: dict[str, Genre] = {
    "ballet": Genre(
        (78, 132), (("chasse", "three_step_turn"), ("lunge", "reach_up"), ("walk", "hop", "arms_open")), (4, 3, 9)
    ),
    "belly_dance": Genre(
        (80, 136), (("sway", "turn_in_place"), ("hands_hips", "walk_round"), ("shift", "reach_up")), (3, 1, 2)
    ),
    "flamenco": Genre(
        (84, 140),
        (("walk", "turn_in_place", "one_arm_up"), ("hands_hips", "lunge"), ("step_touch_clap", "walk_round")),
        (2, 3, 4),
    ),
    "hip_hop": Genre((80, 126), (("bounce", "step_touch"), ("grapevine", "hop"), ("bounce", "low_kick")), (7, 0, 1)),
    "rumba": Genre(
        (84, 128), (("rock_step", "three_step_turn"), ("chasse", "rock_step"), ("sway", "pivot_turn")), (5, 3, 8)
    ),
    "swing": Genre(
        (96, 150),
        (("rock_step", "low_kick"), ("chasse", "rock_step", "step_touch_clap"), ("low_kick", "walk_back")),
        (7, 1, 5),
    ),
    "tango": Genre(
        (90, 136), (("walk", "rock_step", "lunge"), ("walk", "pivot_turn"), ("walk_back", "half_turn_walk")), (5, 9, 0)
    ),
    "tap": Genre(
        (92, 146),
        (("step_touch_clap", "turn_in_place"), ("grapevine", "step_touch_clap"), ("hop", "walk_swing")),
        (1, 0, 7),
    ),
    "waltz": Genre((84, 134), (("pivot_turn", "sway"), ("half_turn_walk", "chasse"), ("sway", "walk_back")), (5, 3, 4)),
}

_OWN, _TYPICAL, _FILLER = 0.52, 0.16, 0.18  # shares of the phrases; the rest is borrowed
_OWN_ARMS = 0.68  # share of the figures that are danced with the arms that belong to them
_USUAL = 0.35  # share of the carriages that are drawn from the usual ones of the genre
_LONGEST = 16.0  # seconds of dance that a choreography lasts at least


@dataclass(frozen=True)
class Item:
    """One figure of a choreography: its name, its size and its origin; `carriage` holds the arms where the figure says
    nothing of them or is danced without its own arms (`own_arms` False)."""

    figure: str
    carriage: tuple[str, str]
    scale: float
    origin: str
    own_arms: bool = True

    @property
    def danced(self) -> Figure:
        """The figure as it is danced here."""
        figure = FIGURES[self.figure]
        return figure if self.own_arms else replace(figure, arms={})


@dataclass(frozen=True)
class Choreography:
    """A sequence of figures to a tempo."""

    id: str
    genre: str
    bpm: float
    items: tuple[Item, ...]


def sample_choreography(rng: np.random.Generator, genre: str, name: str) -> Choreography:
    """Draws a choreography long enough for `_LONGEST` seconds."""
    bpm = float(rng.uniform(*GRAMMAR[genre].bpm))
    items: list[Item] = []
    beats = 0.0
    home = _carriage(rng, genre)
    while beats < _LONGEST * bpm / 60.0:
        for figure, origin in _phrase(rng, genre, items):
            carriage = home if rng.random() < 0.6 else _carriage(rng, genre)
            items.append(Item(figure, carriage, float(rng.uniform(0.75, 1.2)), origin, bool(rng.random() < _OWN_ARMS)))
            beats += FIGURES[figure].beats
    return Choreography(name, genre, bpm, tuple(items))


def excerpt(choreography: Choreography, first: int, seconds: float) -> list[Item]:
    """Items from the one numbered `first` on, going round, for at least `seconds` of dance and two figures more."""
    items, beats, wanted = [], 0.0, seconds * choreography.bpm / 60.0 + 2.0
    while beats < wanted:
        item = choreography.items[(first + len(items)) % len(choreography.items)]
        items.append(item)
        beats += FIGURES[item.figure].beats
    return items


def _phrase(rng: np.random.Generator, genre: str, before: list[Item]) -> list[tuple[str, str]]:
    """The next figures, each with its origin: "own", "typical", "neutral" or the genre that it is borrowed from."""
    draw = rng.random()
    # Nobody dances long without a figure of the genre, or a clip could be one of no genre at all.
    foreign = len(before) >= 2 and all(item.origin != "own" for item in before[-2:])
    if draw < _OWN or foreign:
        last = before[-1].figure if before else ""
        names = [figure.name for figure in BY_GENRE[genre] if figure.name != last]
        return [(str(rng.choice(names)), "own")]
    if draw < _OWN + _TYPICAL:
        phrases = GRAMMAR[genre].phrases
        return [(name, "typical") for name in phrases[rng.integers(len(phrases))]]
    if draw < _OWN + _TYPICAL + _FILLER:
        return [(str(rng.choice(NEUTRAL)), "neutral")]
    lender = str(rng.choice([other for other in GENRES if other != genre]))
    return [(str(rng.choice([figure.name for figure in BY_GENRE[lender]])), lender)]


def _carriage(rng: np.random.Generator, genre: str) -> tuple[str, str]:
    """One of the genre's usual ones or any."""
    usual = GRAMMAR[genre].carriages
    return _CARRIAGES[usual[rng.integers(len(usual))] if rng.random() < _USUAL else rng.integers(len(_CARRIAGES))]
