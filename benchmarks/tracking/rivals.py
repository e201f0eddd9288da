"""Trackers to compare with: boxes matched by overlap (as in SORT, Bewley et al. 2016), and OpenCV's CSRT.

CSRT is in opencv-contrib only, which cannot be installed beside opencv; it runs in a process that has it on its path.
"""

import os
import pathlib
import subprocess
import sys

import numpy as np
from jaxtyping import Float
from scipy.optimize import linear_sum_assignment

from benchmarks.tracking import boxes
from hdvr_jax.detections import Detections

_LEAST = 0.3  # IoU of a match, as in SORT
_OLDEST = 1.0  # seconds that a track waits for its person
_EASE = 0.4  # share of a new velocity that is taken over


class _Track:
    """A box that moves on as it moved before."""

    def __init__(self, number: int, box: np.ndarray, frame: int):
        self.number, self.box, self.frame, self.velocity = number, box, frame, np.zeros(4)

    def at(self, frame: int, moving: bool) -> np.ndarray:
        return self.box + self.velocity * (frame - self.frame) * moving

    def follow(self, box: np.ndarray, frame: int) -> None:
        middle = (box[:2] + box[2:] - self.box[:2] - self.box[2:]) / 2 / (frame - self.frame)
        self.velocity += _EASE * (np.tile(middle, 2) - self.velocity)
        self.box, self.frame = box, frame


def by_overlap(detections: Detections, moving: bool) -> Float[np.ndarray, "K T 4"]:
    """Boxes of the tracks: every detection goes to the track whose box it overlaps most (Hungarian assignment).

    `moving` carries a track's box on with constant velocity until it is found again.
    """
    found = boxes.around(detections.keypoints, detections.confidence)
    alive: list[_Track] = []
    placed: list[tuple[int, int, np.ndarray]] = []
    count = 0
    for frame in range(detections.frames):
        alive = [track for track in alive if frame - track.frame <= _OLDEST * detections.fps]
        here = found[detections.in_frame(frame)]
        here = here[np.isfinite(here).all(-1)]
        score = boxes.overlaps(np.array([track.at(frame, moving) for track in alive]).reshape(-1, 4), here)
        pairs = [pair for pair in zip(*linear_sum_assignment(-score)) if score[pair] >= _LEAST]
        for row, column in pairs:
            alive[row].follow(here[column], frame)
        for column in set(range(len(here))) - {column for _, column in pairs}:
            alive.append(_Track(count, here[column], frame))
            count += 1
        placed += [(track.number, frame, track.box) for track in alive if track.frame == frame]
    result = np.full((count, detections.frames, 4), np.nan)
    for number, frame, box in placed:
        result[number, frame] = box
    return result


def csrt(
    video: pathlib.Path, first: Float[np.ndarray, "D 4"], contrib: pathlib.Path
) -> tuple[Float[np.ndarray, "D T 4"], float]:
    """(Boxes of one CSRT tracker per dancer, started on true boxes; seconds of CPU time that they took).

    `contrib` is a folder that holds opencv-contrib-python (`pip install --target DIR --no-deps`).
    """
    given, found = video.with_suffix(".first.npy"), video.with_suffix(".csrt.npz")
    np.save(given, first)
    path = os.pathsep.join([str(contrib.resolve()), str(pathlib.Path(__file__).resolve().parents[2])])
    command = [sys.executable, "-m", "benchmarks.tracking.csrt", str(video), str(given), str(found)]
    subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, check=True)
    with np.load(found, allow_pickle=False) as arrays:
        return arrays["boxes"], float(arrays["seconds"])
