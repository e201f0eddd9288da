"""HDVR's lifting (Hu & Ahuja 2021, section 2.2) as published and what each addition buys: every view by itself.

    python -m benchmarks.multiseed [--data=aistpp|cmu] [--dictionary=work/dictionary] [--lifters=work/reprojection,...]
        [--rows=...] [--runs=3] [--seeds=8] [--steps=200] [--recordings=ch01,ch02,ch03,ch05,ch06] [--skip=c05]
        [--workdir=work/multiseed]

AIST++ recordings and their real detections, or CMU's test takes filmed by two virtual cameras each with a detector's
errors (HDVR_REAL_DATA); 30 frames a second, the twelve joints that every source measures: MPJPE, N-MPJPE, P-MPJPE and
velocity, mean and deviation over the runs, each of which draws its seeds anew, or over the seeds of a training; and of
lifters' poses that were refined by how much the view that fared worst changed. Rows: every depth that of the root;
seeds that are random persons, with the losses of the paper and with what is known of bodies; dictionary and lifters,
which seeds begin at and stay near ("from all seeds": those of a training together); joints that are missed. No row
reads 3D of these views unless the lifter's training did. A row is kept in the workdir and not computed again until the
lifters or the code of `hdvr_jax.multiseed` change.
"""

import argparse
import dataclasses
import hashlib
import json
import pathlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.multiseed_views import (
    FLAT,
    METRICS,
    MISSES,
    RANDOM,
    SKELETON,
    TRIED,
    Totals,
    digest_of,
    digest_of_code,
    load,
    prior_of,
    scored,
    summed,
)
from benchmarks.options import number
from hdvr_jax import poses, scripts
from hdvr_jax.configurations import write_json
from hdvr_jax.families import ratios
from hdvr_jax.meter import Meter
from hdvr_jax.multiseed.clip import ALONE, BODIES, NEAR, PUBLISHED, Settings
from hdvr_jax.multiseed.refinement import FPS, solve
from hdvr_jax.tables import mean_and_deviation

_LIMITS = {**BODIES, "limits": ALONE["limits"]}
# A third of the weight with which refined poses stay near P*.
_LOOSE = {**NEAR, "consistency": 0.05}


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        title: in the table.
        source: whose poses are P*: `FLAT`, `RANDOM` for none, or the workdir of a training.
        settings: of the optimiser; None where the source's own poses are scored.
        together: whether all seeds of that training are starts of one optimisation, and runs draw anew; else every one
            of them is a run.
        misses: what is taken out of the detections, one of `MISSES`.
    """

    title: str
    source: str
    settings: Settings | None = None
    together: bool = False
    misses: str = ""


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """The table's lines."""

    def row(title: str, source: str, weights: Mapping[str, float], together: bool = False, **more: Any) -> Row:
        return Row(title, source, Settings(options.seeds, weights, steps=options.steps, **more), together)

    yield Row("every depth that of the root", FLAT)
    yield row("random seeds, losses of the paper", RANDOM, PUBLISHED, camera="weak", temperature=0.0)
    yield row("+ perspective", RANDOM, PUBLISHED, temperature=0.0)
    smooth = {"projection": 1.0, "accelerations": BODIES["accelerations"]}
    yield row("accelerations in place of steps", RANDOM, smooth, temperature=0.0)
    yield row("+ bones constant and symmetric", RANDOM, BODIES, temperature=0.0)
    yield row("+ knees and noses in front", RANDOM, _LIMITS, temperature=0.0)
    yield row("+ learned prior", RANDOM, ALONE, temperature=0.0)
    yield Row("dictionary", options.dictionary)
    yield row("seeds from it", options.dictionary, BODIES)
    yield row("+ near it", options.dictionary, NEAR)
    yield row("+ from all seeds", options.dictionary, NEAR, together=True)
    yield row("+ near it, loosely", options.dictionary, _LOOSE)
    yield row("+ loosely, from all seeds", options.dictionary, _LOOSE, together=True)
    yield row("+ learned prior", options.dictionary, {**NEAR, "learned": TRIED["learned"]}, together=True)
    paper = {**PUBLISHED, "consistency": NEAR["consistency"]}
    for lifter in filter(None, options.lifters.split(",")):
        yield Row(f"lifter {pathlib.Path(lifter).name}", lifter)
        yield row("refined, losses of the paper", lifter, paper, temperature=0.0)
        yield row("refined loosely", lifter, _LOOSE)
        yield row("refined", lifter, NEAR)
        together = row("refined, from all seeds", lifter, NEAR, together=True)
        yield together
        yield row("the same, the best seed alone", lifter, NEAR, together=True, temperature=0.0)
        for name, weight in TRIED.items():
            yield row(f"the same, and {name}", lifter, {**NEAR, name: weight}, together=True)
        for misses in MISSES[1:]:
            yield Row(f"lifter without {misses}", lifter, misses=misses)
            yield dataclasses.replace(together, title=f"refined without {misses}", misses=misses)


