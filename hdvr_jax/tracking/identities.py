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
from hdvr_jax.tracking.wardrobe import CELL_SECONDS, Wardrobe, Worn

_EVEN, _STEEP = 0.5, 1.0  # cost of a swap with no margin, and how fast it grows with the margin
_ROUNDS = 3
# A swap is where its cost is within so much of the encounter's least one; seconds that part two places where it is, and
# that it may lie beside them.
_NEARLY, _PAUSE, _AROUND = 0.7, 0.25, 0.1


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


@dataclasses.dataclass(frozen=True)
class Chosen:
    """E choices.

    Attributes:
        rows: (E, 2) of each of the two pieces the last figure before the choice, or its first one.
        frames: (E,) of the choices.
        margins: (E,) of them.
    """

    rows: Int[np.ndarray, "E 2"]
    frames: Int[np.ndarray, " E"]
    margins: Float[np.ndarray, " E"]

    def tracks(self, label: Int[np.ndarray, " N"]) -> Int[np.ndarray, "E 2"]:
        """The two tracks of each choice, the lower label first."""
        return np.sort(label[self.rows], axis=1)


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
    known = _chosen(choices, rows_of(pieces), figures)
    worn = None if wardrobe is None else wardrobe.dress(label)
    for _ in range(_ROUNDS if wardrobe is not None else 0):
        before, met = label, _met(known, label)
        for pair in list(met):
            crossed = _cross(figures, label, pair, met[pair], worn) if pair in met else label
            if crossed is not label:
                label, worn, met = crossed, wardrobe.dress(crossed), _met(known, crossed)
        if np.array_equal(before, label):
            break
    doubts = []
    for pair, chosen in _met(known, label).items():
        doubts += _doubts(figures, pair, _encounters(figures, chosen), worn, settings)
    return label, doubts


def _chosen(choices: list[Choice], rows: dict[int, np.ndarray], figures: Figures) -> Chosen:
    """The choices, with the figures that they are about."""
    times = {piece: figures.frame[own] for piece, own in rows.items()}
    places = [
        [rows[piece][max(np.searchsorted(times[piece], choice.frame) - 1, 0)] for piece in choice.pieces]
        for choice in choices
    ]
    return Chosen(
        np.array(places, int).reshape(-1, 2),
        np.array([choice.frame for choice in choices], int),
        np.array([choice.margin for choice in choices], float),
    )


def _met(known: Chosen, label: np.ndarray) -> dict[tuple[int, int], Chosen]:
    """The choices between every two tracks that have any, in ascending order of tracks."""
    tracks = known.tracks(label)
    apart = np.flatnonzero((tracks[:, 0] != tracks[:, 1]) & (tracks[:, 0] >= 0))
    order = apart[np.lexsort((tracks[apart, 1], tracks[apart, 0]))]
    pairs, starts = np.unique(tracks[order], axis=0, return_index=True)
    parts = np.split(order, starts[1:]) if len(order) else []
    return {
        (int(one), int(other)): Chosen(known.rows[part], known.frames[part], known.margins[part])
        for (one, other), part in zip(pairs, parts, strict=True)
    }


def _span(figures: Figures) -> int:
    """Frames of a cell of time."""
    return max(1, round(CELL_SECONDS * figures.fps))


def _encounters(figures: Figures, chosen: Chosen) -> Encounters:
    order = np.argsort(chosen.frames, kind="stable")
    frames, margins = chosen.frames[order], np.maximum(chosen.margins, 0.0)[order]
    cells = frames // _span(figures)
    change = np.full((figures.frames - 1) // _span(figures) + 1, chain.NEVER)
    np.minimum.at(change, cells, _EVEN + _STEEP * margins)
    return Encounters(frames, margins, cells, change)


def _colour_costs(worn: Worn, pair: tuple[int, int], met: Encounters) -> tuple[Float[np.ndarray, " C"], float]:
    """What the colours say in every cell, as `chain.evidence`."""
    first, second = (worn.counts(track, len(met.change)) for track in pair)
    both = (first.sum((1, 2)) > 0) & (second.sum((1, 2)) > 0)
    run = np.cumsum(met.change < chain.NEVER)
    together = np.bincount(run, both)
    return chain.evidence(first, second, both & (run == together.argmax()), met.change)


def _cross(figures: Figures, label: np.ndarray, pair: tuple[int, int], chosen: Chosen, worn: Worn) -> np.ndarray:
    """Two tracks, the rest of both exchanged wherever that explains motion and colours better; else the same array."""
    met = _encounters(figures, chosen)
    crossed = chain.bounded(*_colour_costs(worn, pair, met), met.change, chain.SURE)
    turns = np.flatnonzero(np.diff(chain.decode(met.change, crossed))) + 1
    label = label.copy() if len(turns) else label
    for cell in turns:
        inside = np.flatnonzero(met.cells == cell)
        frame = met.frames[inside[met.margins[inside].argmin()]]
        rest = figures.frame >= frame
        first, second = rest & (label == pair[0]), rest & (label == pair[1])
        label[first], label[second] = pair[1], pair[0]
    return label


def _doubts(
    figures: Figures, pair: tuple[int, int], met: Encounters, worn: Worn | None, settings: Settings
) -> list[Doubt]:
    """The encounters of two tracks, each with the chance that they came out of it swapped."""
    colours = np.zeros(len(met.change))
    if worn is not None:
        colours = chain.bounded(*_colour_costs(worn, pair, met), met.change, chain.CAUTIOUS)
    moments = _moments(met, figures.fps, settings)
    spans = [(int(met.cells[moment[0]]), int(met.cells[moment[-1]])) for moment in moments]
    chances = chain.changed(met.change, colours, spans)
    around, doubts = round(_AROUND * figures.fps), []
    for moment, chance in zip(moments, chances, strict=True):
        best = int(met.frames[moment[met.margins[moment].argmin()]])
        start, end = int(met.frames[moment[0]]) - around, int(met.frames[moment[-1]]) + 1 + around
        doubts.append(Doubt(max(start, 0), min(end, figures.frames), best, pair, min(chance, 1 - chance)))
    return doubts


def _moments(met: Encounters, fps: float, settings: Settings) -> list[np.ndarray]:
    """The choices of every encounter that are nearly as good as its best one, those close in time together."""
    found = []
    for group in _runs(np.arange(len(met.frames)), met.frames, settings.together_seconds * fps):
        near = group[met.margins[group] <= met.margins[group].min() + _NEARLY]
        found += _runs(near, met.frames, _PAUSE * fps)
    return found


def _runs(rows: Int[np.ndarray, " M"], frames: Int[np.ndarray, " E"], pause: float) -> list[np.ndarray]:
    """The rows, parted where more than `pause` frames lie between two of them."""
    return np.split(rows, np.flatnonzero(np.diff(frames[rows]) > pause) + 1)
