"""Two dancers of whom one is not found for a while: who comes out of it could be either."""

import numpy as np
from jaxtyping import Int

from hdvr_jax.tracking.association import SURE, Choice
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.pieces import rows_of
from hdvr_jax.tracking.settings import Settings

_LEAST, _STEEP = 2.0, 4.0  # cost of a swap of two who were in one place, and what a distance of a body's size adds
_STEP = 0.1  # seconds between the choices


def merged(
    figures: Figures, pieces: Int[np.ndarray, " N"], label: Int[np.ndarray, " N"], settings: Settings
) -> list[Choice]:
    """The choices in absences that began and ended beside another dancer, who was seen throughout.

    Of two bodies that nearly coincide a detector reports one, now this one, now that one: then no single frame is
    doubtful. Absences that are shorter than `memory_seconds` are seen by `associate`.

    Args:
        pieces: Of the figures, to which the choices refer.
        label: The track of every figure, -1 for none.
    """
    tracks, choices = rows_of(label), []
    times = {name: figures.frame[rows] for name, rows in tracks.items()}
    longest, step = settings.memory_seconds * figures.fps, max(1, round(_STEP * figures.fps))
    for lost, rows in tracks.items():
        for index in np.flatnonzero(np.diff(times[lost]) > longest).tolist():
            gone, back = int(rows[index]), int(rows[index + 1])
            for other, own in tracks.items():
                first, last = np.searchsorted(times[other], figures.frame[[gone, back]], "right")
                between = own[max(first - 1, 0) : last]
                seen = figures.frame[[gone, *between, back]]
                if other == lost or len(between) < 2 or np.diff(seen).max() > longest:
                    continue
                apart = _apart(figures, gone, int(between[0])) + _apart(figures, back, int(between[-1]))
                if (margin := _LEAST + _STEEP * apart) < SURE:
                    either = [(int(pieces[row]), int(pieces[gone])) for row in between[1::step]]
                    moments = figures.frame[between[1::step]].tolist()
                    choices += [Choice(moment, two, margin) for moment, two in zip(moments, either, strict=True)]
    return choices


def _apart(figures: Figures, one: int, other: int) -> float:
    """Distance between two figures, in sizes of the larger."""
    away = np.linalg.norm(figures.center[one] - figures.center[other])
    return float(away / max(figures.size[one], figures.size[other]))
