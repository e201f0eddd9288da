"""Two programs timed in turns in one process, beside a calibration."""

import time
from collections.abc import Callable, Iterator

import numpy as np

Timed = Callable[[], None]


def gflops() -> float:
    """Speed of a 2048^3 product in NumPy, in GFLOP/s."""
    a = np.ones((2048, 2048), np.float32)
    a @ a
    start = time.perf_counter()
    a @ a
    return 2 * 2048**3 / (time.perf_counter() - start) / 1e9


def seconds(run: Timed, count: int) -> float:
    """Of `count` runs."""
    start = time.perf_counter()
    for _ in range(count):
        run()
    return time.perf_counter() - start


def compare(ours: Timed, theirs: Timed, pairs: int, count: int) -> Iterator[tuple[float, float, float]]:
    """(GFLOP/s of the calibration, our seconds, their seconds) of every round, after one round that does not count."""
    for run in (ours, theirs):
        run()
    for _ in range(pairs):
        speed = gflops()
        yield speed, seconds(ours, count) / count, seconds(theirs, count) / count
