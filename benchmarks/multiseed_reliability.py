"""How sure poses are that HDVR's lifting refined: errors as they are beside those expected, and what is fitted to them.

    python -m benchmarks.multiseed_reliability [--lifter=work/reprojection] [--seeds=8] [--steps=200]
        [--recordings=ch01,ch02,ch03,ch05,ch06] [--skip=c05] [--out=docs/multiseed_reliability.png]

Every view of AIST++ recordings by itself (HDVR_REAL_DATA), refined from the poses of all seeds of the lifter's
training and from those of its first alone. Expected is

    E = scale of the joint * (spread + s)^a * (confidence + c)^b       (`hdvr_jax.multiseed.uncertainty`)

with scales and exponents fitted (a gamma model with logarithmic link) to all recordings but the one that is judged.
Prints, of the twelve joints that every source measures, the mean error of each tenth by expected error and how many
times the best half's the worst tenth's is; of the first seed also by the constants of all seeds, which the package has
and which are printed last, fitted to all recordings.
"""

import argparse
import pathlib
import sys
from typing import NamedTuple

import jax
import numpy as np
from jaxtyping import Float

from benchmarks.machine import machine
from benchmarks.multiseed_views import SKELETON, Views, load
from benchmarks.options import number
from hdvr_jax import files, scripts
from hdvr_jax.families.lifter import BODY
from hdvr_jax.meter import Meter
from hdvr_jax.multiseed import uncertainty
from hdvr_jax.multiseed.clip import lift
from hdvr_jax.multiseed.refinement import FPS, see
from hdvr_jax.multiseed.settings import Settings
from hdvr_jax.skeletons import get_skeleton, kind_of

_JOINTS = get_skeleton(SKELETON).joints
_KINDS = tuple(uncertainty.SCALES)
_ROUNDS = 20
_TENTHS = 10


class Refined(NamedTuple):
    """Joints whose true place is known, of one recording: their kind (index), spread and error in metres, confidence,
    and 1 for those that every source measures."""

    kind: Float[np.ndarray, " N"]
    spread: Float[np.ndarray, " N"]
    confidence: Float[np.ndarray, " N"]
    error: Float[np.ndarray, " N"]
    body: Float[np.ndarray, " N"]


def refined(views: Views, lifter: str, alone: bool, settings: Settings) -> dict[str, Refined]:
    """By recording."""
    root = get_skeleton(SKELETON).root
    joints = [index for index in range(len(_JOINTS)) if index != root]
    kinds = np.array([_KINDS.index(kind_of(_JOINTS[joint])) for joint in joints])
    body = np.array([_JOINTS[joint] in BODY for joint in joints])
    found: dict[str, list[np.ndarray]] = {}
    given = views.lifted(lifter, "")
    meter = Meter(sys.stderr, len(views.clips), what="first seed" if alone else "all seeds", unit="view")
    for count, (clip, truth, lifted) in enumerate(zip(views.clips, views.truths, given), 1):
        seen = see(clip, np.stack(lifted[:1] if alone else lifted), SKELETON)
        result, confidence = lift(jax.random.key(0), seen, FPS, settings, SKELETON), seen.confidence.T
        targets = truth - truth[:, root][:, None]
        error = np.linalg.norm(result.poses - targets, axis=-1)[:, joints]
        columns = (kinds[None], result.spread[:, joints], np.asarray(confidence)[:, joints], error, body[None])
        known = np.isfinite(error)
        found.setdefault(clip["clip"].rpartition("_")[2], []).append(
            np.stack([np.broadcast_to(column, error.shape)[known] for column in columns])
        )
        meter.report(count)
    return {name: Refined(*np.concatenate(parts, 1)) for name, parts in found.items()}


def together(parts: list[Refined]) -> Refined:
    """All of them."""
    return Refined(*(np.concatenate(columns) for columns in zip(*parts)))


def _features(data: Refined) -> Float[np.ndarray, "N F"]:
    spread, confidence = uncertainty.features(data.spread, data.confidence)
    return np.column_stack([data.kind[:, None] == np.arange(len(_KINDS)), spread, confidence]).astype(float)


