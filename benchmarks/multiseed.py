"""HDVR's lifting (Hu & Ahuja 2021, section 2.2) as published and what each addition buys: real detections of AIST++.

    python -m benchmarks.multiseed [--dictionary=work/dictionary] [--lifters=work/reprojection,...] [--rows=...]
        [--runs=3] [--seeds=8] [--steps=200] [--recordings=ch01,ch02,ch03,ch05,ch06] [--skip=c05]
        [--workdir=work/multiseed]

Every view of every recording by itself (AIST++, HDVR_REAL_DATA), 30 frames a second, the twelve joints that every
source measures: MPJPE, N-MPJPE, P-MPJPE and velocity, mean and deviation over the runs, each of which draws its seeds
anew, or over the seeds of a training. Rows: every depth that of the root; seeds that are random persons, with the
losses of the paper and with what is known of bodies; dictionary and lifters, which seeds begin at and stay near ("from
all seeds": those of a training together). No row reads 3D of these recordings unless the lifter's training did. A row
is kept in the workdir and not computed again.
"""

import argparse
import dataclasses
import functools
import hashlib
import json
import pathlib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from benchmarks.machine import machine
from benchmarks.self_supervised import METRICS
from hdvr_jax import clips, corpus, dictionary, lifting, poses, scripts, trained
from hdvr_jax.configurations import load_config, write_json
from hdvr_jax.families import ratios
from hdvr_jax.families.lifter import scores
from hdvr_jax.multiseed.clip import BODIES, NEAR, PUBLISHED, Settings
from hdvr_jax.multiseed.refinement import FPS, solve
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.tables import Tables, mean_and_deviation

SKELETON = "h36m17"


@dataclasses.dataclass(frozen=True)
class Row:
    """A line of the table.

    Attributes:
        title: in the table.
        source: whose poses are P*: "flat", "random" for none, or the workdir of a training.
        settings: of the optimiser; None where the source's own poses are scored.
        together: whether all seeds of that training are starts of one optimisation, and runs draw anew; else every one
            of them is a run.
    """

    title: str
    source: str
    settings: Settings | None = None
    together: bool = False


def rows(options: argparse.Namespace) -> Iterator[Row]:
    """The table's lines."""

    def row(title: str, source: str, weights: Mapping[str, float], together: bool = False, **more: Any) -> Row:
        return Row(title, source, Settings(options.seeds, weights, steps=options.steps, **more), together)

    yield Row("every depth that of the root", "flat")
    yield row("random seeds, losses of the paper", "random", PUBLISHED, camera="weak", temperature=0.0)
    yield row("+ perspective", "random", PUBLISHED, temperature=0.0)
    smooth = {"projection": 1.0, "accelerations": BODIES["accelerations"]}
    yield row("accelerations in place of steps", "random", smooth, temperature=0.0)
    yield row("+ bones constant and symmetric", "random", BODIES, temperature=0.0)
    yield row("+ knees and noses in front", "random", {**BODIES, "limits": 0.3}, temperature=0.0)
    yield Row("dictionary", options.dictionary)
    yield row("seeds from it", options.dictionary, BODIES)
    yield row("+ near it", options.dictionary, NEAR)
    yield row("+ from all seeds", options.dictionary, NEAR, together=True)
    paper = {**PUBLISHED, "consistency": NEAR["consistency"]}
    for lifter in filter(None, options.lifters.split(",")):
        yield Row(f"lifter {pathlib.Path(lifter).name}", lifter)
        yield row("refined, losses of the paper", lifter, paper, temperature=0.0)
        yield row("refined", lifter, NEAR)
        yield row("refined, from all seeds", lifter, NEAR, together=True)
        yield row("the same, the best seed alone", lifter, NEAR, together=True, temperature=0.0)


def starts_of(source: str) -> list[Callable[[Any], np.ndarray]]:
    """Functions from a clip of one view to poses (T, J, 3) at its frames: of every seed of a training."""
    if source in ("random", "flat"):
        return [_flat] if source == "flat" else []
    seeds = range(load_config(source).num_seeds)
    return [functools.partial(_lifted, trained.load(source, "latest", seed)) for seed in seeds]


def _lifted(model: trained.Trained, clip: Any) -> np.ndarray:
    return model.family.on_clip(model.predict, clip)["poses"]


