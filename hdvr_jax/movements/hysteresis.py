"""Turning signals that cross thresholds into labels that do not flicker."""

import numpy as np
from jaxtyping import Bool, Float

# Interruptions shorter than this are bridged: no dancer stops and resumes a movement that fast.
BRIDGE_SECONDS = 0.1


def latch(on: Bool[np.ndarray, "T M"], off: Bool[np.ndarray, "T M"]) -> Bool[np.ndarray, "T M"]:
    """State that `on` switches on and `off` switches off, and that holds in between (Schmitt trigger).

    A frame with both is off; before the first event the state is off.
    """
    frames = np.arange(on.shape[0])[:, None]
    event = np.maximum.accumulate(np.where(on | off, frames, -1), axis=0)
    state = np.take_along_axis(on & ~off, np.maximum(event, 0), axis=0)
    return state & (event >= 0)


def fill_short_runs(
    state: Bool[np.ndarray, "T M"], value: bool, minimum: Float[np.ndarray, " M"]
) -> Bool[np.ndarray, "T M"]:
    """Turns over the runs of `value` that last fewer than `minimum` frames (one number per column).

    Runs of False that touch the start or the end of the clip are kept, for their true length is unknown.
    """
    frames, columns = state.shape
    match = np.zeros((columns, frames + 2), np.int8)
    match[:, 1:-1] = (state == value).T
    change = np.diff(match, axis=1)
    column, start = np.nonzero(change == 1)
    end = np.nonzero(change == -1)[1]
    # Half a frame of tolerance: a run of d seconds has d * fps frames only after rounding.
    short = (end - start) < minimum[column] - 0.5
    if not value:
        short &= (start > 0) & (end < frames)
    toggle = np.zeros((columns, frames + 1), np.int8)
    np.add.at(toggle, (column[short], start[short]), 1)
    np.add.at(toggle, (column[short], end[short]), -1)
    return state ^ (np.cumsum(toggle, axis=1)[:, :-1].T > 0)


def runs(state: Bool[np.ndarray, "T M"]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Runs of True: (column, first frame, frame after the last), ordered by column, then by time."""
    padded = np.zeros((state.shape[1], state.shape[0] + 2), np.int8)
    padded[:, 1:-1] = state.T
    change = np.diff(padded, axis=1)
    column, start = np.nonzero(change == 1)
    return column, start, np.nonzero(change == -1)[1]
