"""The cameras that are published with VideoPose3D's archives, in this project's conventions.

Published: where a camera stands in a world of millimetres with Z up, and a unit quaternion (w, x, y, z) that turns
camera axes into world axes. Here: points_camera = rotation @ points_world + translation, metres, Y up. Turning the
world by -90 degrees about x, (x, y, z) -> (x, z, -y), leaves every projection as it was.

Distortion. The published projection of ideal coordinates (x, y), r^2 = x^2 + y^2, is
    (x, y) (1 + k1 r^2 + k2 r^4 + k3 r^6 + p1 x + p2 y) + (p1, p2) r^2,
while OpenCV's tangential part is (2 q1 x y + q2 (r^2 + 2 x^2), q1 (r^2 + 2 y^2) + 2 q2 x y). Radial terms are the same.
The tangential ones agree in no scaling: in x they are p1 (2 x^2 + y^2) + p2 x y against q2 (3 x^2 + y^2) + 2 q1 x y.
Over a square image the least squares solution is exactly q1 = 0.7 p2, q2 = 0.7 p1. What remains with the four cameras
of Human3.6M is 0.06 to 0.10 px in the mean of all pixels, 0.43 px at most, in a corner of camera 55011271; in the
middle 500 by 500 pixels 0.03 px in the mean and 0.10 px at most.
"""

import json
import pathlib

import numpy as np
from jaxtyping import Float

from hdvr_jax.keypoints.views import View, rotation_matrix

TANGENTIAL = 0.7
_Y_UP = np.array([[1, 0, 0], [0, 0, 1], [0, -1, 0]], np.float64)


def y_up(points: Float[np.ndarray, "*N 3"]) -> Float[np.ndarray, "*N 3"]:
    """Points of a world with Z up in the same world with Y up: (x, y, z) -> (x, z, -y)."""
    return np.stack([points[..., 0], points[..., 2], -points[..., 1]], -1)


def load_cameras(path: pathlib.Path) -> dict[str, list[View]]:
    """The cameras of every subject from a file of published numbers.

    The JSON file has `cameras` (name, image_size and, where published, focal, center, radial k1 k2 k3 and tangential
    p1 p2) and `subjects`, {subject: [{orientation, position_mm} for every camera]}. Without a published focal length,
    focal and center are NaN and the distortion is 0.
    """
    published = json.loads(path.read_text())
    return {
        subject: [_view(camera, place) for camera, place in zip(published["cameras"], places, strict=True)]
        for subject, places in published["subjects"].items()
    }


def _view(camera: dict, place: dict) -> View:
    rotation = rotation_matrix("quat", np.roll(place["orientation"], -1)).T
    translation = -rotation @ np.array(place["position_mm"]) / 1000
    (k1, k2, k3), (p1, p2) = camera.get("radial", (0, 0, 0)), camera.get("tangential", (0, 0))
    return View(
        name=camera["name"],
        focal=np.array(camera.get("focal", (np.nan, np.nan)), float),
        center=np.array(camera.get("center", (np.nan, np.nan)), float),
        distortion=np.array([k1, k2, TANGENTIAL * p2, TANGENTIAL * p1, k3], float),
        rotation=rotation @ _Y_UP.T,
        translation=translation,
        image_size=tuple(camera["image_size"]),
    )