def _flat(clip: Any) -> np.ndarray:
    """Every joint at the root's depth, at the size that the longest bones seen tell."""
    rays = lifting.view_rays(clip, 0, SKELETON, clip["fps"])
    size = dictionary.apparent_size(rays["rays"], rays["confidence"], SKELETON)
    flat = np.concatenate([rays["rays"], np.zeros_like(rays["rays"][..., :1])], -1)
    root = get_skeleton(SKELETON).parents.index(-1)
    return (flat - flat[:, root : root + 1]) / float(np.median(size[size > 0]))


def views_of(recordings: list[str], skip: str) -> list[tuple[Any, dict[str, Any]]]:
    """(Clip of one view, what it is scored with) of every view of the recordings."""
    found = []
    for clip in corpus.load("aistpp", "all"):
        if clip["clip"].rpartition("_")[2] in recordings:
            clip = clips.without_views(clip, (skip,))
            views = lifting.recorded_views(clip, SKELETON, FPS)
            found += [(one, view["points_camera"]) for one, view in zip(clips.single_views(clip), views)]
    return found


def tables(row: Row, views: list[tuple[Any, Any]], runs: int) -> list[Tables]:
    """Of every run, the metrics over all views."""
    starts = starts_of(row.source)
    given = [[start(clip) for start in starts] for clip, _ in views]
    drawn = row.together or not starts
    found = []
    for run in range(runs if drawn else len(starts)):
        totals: dict[str, np.ndarray] = {}
        for (clip, truth), lifted in zip(views, given):
            found_poses = _solved(row, clip, lifted if drawn else lifted[run : run + 1], run)
            for name, pair in _scored(found_poses, truth).items():
                totals[name] = totals.get(name, 0.0) + np.array([float(value.sum()) for value in pair])
        found.append({"overall": {"all": ratios({name: tuple(totals[name]) for name in METRICS})}})
    return found


def _solved(row: Row, clip: Any, lifted: list[np.ndarray], run: int) -> np.ndarray:
    """Poses (T, J, 3) at `FPS`."""
    if row.settings is None:
        return poses.resample(np.asarray(lifted[0], np.float32), clip["fps"], FPS)
    return solve(clip, np.stack(lifted) if lifted else None, SKELETON, row.settings, run).poses


def _scored(lifted: np.ndarray, truth: np.ndarray) -> dict[str, Any]:
    targets = truth - truth[:, get_skeleton(SKELETON).parents.index(-1)][:, None]
    batch = {"targets": targets[None], "frame_mask": np.ones((1, len(truth)), np.float32)}
    return scores({"poses": lifted[None]}, batch, SKELETON)


def line(row: Row, views: list[tuple[Any, Any]], options: argparse.Namespace) -> str:
    """The row's line; its metrics are kept beside what they are of."""
    made = {**dataclasses.asdict(row), "runs": options.runs, "recordings": options.recordings, "skip": options.skip}
    digest = hashlib.sha256(json.dumps(made, sort_keys=True).encode()).hexdigest()[:16]
    path = options.workdir / f"{digest}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        write_json(path, {**made, "tables": tables(row, views, options.runs)})
    mean, spread = (found["overall"]["all"] for found in mean_and_deviation(json.loads(path.read_text())["tables"]))
    return f"| {row.title} | " + " | ".join(f"{mean[name]:.1f} ± {spread[name]:.1f}" for name in METRICS) + " |"


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dictionary", default="work/dictionary")
    parser.add_argument("--lifters", default="work/reprojection")
    parser.add_argument("--rows", default="", help="only those whose title holds one of these words")
    for name, default in (("runs", 3), ("seeds", 8), ("steps", 200)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--recordings", default="ch01,ch02,ch03,ch05,ch06")
    parser.add_argument("--skip", default="c05")
    parser.add_argument("--workdir", type=pathlib.Path, default=pathlib.Path("work/multiseed"))
    options = parser.parse_args()
    views = views_of(options.recordings.split(","), options.skip)
    print(f"{machine()}; {len(views)} views, {options.seeds} seeds, {options.steps} steps, {options.runs} runs\n")
    print("| row | MPJPE, mm | N-MPJPE | P-MPJPE | velocity |\n| --- | --- | --- | --- | --- |")
    for row in rows(options):
        if any(word in row.title for word in options.rows.split(",")):
            print(line(row, views, options), flush=True)


if __name__ == "__main__":
    scripts.guarded(main)
