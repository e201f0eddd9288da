"""Two programs timed in turns, each in a process of its own as its users run it, beside a calibration."""

import contextlib
import multiprocessing
import pathlib
import resource
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from hdvr_jax import memory

Timed = Callable[[], None]


class Comparison(NamedTuple):
    """One row of the table.

    Attributes:
        part, what: name and work.
        ours, theirs: make the programs; called in their own processes, so they must be picklable.
        count: runs in one timing.
    """

    part: str
    what: str
    ours: Callable[[], Timed]
    theirs: Callable[[], Timed]
    count: int


class Round(NamedTuple):
    """GFLOP/s of the calibration, and seconds of one run of either program."""

    calibration: float
    ours: float
    theirs: float


def gflops() -> float:
    """Speed of a 2048^3 product in NumPy, in GFLOP/s."""
    a = np.ones((2048, 2048), np.float32)
    a @ a
    start = time.perf_counter()
    a @ a
    return 2 * 2048**3 / (time.perf_counter() - start) / 1e9


def seconds(run: Timed, count: int) -> float:
    """Of one of `count` runs, after one that does not count: it meets the caches as the other program left them."""
    run()
    start = time.perf_counter()
    for _ in range(count):
        run()
    return (time.perf_counter() - start) / count


def _serve(connection: Any, source: pathlib.Path, make: Callable[[], Timed]) -> None:
    """A child process: times its program as often as asked, then tells the largest memory that it had, in bytes."""
    sys.path.insert(0, str(source.resolve()))
    run = make()
    run()
    while count := connection.recv():
        connection.send(seconds(run, count))
    connection.send(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)


def as_trained(make: Callable[[], Timed]) -> Timed:
    """Our program, with memory as train.py sets it."""
    memory.keep_freed()
    return make()


@contextlib.contextmanager
def _process(source: pathlib.Path, make: Callable[[], Timed]) -> Iterator[Any]:
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, source, make))
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.join()


def compare(source: pathlib.Path, comparison: Comparison, pairs: int) -> tuple[list[Round], tuple[float, float]]:
    """(Rounds, largest memory of ours and theirs in bytes)."""
    with _process(source, comparison.ours) as ours, _process(source, comparison.theirs) as theirs:
        rounds = []
        for _ in range(pairs):
            found = [gflops()]
            for program in (ours, theirs):
                program.send(comparison.count)
                found.append(program.recv())
            rounds.append(Round(*found))
        for program in (ours, theirs):
            program.send(0)
        return rounds, (ours.recv(), theirs.recv())
