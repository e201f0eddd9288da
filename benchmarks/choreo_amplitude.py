"""How far do the dancers of `choreo` move? The range of every kinematic signal beside recorded dance.

    python -m benchmarks.choreo_amplitude [--size=standard] [--seed=0]

Prints the distance from the 5th to the 95th percentile of each signal that the movement types are made of, on the
validation takes of `choreo`, the dances of CMU (without martial arts) and AIST++ (where HDVR_REAL_DATA has them), their
ratios, and how many ratios lie within a factor of two.
"""

import argparse
from collections.abc import Iterable

import numpy as np
from jaxtyping import Float

from hdvr_jax import corpus, scripts
from hdvr_jax.choreo.plan import size_named, takes
from hdvr_jax.choreo.streams import stream
from hdvr_jax.choreo.take import dance
from hdvr_jax.movements import WORLD_UP
from hdvr_jax.movements.kinematics import compute_signals, signal_table
from hdvr_jax.skeletons import get_mapping

FPS = 30.0
Motions = Iterable[tuple[Float[np.ndarray, "T J 3"], float, str]]


def choreo(size: str, seed: int) -> Motions:
    """The motions of the validation takes: points, frames per second, skeleton."""
    for take in takes(seed, size_named(size), "validation"):
        for motion in dance(take, FPS, stream(seed, "dance", take.id)):
            yield motion.coco17, FPS, "coco17"


def recorded(dataset: str, **options: str) -> Motions:
    """The motions of a dataset of recorded dance."""
    for clip in corpus.load(dataset, "all", **options):
        if clip["genre"] != "martial" and np.isfinite(clip["points_world"]).all():
            yield clip["points_world"], float(clip["fps"]), clip["skeleton"]


def ranges(motions: Motions) -> Float[np.ndarray, " S"]:
    """From the 5th to the 95th percentile of every signal, over all frames."""
    found = [
        compute_signals(get_mapping(skeleton, "h36m17").apply(points.astype(np.float64)), fps, np.array(WORLD_UP))
        for points, fps, skeleton in motions
    ]
    low, high = np.nanpercentile(np.concatenate(found), [5, 95], axis=0)
    return high - low


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--size", default="standard")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    ours = ranges(choreo(options.size, options.seed))
    others = {"CMU": ranges(recorded("cmu_mocap", pack="dance")), "AIST++": ranges(recorded("aistpp"))}
    print("| signal | unit | choreo | " + " | ".join(others) + " |\n|" + " --- |" * (3 + len(others)))
    for index, signal in enumerate(signal_table().values()):
        cells = " | ".join(f"{values[index]:.2f}" for values in (ours, *others.values()))
        print(f"| {signal.name} | {signal.unit} | {cells} |")
    for name, values in others.items():
        ratio = ours / values
        near = np.mean((ratio > 0.5) & (ratio < 2))
        print(
            f"choreo to {name}: {np.median(ratio):.2f} in the median, {near:.0%} of the signals within a factor of two"
        )


if __name__ == "__main__":
    scripts.guarded(main)
