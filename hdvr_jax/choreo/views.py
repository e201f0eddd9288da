"""Static cameras around a take: somewhere in front, at eye or chest or tripod height, far enough to see everybody."""

import numpy as np
from jaxtyping import Float

from hdvr_jax.keypoints.views import View

_LANDSCAPE, _PORTRAIT = (1920, 1080), (1080, 1920)
_MARGIN = 0.04  # of the image, kept free around the dancers
_FARTHEST = 8.0
NAMES = ("left", "front", "right")


def sample_views(rng: np.random.Generator, points: Float[np.ndarray, "N 3"], azimuths: tuple[float, ...]) -> list[View]:
    """One camera near each azimuth (degrees from the audience's middle, to its right) that sees all `points`."""
    return [_sample_view(rng, points, NAMES[i % 3] + str(i // 3 or ""), azimuth) for i, azimuth in enumerate(azimuths)]


def image_points(
    view: View, points_world: Float[np.ndarray, "*N 3"]
) -> tuple[Float[np.ndarray, "*N 2"], Float[np.ndarray, "*N"]]:
    """Pixels and depth (metres) of world points, distortion included (Brown's model in OpenCV's order)."""
    camera = points_world @ view.rotation.T + view.translation
    x, y = np.moveaxis(camera[..., :2] / np.maximum(camera[..., 2:], 0.05), -1, 0)
    k1, k2, p1, p2, k3 = view.distortion
    square = x * x + y * y
    radial = 1.0 + square * (k1 + square * (k2 + square * k3))
    distorted = np.stack(
        [
            x * radial + 2 * p1 * x * y + p2 * (square + 2 * x * x),
            y * radial + p1 * (square + 2 * y * y) + 2 * p2 * x * y,
        ],
        axis=-1,
    )
    return distorted * view.focal + view.center, camera[..., 2]


def _sample_view(rng: np.random.Generator, points: np.ndarray, name: str, azimuth: float) -> View:
    size = _PORTRAIT if rng.random() < 0.15 else _LANDSCAPE
    focal = 960.0 / np.tan(np.radians(rng.uniform(50.0, 74.0)) / 2.0) * np.array([1.0, rng.uniform(0.995, 1.005)])
    distortion = np.array([rng.normal(0, 0.03), rng.normal(0, 0.012), *rng.normal(0, 0.0006, 2), 0.0])
    center = np.array(size) / 2.0 + rng.normal(0, 8.0, 2)
    angle = np.radians(np.clip(azimuth + rng.normal(0, 9.0), -62.0, 62.0))
    height, distance, roll = rng.uniform(0.8, 2.5), rng.uniform(3.0, 5.0), np.radians(rng.normal(0, 1.2))
    low, high = np.min(points, axis=0), np.max(points, axis=0)
    target = (low + high) / 2.0 + rng.normal(0, 0.06, 3)
    while True:
        position = np.array([target[0] + distance * np.sin(angle), height, target[2] + distance * np.cos(angle)])
        rotation = _looking(position, target, roll)
        view = View(name, focal, center, distortion, rotation, -rotation @ position, size)
        if distance >= _FARTHEST or _sees(view, points):
            return view
        distance *= 1.06


def _looking(position: np.ndarray, target: np.ndarray, roll: float) -> np.ndarray:
    """Rotation of a camera at `position` that looks at `target`, turned by `roll` radians about its axis."""
    forward = (target - position) / np.linalg.norm(target - position)
    right = np.cross(forward, np.array([0.0, 1.0, 0.0]))
    right /= np.linalg.norm(right)
    down = np.cross(forward, right)
    cosine, sine = np.cos(roll), np.sin(roll)
    return np.stack([cosine * right + sine * down, -sine * right + cosine * down, forward])


def _sees(view: View, points: np.ndarray) -> bool:
    image, depth = image_points(view, points)
    share = image / np.array(view.image_size)
    return bool(np.all(depth > 1.0) and np.all(share > _MARGIN) and np.all(share < 1 - _MARGIN))
