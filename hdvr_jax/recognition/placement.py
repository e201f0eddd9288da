"""Where a lifted dancer stands in front of the camera, and how well the poses fit the image.

A lifter gives poses about the hips. The place of the hips in each frame is the one from which the pose projects best
onto the keypoints: with ideal image points (a, b) of joints at (X, Y, Z) from the hips, the place (x, y, z) solves

    x - a z = a Z - X,    y - b z = b Z - Y

in the least-squares sense over the joints, weighted by confidence. Depth z is by far the least certain of the three,
so it is smoothed over time before x and y are solved again.

A lifter may give a trajectory too. Then there are two candidates: the trajectory as it is, and one whose depth is the
geometric mean of the depth solved here and the lifter's, brought to the same scale by their median ratio, which a focal
length unlike that of the lifter's training would change. The one that projects better onto the keypoints is taken.
"""

import importlib

import jax
import numpy as np
from jaxtyping import Array, Float

from hdvr_jax import cameras, lifting
from hdvr_jax.clip_poses import body_size
from hdvr_jax.padding import padded
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import MEASURED, SYNTHESISED
from hdvr_jax.recognition.results import CAMERA, Poses

DEPTH_SMOOTHING_SECONDS = 0.2
_LEAST_JOINTS = 4
_LEAST_DEPTH = 0.3


def place(
    points: Float[np.ndarray, "T J 3"],
    prepared: PoseTrack,
    camera: cameras.Perspective,
    trajectory: Float[np.ndarray, "T 3"] | None = None,
) -> Poses:
    """Poses about the hips -> poses in front of the camera, with projection and error.

    Args:
        points: Metres, camera axes, relative to the hips; NaN where the lifter gives none.
        prepared: The 2D track on the same skeleton.
        camera: Known or guessed.
        trajectory: Metres, camera axes: where a lifter says the hips are.
    """
    rays = lifting.ideal_points(camera, prepared.keypoints)
    known = np.isfinite(rays).all(-1) & np.isfinite(points).all(-1)
    # Filled joints have confidence 0 but still say roughly where the dancer is.
    weights = np.where(known, np.maximum(prepared.confidence, 0.05), 0)
    safe_rays, safe_points = np.where(known[..., None], rays, 0), np.where(known[..., None], points, 0)
    enough = known.sum(1) >= _LEAST_JOINTS
    depth = np.where(enough, _depths(safe_points, safe_rays, weights), np.nan)
    if trajectory is not None:
        depth = _fused(depth, trajectory[:, 2])
    depth = _smooth(depth, prepared.fps)
    across = _across(safe_points, safe_rays, weights, depth)
    root = _carry(np.where(enough[:, None], np.c_[across, depth], np.nan))
    found = _with_projection(points + root[:, None], prepared, camera)
    if trajectory is None:
        return found
    as_given = _with_projection(points + trajectory[:, None], prepared, camera)
    return as_given if _error(as_given) < _error(found) else found


def _fused(depth: Float[np.ndarray, " T"], given: Float[np.ndarray, " T"]) -> Float[np.ndarray, " T"]:
    """Depths solved (NaN where they cannot be) with those that a lifter gave, on the scale of the former."""
    both = np.isfinite(depth) & (given > _LEAST_DEPTH)
    if not both.any():
        return depth
    scaled = np.where(given > _LEAST_DEPTH, given * np.median(depth[both] / given[both]), np.nan)
    return np.where(both, np.sqrt(np.where(both, depth * scaled, 1)), np.where(np.isfinite(depth), depth, scaled))


def _error(poses: Poses) -> float:
    """Median error in pixels; infinite where nothing can be compared or somebody stands behind the camera."""
    behind = (poses.points[..., 2] <= 0).any()
    known = poses.error_px[np.isfinite(poses.error_px)]
    return float(np.median(known)) if len(known) and not behind else np.inf


def _with_projection(placed: np.ndarray, prepared: PoseTrack, camera: cameras.Perspective) -> Poses:
    placed = placed.astype(np.float32)
    projected = np.array(_project(camera, padded(placed, lifting.PAD_FRAMES)))[: len(placed)]
    projected[~np.isfinite(placed).all(-1)] = np.nan
    given = np.isin(prepared.provenance, (MEASURED, SYNTHESISED)) & np.isfinite(projected).all(-1)
    distance = np.linalg.norm(np.where(given[..., None], projected - prepared.keypoints, 0), axis=-1)
    count = given.sum(1)
    error = np.where(count > 0, distance.sum(1) / np.maximum(count, 1), np.nan).astype(np.float32)
    size = body_size(prepared.keypoints, prepared.skeleton)
    return Poses(prepared.skeleton, placed, CAMERA, projected, error, (error / size).astype(np.float32))


@jax.jit
def _project(camera: cameras.Perspective, points: Float[Array, "T J 3"]) -> Float[Array, "T J 2"]:
    return cameras.project(camera, points)


def _depths(points: np.ndarray, rays: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Depth of the hips in every frame: the normal equations with x and y eliminated."""
    wanted = rays * points[..., 2:] - points[..., :2]
    slope = rays - _mean(rays, weights)[:, None]
    offset = wanted - _mean(wanted, weights)[:, None]
    steepness = (weights[..., None] * slope**2).sum((1, 2))
    depth = -(weights[..., None] * slope * offset).sum((1, 2)) / np.maximum(steepness, 1e-12)
    return np.where(steepness > 1e-9, np.maximum(depth, _LEAST_DEPTH), np.nan)


def _across(points: np.ndarray, rays: np.ndarray, weights: np.ndarray, depth: np.ndarray) -> np.ndarray:
    """x and y of the hips in every frame, given their depth."""
    return _mean(rays * (points[..., 2:] + depth[:, None, None]) - points[..., :2], weights)


def _mean(values: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Weighted mean over the joints: (T, J, D) and (T, J) -> (T, D)."""
    return (weights[..., None] * values).sum(1) / np.maximum(weights.sum(1), 1e-9)[:, None]


def _smooth(depth: np.ndarray, fps: float) -> np.ndarray:
    """Depths without outliers and jitter; every frame gets one when any has."""
    if not np.isfinite(depth).any():
        return depth
    filled = _carry(depth[:, None])[:, 0]
    sigma = DEPTH_SMOOTHING_SECONDS * fps
    window = 2 * int(sigma) + 1
    ndimage = importlib.import_module("scipy.ndimage")
    return ndimage.gaussian_filter1d(ndimage.median_filter(filled, window, mode="nearest"), sigma)


def _carry(values: np.ndarray) -> np.ndarray:
    """Columns with NaN filled linearly in time; all NaN stays."""
    values = values.copy()
    frames = np.arange(len(values))
    for column in values.T:
        known = np.isfinite(column)
        if known.any():
            column[~known] = np.interp(frames[~known], frames[known], column[known])
    return values
