"""Long sequences given to a recurrent model piece by piece: exact, in memory that hardly grows with their length.

Forwards, each piece goes on from the state that the one before it left; backwards, from that of the one after it. What
reads both ways therefore first goes from the last piece to the first for the states alone, then from the first to the
last for the outputs, and so once for every layer, since each reads both directions of the one below. All long sequences
are computed by the same compiled programs.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hdvr_jax.networks.lstm import STATES

# Frames of a piece; shorter sequences are padded to a multiple of the other, so that few lengths are ever compiled.
FRAMES, SHORT_FRAMES = 1024, 256

Predict = Callable[[dict], Mapping[str, Any]]
Sequence = Mapping[str, Any]


def run(predict: Predict, sequence: Sequence, state: Mapping[str, Any], layers: int) -> dict[str, np.ndarray]:
    """The outputs of a model for one sequence, without the batch axis.

    Args:
        predict: piece (see `piece`) with `state` -> outputs and the state after it; with `backwards`, the state alone.
        sequence: as a family's `prepare` gives it.
        state: of the model's network (`networks.lstm.no_state`).
        layers: how many LSTMs stand on each other.

    Returns:
        Outputs with a time axis (T, ...); others as they are after the last piece.
    """
    arrays = {name: np.asarray(value) for name, value in sequence.items() if not isinstance(value, str)}
    frames = next(len(value) for value in arrays.values() if value.ndim)
    states = [dict(state) for _ in range(0, frames, FRAMES)]
    at = functools.partial(piece, arrays, frames)
    forward, backward = STATES
    for _ in range(layers if backward in state else 1):
        if backward in state:
            for index in range(len(states) - 1, 0, -1):
                found = predict({**at(index), "state": states[index], "backwards": ()})
                states[index - 1][backward] = found["state"][backward]
        outputs = []
        for index, kept in enumerate(states):
            outputs.append(dict(predict({**at(index), "state": kept})))
            after = outputs[-1].pop("state")
            if index + 1 < len(states):
                states[index + 1][forward] = after[forward]
    return _joined(outputs, frames)


def _joined(outputs: list[dict[str, Any]], frames: int) -> dict[str, np.ndarray]:
    """Those with a time axis one after another, up to the sequence's length; of others, the last."""
    last = {name: np.asarray(value) for name, value in outputs[-1].items()}
    return {
        name: np.concatenate([found[name][0] for found in outputs])[:frames] if value.ndim > 2 else value[0]
        for name, value in last.items()
    }


def piece(arrays: Mapping[str, np.ndarray], frames: int, index: int) -> dict[str, Any]:
    """A batch of one piece: the frame before it, its own, and as many as it lacks, which repeat the last.

    Besides the arrays it holds frame_mask, 1 for the frames that are there, `fresh` and `ending`: whether the sequence
    begins and ends with this piece, and `example`.
    """
    start = index * FRAMES
    length = FRAMES if frames > FRAMES else frames + -frames % SHORT_FRAMES
    chosen = np.arange(start - 1, start + length)
    known = np.clip(chosen, 0, frames - 1)
    batch = {name: (value[known] if value.ndim else value)[None] for name, value in arrays.items()}
    return {
        **batch,
        "frame_mask": ((chosen >= 0) & (chosen < frames)).astype(np.float32)[None],
        "fresh": np.array([index == 0]),
        "ending": np.array([start + length >= frames]),
        "example": np.zeros(1, np.int32),
    }
