"""Calibrated cameras, and how records hold them."""

import dataclasses
import importlib
from collections.abc import Sequence
from typing import Any

import numpy as np
from jaxtyping import Float


@dataclasses.dataclass(frozen=True)
class View:
    """One calibrated camera.

    Attributes:
        name: Of the camera.
        focal, center: Pixels.
        distortion: OpenCV's k1, k2, p1, p2, k3.
        rotation, translation: points_camera = rotation @ points_world + translation, metres.
        image_size: (width, height) in pixels.
    """

    name: str
    focal: Float[np.ndarray, "2"]
    center: Float[np.ndarray, "2"]
    distortion: Float[np.ndarray, "5"]
    rotation: Float[np.ndarray, "3 3"]
    translation: Float[np.ndarray, "3"]
    image_size: tuple[int, int]


_SHAPES = {"focal": (2,), "center": (2,), "distortion": (5,), "rotation": (3, 3), "translation": (3,)}


def rotation_matrix(form: str, numbers: Float[np.ndarray, " N"]) -> Float[np.ndarray, "3 3"]:
    """Of a "rotvec" (axis times angle in radians) or of a "quat" (x, y, z, w), which is normalised first."""
    # Imported where it is needed: a fifth of a second of every start.
    rotations = importlib.import_module("scipy.spatial.transform").Rotation
    return getattr(rotations, f"from_{form}")(numbers).as_matrix()


def camera_fields(views: Sequence[View]) -> dict[str, Any]:
    """The camera fields of a record (`datasets/record.py`): arrays with a leading axis V, and the names as `views`."""
    fields: dict[str, Any] = {
        name: np.array([getattr(view, name) for view in views], np.float32).reshape(-1, *shape)
        for name, shape in _SHAPES.items()
    }
    fields["image_size"] = np.array([view.image_size for view in views], np.int32).reshape(-1, 2)
    return fields | {"views": tuple(view.name for view in views)}
