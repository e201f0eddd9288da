"""C3DPO's own code beside our hierarchical dictionary, on the same images of CMU subjects.

    OMP_WAIT_POLICY=passive python -m benchmarks.c3dpo --source=DIR [--subjects=14] [--frames=3000] [--epochs=90]
        [--batch=1024] [--solver=sgd] [--pairs=5] [--seed=0]

Needs torch (not a requirement of this project), the CMU packs (HDVR_REAL_DATA) and a checkout of
facebookresearch/c3dpo_nrsfm in DIR. Data, cameras and errors are those of `benchmarks.nonrigid`. C3DPO trains with the
settings of its cfgs/h36m.yaml (90 epochs, batches of 1024, SGD); --batch and --solver give others. There, an epoch is
1,249,280 frames; here it is the frames of the subject once, for both codes, and so C3DPO makes far fewer steps than it
was published with. Ours makes batches of 128 with Adam. Both are fed from memory.

First both train single epochs in turns: seconds of an epoch and their ratio (median and range over --pairs, after one
that does not count). Then C3DPO trains its epochs, and in turns with it ours for as many epochs as take as long; a
third training is ours with as many epochs as C3DPO. Compilation of ours counts in its seconds.

On two cores an epoch of 3000 frames takes C3DPO some 15 s: the default takes three quarters of an hour, all six
subjects of `benchmarks.nonrigid` over four hours, 90 epochs of 1,249,280 frames six days. --frames=1000 --epochs=60
takes about ten minutes.
"""

import argparse
import os
import pathlib
import statistics
import time
from typing import NamedTuple

import numpy as np

from benchmarks import nonrigid
from benchmarks.c3dpo_training import Learner, Ours, Theirs, modules
from benchmarks.machine import machine
from benchmarks.nonrigid import Subject
from hdvr_jax import scripts


class Trained(NamedTuple):
    """A learner after so many epochs and seconds."""

    learner: Learner
    epochs: int
    seconds: float


def seconds(learner: Learner, epochs: int) -> float:
    """How long so many epochs took."""
    start = time.perf_counter()
    learner.epochs(epochs)
    return time.perf_counter() - start


def in_turns(theirs: Learner, ours: Learner, pairs: int) -> list[tuple[float, float]]:
    """Seconds of single epochs of both, after one of each that does not count."""
    for learner in (theirs, ours):
        learner.epochs(1)
    return [(seconds(theirs, 1), seconds(ours, 1)) for _ in range(pairs)]


def told(pairs: list[tuple[float, float]]) -> str:
    """Medians, and the ratio of theirs to ours with its range."""
    ratios = [theirs / ours for theirs, ours in pairs]
    medians = (statistics.median(column) for column in zip(*pairs))
    cells = " | ".join(f"{value:.3f}" for value in medians)
    return f"| {cells} | {statistics.median(ratios):.1f} ({min(ratios):.1f}-{max(ratios):.1f}) |"


def together(theirs: Learner, ours: Learner, epochs: int, our_epochs: int) -> tuple[Trained, Trained]:
    """Both trained to the end, an epoch of theirs and then ours' share: other load of the machine meets both."""
    clocks, done = np.zeros(2), 0
    for epoch in range(epochs):
        share = our_epochs * (epoch + 1) // epochs - done
        clocks += seconds(theirs, 1), seconds(ours, share)
        done += share
    return Trained(theirs, epochs, clocks[0]), Trained(ours, our_epochs, clocks[1])


def errors(learner: Learner, subject: Subject) -> str:
    """Cells of the table: errors of fitted and held-out frames, one sign and any sign."""
    found = nonrigid.errors(tuple(learner.depths(shapes[..., :2]) for shapes in subject), subject)
    return " | ".join(f"{value:.3f}" for each in found for value in (each.one_sign, each.any_sign))


def compare(subject: Subject, options: argparse.Namespace) -> tuple[list[tuple[float, float]], dict[str, Trained]]:
    """(Seconds of epochs in turns, what was trained by its name)."""
    found, images = modules(options.source), subject.fitted[..., :2]
    settings = {"seed": options.seed, "batch": options.batch, "solver": options.solver}
    pairs = in_turns(
        Theirs(found, images, options.epochs, **settings), Ours(images, 1, seed=options.seed), options.pairs
    )
    ratio = statistics.median(theirs / ours for theirs, ours in pairs)
    as_long = max(1, round(options.epochs * ratio))
    ours = Ours(images, as_long, seed=options.seed)
    both = together(Theirs(found, images, options.epochs, **settings), ours, options.epochs, as_long)
    alone = Ours(images, options.epochs, seed=options.seed)
    last = Trained(alone, options.epochs, seconds(alone, options.epochs))
    return pairs, {"C3DPO": both[0], "ours, as long": both[1], "ours, as many epochs": last}


def in_units(subject: Subject) -> Subject:
    """Shapes in units in which the images of the fitted frames are about 1; normalised errors stay what they are."""
    size = np.sqrt(np.square(subject.fitted[..., :2]).mean())
    return Subject(*(shapes / size for shapes in subject))


def main() -> None:
    """Prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--source", type=pathlib.Path, required=True, help="checkout of c3dpo_nrsfm")
    parser.add_argument("--subjects", default="14")
    parser.add_argument("--solver", default="", help="of C3DPO: sgd, adam; default that of its config")
    for name, default in (("frames", 3000), ("epochs", 90), ("batch", 0), ("pairs", 5), ("seed", 0)):
        parser.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    subjects = nonrigid.load(options.subjects.split(","), options.frames, options.seed)
    versions = f"torch {modules(options.source).torch.__version__}, OMP_WAIT_POLICY={os.environ.get('OMP_WAIT_POLICY')}"
    print(f"{machine()}; {versions}, seed {options.seed}\n")
    for name, subject in subjects.items():
        print(f"Subject {name}, {len(subject.fitted)} frames fitted, {len(subject.held_out)} held out\n")
        pairs, trained = compare(in_units(subject), options)
        print("| C3DPO, s an epoch | ours, s an epoch | times as fast (range) |\n| --- | --- | --- |\n" + told(pairs))
        print("\n| code | epochs | s | fitted, one sign | any sign | held out, one sign | any sign |")
        print("| --- | --- | --- | --- | --- | --- | --- |")
        for code, each in trained.items():
            cells = errors(each.learner, in_units(subject))
            print(f"| {code} | {each.epochs} | {each.seconds:.0f} | {cells} |", flush=True)
        print(flush=True)


if __name__ == "__main__":
    scripts.guarded(main)
