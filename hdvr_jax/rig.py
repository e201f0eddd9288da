"""The cameras of a clip found from its 2D joints alone (Li's thesis, end of section 3.4.2).

Every pair of views gives the pose of one camera in the frame of the other, up to the length of the translation, which
is the known distance between the two camera centres: of the clip's given extrinsics only these distances are read. The
pairs that agree at most joints (the maximum spanning tree) are chained into the frame of the first view.

A chain adds up the errors of its links, and pairs err by degrees: a detector sees the same joint elsewhere from each
side. So all cameras are then moved together until the epipolar distances of all pairs and the known distances fit best.
On five recordings of AIST++ (eight cameras, c05 left out) that takes the median error of a recording's rotations from
1.7 to 5.0 degrees down to 0.3 to 1.0 and the largest of all from 16.4 to 1.4, and the median error of its camera
centres from 10 to 32 cm down to 1.4 to 5.8 (`benchmarks/rig.py`).
"""

import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Float
from scipy.spatial.transform import Rotation

from hdvr_jax import clips, epipolar, lifting
from hdvr_jax.clips import Clip
from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_skeleton

# Detections less certain than this are not read.
LEAST_CONFIDENCE = 0.3
# Where a detector puts these depends on the side it sees them from; without them cameras come out closer.
_VAGUE = ("hip", "left_hip", "right_hip")
# Points of a pair that are read: for its pose, and for the common refinement.
_PAIR_POINTS, _REFINED_POINTS = 10000, 400
# Epipolar distance in focal lengths at which an error begins to count less, and error of a known distance as a share.
_IMAGE_SCALES, _LENGTH_SCALE = (1e-2, 2e-3), 2e-3
_MOST_STEPS, _LEAST_GAIN, _NUDGE = 30, 1e-4, 1e-6


# What the search for the pose of a pair looks for: the essential matrix, or as published the fundamental one.
WAYS = ("essential", "fundamental")


class _Pair(NamedTuple):
    """Two views (their numbers), the pose of the second in the frame of the first, ideal points (N, 3) that both saw.

    `inliers` is how many points agree with the pose.
    """

    views: tuple[int, int]
    rotation: Float[np.ndarray, "3 3"]
    translation: Float[np.ndarray, "3"]
    points: tuple[Float[np.ndarray, "N 3"], Float[np.ndarray, "N 3"]]
    inliers: int


def estimated(clip: Clip, *, refine: bool = True, through: str = "essential") -> dict[str, Any]:
    """The clip with rotation and translation of its views found from their 2D joints and the distances between them.

    The new world is the frame of the first view (x right, y down), whose rotation is the identity and whose translation
    is zero. `points_world`, which is not read, is taken into it by the given extrinsics of the first view, so that
    what is scored in the frame of that camera is the same as before. A clip of one view, or none, needs no distances.

    Args:
        refine: whether all cameras are moved together at the end.
        through: matrix by which the pose of a pair is found, of `WAYS`.
    Raises:
        InputError: no chain of pairs leads from the first view to some other (names the clip and the view), or an
            unknown matrix.
    """
    if through not in WAYS:
        raise InputError(f"poses of cameras through {through!r}; known: {', '.join(WAYS)}")
    if not len(clip["keypoints"]):
        return dict(clip)
    given, shift = (np.asarray(clip[name][0], np.float64) for name in ("rotation", "translation"))
    centers = -np.einsum("vji,vj->vi", clip["rotation"].astype(np.float64), clip["translation"].astype(np.float64))
    pairs = list(_pairs(clip, np.linalg.norm(centers[:, None] - centers[None], axis=-1), through))
    rotation, translation = _chained(clip, pairs)
    if refine and len(rotation) > 1:
        rotation, translation = _refined(rotation, translation, pairs)
    points = clip["points_world"] @ given.T + shift
    moved = {"rotation": rotation, "translation": translation, "points_world": points}
    return {**clip, **{name: value.astype(np.float32) for name, value in moved.items()}}


