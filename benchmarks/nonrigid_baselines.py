"""Baselines of non-rigid structure from motion under orthography that train no network.

Axes: F frames, P points, K shapes of a basis. `seen` (F, P, 2) are image points in the unit of the shapes, the mean of
every frame's points being 0; every frame has a camera of its own. A fit gives the depths (F, P) of the frames that it
saw and a function that gives those of other frames. All depths of a fit may come out mirrored. NumPy, float64.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from jaxtyping import Float

Seen = Float[np.ndarray, "F P 2"]
Depths = Float[np.ndarray, "F P"]
Cameras = Float[np.ndarray, "F 2 3"]
# Depths of the fitted frames, and the function from other frames to theirs.
Fit = tuple[Depths, Callable[[Seen], Depths]]

ROUNDS, TURNS, ALONE_ROUNDS = 300, 4, 100
_LEAST = 1e-9


class Basis(NamedTuple):
    """Shapes that are `shapes[0]` (3, P) plus standard normal multiples of the others; `variance` of image noise."""

    shapes: Float[np.ndarray, "K1 3 P"]
    variance: float


class Codes(NamedTuple):
    """Of every frame: expected multiples of the shapes, the first being 1, and their expected products."""

    mean: Float[np.ndarray, "F K1"]
    products: Float[np.ndarray, "F K1 K1"]


def constant_depth(seen: Seen) -> Fit:
    """Every point at the same depth."""

    def flat(other: Seen) -> Depths:
        return np.zeros(other.shape[:2])

    return flat(seen), flat


def rigid(seen: Seen) -> Fit:
    """One rigid shape: factorisation into rank 3 and metric upgrade (Tomasi and Kanade 1992), in closed form."""
    shape, cameras = factorise(seen)
    return third_rows(cameras) @ shape, lambda other: third_rows(pose(shape, other)) @ shape


def pca(seen: Seen, size: int, rounds: int = ROUNDS) -> Fit:
    """A mean shape and `size` shapes of a basis with normal codes: expectation maximisation, each frame with a camera
    of its own (Torresani, Hertzmann and Bregler 2008, section 4, without their dynamics)."""
    shape, cameras = factorise(seen)
    basis = first_basis(seen, shape, cameras, size)
    for _ in range(rounds):
        codes = expected_codes(basis, cameras, seen)
        cameras = turned(basis, codes, cameras, seen)
        basis = best_basis(codes, cameras, seen)
    return depths(basis, cameras, seen), lambda other: depths(basis, cameras_alone(basis, other), other)


def factorise(seen: Seen) -> tuple[Float[np.ndarray, "3 P"], Cameras]:
    """(Rigid shape, cameras with orthonormal rows)."""
    frames, points, _ = seen.shape
    motion, sizes, shape = np.linalg.svd(np.moveaxis(seen, 2, 1).reshape(2 * frames, points), full_matrices=False)
    motion, shape = (motion[:, :3] * sizes[:3]).reshape(frames, 2, 3), shape[:3]
    # Rows of a camera have length one and are perpendicular: linear in the products of the upgrade with itself.
    pairs = ((0, 0, 1.0), (1, 1, 1.0), (0, 1, 0.0))
    rows = [np.einsum("fi,fj->fij", motion[:, a], motion[:, b]).reshape(frames, 9) for a, b, _ in pairs]
    wanted = np.repeat([value for _, _, value in pairs], frames)
    found = np.linalg.lstsq(np.concatenate(rows), wanted, rcond=None)[0].reshape(3, 3)
    values, vectors = np.linalg.eigh((found + found.T) / 2)
    # Of deforming points the products may be no square of anything.
    upgrade = vectors * np.sqrt(np.maximum(values, _LEAST * values.max()))
    return np.linalg.solve(upgrade, shape), orthonormal(motion @ upgrade)


def orthonormal(matrices: Float[np.ndarray, "F 2 3"]) -> Cameras:
    """The nearest matrices with orthonormal rows: M (M M^T)^(-1/2), the root of a 2 x 2 matrix in closed form."""
    square = matrices @ np.swapaxes(matrices, 1, 2)
    root = np.sqrt(np.maximum(np.linalg.det(square), _LEAST**2))[:, None, None]
    trace = np.trace(square, axis1=1, axis2=2)[:, None, None]
    return np.linalg.solve((square + root * np.eye(2)) / np.sqrt(trace + 2 * root), matrices)


def third_rows(cameras: Cameras) -> Float[np.ndarray, "F 3"]:
    """Viewing directions."""
    return np.cross(cameras[:, 0], cameras[:, 1])


def pose(shape: Float[np.ndarray, "3 P"], seen: Seen) -> Cameras:
    """Cameras that see one shape as `seen`, by least squares."""
    codes = Codes(np.ones((len(seen), 1)), np.ones((len(seen), 1, 1)))
    start = orthonormal(
        np.linalg.lstsq(shape.T, np.concatenate(np.swapaxes(seen, 1, 2)).T, rcond=None)[0].T.reshape(-1, 2, 3)
    )
    return turned(Basis(shape[None], 1.0), codes, start, seen, ALONE_ROUNDS)


def first_basis(seen: Seen, shape: np.ndarray, cameras: Cameras, size: int) -> Basis:
    """The rigid shape, and the principal components of what it leaves of the images, put back into its axes."""
    left = np.swapaxes(seen, 1, 2) - cameras @ shape
    back = (np.swapaxes(cameras, 1, 2) @ left).reshape(len(seen), -1)
    _, sizes, components = np.linalg.svd(back, full_matrices=False)
    scaled = components[:size] * sizes[:size, None] / np.sqrt(len(seen))
    return Basis(np.concatenate([shape[None], scaled.reshape(size, 3, shape.shape[1])]), float(np.square(left).mean()))


def expected_codes(basis: Basis, cameras: Cameras, seen: Seen) -> Codes:
    """Posterior of the codes given the images (the E-step)."""
    frames, size = len(seen), len(basis.shapes) - 1
    projected = np.einsum("fai,kip->fkap", cameras, basis.shapes).reshape(frames, size + 1, -1)
    left = np.swapaxes(seen, 1, 2).reshape(frames, -1) - projected[:, 0]
    moving = projected[:, 1:]
    precision = moving @ np.swapaxes(moving, 1, 2) + basis.variance * np.eye(size)
    inverse = np.linalg.inv(precision)
    mean = np.concatenate([np.ones((frames, 1)), np.einsum("fkl,fln,fn->fk", inverse, moving, left, optimize=True)], 1)
    products = mean[:, :, None] * mean[:, None]
    products[:, 1:, 1:] += basis.variance * inverse
    return Codes(mean, products)


def turned(basis: Basis, codes: Codes, cameras: Cameras, seen: Seen, turns: int = TURNS) -> Cameras:
    """Cameras that see the expected shapes better: each turn minimises a bound of the expected squared error."""
    first, second = _moments(basis, codes, seen)
    bound = np.trace(second, axis1=1, axis2=2)[:, None, None]
    for _ in range(turns):
        cameras = orthonormal(cameras + (first - cameras @ second) / bound)
    return cameras


def best_basis(codes: Codes, cameras: Cameras, seen: Seen) -> Basis:
    """Shapes and noise of the smallest expected squared error (the M-step)."""
    (frames, size), points = codes.mean.shape, seen.shape[1]
    squares = np.swapaxes(cameras, 1, 2) @ cameras
    normal = np.tensordot(codes.products, squares, (0, 0)).transpose(0, 2, 1, 3).reshape(3 * size, 3 * size)
    back = np.swapaxes(cameras, 1, 2) @ np.swapaxes(seen, 1, 2)
    wanted = np.tensordot(codes.mean, back, (0, 0)).reshape(3 * size, points)
    basis = Basis(np.linalg.solve(normal + _LEAST * frames * np.eye(3 * size), wanted).reshape(size, 3, points), 0.0)
    first, second = _moments(basis, codes, seen)
    error = np.square(seen).sum() - 2 * (cameras * first).sum() + np.einsum("fai,fij,faj->", cameras, second, cameras)
    return basis._replace(variance=float(max(error / seen.size, _LEAST)))


def cameras_alone(basis: Basis, seen: Seen) -> Cameras:
    """Cameras of frames that had no part in the basis."""
    cameras = pose(basis.shapes[0], seen)
    for _ in range(ALONE_ROUNDS):
        cameras = turned(basis, expected_codes(basis, cameras, seen), cameras, seen)
    return cameras


def depths(basis: Basis, cameras: Cameras, seen: Seen) -> Depths:
    """Depths of the expected shapes."""
    shapes = np.tensordot(expected_codes(basis, cameras, seen).mean, basis.shapes, 1)
    return np.einsum("fi,fip->fp", third_rows(cameras), shapes)


def _moments(basis: Basis, codes: Codes, seen: Seen) -> tuple[np.ndarray, np.ndarray]:
    """Expected products (F, 2, 3) of image and shape, and (F, 3, 3) of the shape with itself."""
    shapes = np.tensordot(codes.mean, basis.shapes, 1)
    pairs = np.einsum("kip,ljp->klij", basis.shapes, basis.shapes)
    return np.einsum("fpa,fip->fai", seen, shapes), np.tensordot(codes.products, pairs, 2)
