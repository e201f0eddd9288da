"""Independent random streams by name, so that one thing drawn more or less changes nothing else."""

import zlib

import numpy as np


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """The generator that belongs to `names` under `seed`; the same on every machine."""
    return np.random.default_rng([seed, *(zlib.crc32(str(name).encode()) for name in names)])