def fit(data: Refined) -> Float[np.ndarray, " F"]:
    """Logarithms of the scales of all kinds, and both exponents."""
    features = _features(data)
    found = np.linalg.lstsq(features, np.log(data.error + 1e-3), rcond=None)[0]
    for _ in range(_ROUNDS):
        expected = np.exp(features @ found)
        found = found + np.linalg.lstsq(features, data.error / expected - 1, rcond=None)[0]
    return found


def expected_of(data: Refined, constants: Float[np.ndarray, " F"]) -> tuple[np.ndarray, np.ndarray]:
    """(Expected errors, errors) of the body's joints, metres."""
    body = data.body > 0
    return np.exp(_features(data) @ constants)[body], data.error[body]


def left_out(data: dict[str, Refined], fitted: dict[str, Refined]) -> tuple[np.ndarray, np.ndarray]:
    """(Expected errors, errors) of the body's joints, each recording judged by constants fitted to the others."""
    pairs = [
        expected_of(own, fit(together([other for key, other in fitted.items() if key != name])))
        for name, own in data.items()
    ]
    return tuple(np.concatenate(each) for each in zip(*pairs))


def tenths(expected: np.ndarray, error: np.ndarray) -> tuple[Float[np.ndarray, "T 2"], float]:
    """((Mean expected, mean true error) of each tenth by expected error, worst tenth's error over the best half's)."""
    order = np.argsort(expected, kind="stable")
    table = np.array([[expected[part].mean(), error[part].mean()] for part in np.array_split(order, _TENTHS)])
    half = len(order) // 2
    return table, float(table[-1, 1] / error[order[:half]].mean())


def draw(found: dict[str, np.ndarray], path: pathlib.Path) -> None:
    """Errors of the tenths against those expected."""
    from matplotlib import pyplot as plt

    figure, axis = plt.subplots(figsize=(5, 4.5), layout="constrained")
    most = 1100 * max(table.max() for table in found.values())
    axis.plot([0, most], [0, most], color="grey", lw=1)
    for title, table in found.items():
        axis.plot(*(1000 * table.T), marker="o", label=title)
    axis.set(xlabel="expected error, mm", ylabel="error, mm", xlim=(0, most), ylim=(0, most))
    axis.legend()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=90)
    plt.close(figure)


def main() -> None:
    """Prints the tables and draws the picture."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lifter", default="work/reprojection")
    parser.add_argument("--seeds", type=number, default=8)
    parser.add_argument("--steps", type=number, default=200)
    parser.add_argument("--recordings", default="ch01,ch02,ch03,ch05,ch06")
    parser.add_argument("--skip", default="c05")
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("docs/multiseed_reliability.png"))
    options = parser.parse_args()
    files.check_place(options.out)
    if len(options.recordings.split(",")) < 2:
        parser.error("argument --recordings: expected two or more, each of which is judged by the others")
    views, settings = load("aistpp", options.recordings, options.skip), Settings(options.seeds, steps=options.steps)
    print(
        f"{machine()}; {len(views.clips)} views, expected and true error of each tenth, mm; worst tenth / best half\n"
    )
    every, first = (refined(views, options.lifter, alone, settings) for alone in (False, True))
    drawn = {}
    for title, data, fitted in (
        ("all seeds of the training", every, every),
        ("its first seed", first, first),
        ("its first seed, fitted to all", first, every),
    ):
        drawn[title], ratio = tenths(*left_out(data, fitted))
        cells = " | ".join(f"{1000 * expected:.0f}, {1000 * true:.0f}" for expected, true in drawn[title])
        print(f"| {title} | {cells} | {ratio:.2f} |", flush=True)
    *scales, spread, confidence = fit(together(list(every.values())))
    told = ", ".join(f'"{kind}": {np.exp(scale):.4f}' for kind, scale in zip(_KINDS, scales))
    print(f"\nfitted to all: scales {told}; exponents {spread:.3f}, {confidence:.3f}")
    draw(drawn, options.out)


if __name__ == "__main__":
    scripts.guarded(main)
