"""The trackers under test. Imported in a process whose path says which OpenCV it is to find."""

import time
from collections.abc import Callable

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from benchmarks import ldes_scenes
from hdvr_jax.tracking import ldes

Box = tuple[float, float, float, float]
Step = Callable[[UInt8[np.ndarray, "H W 3"]], Box]


def ours(image: UInt8[np.ndarray, "H W 3"], box: Box) -> Step:
    """Follows the target in the box of the first picture."""
    target = ldes.start(image, box)

    def step(image: np.ndarray) -> Box:
        nonlocal target
        target = ldes.follow(target, image)
        return target.box

    return step


def csrt(image: UInt8[np.ndarray, "H W 3"], box: Box) -> Step:
    """The same with OpenCV's; where it gives up, its last box stands."""
    tracker = cv2.TrackerCSRT_create()
    tracker.init(image, tuple(round(value) for value in box))
    last = box

    def step(image: np.ndarray) -> Box:
        nonlocal last
        found, moved = tracker.update(image)
        last = moved if found else last
        return last

    return step


def follow(
    name: str, kind: str, seed: int, frames: int
) -> tuple[Float[np.ndarray, "T 4"], Float[np.ndarray, "T 4"], float]:
    """(Boxes found, true boxes, seconds a frame) of a scene after its first frame, by the tracker of that name."""
    scene = ldes_scenes.scene(kind, seed, frames)
    first, *later = ldes_scenes.frames(scene)
    step = {"ours": ours, "csrt": csrt}[name](first, tuple(scene.boxes[0].tolist()))
    start = time.perf_counter()
    found = [step(image) for image in later]
    seconds = (time.perf_counter() - start) / len(later)
    return np.array(found, float), scene.boxes[1:], seconds
