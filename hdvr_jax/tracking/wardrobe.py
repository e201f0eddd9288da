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

    def labels(self, label: Int[np.ndarray, " N"]) -> Int[np.ndarray, " C"]:
        """The track that most figures of each cell belong to, given that of every figure."""
        inside = self.cell >= 0
        keys, counts = np.unique(np.stack([self.cell[inside], label[inside]], 1), axis=0, return_counts=True)
        found = np.full(len(self.time), -1)
        for row in np.argsort(counts, kind="stable"):
            found[keys[row, 0]] = keys[row, 1]
        return found

    def ends(self, names: Int[np.ndarray, " K"]) -> tuple[Float[np.ndarray, "K P B"], Float[np.ndarray, "K P B"]]:
        """Colours of pieces over their first and their last `END_SECONDS`."""
        span = round(END_SECONDS / CELL_SECONDS)
        sides = []
        for part in (slice(None, span), slice(-span, None)):
            cells = [np.flatnonzero(self.piece == name)[part] for name in names]
            sides.append(np.array([self.counts[rows].sum(0) for rows in cells]))
        return sides[0], sides[1]


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
