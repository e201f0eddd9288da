"""Small scenes for the tests of the tracking benchmark: people who stand where a test wants them."""

import numpy as np

from benchmarks.tracking.scenes import Scene
from hdvr_jax.keypoints.views import View
from hdvr_jax.skeletons import get_skeleton

_HEIGHTS = {"nose": 1.6, "eye": 1.65, "ear": 1.62, "shoulder": 1.4, "elbow": 1.15, "wrist": 0.95, "hip": 0.9}
_HEIGHTS |= {"knee": 0.5, "ankle": 0.08}
_ASIDE = {"nose": 0.0, "eye": 0.03, "ear": 0.08, "shoulder": 0.19, "elbow": 0.24, "wrist": 0.27, "hip": 0.12}
_ASIDE |= {"knee": 0.12, "ankle": 0.12}


def standing(x: float, z: float) -> np.ndarray:
    """(17, 3) COCO-17 joints of somebody upright on the floor who faces +z."""
    joints = get_skeleton("coco17").joints
    parts = [joint.rsplit("_", 1)[-1] for joint in joints]
    sides = [1.0 if joint.startswith("left") else -1.0 for joint in joints]
    return np.array(
        [
            (x + side * _ASIDE[part], _HEIGHTS[part], z + 0.1 * (part in ("nose", "eye")))
            for part, side in zip(parts, sides)
        ]
    )


def scene(paths: np.ndarray, seed: int = 0, alike: bool = False) -> Scene:
    """A scene of people who stand at paths (D, T, 2) (x, z); the camera is 5 m in front at chest height."""
    points = np.array([[standing(*place) for place in path] for path in paths], np.float32)
    rotation = np.diag([1.0, -1.0, -1.0])
    eye = np.array([0.0, 1.0, 5.0])
    camera = View(
        "front", np.full(2, 180.0), np.array([80.0, 60.0]), np.zeros(5), rotation, -rotation @ eye, (160, 120)
    )
    return Scene("made", points, camera, seed, alike)


def crossing(frames: int) -> np.ndarray:
    """(2, T, 2) two people who walk past each other, the first one nearer to the camera."""
    x = np.linspace(-1.2, 1.2, frames)
    return np.stack([np.stack([x, np.full(frames, 0.5)], -1), np.stack([-x, np.full(frames, -0.5)], -1)])
