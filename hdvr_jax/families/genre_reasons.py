"""Which movements of a clip moved the probability of a genre, for the family of genre models."""

import functools
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax import attribution, clip_poses

Cause = tuple[int, int, int]
Read = Callable[[Any], list[dict[str, Any]]]


def explainer(read: Read, streams: Sequence[str], fps: float) -> Callable[..., Float[np.ndarray, "2 C"]] | None:
    """The family's `explain`; None where no movements are read. Arguments as in `explain`."""
    return functools.partial(explain, read, fps) if "movements" in streams else None


def explain(
    read: Read,
    fps: float,
    predict: attribution.Predict,
    clip: Any,
    causes: Iterable[Cause],
    genre: int,
) -> Float[np.ndarray, "2 C"]:
    """The weight of each cause for a genre, by occlusion and by gradients; means over the views of the clip.

    Args:
        read: Clip -> the model's sequences, one per view.
        fps: Of the sequences.
        predict: Batch -> outputs; can be differentiated.
        clip: As for `on_clip`.
        causes: Movement type, first frame and frame after the last, in frames of the clip.
        genre: Index of the genre.
    """
    found = clip_poses.intervals(causes, len(clip["points_world"]), clip["fps"], fps)
    return np.mean(
        [attribution.weights(predict, clip_poses.batch(sequence), found, genre) for sequence in read(clip)], 0
    )
