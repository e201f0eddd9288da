"""Limbs as a camera sees them: which pixels a capsule covers, how far away they are and how they face the light."""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float

from benchmarks.tracking.figures import Cloth, Limbs
from hdvr_jax.choreo.views import image_points
from hdvr_jax.keypoints.views import View


@dataclasses.dataclass(frozen=True)
class Projected:
    """The K limbs of one dancer in the T pictures.

    Attributes:
        ends: (T, K, 2, 2) pixels.
        depth: (T, K, 2) metres.
        radii: (K, 2) metres.
        lengths: (T, K) metres.
        focal: Pixels.
        cloths: What covers each.
        hem: The limb that is cut off straight at its end; -1 for none.
    """

    ends: Float[np.ndarray, "T K 2 2"]
    depth: Float[np.ndarray, "T K 2"]
    radii: Float[np.ndarray, "K 2"]
    lengths: Float[np.ndarray, "T K"]
    focal: float
    cloths: tuple[Cloth, ...]
    hem: int = -1

    def scaled(self, factor: float) -> "Projected":
        """The same in a picture of another size."""
        return dataclasses.replace(self, ends=self.ends * factor, focal=self.focal * factor)


@dataclasses.dataclass(frozen=True)
class Surface:
    """The part of a limb that a camera sees; arrays over the window of the picture that holds it.

    Attributes:
        window: Rows and columns of the picture.
        inside: (H, W) which pixels are covered.
        depth: (H, W) metres.
        share: (H, W) of the way from one end to the other.
        normal: (3, H, W) of the surface: right, down, towards the camera.
        aside: (H, W) sine of the angle around the limb.
    """

    window: tuple[slice, slice]
    inside: Bool[np.ndarray, "H W"]
    depth: Float[np.ndarray, "H W"]
    share: Float[np.ndarray, "H W"]
    normal: Float[np.ndarray, "3 H W"]
    aside: Float[np.ndarray, "H W"]


def project(limbs: Limbs, view: View) -> Projected:
    """Limbs in the pictures of a camera."""
    ends, depth = image_points(view, limbs.ends)
    lengths = np.linalg.norm(limbs.ends[..., 1, :] - limbs.ends[..., 0, :], axis=-1)
    return Projected(ends, depth, limbs.radii, lengths, float(view.focal[0]), limbs.cloths, limbs.hem)


def surface(seen: Projected, frame: int, limb: int, shape: tuple[int, int]) -> Surface | None:
    """One limb in one picture of `shape` (height, width); None where it lies outside."""
    (x0, y0), (x1, y1) = seen.ends[frame, limb].tolist()
    (z0, z1), (wide0, wide1) = seen.depth[frame, limb].tolist(), seen.radii[limb].tolist()
    r0, r1 = max(seen.focal * wide0 / z0, 0.5), max(seen.focal * wide1 / z1, 0.5)
    left, right = _clipped(min(x0 - r0, x1 - r1), max(x0 + r0, x1 + r1), shape[1])
    top, bottom = _clipped(min(y0 - r0, y1 - r1), max(y0 + r0, y1 + r1), shape[0])
    if left >= right or top >= bottom:
        return None
    along_x, along_y = x1 - x0, y1 - y0
    square = max(along_x**2 + along_y**2, 1e-6)
    x = np.arange(left, right, dtype=np.float32) - np.float32(x0)
    y = (np.arange(top, bottom, dtype=np.float32) - np.float32(y0))[:, None]
    share = np.clip(x * np.float32(along_x / square) + y * np.float32(along_y / square), 0, 1)
    inverse = 1 / (r0 + share * (r1 - r0))
    normal = np.empty((3, *share.shape), np.float32)
    normal[0], normal[1] = (x - share * along_x) * inverse, (y - share * along_y) * inverse
    height = 1 - normal[0] ** 2 - normal[1] ** 2
    normal[2] = np.sqrt(np.maximum(height, 0))
    depth = z0 + share * (z1 - z0) - normal[2] * (wide0 + share * (wide1 - wide0))
    length = square**0.5
    aside = normal[1] * np.float32(along_x / length) - normal[0] * np.float32(along_y / length)
    inside = (height > 0) & (share < 1) if limb == seen.hem else height > 0
    return Surface((slice(top, bottom), slice(left, right)), inside, depth, share, normal, aside)


def visible_shares(dancers: list[Projected], size: tuple[int, int], scale: float) -> Float[np.ndarray, "D T"]:
    """Share of each dancer's outline that nobody nearer hides; in pictures made smaller by `scale`."""
    small = [dancer.scaled(scale) for dancer in dancers]
    shape = (round(size[1] * scale), round(size[0] * scale))
    frames = dancers[0].depth.shape[0]
    shares = np.ones((len(dancers), frames), np.float32)
    for frame in range(frames):
        depth = np.stack([_depth(dancer, frame, shape) for dancer in small])
        there = np.isfinite(depth)
        nearest = depth.argmin(0)
        for number in range(len(dancers)):
            whole = np.count_nonzero(there[number])
            free = np.count_nonzero(there[number] & (nearest == number))
            shares[number, frame] = free / whole if whole else 0.0
    return shares


def _depth(dancer: Projected, frame: int, shape: tuple[int, int]) -> np.ndarray:
    """How far away a dancer is in each pixel; infinite where there is nothing of them."""
    picture = np.full(shape, np.inf, np.float32)
    for limb in range(len(dancer.cloths)):
        found = surface(dancer, frame, limb, shape)
        if found is not None:
            part = picture[found.window]
            np.minimum(part, np.where(found.inside, found.depth, np.inf), out=part)
    return picture


def _clipped(low: float, high: float, size: int) -> tuple[int, int]:
    return max(0, int(low)), min(size, int(high) + 2)
