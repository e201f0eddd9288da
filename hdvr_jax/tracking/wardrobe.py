"""What every piece of track wore, second by second: colours gathered while the frames go by."""

import dataclasses
from collections.abc import Iterable

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.tracking import colours
from hdvr_jax.tracking.figures import Figures

CELL_SECONDS = 0.5
END_SECONDS = 2.0


@dataclasses.dataclass(frozen=True)
class Wardrobe:
    """Colours of pieces in cells of time.

    Attributes:
        cell: (N,) of every figure: index of its piece and time, -1 for one without a piece.
        piece: (C,) of each cell.
        time: (C,) when each cell is, in units of `CELL_SECONDS`.
        counts: (C, P, B) histograms of the parts.
    """

    cell: Int[np.ndarray, " N"]
    piece: Int[np.ndarray, " C"]
    time: Int[np.ndarray, " C"]
    counts: Float[np.ndarray, "C P B"]

    def dress(self, label: Int[np.ndarray, " N"]) -> "Worn":
        """The colours of tracks, given the track of every figure: a cell is of the one that most of its figures are."""
        inside = self.cell >= 0
        wide = int(label.max(initial=-1)) + 2
        keys, counts = np.unique(self.cell[inside] * wide + label[inside] + 1, return_counts=True)
        keys = keys[np.argsort(counts, kind="stable")]
        track = np.full(len(self.time), -1)
        # Of several tracks that are written to one cell the last one, the commonest, stays.
        track[keys // wide] = keys % wide - 1
        return Worn(self, track)

    def ends(self, names: Int[np.ndarray, " K"]) -> tuple[Float[np.ndarray, "K P B"], Float[np.ndarray, "K P B"]]:
        """Colours of pieces over their first and their last `END_SECONDS`."""
        span = round(END_SECONDS / CELL_SECONDS)
        sides = []
        for part in (slice(None, span), slice(-span, None)):
            cells = [np.flatnonzero(self.piece == name)[part] for name in names]
            sides.append(np.array([self.counts[rows].sum(0) for rows in cells]))
        return sides[0], sides[1]


@dataclasses.dataclass(frozen=True)
class Worn:
    """Colours of tracks.

    Attributes:
        wardrobe: Of their pieces.
        track: (C,) that each cell belongs to, -1 for none.
    """

    wardrobe: Wardrobe
    track: Int[np.ndarray, " C"]

    def counts(self, track: int, cells: int) -> Float[np.ndarray, "T P B"]:
        """Histograms of a track's parts in each of so many cells of time."""
        counts = np.zeros((cells, *self.wardrobe.counts.shape[1:]), np.float32)
        own = self.track == track
        np.add.at(counts, self.wardrobe.time[own], self.wardrobe.counts[own])
        return counts


def gather(figures: Figures, pieces: Int[np.ndarray, " N"], frames: Iterable[np.ndarray], skeleton: str) -> Wardrobe:
    """Reads the frames once, keeping none, and adds up the colours of every piece in every cell of time.

    Args:
        frames: BGR images; those past the last frame of the figures are not read, missing ones show nothing.
    """
    span = max(1, round(CELL_SECONDS * figures.fps))
    keys = np.stack([pieces, figures.frame // span], 1)
    kept, cell = np.unique(keys[pieces >= 0], axis=0, return_inverse=True)
    of_figure = np.full(len(figures), -1)
    of_figure[pieces >= 0] = cell.ravel()
    counts = np.zeros((len(kept), len(colours.PARTS), colours.BINS), np.float32)
    bounds = figures.bounds()
    for frame, image in zip(range(figures.frames), frames, strict=False):
        rows = np.arange(bounds[frame], bounds[frame + 1])
        rows = rows[of_figure[rows] >= 0]
        if len(rows):
            np.add.at(counts, of_figure[rows], colours.histograms(image, figures, rows, skeleton))
    return Wardrobe(of_figure, *kept.T.astype(np.int64), counts)