class Bench:
    """Views, the workdir in which rows are kept, and the learned prior."""

    def __init__(self, options: argparse.Namespace):
        self.options, self.views = options, load(options.data, options.recordings, options.skip)

    def line(self, row: Row) -> str:
        """The row's line."""
        runs = self.totals(row)
        tables = [{"overall": {"all": ratios(summed(run))}} for run in runs]
        mean, spread = (found["overall"]["all"] for found in mean_and_deviation(tables))
        cells = [f"{mean[name]:.1f} ± {spread[name]:.1f}" for name in METRICS]
        refined = row.settings is not None and row.source != RANDOM
        return " | ".join(["", row.title, *cells, f"{self.worst(row):+.1f} %" if refined else "", ""]).strip()

    def worst(self, row: Row) -> float:
        """By how many hundredths the MPJPE of the view that fared worst is above that of the source's own poses."""
        name = METRICS[0]
        before, after = (
            np.array([[np.divide(*view[name]) for view in run] for run in self.totals(each)])
            for each in (dataclasses.replace(row, settings=None, together=False), row)
        )
        return float(100 * (after / (before.mean(0) if row.together else before) - 1).max())

    def totals(self, row: Row) -> list[list[Totals]]:
        """Of every run and view; kept beside what they are of."""
        options, about = self.options, dataclasses.asdict(row)
        del about["title"]
        made = {**about, "data": options.data, "runs": options.runs if _drawn(row) else 0}
        if options.data == "aistpp":
            made |= {"recordings": options.recordings, "skip": options.skip}
        read = [] if row.source in (FLAT, RANDOM) else [row.source]
        read += [options.dictionary] if _asks(row) else []
        made["code"] = digest_of_code() if row.settings else ""
        made["weights"] = [digest_of(workdir) for workdir in read]
        digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]
        path = options.workdir / f"{digest}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, {**made, "totals": list(self._computed(row))})
        return json.loads(path.read_text())["totals"]

    def _computed(self, row: Row) -> Iterator[list[Totals]]:
        given = self.views.lifted(row.source, row.misses)
        drawn = _drawn(row)
        clips, runs = self.views.missed(row.misses), self.options.runs if drawn else len(given[0])
        meter = Meter(sys.stderr, runs * len(clips), what=row.title, unit="view")
        meter.start(0)
        for run in range(runs):
            found = []
            for clip, truth, lifted in zip(clips, self.views.truths, given):
                found.append(scored(self._poses(row, clip, lifted if drawn else lifted[run : run + 1], run), truth))
                meter.report(run * len(clips) + len(found))
            yield found

    def _poses(self, row: Row, clip: Any, lifted: list[np.ndarray], run: int) -> np.ndarray:
        """Poses (T, J, 3) at `FPS`."""
        if row.settings is None:
            return poses.resample(np.asarray(lifted[0], np.float32), clip["fps"], FPS)
        prior = prior_of(self.options.dictionary) if _asks(row) else None
        return solve(clip, np.stack(lifted) if lifted else None, SKELETON, row.settings, run, prior).poses


def _asks(row: Row) -> bool:
    """Whether a row asks the learned prior."""
    return row.settings is not None and "learned" in row.settings.weights


def _drawn(row: Row) -> bool:
    """Whether runs draw seeds anew; else each is a seed of the source's training."""
    return row.together or row.source == RANDOM


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=("aistpp", "cmu"), default="aistpp")
    parser.add_argument("--dictionary", default="work/dictionary")
    parser.add_argument("--lifters", default="work/reprojection")
    parser.add_argument("--rows", default="", help="only those whose title holds one of these words")
    for name, default in (("runs", 3), ("seeds", 8), ("steps", 200)):
        parser.add_argument(f"--{name}", type=number, default=default)
    parser.add_argument("--recordings", default="ch01,ch02,ch03,ch05,ch06")
    parser.add_argument("--skip", default="c05")
    parser.add_argument("--workdir", type=pathlib.Path, default=pathlib.Path("work/multiseed"))
    options = parser.parse_args()
    wanted = [row for row in rows(options) if any(word in row.title for word in options.rows.split(","))]
    if not wanted:
        parser.error(f"argument --rows: no row's title holds any of {options.rows}")
    if any(_asks(row) for row in wanted):
        prior_of(options.dictionary)
    bench = Bench(options)
    sizes = f"{options.seeds} seeds, {options.steps} steps, {options.runs} runs"
    print(f"{machine()}; {len(bench.views.clips)} views, {sizes}\n")
    print("| row | MPJPE, mm | N-MPJPE | P-MPJPE | velocity | worst view |\n| --- | --- | --- | --- | --- | --- |")
    for row in wanted:
        print(bench.line(row), flush=True)


if __name__ == "__main__":
    scripts.guarded(main)
