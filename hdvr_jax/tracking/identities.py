"""Who is who after dancers came close: all encounters of two tracks are decided together, and what stays doubtful told.

Tracks are the labels of figures. Where two dancers could have been taken for each other, a `Choice` says at what cost
the tracks would go on the other way round; crossing them there exchanges the rest of both.
"""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.tracking import chain
from hdvr_jax.tracking.association import Choice
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.pieces import rows_of
from hdvr_jax.tracking.settings import Settings
from hdvr_jax.tracking.wardrobe import CELL_SECONDS, Wardrobe

_EVEN, _STEEP = 0.5, 1.0  # cost of a swap with no margin, and how fast it grows with the margin
_ROUNDS = 3


@dataclasses.dataclass(frozen=True)
class Doubt:
    """An interval after which two tracks may be each other's.

    Attributes:
        start, end: Frames, the end exclusive.
        frame: Where a swap would fit best.
        tracks: The labels of the two.
        chance: That they were swapped, 0 to 0.5.
    """

    start: int
    end: int
    frame: int
    tracks: tuple[int, int]
    chance: float


@dataclasses.dataclass(frozen=True)
class Encounters:
    """The choices between two tracks, in cells of time.

    Attributes:
        frames: (E,) of the choices, ascending.
        margins: (E,) of them.
        cells: (E,) of them.
        change: (C,) cost of a swap between the cell before and each cell.
    """

    frames: Int[np.ndarray, " E"]
    margins: Float[np.ndarray, " E"]
    cells: Int[np.ndarray, " E"]
    change: Float[np.ndarray, " C"]


def resolve(
    figures: Figures,
    pieces: Int[np.ndarray, " N"],
    label: Int[np.ndarray, " N"],
    choices: list[Choice],
    wardrobe: Wardrobe | None,
    settings: Settings,
) -> tuple[Int[np.ndarray, " N"], list[Doubt]]:
    """The tracks, crossed over where colours say so, and what remains doubtful.

    Args:
        pieces: Of the figures, to which the choices refer.
        label: The track of every figure, -1 for none.
        wardrobe: Colours of the pieces; None where there is no video.
    """
    rows = rows_of(pieces)
    for _ in range(_ROUNDS if wardrobe is not None else 0):
        before = label
        for pair in sorted(_by_pair(choices, rows, figures, label)):
            label = _cross(figures, label, pair, _by_pair(choices, rows, figures, label).get(pair, []), wardrobe)
        if np.array_equal(before, label):
            break
    doubts = []
    for pair, found in sorted(_by_pair(choices, rows, figures, label).items()):
        met = _encounters(figures, found)
        doubts += _doubts(figures, label, pair, met, wardrobe, settings)
    return label, doubts


def _by_pair(
    choices: list[Choice], rows: dict[int, np.ndarray], figures: Figures, label: np.ndarray
) -> dict[tuple[int, int], list[Choice]]:
    """The choices between every two tracks."""
    pairs: dict[tuple[int, int], list[Choice]] = {}
    for choice in choices:
        tracks = set()
        for piece in choice.pieces:
            place = np.searchsorted(figures.frame[rows[piece]], choice.frame)
            tracks.add(int(label[rows[piece][max(place - 1, 0)]]))
        if len(tracks) == 2 and min(tracks) >= 0:
            pairs.setdefault((min(tracks), max(tracks)), []).append(choice)
    return pairs


def _span(figures: Figures) -> int:
    """Frames of a cell of time."""
    return max(1, round(CELL_SECONDS * figures.fps))


def _encounters(figures: Figures, choices: list[Choice]) -> Encounters:
    frames = np.array([choice.frame for choice in choices], int)
    order = np.argsort(frames, kind="stable")
    margins = np.maximum(np.array([choice.margin for choice in choices]), 0.0)[order]
    cells = frames[order] // _span(figures)
    change = np.full((figures.frames - 1) // _span(figures) + 1, chain.NEVER)
    np.minimum.at(change, cells, _EVEN + _STEEP * margins)
    return Encounters(frames[order], margins, cells, change)


def _colour_costs(
    wardrobe: Wardrobe, label: np.ndarray, pair: tuple[int, int], met: Encounters
) -> tuple[Float[np.ndarray, " C"], float]:
    """What the colours say in every cell, as `chain.evidence`."""
    of_cell = wardrobe.labels(label)
    worn = []
    for track in pair:
        counts = np.zeros((len(met.change), *wardrobe.counts.shape[1:]), np.float32)
        np.add.at(counts, wardrobe.time[of_cell == track], wardrobe.counts[of_cell == track])
        worn.append(counts)
    both = (worn[0].sum((1, 2)) > 0) & (worn[1].sum((1, 2)) > 0)
    run = np.cumsum(met.change < chain.NEVER)
    together = np.bincount(run, both)
    return chain.evidence(*worn, both & (run == together.argmax()), met.change)


def _cross(
    figures: Figures, label: np.ndarray, pair: tuple[int, int], choices: list[Choice], wardrobe: Wardrobe
) -> np.ndarray:
    """Two tracks, the rest of both exchanged wherever that explains motion and colours better."""
    if not choices:
        return label
    met = _encounters(figures, choices)
    worn = chain.bounded(*_colour_costs(wardrobe, label, pair, met), met.change, chain.SURE)
    states = chain.decode(met.change, worn)
    label = label.copy()
    for cell in np.flatnonzero(np.diff(states)) + 1:
        inside = np.flatnonzero(met.cells == cell)
        frame = met.frames[inside[met.margins[inside].argmin()]]
        rest = figures.frame >= frame
        first, second = rest & (label == pair[0]), rest & (label == pair[1])
        label[first], label[second] = pair[1], pair[0]
    return label


def _doubts(
    figures: Figures,
    label: np.ndarray,
    pair: tuple[int, int],
    met: Encounters,
    wardrobe: Wardrobe | None,
    settings: Settings,
) -> list[Doubt]:
    """The encounters of two tracks, each with the chance that they came out of it swapped."""
    colours = np.zeros(len(met.change))
    if wardrobe is not None:
        colours = chain.bounded(*_colour_costs(wardrobe, label, pair, met), met.change, chain.CAUTIOUS)
    breaks = np.flatnonzero(np.diff(met.frames) > settings.together_seconds * figures.fps) + 1
    groups = np.split(np.arange(len(met.frames)), breaks)
    spans = [(int(met.cells[group[0]]), int(met.cells[group[-1]])) for group in groups]
    chances = chain.changed(met.change, colours, spans)
    doubts = []
    for group, chance in zip(groups, chances, strict=True):
        best = int(met.frames[group[met.margins[group].argmin()]])
        start, end = int(met.frames[group[0]]), int(met.frames[group[-1]]) + 1
        doubts.append(Doubt(start, end, best, pair, min(chance, 1 - chance)))
    return doubts
