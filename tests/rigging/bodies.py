"""Made-up dancers for tests of rigs: bodies of constant bones in any posture."""

import numpy as np

from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_skeleton

FPS = 30.0
_LENGTHS = {
    "hip": 0.11,
    "knee": 0.42,
    "ankle": 0.4,
    "spine": 0.23,
    "thorax": 0.25,
    "nose": 0.13,
    "head": 0.18,
    "shoulder": 0.17,
    "elbow": 0.28,
    "wrist": 0.25,
}
_REST = {
    "spine": (0, 1, 0),
    "thorax": (0, 1, 0),
    "nose": (0, 0.8, 0.6),
    "head": (0, 0.9, -0.436),
    "shoulder": (1, 0, 0),
    "elbow": (1, 0, 0),
    "wrist": (1, 0, 0),
    "hip": (1, 0, 0),
    "knee": (0, -1, 0),
    "ankle": (0, -1, 0),
}


def directions(frames: int = 1) -> dict[str, np.ndarray]:
    """(frames, 3) direction of the bone that ends at each joint but the hip, in a T-pose that faces +z, left at +x."""
    found = {}
    for joint in get_skeleton("h36m17").joints[1:]:
        side = -1 if joint.startswith("right_") else 1
        found[joint] = np.tile(np.array(_REST[joint.split("_")[-1]], float) * [side, 1, 1], (frames, 1))
    return found


def built(ways: dict[str, np.ndarray], root: np.ndarray | float = 0.0, size: float = 1.0) -> np.ndarray:
    """(T, 17, 3) metres: bones of constant length along the given directions; both hips are in one line."""
    skeleton = get_skeleton("h36m17")
    ways = {**ways, "right_hip": -ways["left_hip"]}
    points = np.zeros((len(ways["spine"]), 17, 3))
    points[:, 0] = root
    for joint in _parents_first(skeleton.parents):
        name = skeleton.joints[joint]
        way = ways[name] / np.linalg.norm(ways[name], axis=-1, keepdims=True)
        length = size * _LENGTHS[name.split("_")[-1]]
        points[:, joint] = points[:, skeleton.parents[joint]] + length * way
    return points


def _parents_first(parents):
    return sorted(range(1, len(parents)), key=lambda joint: _depth(parents, joint))


def _depth(parents, joint):
    return 0 if parents[joint] < 0 else 1 + _depth(parents, parents[joint])


def random_body(seed: int, frames: int = 12) -> np.ndarray:
    """(T, 17, 3) a random walk of every bone's direction, far beyond what a body can do."""
    random = np.random.default_rng(seed)
    ways = {joint: way + np.cumsum(random.normal(0, 0.3, (frames, 3)), 0) for joint, way in directions(frames).items()}
    return built(ways, np.cumsum(random.normal(0, 0.1, (frames, 3)), 0), random.uniform(0.5, 1.5))


def turned(points: np.ndarray, angles: np.ndarray) -> np.ndarray:
    """Poses turned about the vertical, by radians in each frame: from facing +z towards facing +x."""
    cos, sin = np.cos(angles)[:, None], np.sin(angles)[:, None]
    x, y, z = np.moveaxis(points, -1, 0)
    return np.stack([cos * x + sin * z, y, cos * z - sin * x], -1)


def track(points: np.ndarray, id: str = "1") -> PoseTrack:
    """The 3D track of poses in the order of h36m17."""
    return PoseTrack.from_points(points, "h36m17", FPS, id=id)
