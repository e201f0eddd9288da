"""Small synthetic clips in the record schema: a standing body whose limbs swing."""

from typing import Any

import numpy as np

from hdvr_jax.skeletons import get_skeleton

_H36M = get_skeleton("h36m17")
_STANDING = {
    "hip": (0, 0.95, 0),
    "spine": (0, 1.2, 0),
    "thorax": (0, 1.45, 0),
    "nose": (0, 1.55, 0.1),
    "head": (0, 1.7, 0),
    "hip_side": (0.11, 0.95, 0),
    "knee": (0.12, 0.5, 0.02),
    "ankle": (0.12, 0.08, 0),
    "shoulder": (0.18, 1.45, 0),
    "elbow": (0.22, 1.18, 0),
    "wrist": (0.24, 0.93, 0.05),
}


def standing() -> np.ndarray:
    """(17, 3) a body that stands at the origin and faces +z, left at +x; metres."""
    pose = np.zeros((17, 3), np.float32)
    for index, joint in enumerate(_H36M.joints):
        side, _, name = joint.rpartition("_")
        point = np.array(_STANDING.get(joint) or _STANDING["hip_side" if name == "hip" else name], np.float32)
        pose[index] = point * ([-1, 1, 1] if side == "right" else [1, 1, 1])
    return pose


def motion(seed: int, frames: int, fps: float) -> np.ndarray:
    """(T, 17, 3) joints that swing about the standing pose, each at a pace of its own, while the body drifts."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames)[:, None, None] / fps
    size, pace, phase = rng.uniform(0, 0.15, (17, 3)), rng.uniform(0.3, 1.0, (17, 3)), rng.uniform(0, 6, (17, 3))
    swing = size * np.sin(2 * np.pi * pace * time + phase)
    swing[:, [_H36M.index(name) for name in ("hip", "thorax", "left_hip", "right_hip")]] *= 0.1
    drift = np.array([0.2, 0, 0.1]) * np.sin(time)
    return (standing() + swing + drift).astype(np.float32)


def make_clip(seed: int = 0, frames: int = 40, views: int = 2, genre: str = "", fps: float = 30.0) -> dict[str, Any]:
    """A clip seen by cameras in front, 4 m away and turned a little more each."""
    points = motion(seed, frames, fps)
    angle = 0.4 * np.arange(views)
    cos, sin, zero = np.cos(angle), np.sin(angle), np.zeros(views)
    right, down = np.stack([cos, zero, -sin], -1), np.tile([0.0, -1.0, 0.0], (views, 1))
    rotation = np.stack([right, down, np.cross(right, down)], 1).astype(np.float32)
    translation = np.tile(np.float32([0, 1, 4]), (views, 1))
    camera = np.einsum("vij,tkj->vtki", rotation, points) + translation[:, None, None]
    keypoints = 1000 * camera[..., :2] / camera[..., 2:] + np.float32([960, 540])
    return {
        "clip": f"clip{seed}", "dancer": f"dancer{seed}", "choreography": "c", "take": f"take{seed}", "genre": genre,
        "fps": fps, "skeleton": "h36m17", "split": "train", "source3d": "synthetic", "description": "",
        "points_world": points,
        "keypoints": keypoints.astype(np.float32),
        "confidence": np.ones(keypoints.shape[:3], np.float32),
        "views": tuple(f"c{view}" for view in range(views)),
        "focal": np.full((views, 2), 1000, np.float32),
        "center": np.tile(np.float32([960, 540]), (views, 1)),
        "distortion": np.zeros((views, 5), np.float32),
        "rotation": rotation,
        "translation": translation,
        "image_size": np.tile(np.int32([1920, 1080]), (views, 1)),
    }  # fmt: skip


def true_lifter(clip: dict[str, Any]) -> dict[str, np.ndarray]:
    """What a perfect lifter makes of a single-view clip: the 3D in the camera's axes, relative to the hips."""
    points = np.einsum("ij,tkj->tki", clip["rotation"][0], clip["points_world"])
    return {"poses": (points - points[:, :1]).astype(np.float32)}
