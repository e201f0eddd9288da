"""Batches that are augmented already, for benchmarks that give two codes the same ones."""

import dataclasses
from typing import Any

import jax.numpy as jnp
import numpy as np

from hdvr_jax import families


def as_given(family: families.Family) -> families.Family:
    """The family that takes its batches as they are."""
    return dataclasses.replace(family, augment=families.unchanged)


def lifter_batch(inputs: np.ndarray, poses: np.ndarray) -> dict[str, Any]:
    """What a lifter's loss reads: windows (B, T, J, C) and the pose (B, 1, J, 3) of each one's middle."""
    size, frames = inputs.shape[:2]
    found = {
        "inputs": inputs,
        "targets": poses,
        "rotation": np.broadcast_to(np.eye(3, dtype=np.float32), (size, frames, 3, 3)),
        "mask": np.ones(size, np.float32),
        "frame_mask": np.ones((size, frames), np.float32),
        "example": np.arange(size, dtype=np.int32),
    }
    return {name: jnp.asarray(value) for name, value in found.items()}
