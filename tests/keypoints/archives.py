"""Tiny archives in the layouts of published 3D pose data, made of random numbers."""

import pathlib

import numpy as np

H36M_METADATA = {
    "num_joints": 17,
    # The scripts save indices as NumPy integers.
    "keypoints_symmetry": [[np.int64(joint) for joint in (4, 5, 6, 11, 12, 13)], [1, 2, 3, 14, 15, 16]],
}
COCO_METADATA = {
    "layout_name": "coco",
    "num_joints": 17,
    "keypoints_symmetry": [[1, 3, 5, 7, 9, 11, 13, 15], [2, 4, 6, 8, 10, 12, 14, 16]],
}


def save(path: pathlib.Path, **content: object) -> pathlib.Path:
    """Saves dictionaries as VideoPose3D's scripts do: NumPy pickles each as an array without axes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    np.savez_compressed(path, **content)
    return path


def walk(random: np.random.Generator, frames: int, joints: int) -> np.ndarray:
    """Random points (frames, joints, 3) within a metre of a standing dancer, metres, Z up."""
    points = random.uniform(-0.5, 0.5, (frames, joints, 3)) + np.array([0.2, 0.1, 0.9])
    return points.astype(np.float32)


def rotate(quaternion: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Points turned by a quaternion (w, x, y, z), by the formula v + 2 (w (u x v) + u x (u x v))."""
    across = np.cross(quaternion[1:], points)
    return points + 2 * (quaternion[0] * across + np.cross(quaternion[1:], across))


def to_camera(points: np.ndarray, orientation: list[float], position_mm: list[float]) -> np.ndarray:
    """World points, metres, as a published camera has them."""
    quaternion = np.array(orientation) * [1, -1, -1, -1]
    return rotate(quaternion, points - np.array(position_mm) / 1000)


def project(points_camera: np.ndarray, camera: dict) -> np.ndarray:
    """The published projection to pixels, radial and tangential terms as it writes them."""
    ideal = np.clip(points_camera[..., :2] / points_camera[..., 2:], -1, 1)
    square = np.sum(ideal**2, axis=-1, keepdims=True)
    powers = np.concatenate([square, square**2, square**3], axis=-1)
    radial = 1 + np.sum(np.array(camera["radial"]) * powers, axis=-1, keepdims=True)
    tangential = np.array(camera["tangential"])
    slope = np.sum(tangential * ideal, axis=-1, keepdims=True)
    return np.array(camera["focal"]) * (ideal * (radial + slope) + tangential * square) + np.array(camera["center"])
