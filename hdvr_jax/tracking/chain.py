"""Whether two tracks were swapped, and when: a hidden Markov chain with two states, straight and crossed.

Time goes in cells. Between two cells the state may change at a cost, which is low where the two dancers could have
been taken for each other; within a cell their colours speak for one of the states.
"""

import numpy as np
from jaxtyping import Bool, Float, Int

from hdvr_jax.tracking import colours

NEVER = 25.0  # cost of a change where nothing happens
_CORRELATED = 4.0  # cells that say the same about colours
_MOST = 3.0  # a single cell says no more than this
SURE, CAUTIOUS = 24.0, 4.0  # most that the cells between two encounters say: for the decision, for the audit
_CLEARLY = 0.6  # distance of looks from which on they say that much
_ROUNDS = 3
_NOISE = 0.02  # of a difference of colours


def decode(
    change: Float[np.ndarray, " C"], crossed: Float[np.ndarray, " C"], keep: Float[np.ndarray, " C"] | None = None
) -> Int[np.ndarray, " C"]:
    """The likeliest states (Viterbi), 0 straight and 1 crossed; a state is kept where a change is as good.

    Args:
        change: Cost of changing the state between the cell before and this one; that of the first cell is not used.
        crossed: Cost of the crossed state in each cell, minus that of the straight one.
        keep: Cost of keeping the state between the cell before and this one; None for nothing.
    """
    count = len(crossed)
    keep = np.zeros(count) if keep is None else keep
    cost, turned = np.array([0.0, crossed[0]]), np.zeros((count, 2), bool)
    for cell in range(1, count):
        same, other = cost + keep[cell], cost[::-1] + change[cell]
        turned[cell] = other < same
        cost = np.minimum(same, other) + np.array([0.0, crossed[cell]])
    states = np.zeros(count, int)
    states[-1] = int(cost.argmin())
    for cell in range(count - 1, 0, -1):
        states[cell - 1] = states[cell] ^ turned[cell, states[cell]]
    return states


def changed(
    change: Float[np.ndarray, " C"], crossed: Float[np.ndarray, " C"], spans: list[tuple[int, int]]
) -> list[float]:
    """For each span (first, last) of cells how likely the state after `last` is another than that before `first`."""
    count = len(crossed)
    likely = np.stack([np.ones(count), np.exp(-np.clip(crossed, -30, 30))], 1)
    likely /= likely.max(1, keepdims=True)
    turn = 1 / (1 + np.exp(np.clip(change, -30, 30)))
    moves = np.stack([np.stack([1 - turn, turn], 1), np.stack([turn, 1 - turn], 1)], 1)
    ahead, behind = np.ones((count, 2)), np.ones((count, 2))
    for cell in range(count):
        before = np.full(2, 0.5) if cell == 0 else ahead[cell - 1] @ moves[cell]
        ahead[cell] = before * likely[cell]
        ahead[cell] /= ahead[cell].sum()
    for cell in range(count - 2, -1, -1):
        behind[cell] = moves[cell + 1] @ (likely[cell + 1] * behind[cell + 1])
        behind[cell] /= behind[cell].sum()
    found = []
    for first, last in spans:
        through = np.eye(2)
        for cell in range(first, last + 1):
            through = through @ moves[cell] * likely[cell][None]
            through /= through.sum()
        start = ahead[first - 1] if first else np.ones(2)
        joint = start[:, None] * through * behind[last][None]
        found.append(float((joint[0, 1] + joint[1, 0]) / joint.sum()))
    return found


def evidence(
    first: Float[np.ndarray, "C P B"],
    second: Float[np.ndarray, "C P B"],
    clear: Bool[np.ndarray, " C"],
    change: Float[np.ndarray, " C"],
) -> tuple[Float[np.ndarray, " C"], float]:
    """Cost of the crossed state minus that of the straight one in each cell, from the colours of two tracks.

    What the two dancers look like is taken from the cells that are surely in one state (`clear`), then from all, each
    in its likeliest state. How far the two looks lie apart, against how much they vary, says what a cell's colours
    count: for dancers in the same clothes nothing.

    Returns:
        The costs, and how far the two looks lie apart (0 to 2).
    """
    state, used = np.zeros(len(first), int), clear if clear.any() else np.ones(len(first), bool)
    cost, stretch = np.zeros(len(first)), np.cumsum(change < NEVER)
    for turn in range(_ROUNDS):
        mine, other = _looks(first, second, state, used, stretch)
        apart = _nearer(first, mine, other) + _nearer(second, other, mine)
        cost = _weigh(apart, state) if turn else np.where(clear, _MOST, _weigh(apart, None))
        state, used = decode(change, cost), np.ones(len(first), bool)
    seen = (apart != 0).any(1)
    return cost, float((apart.mean(1) * (1 - 2 * state))[seen].sum() / max(seen.sum(), 1))


def bounded(
    crossed: Float[np.ndarray, " C"], apart: float, change: Float[np.ndarray, " C"], most: float
) -> Float[np.ndarray, " C"]:
    """The costs of `evidence`, bounded: cells between two encounters err together.

    All of them together say no more than looks that lie so far apart can, and at the most `most`.
    """
    stretch = np.cumsum(change < NEVER)
    total = np.abs(np.bincount(stretch, crossed))
    bound = most * np.clip(apart / _CLEARLY, 0, 1) ** 2
    return crossed * np.minimum(1, bound / np.maximum(total, 1e-9))[stretch]


def _weigh(apart: Float[np.ndarray, "C P"], state: Int[np.ndarray, " C"] | None) -> Float[np.ndarray, " C"]:
    """Log-likelihood ratio of straight against crossed, by how far the parts' differences lie apart and how they vary.

    Without a state the differences count by their size alone.
    """
    said = apart != 0
    count = np.maximum(said.sum(0), 1)
    signed = np.abs(apart) if state is None else apart * (1 - 2 * state[:, None])
    middle = np.maximum(signed.sum(0) / count, 0)
    spread = ((signed - middle) ** 2 * said).sum(0) / count + _NOISE**2
    return np.clip((2 * middle * apart / spread).sum(1) / _CORRELATED, -_MOST, _MOST)


def _looks(
    first: np.ndarray, second: np.ndarray, state: np.ndarray, used: np.ndarray, stretch: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Colours of the two dancers for each cell (C, P, B), from the used cells of all other stretches.

    A stretch, cells between two encounters, would else bear witness in its own cause.
    """
    crossed, weight = (state == 1)[:, None, None], used[:, None, None]
    # Stretches are consecutive cells.
    starts, which = np.flatnonzero(np.diff(stretch, prepend=-1)), stretch - stretch[0]
    looks = []
    for worn in (np.where(crossed, second, first) * weight, np.where(crossed, first, second) * weight):
        own = np.add.reduceat(worn, starts, axis=0)
        looks.append(np.maximum(worn.sum(0)[None] - own[which], 0))
    return looks[0], looks[1]


def _nearer(track: np.ndarray, own: np.ndarray, other: np.ndarray) -> Float[np.ndarray, "C P"]:
    """By how much each part looks more like its own dancer than like the other one; 0 where it is not seen."""
    track, own, other = (worn[:, :, None] for worn in (track, own, other))
    return np.nan_to_num(colours.distance(track, other) - colours.distance(track, own))
