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


def steady(
    state: Bool[np.ndarray, "T M"],
    minimum_seconds: Float[np.ndarray, " M"],
    fps: float,
    known: Bool[np.ndarray, "T M"] | None = None,
) -> Bool[np.ndarray, "T M"]:
    """States without flicker: short breaks bridged, then what is shorter than its column's minimum dropped.

    `known` is False where nothing may be bridged, because the state cannot be told there; everywhere True by default.
    """
    bridged = fill_short_runs(state, False, np.full(state.shape[1], BRIDGE_SECONDS * fps))
    if known is not None:
        bridged &= known
    return fill_short_runs(bridged, True, minimum_seconds * fps)


def fill_short_runs(
    state: Bool[np.ndarray, "T M"], value: bool, minimum: Float[np.ndarray, " M"]
) -> Bool[np.ndarray, "T M"]:
    """Turns over the runs of `value` that last fewer than `minimum` frames (one number per column).

    Runs of False that touch the start or the end of the clip are kept, for their true length is unknown.
    """
    frames, columns = state.shape
    column, start, end = runs(state == value)
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
