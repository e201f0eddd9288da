"""The focal length and centre of a camera from points whose place and image are both known.

With ideal coordinates (x, y) = (X / Z, Y / Z), or what a known lens makes of them, a pixel is u = fx x + cx and
v = fy y + cy: two straight lines, fitted by least squares. A second fit leaves out what the first one misses by more
than three times the median, so that a detector's gross errors do not count.
"""

import dataclasses

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError

_LEAST_POINTS = 20
_OUTLIER = 3.0


@dataclasses.dataclass(frozen=True)
class Pinhole:
    """Focal length and centre in pixels, and the median distance, in pixels, that points are missed by."""

    focal: Float[np.ndarray, "2"]
    center: Float[np.ndarray, "2"]
    residual: float


def ideal(points_camera: Float[np.ndarray, "*N 3"], distortion: tuple[float, ...] = ()) -> Float[np.ndarray, "*N 2"]:
    """X / Z and Y / Z of points in the camera's frame, distorted by OpenCV's k1, k2, p1, p2, k3 where given.

    NaN for points that are not in front of the camera.
    """
    depth = points_camera[..., 2:].astype(float)
    flat = points_camera[..., :2] / np.where(depth > 0, depth, np.nan)
    if not distortion:
        return flat
    k1, k2, p1, p2, k3 = distortion
    x, y = flat[..., 0], flat[..., 1]
    square = x * x + y * y
    radial = 1 + square * (k1 + square * (k2 + square * k3))
    across = x * radial + 2 * p1 * x * y + p2 * (square + 2 * x * x)
    return np.stack([across, y * radial + p1 * (square + 2 * y * y) + 2 * p2 * x * y], -1)


def fit(flat: Float[np.ndarray, "*N 2"], pixels: Float[np.ndarray, "*N 2"], where: str) -> Pinhole:
    """The pinhole camera that takes ideal coordinates closest to pixels.

    Args:
        flat: As `ideal` gives them; points that are NaN here or there are left out.
        pixels: Where the points are seen.
        where: Named in errors: which file, subject and camera.
    Raises:
        InputError: fewer than 20 points, or no camera that looks along +z with x right and y down sees them so.
    """
    flat, pixels = flat.reshape(-1, 2), pixels.reshape(-1, 2).astype(float)
    used = np.isfinite(flat).all(1) & np.isfinite(pixels).all(1)
    found = None
    for _ in range(2):
        if used.sum() < _LEAST_POINTS:
            raise InputError(f"{where}: only {used.sum()} points are known in 3D and in the image; expected 20 or more")
        focal, center = np.transpose([np.polyfit(flat[used, axis], pixels[used, axis], 1) for axis in (0, 1)])
        away = np.linalg.norm(flat * focal + center - pixels, axis=1)
        found = Pinhole(focal, center, float(np.median(away[used])))
        used = used & (away <= _OUTLIER * found.residual + 1e-6)
    if not (found.focal > 0).all():
        raise InputError(f"{where}: the image does not fit the 3D (focal length {found.focal.round(1).tolist()} px)")
    return found
