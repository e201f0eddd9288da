"""What HDVR's lifting costs by the length of the clip and by the number of seeds.

    python -m benchmarks.multiseed_cost [--frames=180,360,720,1440] [--seeds=8,16,32,64,128] [--steps=200] [--runs=3]

A person who sways, 4 m from the camera, seen exactly, at 30 frames a second; seeds begin at the true poses, with the
weights that are used with a lifter (`multiseed.settings.NEAR`): the work is that of any clip. Each number is swept with
the other at 720 frames or 32 seeds. Seconds are the median of the runs after one that compiles, and beside them stands
what a frame and seed costs, as a multiple of the first row's: 1 where cost is linear.
"""

import argparse
import statistics
import time

import jax
import numpy as np

from benchmarks.machine import machine
from benchmarks.options import number, numbers
from hdvr_jax import dictionary, scripts
from hdvr_jax.multiseed.clip import lift, see
from hdvr_jax.multiseed.settings import Settings
from hdvr_jax.multiseed.terms import Seen

SKELETON, FPS, DEPTH = "h36m17", 30.0, 4.0
FRAMES, SEEDS = 720, 32


def swaying(frames: int) -> Seen:
    """A clip whose P* is true."""
    rng = np.random.default_rng(0)
    rest = dictionary.nominal_pose(SKELETON)
    phase, sway = rng.uniform(0, 6, rest.shape), rng.uniform(0, 0.15, rest.shape)
    points = rest + sway * np.sin(np.arange(frames)[:, None, None] / 8 + phase)
    points = (points - points[:, :1]).astype(np.float32)
    rays = points[..., :2] / (points[..., 2:] + DEPTH)
    return see(rays, np.ones(rays.shape[:2], np.float32), SKELETON, points[None])


def seconds(frames: int, seeds: int, options: argparse.Namespace) -> float:
    """Of one lift, the median of several."""
    seen, settings = swaying(frames), Settings(seeds, steps=options.steps)
    found = []
    for _ in range(1 + options.runs):
        start = time.perf_counter()
        lift(jax.random.key(0), seen, FPS, settings, SKELETON)
        found.append(time.perf_counter() - start)
    return statistics.median(found[1:])


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--frames", type=numbers, default="180,360,720,1440")
    parser.add_argument("--seeds", type=numbers, default="8,16,32,64,128")
    parser.add_argument("--steps", type=number, default=200)
    parser.add_argument("--runs", type=number, default=3)
    options = parser.parse_args()
    print(f"{machine()}; {options.steps} steps\n")
    print("| frames | seeds | seconds | a frame and seed, of the first row's |\n| --- | --- | --- | --- |")
    for swept in ([(count, SEEDS) for count in options.frames], [(FRAMES, count) for count in options.seeds]):
        first = 0.0
        for pair in swept:
            found = seconds(*pair, options)
            each = found / (pair[0] * pair[1])
            first = first or each
            print(f"| {pair[0]} | {pair[1]} | {found:.1f} | {each / first:.2f} |", flush=True)


if __name__ == "__main__":
    scripts.guarded(main)
