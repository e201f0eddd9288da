"""What smoothing does to real detections: how near they come to the truth, and how calm they get.

    HDVR_REAL_DATA=../shared/data python -m benchmarks.smoothing [--views=all]

AIST++ detections of eight views (all but c05, or that one too) beside the published 3D seen by the same cameras:
shoulders, elbows, wrists, hips, knees and ankles wherever they were detected. Errors are pixels (frames are 1920 x
1080), the mean and the median over joints and frames, averaged over the views. Acceleration is the median second
difference as a share of that without a filter; `truth` has that of the published 3D. The filters' settings were chosen
on ch01; ch03 is another choreography of the same dancer.
"""

import argparse
from collections.abc import Iterator

import numpy as np
from jaxtyping import Float

from benchmarks import noise_data
from datasets import raw
from hdvr_jax import scripts
from hdvr_jax.cleaning import METHODS, OFF, Settings, clean
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_skeleton

CLIPS = noise_data.FIT_CLIPS
TRUTH = "truth"
_PARTS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
Points = Float[np.ndarray, "T J 2"]


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--views", choices=("usual", "all"), default="usual", help="all: c05 too, which swaps sides")
    views = ("usual", "odd") if parser.parse_args().views == "all" else ("usual",)
    root = raw.find_raw("aistpp")
    found = {clip: [noise_data.load(root, (clip,), name) for name in views] for clip in CLIPS}
    names = ("mean error, px", "median, px", "acceleration")
    print(f"| filter | {' | '.join(f'{clip}, {name}' for clip in CLIPS for name in names)} |")
    print(f"|{' --- |' * (1 + len(CLIPS) * len(names))}")
    for line in rows(found):
        print(line, flush=True)


def rows(found: dict[str, list[noise_data.Sightings]]) -> Iterator[str]:
    """A line for each filter, with the figures of every clip side by side."""
    usual = {clip: figures(parts, OFF)[2] for clip, parts in found.items()}
    for method in (OFF, *sorted(METHODS, reverse=True), TRUTH):
        cells = []
        for clip, parts in found.items():
            mean, median, acceleration = figures(parts, method)
            cells += [f"{mean:.2f}", f"{median:.2f}", f"{acceleration / usual[clip]:.2f}"]
        yield f"| {method} | {' | '.join(cells)} |"


def figures(parts: list[noise_data.Sightings], method: str) -> tuple[float, float, float]:
    """Mean and median error, pixels, and median acceleration, pixels a second squared, averaged over the views.

    Args:
        parts: Detections with the truth.
        method: A filter of `cleaning`, or TRUTH for the truth itself.
    """
    views = []
    for part in parts:
        for detected, sure, truth in zip(part.keypoints, part.confidence, part.points):
            track = PoseTrack.from_points(detected, "coco17", part.fps, confidence=sure)
            points = truth if method == TRUTH else clean(track, Settings(method))[0].keypoints
            views.append(measures(points, truth, np.isfinite(detected).all(-1), part.fps))
    mean, median, acceleration = np.mean(views, 0).tolist()
    return mean, median, acceleration


def measures(points: Points, truth: Points, counted: np.ndarray, fps: float) -> tuple[float, float, float]:
    """Mean and median distance, pixels, where `counted` (T, J), and median acceleration, pixels a second squared."""
    limbs = limb_joints()
    distance = np.linalg.norm(points - truth, axis=-1)[:, limbs]
    distance = distance[counted[:, limbs] & np.isfinite(distance)]
    acceleration = np.linalg.norm(np.diff(points[:, limbs], 2, axis=0), axis=-1) * fps**2
    return float(distance.mean()), float(np.median(distance)), float(np.nanmedian(acceleration))


def limb_joints() -> list[int]:
    """Joints of arms and legs."""
    joints = get_skeleton("coco17").joints
    return [index for index, name in enumerate(joints) if name.split("_")[-1] in _PARTS]


if __name__ == "__main__":
    scripts.guarded(main)