def _pairs(clip: Clip, lengths: Float[np.ndarray, "V V"], through: str) -> Iterator[_Pair]:
    """The pairs of views that tell where their cameras stand, each translation as long as `lengths` says."""
    lenses = [epipolar.intrinsics(*lens) for lens in zip(clip["focal"], clip["center"])]
    joints = [name not in _VAGUE for name in get_skeleton(clip["skeleton"]).joints]
    rays = [lifting.ideal_points(clips.camera(clip, view), seen) for view, seen in enumerate(clip["keypoints"])]
    points = np.stack(rays)[:, :, joints].reshape(len(rays), -1, 2).astype(np.float64)
    seen = (clip["confidence"][:, :, joints] > LEAST_CONFIDENCE).reshape(len(rays), -1) & np.isfinite(points).all(-1)
    for one, other in itertools.combinations(range(len(rays)), 2):
        common = _spread(np.flatnonzero(seen[one] & seen[other]), _PAIR_POINTS)
        try:
            found = _relative(through, *((points[view][common], lenses[view]) for view in (one, other)))
        except InputError:
            continue
        translation = found.extrinsics.translation * lengths[one, other]
        few = _spread(common, _REFINED_POINTS)
        ideal = tuple(np.pad(points[view][few], ((0, 0), (0, 1)), constant_values=1.0) for view in (one, other))
        yield _Pair((one, other), found.extrinsics.rotation, translation, ideal, int(found.inliers.sum()))


def _relative(through: str, *seen: tuple[epipolar.Points, Float[np.ndarray, "3 3"]]) -> epipolar.RelativePose:
    """The pose of a pair from (ideal points, intrinsics) of the two views; errors as `epipolar.relative_pose`."""
    points, lenses = zip(*seen)
    if through == "essential":
        return epipolar.relative_pose(*points)
    pixels = [ideal @ lens[:2, :2].T + lens[:2, 2] for ideal, lens in seen]
    return epipolar.relative_pose_through_fundamental(*pixels, lenses)


def _spread(numbers: np.ndarray, most: int) -> np.ndarray:
    """At most so many of the numbers, evenly from first to last."""
    return numbers[np.linspace(0, len(numbers) - 1, min(most, len(numbers))).astype(int)]


def _chained(clip: Clip, pairs: list[_Pair]) -> tuple[Float[np.ndarray, "V 3 3"], Float[np.ndarray, "V 3"]]:
    """(Rotations, translations) in the frame of the first view along the maximum spanning tree (Prim's way)."""
    placed = {0: (np.eye(3), np.zeros(3))}
    while len(placed) < len(clip["keypoints"]):
        links = [pair for pair in pairs if (pair.views[0] in placed) != (pair.views[1] in placed)]
        if not links:
            lost = next(name for view, name in enumerate(clip["views"]) if view not in placed)
            raise InputError(f"clip {clip['clip']}: the 2D joints do not tell where the camera of view {lost} stands")
        pair = max(links, key=lambda pair: pair.inliers)
        one, other = pair.views
        if one in placed:
            rotation, translation = placed[one]
            placed[other] = pair.rotation @ rotation, pair.rotation @ translation + pair.translation
        else:
            rotation, translation = placed[other]
            placed[one] = pair.rotation.T @ rotation, pair.rotation.T @ (translation - pair.translation)
    rotations, translations = zip(*(placed[view] for view in range(len(placed))))
    return np.stack(rotations), np.stack(translations)


def _refined(
    rotation: Float[np.ndarray, "V 3 3"], translation: Float[np.ndarray, "V 3"], pairs: list[_Pair]
) -> tuple[Float[np.ndarray, "V 3 3"], Float[np.ndarray, "V 3"]]:
    """All cameras but the first moved until Sampson distances and lengths of all pairs fit best.

    Levenberg and Marquardt's steps; distances in the image count by Cauchy's loss, whose scale narrows in the end.
    """
    most = max(len(pair.points[0]) for pair in pairs)
    # Pairs with fewer points are filled up with points that err by nothing.
    points = tuple(np.stack([_filled(pair.points[side], most) for pair in pairs]) for side in (0, 1))
    ends = np.array([pair.views for pair in pairs])
    lengths = np.array([np.linalg.norm(pair.translation) for pair in pairs])
    for scale in _IMAGE_SCALES:
        damping, cameras = 1e-3, (rotation, translation)
        cost = _cost(_errors(*cameras, np.zeros((2, len(pairs), 6)), ends, points, lengths), scale)
        for _ in range(_MOST_STEPS):
            matrix, slope = _normal_equations(*cameras, ends, points, lengths, scale)
            matrix[np.diag_indices_from(matrix)] *= 1 + damping
            moves = np.concatenate([np.zeros((1, 6)), -np.linalg.solve(matrix, slope).reshape(-1, 6)])
            moved = _moved(*cameras, moves)
            reached = _cost(_errors(*moved, np.zeros((2, len(pairs), 6)), ends, points, lengths), scale)
            gain = (cost - reached) / cost
            damping *= 0.2 if gain > 0 else 10.0
            if gain > 0:
                cameras, cost = moved, reached
            if 0 <= gain < _LEAST_GAIN or damping > 1e6:
                break
        rotation, translation = cameras
    return rotation, translation


