"""Two programs timed in turns, each in a process of its own as its users run it, beside a calibration."""

import contextlib
import importlib
import multiprocessing
import pathlib
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

from hdvr_jax import memory

Timed = Callable[[], None]
OURS, THEIRS = "benchmarks.speed.ours", "benchmarks.speed.rival"


class Comparison(NamedTuple):
    """One row of the table: the function of that name, with those arguments, of the modules `OURS` and `THEIRS` makes
    what is timed, `count` runs at a time."""

    part: str
    what: str
    function: str
    arguments: tuple[Any, ...]
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


def largest_memory() -> int:
    """The most that this process has had in memory, in bytes."""
    status = pathlib.Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024


def _serve(connection: Any, source: pathlib.Path, module: str, function: str, arguments: tuple[Any, ...]) -> None:
    """A child process: says that it is ready, times its program as often as asked, then tells its largest memory."""
    if module == OURS:
        memory.keep_freed()
    sys.path.insert(0, str(source.resolve()))
    program = importlib.import_module(module)
    run = getattr(program, function)(*arguments)
    run()
    connection.send(program.describe())
    while count := connection.recv():
        connection.send(seconds(run, count))
    connection.send(largest_memory())


@contextlib.contextmanager
def _process(*arguments: Any) -> Iterator[tuple[Any, str]]:
    """(Connection, description) of a child that is ready."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, *arguments), daemon=True)
    process.start()
    there.close()
    try:
        yield here, here.recv()
    finally:
        here.close()
        process.join()


def compare(
    source: pathlib.Path, comparison: Comparison, pairs: int
) -> tuple[list[Round], tuple[int, int], tuple[str, str]]:
    """(Rounds, largest memory of ours and theirs in bytes, what they say of themselves)."""
    made = (comparison.function, comparison.arguments)
    with _process(source, OURS, *made) as (ours, one), _process(source, THEIRS, *made) as (theirs, two):
        rounds = []
        for _ in range(pairs):
            found = [gflops()]
            for program in (ours, theirs):
                program.send(comparison.count)
                found.append(program.recv())
            rounds.append(Round(*found))
        for program in (ours, theirs):
            program.send(0)
        return rounds, (ours.recv(), theirs.recv()), (one, two)
