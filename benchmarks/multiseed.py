"""HDVR's lifting (Hu & Ahuja 2021, section 2.2) as published and what each addition buys: every view by itself.

    python -m benchmarks.multiseed [--data=aistpp|cmu] [--dictionary=work/dictionary] [--density=work/density]
        [--lifters=work/reprojection,...] [--rows=...] [--runs=3] [--seeds=8] [--steps=200]
        [--recordings=ch01,ch02,ch03,ch05,ch06] [--skip=c05] [--workdir=work/multiseed]

AIST++ recordings and their real detections, or CMU's test takes filmed by two virtual cameras each with a detector's
errors (HDVR_REAL_DATA); 30 frames a second, the twelve joints that every source measures: MPJPE, N-MPJPE, P-MPJPE and
velocity, mean and deviation over the runs, each of which draws its seeds anew, or over the seeds of a training; and of
lifters' poses that were refined by how much the view that fared worst changed. Rows: every depth that of the root;
seeds that are random persons, with the losses of the paper and with what is known of bodies; dictionary and lifters,
which seeds begin at and stay near ("from all seeds": those of a training together); joints that are missed. No row
reads 3D of these views unless the lifter's training did. Rows of a training that is not given (such as --dictionary=)
are left out. A row is kept in the workdir and not computed again until the
lifters or the code that lifts change.
"""

import argparse
import dataclasses
import hashlib
import json
import pathlib
import sys
from collections.abc import Collection, Iterator
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.multiseed_rows import Row, rows
from benchmarks.multiseed_views import (
    METRICS,
    RANDOM,
    SKELETON,
    Totals,
    digest_of,
    digest_of_code,
    lifter_of,
    load,
    prior_of,
    scored,
    summed,
)
from benchmarks.options import number
from hdvr_jax import poses, scripts
from hdvr_jax.configurations import write_json
from hdvr_jax.errors import InputError
from hdvr_jax.families import ratios
from hdvr_jax.meter import Meter
from hdvr_jax.multiseed.refinement import FPS, solve
from hdvr_jax.tables import mean_and_deviation

_RECORDINGS, _SKIP = "ch01,ch02,ch03,ch05,ch06", "c05"


class Bench:
    """Views, and the workdir in which rows are kept."""

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
            for each in (dataclasses.replace(row, settings=None, together=False, prior=""), row)
        )
        return float(100 * (after / (before.mean(0) if row.together else before) - 1).max())

    def totals(self, row: Row) -> list[list[Totals]]:
        """Of every run and view; kept beside what they are of."""
        options, about = self.options, dataclasses.asdict(row)
        del about["title"]
        made = {**about, "data": options.data, "runs": options.runs if row.drawn else 0}
        if options.data == "aistpp":
            made |= {"recordings": options.recordings, "skip": options.skip}
        made["code"] = digest_of_code() if row.settings else ""
        made["weights"] = [digest_of(workdir) for workdir in row.trainings]
        digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]
        path = options.workdir / f"{digest}.json"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            write_json(path, {**made, "totals": list(self._computed(row))})
        return json.loads(path.read_text())["totals"]

    def _computed(self, row: Row) -> Iterator[list[Totals]]:
        given = self.views.lifted(row.source, row.misses)
        drawn = row.drawn
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
        prior = prior_of(row.prior) if row.prior else None
        return solve(clip, np.stack(lifted) if lifted else None, SKELETON, row.settings, run, prior).poses


def check(options: argparse.Namespace, wanted: Collection[Row]) -> None:
    """Raises InputError for a training that the rows read and that cannot be; names its option."""
    for option in ("dictionary", "density", "lifters"):
        given = set(getattr(options, option).split(",")) - {""}
        try:
            for workdir in sorted(given & {row.prior for row in wanted}):
                prior_of(workdir)
            for workdir in sorted(given & {row.source for row in wanted}):
                lifter_of(workdir)
        except InputError as error:
            raise InputError(f"--{option}: {error}; --{option}= leaves its rows out") from error


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", choices=("aistpp", "cmu"), default="aistpp")
    parser.add_argument("--dictionary", default="work/dictionary", help="workdir of its training, or none")
    parser.add_argument("--density", default="work/density", help="workdir of its training, or none")
    parser.add_argument("--lifters", default="work/reprojection", help="workdirs, separated by commas")
    parser.add_argument("--rows", default="", help="only those whose title holds one of these words")
    for name, default in (("runs", 3), ("seeds", 8), ("steps", 200)):
        parser.add_argument(f"--{name}", type=number, default=default)
    parser.add_argument("--recordings", help=f"of AIST++, {_RECORDINGS} unless given")
    parser.add_argument("--skip", help=f"views of AIST++ to leave out, {_SKIP} unless given")
    parser.add_argument("--workdir", type=pathlib.Path, default=pathlib.Path("work/multiseed"))
    options = parser.parse_args()
    for name, default in (("recordings", _RECORDINGS), ("skip", _SKIP)):
        if options.data == "cmu" and getattr(options, name) is not None:
            parser.error(f"argument --{name}: motion capture is filmed whole")
        if getattr(options, name) is None:
            setattr(options, name, default)
    return options


def main() -> None:
    """Prints the table."""
    options = parse()
    every, words = list(rows(options)), options.rows.split(",")
    wanted = [row for row in every if any(word in row.title for word in words)]
    if not wanted:
        known = "; ".join(dict.fromkeys(row.title for row in every))
        raise InputError(f"--rows: no row's title holds any of {options.rows}; there are {known}")
    check(options, wanted)
    bench = Bench(options)
    sizes = f"{options.seeds} seeds, {options.steps} steps, {options.runs} runs"
    print(f"{machine()}; {len(bench.views.clips)} views, {sizes}\n")
    print("| row | MPJPE, mm | N-MPJPE | P-MPJPE | velocity | worst view |\n| --- | --- | --- | --- | --- | --- |")
    for row in wanted:
        print(bench.line(row), flush=True)


if __name__ == "__main__":
    scripts.guarded(main)
