"""Pieces of track: how they begin and end, and which are left out as noise and bystanders."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.detections import NOBODY
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.settings import Settings

_MOST = 1500  # pieces that are compared with each other


@dataclasses.dataclass(frozen=True)
class Ends:
    """How P pieces begin and end.

    Attributes:
        names: (P,) of the pieces.
        first, last: (P,) frames.
        place: (2, P, D) middle of the body at the beginning and at the end.
        velocity: (2, P, D) of the body there, per second.
        size: (2, P) of the body there.
        person: (P,) the number that the detector gave most often.
        length: (P,) frames in which it was seen.
    """

    names: Int[np.ndarray, " P"]
    first: Int[np.ndarray, " P"]
    last: Int[np.ndarray, " P"]
    place: Float[np.ndarray, "2 P D"]
    velocity: Float[np.ndarray, "2 P D"]
    size: Float[np.ndarray, "2 P"]
    person: Int[np.ndarray, " P"]
    length: Int[np.ndarray, " P"]


def rows_of(pieces: Int[np.ndarray, " N"]) -> dict[int, np.ndarray]:
    """The figures of every piece, in order of time."""
    if not len(pieces):
        return {}
    order = np.argsort(pieces, kind="stable")
    names, starts = np.unique(pieces[order], return_index=True)
    return {int(name): rows for name, rows in zip(names, np.split(order, starts[1:]), strict=True) if name >= 0}


def uncompared(pieces: Int[np.ndarray, " N"]) -> list[str]:
    """A note about pieces that `ends` leaves out, where there are any: the shortest of too many."""
    count = len(np.unique(pieces[pieces >= 0]))
    if count <= _MOST:
        return []
    return [f"The {count - _MOST} shortest of {count} pieces of track were joined to no others: {_MOST} are compared."]


def ends(figures: Figures, pieces: Int[np.ndarray, " N"], seconds: float = 0.3) -> Ends:
    """Place, velocity and size over the first and the last `seconds` of every piece; of too many, the longest."""
    found = rows_of(pieces)
    found = dict(sorted(sorted(found.items(), key=lambda item: -len(item[1]))[:_MOST]))
    names = np.array(list(found), int)
    first = np.array([figures.frame[rows[0]] for rows in found.values()], int)
    last = np.array([figures.frame[rows[-1]] for rows in found.values()], int)
    count = max(2, round(seconds * figures.fps))
    sides = [[_side(figures, rows[:count], 0) for rows in found.values()]]
    sides += [[_side(figures, rows[-count:], -1) for rows in found.values()]]
    axes = figures.center.shape[1]
    place, velocity, size = (
        np.array([[side[part] for side in row] for row in sides]).reshape(2, len(names), *tail)
        for part, tail in enumerate([(axes,), (axes,), ()])
    )
    person = np.array([_commonest(figures.person[rows]) for rows in found.values()], int)
    length = np.array([len(rows) for rows in found.values()], int)
    return Ends(names, first, last, place, velocity, size, person, length)


def _side(figures: Figures, rows: np.ndarray, at: int) -> tuple[np.ndarray, np.ndarray, float]:
    time = (figures.frame[rows] - figures.frame[rows[at]]) / figures.fps
    places = figures.center[rows]
    spread = ((time - time.mean()) ** 2).sum()
    slope = ((time - time.mean())[:, None] * places).sum(0) / spread if spread > 0 else np.zeros(places.shape[1])
    return places.mean(0) - slope * time.mean(), slope, float(np.median(figures.size[rows]))


def _commonest(numbers: np.ndarray) -> int:
    values, counts = np.unique(numbers, return_counts=True)
    return int(values[counts.argmax()])


def without_ghosts(figures: Figures, pieces: Int[np.ndarray, " N"], settings: Settings) -> Int[np.ndarray, " N"]:
    """The pieces that last; figures of the others belong to none. In a short recording less is enough."""
    least = min(settings.ghost_seconds * figures.fps, 0.2 * len(np.unique(figures.frame)))
    _, inverse, counts = np.unique(pieces, return_inverse=True, return_counts=True)
    return np.where((counts >= least)[inverse.ravel()] & (pieces >= 0), pieces, NOBODY)


def without_bystanders(figures: Figures, pieces: Int[np.ndarray, " N"], settings: Settings) -> Int[np.ndarray, " N"]:
    """The pieces without those of people who stand still for a second and more while somebody else moves."""
    found = rows_of(pieces)
    moves = {name: stir(figures, rows) for name, rows in found.items() if len(rows) > figures.fps}
    most = max(moves.values(), default=0.0)
    still = [name for name, move in moves.items() if move < min(settings.still, most / 4)]
    return np.where(np.isin(pieces, still), NOBODY, pieces)


def stir(figures: Figures, rows: np.ndarray) -> float:
    """How fast a dancer's joints move now and then (a tenth of the time), in sizes of the body per second.

    Over spans of half a second, so that the trembling of a detector counts little.
    """
    span = max(1, round(0.5 * figures.fps))
    frames = figures.frame[rows]
    later = np.searchsorted(frames, frames + span)
    pairs = later < len(rows)
    one, two = rows[pairs], rows[later[pairs]]
    seen = (figures.weight[one] > 0) & (figures.weight[two] > 0)
    if not seen.any():
        return np.inf
    moved = np.linalg.norm(figures.points[two] - figures.points[one], axis=-1) / figures.size[one][:, None]
    seconds = (figures.frame[two] - figures.frame[one]) / figures.fps
    return float(np.percentile((moved / seconds[:, None])[seen], 90))
