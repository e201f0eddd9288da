"""Prints the tables of speed beside other people's code.

    python -m benchmarks.speed --source=DIR [--pairs=5] [--parts=A1,A2,B,D,E,F,G]

Needs torch (not a requirement of this project) and a checkout of facebookresearch/VideoPose3D in DIR; part E needs
torch alone, part F neither. Both do the same work in turns, each in a process of its own: a round is one timing of
each, the table gives the median and the range of their ratios, and the largest memory of each. A matrix product of
2048 x 2048 is timed before every round; a machine that others use shows there. A1, A2: training steps of the lifter;
B: whole sequences; D: LSTM; E: multi-seed lifting beside the same in plain torch; F: process start; G: feeding.
"""

import argparse
import os
import pathlib
import statistics

from benchmarks.speed import start, work
from benchmarks.speed.timing import Comparison, compare
from hdvr_jax import scripts

COMPARISONS = (
    Comparison("A1", "training step, batch 128, 27 frames", "step", ("frames_27", 128), 16),
    Comparison("A2", "training step, batch 1024, 243 frames", "step", ("frames_243", 1024), 1),
    Comparison("B", f"{work.FRAMES} frames, 243-frame model", "sequence", (False,), 4),
    Comparison("B", "the same, averaged with the mirrored twin", "sequence", (True,), 4),
    Comparison("D", f"training step of two LSTM layers of {work.HIDDEN}, batch {work.EXAMPLES}", "lstm", (), 4),
    *(
        Comparison("E", f"{count} seeds of {work.SEED_FRAMES} frames; theirs {how}", "seeds", (count, looped), 1)
        for count in (8, 32, 128)
        for how, looped in (("seed after seed", True), ("all at once", False))
    ),
    Comparison("G", f"{work.BATCHES} batches of {work.BATCH} windows, half mirrored", "feeding", (True,), 1),
    Comparison("G", "the same, none mirrored", "feeding", (False,), 1),
)


def beside(source: pathlib.Path, chosen: list[str], pairs: int) -> None:
    """The table of what others do too."""
    print("| part | work | ours, s | theirs, s | times as fast (range) | memory, GB | calibration, GFLOP/s |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    said = ("", "")
    for comparison in (row for row in COMPARISONS if row.part in chosen):
        rounds, memory, said = compare(source, comparison, pairs)
        ratios = [each.theirs / each.ours for each in rounds]
        speed, our, their = (statistics.median(column) for column in zip(*rounds))
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
        most = " / ".join(f"{size / 1e9:.1f}" for size in memory)
        print(
            f"| {comparison.part} | {comparison.what} | {our:.3f} | {their:.3f} | {spread} | {most} | {speed:.0f} |",
            flush=True,
        )
    print(f"\nours: {said[0]}; theirs: {said[1]}")


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, help="checkout of VideoPose3D")
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--parts", default="A1,A2,B,D,E,F,G")
    options = parser.parse_args()
    chosen = options.parts.split(",")
    if set(chosen) - {"F"}:
        if options.source is None and set(chosen) - {"E", "F"}:
            parser.error("--source is needed for all parts but E and F")
        beside(options.source or pathlib.Path(), chosen, options.pairs)
    if "F" in chosen:
        print("\n| part | work | seconds, median (range) |\n| --- | --- | --- |")
        for what, found in start.rows(options.pairs, dict(os.environ)):
            print(f"| F | {what} | {statistics.median(found):.2f} ({min(found):.2f}-{max(found):.2f}) |")


if __name__ == "__main__":
    scripts.guarded(main)
