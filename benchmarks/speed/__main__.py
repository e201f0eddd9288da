"""Prints the tables of speed beside other people's code.

    python -m benchmarks.speed --source=DIR [--pairs=5] [--parts=A1,A2,B,D,F,G]

Needs torch (not a requirement of this project) and a checkout of facebookresearch/VideoPose3D in DIR; part F needs
neither. Both do the same work in turns in one process: a round is one timing of each, the table gives the median and
the range of their ratios. A matrix product of 2048 x 2048 is timed before every round; a machine that others use shows
there. A1, A2: training steps of the lifter; B: whole sequences; D: LSTM; F: process start; G: feeding.
"""

import argparse
import importlib
import os
import pathlib
import statistics
import sys

import jax

from benchmarks.speed import feeding, lifter, lstm, start
from benchmarks.speed.timing import compare


def beside(source: pathlib.Path, chosen: list[str], pairs: int) -> None:
    """The table of what others do too."""
    sys.path.insert(0, str(source.resolve()))
    torch = importlib.import_module("torch")
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads; jax {jax.__version__}\n")
    print("| part | work | ours, s | theirs, s | times as fast (range) | calibration, GFLOP/s |")
    print("| --- | --- | --- | --- | --- | --- |")
    for module in (lifter, lstm, feeding):
        for part, what, ours, theirs, count in module.comparisons(torch, chosen):
            rounds = list(compare(ours, theirs, pairs, count))
            ratios = [their / our for _, our, their in rounds]
            speed, our, their = (statistics.median(column) for column in zip(*rounds))
            spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
            print(f"| {part} | {what} | {our:.3f} | {their:.3f} | {spread} | {speed:.0f} |", flush=True)


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, help="checkout of VideoPose3D")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--parts", default="A1,A2,B,D,F,G")
    options = parser.parse_args()
    chosen = options.parts.split(",")
    if any(part in chosen for module in (lifter, lstm, feeding) for part in module.PARTS):
        if options.source is None:
            parser.error("--source is needed for all parts but F")
        beside(options.source, chosen, options.pairs)
    if "F" in chosen:
        print("\n| part | work | seconds, median (range) |\n| --- | --- | --- |")
        for what, found in start.rows(options.pairs, dict(os.environ)):
            print(f"| F | {what} | {statistics.median(found):.2f} ({min(found):.2f}-{max(found):.2f}) |")


if __name__ == "__main__":
    main()
