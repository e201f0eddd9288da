"""One sequence of AIST++ in its native layout: the detections of the calibrated cameras, and 3D where there is any."""

import dataclasses
import pathlib

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import aistpp, aistpp_layout
from hdvr_jax.keypoints.arrays import open_npz
from hdvr_jax.keypoints.views import View

_TRIANGULATED = "triangulated_keypoints3d_cm.npz"


@dataclasses.dataclass(frozen=True)
class SeenSequence:
    """What is known of one sequence, on one time line.

    Attributes:
        views: The V calibrated cameras, in the order of the detections.
        keypoints: (V, T, 17, 2) pixels, NaN where missing.
        confidence: (V, T, 17) in [0, 1], 0 where missing.
        fps: Frames per second.
        points_world: (T, 17, 3) metres; all NaN where there is no 3D.
        source3d: Where these come from: "published", "triangulated" or "none".
    """

    views: tuple[View, ...]
    keypoints: Float[np.ndarray, "V T 17 2"]
    confidence: Float[np.ndarray, "V T 17"]
    fps: float
    points_world: Float[np.ndarray, "T 17 3"]
    source3d: str


def load_sequence(root: pathlib.Path, sequence: str, points: str = "keypoints3d_optim") -> SeenSequence:
    """Reads a sequence; cameras and detections are brought together by the cameras' names.

    Args:
        root: Folder laid out as AIST++.
        points: Which of the published points: keypoints3d_optim or keypoints3d.
    Raises:
        InputError: a file that is missing or malformed, or 3D of another length than the detections.
    """
    detections = aistpp.load_detections(root / "keypoints2d" / f"{sequence}.pkl")
    cameras = aistpp_layout.load_views(root, sequence, [])
    names = aistpp_layout.view_names(len(detections.keypoints))
    kept = [index for index, name in enumerate(names) if name in cameras]
    points_world, source = _points(root, sequence, detections.keypoints.shape[1], points)
    return SeenSequence(
        views=tuple(cameras[names[index]] for index in kept),
        keypoints=detections.keypoints[kept],
        confidence=detections.confidence[kept],
        fps=detections.fps,
        points_world=points_world,
        source3d=source,
    )


def _points(root: pathlib.Path, sequence: str, frames: int, field: str) -> tuple[np.ndarray, str]:
    """World points (frames, 17, 3) in metres and where they come from."""
    published, triangulated = root / "keypoints3d" / f"{sequence}.pkl", root / _TRIANGULATED
    if published.is_file():
        points, path, source = aistpp.load_points(published, field), published, "published"
    elif triangulated.is_file() and sequence in (found := open_npz(triangulated)):
        points = aistpp.parse_points({sequence: found[sequence]}, triangulated, sequence)
        path, source = triangulated, "triangulated"
    else:
        return np.full((frames, aistpp.JOINTS, 3), np.nan, np.float32), "none"
    if len(points) != frames:
        raise InputError(f"{path}: {sequence} has {len(points)} frames of 3D but {frames} of detections")
    return points, source
