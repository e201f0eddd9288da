"""From frame to frame: which figure continues which dancer. The result are pieces of track, in order of appearance."""

import dataclasses
import importlib

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.tracking import motion
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.settings import Settings

_NONE = -1
_FITS, _OVERLAP = 0.6, 0.3
SURE = 6.0  # a swap that costs more is not worth recording


@dataclasses.dataclass(frozen=True)
class Choice:
    """A frame in which two pieces could have been continued the other way round.

    Attributes:
        frame: Where.
        pieces: The two pieces.
        margin: Cost of the other way minus that of the one taken; small is doubtful.
    """

    frame: int
    pieces: tuple[int, int]
    margin: float


@dataclasses.dataclass(frozen=True)
class Following:
    """Everybody who is followed after a frame.

    Attributes:
        states: Where they were seen last.
        names: (K,) the piece of each.
        count: Pieces so far.
    """

    states: motion.States
    names: Int[np.ndarray, " K"]
    count: int

    @classmethod
    def nobody(cls, figures: Figures) -> "Following":
        """Before the first frame; `figures` give the number of joints."""
        return cls(motion.start(figures, np.zeros(0, int)), np.zeros(0, int), 0)


def associate(figures: Figures, settings: Settings) -> tuple[Int[np.ndarray, " N"], list[Choice]]:
    """Follows everybody through the recording.

    Returns:
        The piece of every figure, and the doubtful choices.
    """
    pieces = np.full(len(figures), _NONE)
    choices: list[Choice] = []
    bounds, following = figures.bounds(), Following.nobody(figures)
    for frame in range(figures.frames):
        rows = np.arange(bounds[frame], bounds[frame + 1])
        following, pieces[rows], doubts = follow(following, figures, rows, frame, settings)
        choices += doubts
    return pieces, choices


def follow(
    following: Following, figures: Figures, rows: Int[np.ndarray, " M"], frame: int, settings: Settings
) -> tuple[Following, Int[np.ndarray, " M"], list[Choice]]:
    """One more frame: who is followed after it, the piece of each of its figures `rows`, and the doubtful choices."""
    states, names, count = following.states, following.names, following.count
    alive = (frame - states.frame) <= settings.memory_seconds * figures.fps + 1
    if not alive.all():
        states, names = states.take(alive), names[alive]
    pieces, choices = np.full(len(rows), _NONE), []
    if len(states) and len(rows):
        predicted, width = motion.predict(states, frame, figures.fps, settings)
        cost = motion.costs(predicted, states.weight, width, states.size, figures, rows, settings)
        cost = cost + motion.person_costs(states, figures, rows, settings)
        which, found = assign(cost, settings.gate)
        pieces[found] = names[which]
        choices = _doubts(cost, which, found, names, frame, settings)
        states = motion.update(states, which, predicted, figures, rows[found])
        for index, name in _halves(cost, which, found, figures.weight[rows], settings):
            pieces[index] = names[name]
    new = np.flatnonzero(pieces == _NONE)
    if len(new):
        pieces[new] = np.arange(count, count + len(new))
        states = states.join(motion.start(figures, rows[new]))
        names, count = np.concatenate([names, pieces[new]]), count + len(new)
    return Following(states, names, count), pieces, choices


def assign(cost: Float[np.ndarray, "K M"], gate: float) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the cheapest assignment in which no pair costs more than the gate."""
    # Imported where it is needed, as elsewhere: a tenth of a second of every start.
    solve = importlib.import_module("scipy.optimize").linear_sum_assignment
    rows, columns = solve(np.minimum(cost, gate))
    kept = cost[rows, columns] < gate
    return rows[kept], columns[kept]


def _halves(
    cost: np.ndarray, which: np.ndarray, found: np.ndarray, weight: np.ndarray, settings: Settings
) -> list[tuple[int, int]]:
    """Figures left over that are the other half of somebody who was found in two, each with the dancer it is."""
    halves = []
    for index in np.setdiff1d(np.arange(len(weight)), found).tolist():
        best = int(cost[which, index].argmin()) if len(which) else 0
        if not len(which) or cost[which[best], index] > _FITS * settings.gate:
            continue
        both = ((weight[index] > 0) & (weight[found[best]] > 0)).sum()
        if both <= _OVERLAP * (weight[index] > 0).sum():
            halves.append((index, int(which[best])))
    return halves


def _doubts(
    cost: np.ndarray,
    which: np.ndarray,
    found: np.ndarray,
    names: np.ndarray,
    frame: int,
    settings: Settings,
) -> list[Choice]:
    """The pairs of dancers that could have been taken for each other, or for one who is lost."""
    chosen = np.full(len(cost), _NONE)
    chosen[which] = found
    # What each would pay for everybody's figure; none at all costs the gate, and is the last column.
    prices = np.full((len(cost), cost.shape[1] + 1), settings.gate)
    prices[:, :-1] = np.minimum(cost, 2 * settings.gate)
    prices = prices[:, chosen]
    own = prices.diagonal()
    margin = prices + prices.T - own[:, None] - own[None]
    ones, twos = np.nonzero((margin < SURE) & (chosen[:, None] != chosen[None]))
    return [
        Choice(frame, (int(names[one]), int(names[two])), float(margin[one, two]))
        for one, two in zip(ones.tolist(), twos.tolist(), strict=True)
        if one < two
    ]
