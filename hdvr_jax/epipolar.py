"""Where a second camera stands, from points that both cameras saw (Li's thesis, section 3.4.2).

Symbols
    x1, x2   homogeneous points of the two images, (x, y, 1)
    F        fundamental matrix: x2^T F x1 = 0, in pixels
    E        essential matrix, the same for ideal points: E = K2^T F K1 with the matrices K of the intrinsics; E = [t] R
    R, t     points in the frame of the second camera = R @ points in the frame of the first + t; t of unit length, for
             images alone do not tell how far apart the cameras are

Both matrices are searched for by MAGSAC++ (Barath et al. 2020, as in OpenCV), a RANSAC that needs no sharp threshold.
The way through E, which knows the lens, is mostly the closer one: on five recordings of AIST++, cameras chained from
such pairs err in the median by 1.7 to 5.0 degrees of rotation through E and by 2.2 to 11.0 through F; on one of the
five F is closer (`benchmarks/rig.py`).
"""

from typing import NamedTuple

import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax.cameras import Extrinsics
from hdvr_jax.errors import InputError

# Distance to the epipolar line, in focal lengths, up to which points belong to a pose: what a detector errs.
THRESHOLD = 3e-3
FEWEST = 8
_CONFIDENCE, _ITERATIONS, _SEED = 0.9999, 5000, 0
# Points at which both rays must meet for a pose to be believed: a tenth of the points that fit.
_LEAST_IN_FRONT = 0.1
# Squared sine of the angle between two rays up to which they meet nowhere.
_PARALLEL = 1e-6

Points = Float[np.ndarray, "N 2"]


class RelativePose(NamedTuple):
    """The second camera as seen from the first, and how many points agree.

    Attributes:
        extrinsics: from the frame of the first camera to that of the second; a translation of unit length.
        inliers: (N,) the points that agree with it.
    """

    extrinsics: Extrinsics
    inliers: Bool[np.ndarray, " N"]


def relative_pose(first: Points, second: Points) -> RelativePose:
    """The pose of the second camera from ideal points that both cameras saw; the same points give the same pose.

    Args:
        first, second: ideal points of the two images, distortion taken out; those that are finite in both are read.
    Raises:
        InputError: fewer than eight points, or points that no camera pose explains (all in one place, say).
    """
    essential, inliers = _search("essential", first, second, THRESHOLD)
    return _pose(essential, first, second, inliers)


def relative_pose_through_fundamental(
    first: Points, second: Points, intrinsics: tuple[Float[np.ndarray, "3 3"], Float[np.ndarray, "3 3"]]
) -> RelativePose:
    """The way as published: F from pixels, distortion taken out, E from F and the intrinsics of the two cameras.

    Errors as in `relative_pose`; the threshold is the same, in mean focal lengths of the two.
    """
    pixels = THRESHOLD * float(np.mean([matrix[axis, axis] for matrix in intrinsics for axis in range(2)]))
    fundamental, inliers = fundamental_matrix(first, second, threshold=pixels)
    ideal = [_ideal(points, matrix) for points, matrix in zip((first, second), intrinsics)]
    return _pose(essential_from_fundamental(fundamental, *intrinsics), *ideal, inliers)


def fundamental_matrix(
    first: Points, second: Points, *, threshold: float
) -> tuple[Float[np.ndarray, "3 3"], Bool[np.ndarray, " N"]]:
    """(F, the points that agree with it up to `threshold`, in the unit of the points). Errors as `relative_pose`."""
    return _search("fundamental", first, second, threshold)


def essential_from_fundamental(
    fundamental: Float[np.ndarray, "3 3"], first: Float[np.ndarray, "3 3"], second: Float[np.ndarray, "3 3"]
) -> Float[np.ndarray, "3 3"]:
    """E = K2^T F K1 with the intrinsics of the two cameras, made an essential matrix: singular values (1, 1, 0)."""
    left, _, right = np.linalg.svd(second.T @ fundamental @ first)
    return left @ np.diag([1.0, 1.0, 0.0]) @ right


