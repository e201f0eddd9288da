"""The LDES tracker beside OpenCV's CSRT on drawn targets whose motion is known.

    pip install --target DIR --no-deps "opencv-contrib-python<5"
    python -m benchmarks.ldes --contrib=DIR [--seeds=3] [--first-seed=0] [--frames=40] [--kinds=shift,jumps]

Every kind of sequence (`benchmarks.ldes_scenes`) is drawn `seeds` times. Both trackers get the true box of the first
frame. Each runs in a process of its own, since one process cannot load two OpenCVs, and they take turns, sequence by
sequence. Overlap is the intersection over union of upright boxes, success the share of frames where that is over 0.5,
the error that of the box's middle in pixels; speed is the median over the sequences of a kind, drawing not counted.
"""

import argparse
import contextlib
import importlib
import multiprocessing
import pathlib
import statistics
import sys
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float

from hdvr_jax import scripts

KINDS = ("shift", "jumps", "scale", "rotation", "similarity", "noise", "light", "occlusion", "bending")
TRACKERS = ("ours", "csrt")


class Row(NamedTuple):
    """Of one tracker on one sequence."""

    overlap: float
    success: float
    error: float
    speed: float


def overlap(found: Float[np.ndarray, "T 4"], true: Float[np.ndarray, "T 4"]) -> Float[np.ndarray, " T"]:
    """Intersection over union of boxes (x, y, width, height)."""
    low = np.maximum(found[:, :2], true[:, :2])
    high = np.minimum(found[:, :2] + found[:, 2:], true[:, :2] + true[:, 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    return shared / (found[:, 2:].prod(-1) + true[:, 2:].prod(-1) - shared)


def row(found: Float[np.ndarray, "T 4"], true: Float[np.ndarray, "T 4"], seconds: float) -> Row:
    """What the table says of a sequence; `seconds` are those of a frame."""
    shared = overlap(found, true)
    apart = found[:, :2] + found[:, 2:] / 2 - true[:, :2] - true[:, 2:] / 2
    return Row(shared.mean(), (shared > 0.5).mean(), np.linalg.norm(apart, axis=-1).mean(), 1 / seconds)


def _serve(connection: Any, contrib: str) -> None:
    """A child process: follows what it is told to until it is told nothing."""
    if contrib:
        sys.path.insert(0, contrib)
    trackers = importlib.import_module("benchmarks.ldes_trackers")
    while asked := connection.recv():
        connection.send(trackers.follow(*asked))


@contextlib.contextmanager
def _process(contrib: str = "") -> Iterator[Any]:
    """Connection to a child."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(there, contrib), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        with contextlib.suppress(BrokenPipeError):
            here.send(None)
        here.close()
        process.join()


def summary(rows: list[Row]) -> Row:
    """Means, and the median speed."""
    means = np.array(rows).mean(0)
    return Row(*means[:3].tolist(), statistics.median(each.speed for each in rows))


def line(what: str, sequences: int, ours: Row, theirs: Row) -> str:
    """One line of the table."""
    cells = [f"{a:.{digits}f} / {b:.{digits}f}" for a, b, digits in zip(ours, theirs, (3, 3, 1, 0))]
    return f"| {what} | {sequences} | " + " | ".join(cells) + " |"


def table(contrib: str, kinds: list[str], seeds: range, frames: int) -> None:
    """Prints the table."""
    print("| kind | sequences | overlap, ours / CSRT | success | error, px | frames/s |")
    print("| --- | --- | --- | --- | --- | --- |")
    every: dict[str, list[Row]] = {name: [] for name in TRACKERS}
    with _process() as ours, _process(contrib) as theirs:
        for kind in kinds:
            rows: dict[str, list[Row]] = {name: [] for name in TRACKERS}
            for seed in seeds:
                for name, process in zip(TRACKERS, (ours, theirs)):
                    process.send((name, kind, seed, frames))
                    rows[name].append(row(*process.recv()))
            print(line(kind, len(seeds), *(summary(rows[name]) for name in TRACKERS)), flush=True)
            for name in TRACKERS:
                every[name] += rows[name]
    print(line("all", len(every["ours"]), *(summary(every[name]) for name in TRACKERS)))
    faster = [a.speed / b.speed for a, b in zip(*every.values())]
    print(f"\n{statistics.median(faster):.1f} times as fast (median; {min(faster):.1f} to {max(faster):.1f})")


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--contrib", type=pathlib.Path, required=True, help="folder with opencv-contrib-python")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--first-seed", type=int, default=0)
    parser.add_argument("--frames", type=int, default=40)
    parser.add_argument("--kinds", default=",".join(KINDS))
    options = parser.parse_args()
    kinds = options.kinds.split(",")
    if unknown := set(kinds) - set(KINDS):
        parser.error(f"--kinds: no {', '.join(sorted(unknown))}; there are {', '.join(KINDS)}")
    if not (options.contrib / "cv2").is_dir():
        parser.error(f"--contrib: no cv2 in {options.contrib}")
    if options.seeds < 1 or options.frames < 2:
        parser.error("at least one seed and two frames are needed")
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    table(str(options.contrib.resolve()), kinds, seeds, options.frames)


if __name__ == "__main__":
    scripts.guarded(main)