def _moved(rotation: np.ndarray, translation: np.ndarray, moves: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Cameras (N, 3, 3), (N, 3) turned by rotation vectors moves[:, :3] and shifted by moves[:, 3:]."""
    return Rotation.from_rotvec(moves[:, :3]).as_matrix() @ rotation, translation + moves[:, 3:]


def _errors(
    rotation: np.ndarray, translation: np.ndarray, moves: np.ndarray, ends: np.ndarray, points: Any, lengths: np.ndarray
) -> tuple[Float[np.ndarray, "P N"], Float[np.ndarray, " P"]]:
    """(Sampson distances, share by which each length is off) of the pairs, their two cameras moved by (2, P, 6)."""
    (r1, t1), (r2, t2) = (_moved(rotation[ends[:, i]], translation[ends[:, i]], moves[i]) for i in (0, 1))
    relative = r2 @ np.swapaxes(r1, 1, 2)
    t = t2 - np.einsum("pij,pj->pi", relative, t1)
    length = np.linalg.norm(t, axis=-1)
    return _sampson(relative, t / np.maximum(length, 1e-9)[:, None], *points), length / lengths - 1


def _cost(errors: tuple[np.ndarray, np.ndarray], scale: float) -> float:
    image, length = errors
    return float(np.log1p((image / scale) ** 2).sum() + image.shape[1] * ((length / _LENGTH_SCALE) ** 2).sum())


def _normal_equations(
    rotation: np.ndarray, translation: np.ndarray, ends: np.ndarray, points: Any, lengths: np.ndarray, scale: float
) -> tuple[Float[np.ndarray, "M M"], Float[np.ndarray, " M"]]:
    """(Matrix, slope) of the weighted squares in the six moves of every camera but the first; M = 6 (V - 1)."""
    still = np.zeros((2, len(ends), 6))
    image, length = _errors(rotation, translation, still, ends, points, lengths)
    slopes = np.zeros((len(ends), image.shape[1] + 1, 12))
    for column in range(12):
        nudge = still.copy()
        nudge[column // 6, :, column % 6] = _NUDGE
        nudged = _errors(rotation, translation, nudge, ends, points, lengths)
        slopes[:, :-1, column], slopes[:, -1, column] = (nudged[0] - image) / _NUDGE, (nudged[1] - length) / _NUDGE
    weights = np.full(slopes.shape[:2], image.shape[1] / _LENGTH_SCALE**2)
    weights[:, :-1] = 1 / (scale**2 + image**2)
    weighted = slopes * weights[..., None]
    blocks = np.swapaxes(weighted, 1, 2) @ slopes
    sides = np.einsum("pnc,pn->pc", weighted, np.concatenate([image, length[:, None]], 1))
    matrix, slope = np.zeros((len(rotation) * 6,) * 2), np.zeros(len(rotation) * 6)
    for pair, block, side in zip(ends, blocks, sides):
        places = (6 * pair[:, None] + np.arange(6)).ravel()
        matrix[np.ix_(places, places)] += block
        slope[places] += side
    return matrix[6:, 6:], slope[6:]


def _filled(points: Float[np.ndarray, "N 3"], most: int) -> Float[np.ndarray, "M 3"]:
    return np.pad(points, ((0, most - len(points)), (0, 0)))


def _sampson(
    rotation: Float[np.ndarray, "P 3 3"],
    translation: Float[np.ndarray, "P 3"],
    first: Float[np.ndarray, "P N 3"],
    second: Float[np.ndarray, "P N 3"],
) -> Float[np.ndarray, "P N"]:
    """Distance of pairs of points from agreeing with a pose, to first order, in focal lengths; 0 for points (0, 0, 0).

    With E = [t] R: x2^T E x1 over the length of its gradient in the four coordinates.
    """
    essential = np.cross(translation[:, None], np.swapaxes(rotation, 1, 2)).swapaxes(1, 2)
    lines2, lines1 = first @ np.swapaxes(essential, 1, 2), second @ essential
    gradient = np.sqrt((lines2[..., :2] ** 2).sum(-1) + (lines1[..., :2] ** 2).sum(-1))
    return (second * lines2).sum(-1) / np.maximum(gradient, 1e-9)
