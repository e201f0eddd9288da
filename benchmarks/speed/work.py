"""The work that both programs are given. Imports neither of them."""

import math

import numpy as np

from hdvr_jax.skeletons import get_skeleton

JOINTS, CHANNELS, DROPOUT, FRAMES = 17, 1024, 0.25, 2000
MIRROR = get_skeleton("h36m17").mirror
ROWS = {"frames_27": (3, 3, 3), "frames_243": (3, 3, 3, 3, 3)}  # of the paper: filter widths
SEQUENCE_ROW = "frames_243"
# Of the LSTM.
EXAMPLES, STEPS, FEATURES, HIDDEN, CLASSES = 512, 100, 51, 64, 9
# Of the seeds.
SEED_FRAMES, SEED_STEPS, KNEE = 300, 200, 0.03
SEED_WEIGHTS = {"projection": 1.0, "smooth_2d": 0.1, "smooth_3d": 0.1}
# Of the feeding.
WINDOW, BATCH, BATCHES, SEQUENCES, LENGTH = 243, 1024, 32, 40, 2000
PAD = WINDOW // 2


def windows(row: str, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Windows (B, T, J, 2) and poses (B, 1, J, 3) of their middle."""
    rng, frames = np.random.default_rng(0), math.prod(ROWS[row])
    inputs, poses = rng.normal(size=(size, frames, JOINTS, 2)), rng.normal(size=(size, 1, JOINTS, 3))
    return inputs.astype(np.float32), poses.astype(np.float32)


def sequence() -> np.ndarray:
    """(1, T, J, 2)."""
    return np.random.default_rng(0).normal(size=(1, FRAMES, JOINTS, 2)).astype(np.float32)


def features() -> tuple[np.ndarray, np.ndarray]:
    """Features (B, T, F) and labels (B,)."""
    rng = np.random.default_rng(0)
    return rng.normal(size=(EXAMPLES, STEPS, FEATURES)).astype(np.float32), rng.integers(0, CLASSES, EXAMPLES)


def seeds(count: int) -> tuple[np.ndarray, np.ndarray]:
    """Image points (T, J, 2) of a walk through the image, in metres, and poses (K, T, J, 3) to start from."""
    rng = np.random.default_rng(0)
    points = rng.normal(size=(SEED_FRAMES, JOINTS, 2)).cumsum(0) / 50
    starts = 0.3 * rng.normal(size=(count, 1, JOINTS, 3)) + 0.01 * rng.normal(size=(count, SEED_FRAMES, JOINTS, 3))
    return points.astype(np.float32), starts.astype(np.float32)


def sequences() -> list[dict[str, np.ndarray]]:
    """Keypoints (T, J, 2) and poses (T, J, 3) of several."""
    rng, shapes = np.random.default_rng(0), {"keypoints": (LENGTH, JOINTS, 2), "poses": (LENGTH, JOINTS, 3)}
    return [
        {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()} for _ in range(SEQUENCES)
    ]