def intrinsics(focal: Float[np.ndarray, "2"], center: Float[np.ndarray, "2"]) -> Float[np.ndarray, "3 3"]:
    """The matrix K of a camera without distortion: from ideal points to pixels."""
    return np.array([[focal[0], 0, center[0]], [0, focal[1], center[1]], [0, 0, 1]], np.float64)


def decompose(essential: Float[np.ndarray, "3 3"]) -> Extrinsics:
    """The four poses (rotation (4, 3, 3), translation (4, 3) of unit length) that have this essential matrix."""
    left, _, right = np.linalg.svd(essential)
    left, right = left * np.sign(np.linalg.det(left)), right * np.sign(np.linalg.det(right))
    quarter = np.array([[0.0, -1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    one, other = left @ quarter @ right, left @ quarter.T @ right
    t = left[:, 2]
    return Extrinsics(np.stack([one, one, other, other]), np.stack([t, -t, t, -t]))


def in_front_of_both(pose: Extrinsics, first: Points, second: Points) -> Bool[np.ndarray, " N"]:
    """Cheirality: where the two rays of a point meet, or come closest, in front of both cameras."""
    one = np.pad(first, ((0, 0), (0, 1)), constant_values=1.0) @ pose.rotation.T
    two = np.pad(second, ((0, 0), (0, 1)), constant_values=1.0)
    # Depths d1, d2 of least |d1 R x1 + t - d2 x2|: two equations, solved by Cramer's rule.
    a, b, c = (one * one).sum(-1), (one * two).sum(-1), (two * two).sum(-1)
    d, e = one @ pose.translation, two @ pose.translation
    scale = a * c - b * b
    meet = scale > _PARALLEL * a * c
    return meet & (b * e - c * d > 0) & (a * e - b * d > 0)


def _pose(essential: np.ndarray, first: Points, second: Points, inliers: np.ndarray) -> RelativePose:
    """The one of the four poses that sees most inliers in front of both cameras."""
    poses = decompose(essential)
    four = [Extrinsics(poses.rotation[i], poses.translation[i]) for i in range(4)]
    count = [in_front_of_both(pose, first[inliers], second[inliers]).sum() for pose in four]
    best, runner_up = int(np.argmax(count)), sorted(count)[-2]
    if count[best] <= max(runner_up, _LEAST_IN_FRONT * inliers.sum()):
        used = _used(first, second).sum()
        raise InputError(f"camera pose: {used} points do not tell where the second camera stands; are they degenerate?")
    return RelativePose(four[best], inliers)


def _search(
    kind: str, first: Points, second: Points, threshold: float
) -> tuple[Float[np.ndarray, "3 3"], Bool[np.ndarray, " N"]]:
    """(Matrix, the points that agree with it) by MAGSAC++."""
    import cv2

    used = _used(first, second)
    if used.sum() < FEWEST:
        raise InputError(f"camera pose: {used.sum()} points seen by both cameras; expected {FEWEST} or more")
    params = cv2.UsacParams()
    params.threshold, params.confidence, params.maxIterations = threshold, _CONFIDENCE, _ITERATIONS
    params.score, params.randomGeneratorState = cv2.SCORE_METHOD_MAGSAC, _SEED
    points = [np.ascontiguousarray(image[used], np.float64) for image in (first, second)]
    if kind == "essential":
        eye = np.eye(3)
        matrix, agree = cv2.findEssentialMat(*points, eye, eye, None, None, params)
    else:
        matrix, agree = cv2.findFundamentalMat(*points, params)
    if matrix is None or matrix.shape != (3, 3) or not np.isfinite(matrix).all() or not np.any(agree):
        raise InputError(f"camera pose: no {kind} matrix fits the {used.sum()} points; are they degenerate?")
    inliers = np.zeros(len(first), bool)
    inliers[used] = agree[:, 0] > 0
    return matrix, inliers


def _used(first: Points, second: Points) -> Bool[np.ndarray, " N"]:
    return np.isfinite(first).all(-1) & np.isfinite(second).all(-1)


def _ideal(points: Points, matrix: Float[np.ndarray, "3 3"]) -> Points:
    return (points - matrix[:2, 2]) / np.diag(matrix)[:2]
