"""Running one trained model over one whole sequence."""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from hdvr_jax.families import Family

# Lengths are padded to a multiple of this, so that few distinct lengths are ever compiled.
PAD_FRAMES = 256


def frames_of(family: Family, sequence: Mapping[str, Any]) -> int:
    """Length in time of a prepared sequence."""
    lengths = {len(value) for name, value in sequence.items() if _in_time(family, name, value)}
    if len(lengths) != 1:
        raise ValueError(f"arrays of one sequence have lengths {sorted(lengths)}; expected one")
    return lengths.pop()


def predictor(family: Family, variables: Any) -> Callable[[Mapping[str, Any]], dict[str, np.ndarray]]:
    """A function from a prepared sequence (see `Family.prepare`) to the model's outputs for it.

    Outputs that have a time axis come back with the sequence's own length.
    """

    @jax.jit
    def step(variables: Any, batch: dict[str, Any]) -> dict[str, Any]:
        return family.predict(variables, family.augment(batch, jax.random.key(0), train=False))

    def predict(sequence: Mapping[str, Any]) -> dict[str, np.ndarray]:
        frames = frames_of(family, sequence)
        batch = as_batch(family, sequence, frames + -frames % PAD_FRAMES)
        padded = batch["frame_mask"].shape[1]
        outputs = {name: np.asarray(value)[0] for name, value in step(variables, batch).items()}
        timed = {name: value.ndim > 0 and len(value) == padded for name, value in outputs.items()}
        return {name: value[:frames] if timed[name] else value for name, value in outputs.items()}

    return predict


def as_batch(family: Family, sequence: Mapping[str, Any], length: int) -> dict[str, np.ndarray]:
    """A batch of one sequence, its last frame repeated up to `length`; labels of the sequence (str) are left out."""
    frames = frames_of(family, sequence)
    batch = {}
    for name, value in sequence.items():
        if isinstance(value, str):
            continue
        value = np.asarray(value)
        if _in_time(family, name, value):
            value = np.pad(value, ((0, length - frames), *[(0, 0)] * (value.ndim - 1)), "edge")
        batch[name] = value[None]
    batch["frame_mask"] = (np.arange(length) < frames)[None].astype(np.float32)
    batch["mask"] = np.ones(1, np.float32)
    batch["example"] = batch["sequence"] = np.zeros(1, np.int32)
    return batch


def _in_time(family: Family, name: str, value: Any) -> bool:
    return not isinstance(value, str) and np.ndim(value) > 0 and name not in family.fixed
