"""Sequences made longer, so that few lengths are ever compiled; and the frames of a window that are its own."""

import numpy as np
from jaxtyping import Float, Shaped


def padded(values: Shaped[np.ndarray, "T *N"], multiple: int) -> Shaped[np.ndarray, "S *N"]:
    """The values with the last frame repeated until their number is a multiple of `multiple`."""
    return np.pad(values, ((0, -len(values) % multiple), *[(0, 0)] * (values.ndim - 1)), "edge")


def frame_mask(frames: int, multiple: int) -> Float[np.ndarray, " S"]:
    """1 for the frames that were there before `padded`, 0 for those that it adds."""
    return (np.arange(frames + -frames % multiple) < frames).astype(np.float32)


def own_frames(frames: int, context: tuple[int, int]) -> slice:
    """The frames of a window that are not context: all but the first and the last so many."""
    return slice(context[0], frames - context[1])
