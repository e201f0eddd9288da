"""HDVR's lifting by weights and by the number of seeds, all of them swept by one compiled program.

    python -m benchmarks.multiseed_sweeps [--sources=random,work/reprojection] [--prior=work/density]
        [--counts=1,2,4,8,16,32] [--recording=ch03] [--views=c01,c03,c06,c08] [--steps=200]
        [--out=docs/multiseed_sweeps.png]

Views of one AIST++ recording by themselves (HDVR_REAL_DATA). Around the weights that are used, each but that of the
projection is left out, halved and doubled. Seeds are random persons, of which the best is taken, or begin at the poses
of a lifter's training, the first of as many of its seeds as there are seeds here. Prints MPJPE by number of seeds, and
draws it, but for what was halved and doubled.
"""

import argparse
import dataclasses
import pathlib
import sys
from collections.abc import Mapping, Sequence

import jax
import numpy as np
from jaxtyping import Float

from benchmarks.machine import machine
from benchmarks.multiseed_views import (
    METRICS,
    RANDOM,
    SKELETON,
    TRIED,
    Views,
    lifter_of,
    load,
    prior_of,
    scored,
    summed,
)
from benchmarks.options import number, numbers
from hdvr_jax import files, scripts
from hdvr_jax.configurations import load_config
from hdvr_jax.families import ratios
from hdvr_jax.meter import Meter
from hdvr_jax.multiseed.refinement import FPS, see
from hdvr_jax.multiseed.settings import ALONE, LEARNED, NEAR, Settings
from hdvr_jax.multiseed.sweep import sweep

Errors = Float[np.ndarray, "W C"]
_FACTORS = {"without": 0.0, "half": 0.5, "twice": 2.0}


def settings_of(source: str, prior: str) -> tuple[list[str], dict[str, Float[np.ndarray, " W"]]]:
    """(Titles, weights by term) of the settings that are swept; `prior` is the family of the learned prior."""
    alone, near = LEARNED[prior]
    tried = {} if source == RANDOM else {**TRIED, "learned": near}
    base = {**ALONE, "learned": alone} if source == RANDOM else {**NEAR, **dict.fromkeys(tried, 0.0)}
    found = {"as used": base}
    for name, weight in base.items():
        if weight and name != "projection":
            found |= {f"{name}, {title}": {**base, name: weight * factor} for title, factor in _FACTORS.items()}
        elif name in tried:
            found[f"and {name}"] = {**base, name: tried[name]}
    return list(found), {name: np.array([each[name] for each in found.values()], np.float32) for name in base}


def errors(source: str, weights: Mapping[str, np.ndarray], views: Views, options: argparse.Namespace) -> Errors:
    """MPJPE, millimetres, of every setting and number of seeds over all views."""
    counts = options.counts
    usual = Settings(max(counts), weights, steps=options.steps)
    settings = dataclasses.replace(usual, temperature=0.0) if source == RANDOM else usual
    given, prior, found = views.lifted(source, ""), prior_of(options.prior), []
    meter = Meter(sys.stderr, len(views.clips), what=f"seeds: {source}", unit="view")
    for clip, truth, lifted in zip(views.clips, views.truths, given):
        seen = see(clip, np.stack(lifted) if lifted else None, SKELETON)
        every = sweep(jax.random.key(0), seen, FPS, settings, SKELETON, counts, prior)
        found.append([[scored(one.poses, truth) for one in setting] for setting in every])
        meter.report(len(found))
    shape = range(len(found[0])), range(len(counts))
    return np.array([[ratios(summed(view[w][c] for view in found))[METRICS[0]] for c in shape[1]] for w in shape[0]])


def draw(found: dict[str, tuple[list[str], np.ndarray]], counts: Sequence[int], path: pathlib.Path) -> None:
    """A panel for every source: a line for every term, as used thick, error against the number of seeds."""
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, len(found), figsize=(6.5 * len(found), 4.5), layout="constrained", squeeze=False)
    for axis, (source, (titles, values)) in zip(axes[0], found.items()):
        for title, line in zip(titles, values):
            if "half" not in title and "twice" not in title:
                used = title == titles[0]
                axis.plot(counts, line, lw=3 if used else 1.2, color="black" if used else None, marker="o", label=title)
        axis.set(title=f"seeds: {pathlib.Path(source).name}", xscale="log", xticks=counts, xlabel="seeds")
        axis.set_xticklabels([str(count) for count in counts])
        axis.set_ylabel("MPJPE, mm")
        axis.legend(fontsize=8)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main() -> None:
    """Prints the tables and draws the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sources", default="random,work/reprojection")
    parser.add_argument("--prior", default="work/density", help="training of a density or a dictionary")
    parser.add_argument("--counts", type=numbers, default="1,2,4,8,16,32")
    parser.add_argument("--recording", default="ch03")
    parser.add_argument("--views", default="c01,c03,c06,c08")
    parser.add_argument("--steps", type=number, default=200)
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("docs/multiseed_sweeps.png"))
    options = parser.parse_args()
    files.check_place(options.out)
    views = load("aistpp", options.recording, "").named(options.views.split(","))
    prior_of(options.prior)
    sources, family = options.sources.split(","), load_config(options.prior).family
    for source in set(sources) - {RANDOM}:
        lifter_of(source)
    print(f"{machine()}; {options.recording}, {options.views}, {options.steps} steps; MPJPE, mm, by number of seeds")
    found, counts = {}, options.counts
    for source in sources:
        titles, weights = settings_of(source, family)
        found[source] = (titles, errors(source, weights, views, options))
        print(f"\n| seeds: {source} | " + " | ".join(map(str, counts)) + " |\n|" + " --- |" * (1 + len(counts)))
        for title, line in zip(titles, found[source][1]):
            print(f"| {title} | " + " | ".join(f"{value:.1f}" for value in line) + " |", flush=True)
    draw(found, counts, options.out)


if __name__ == "__main__":
    scripts.guarded(main)
