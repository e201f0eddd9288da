"""Losses of lifting without 3D: poses projected into the view that they were lifted from, and into another one.

Li's thesis, chapter 3. A pose Y of view 1 is put where the dancer stands (root), projected back (equation 3.2) and,
after the rigid transformation between both cameras, projected into view 2 (equation 3.5). There the depths that view 1
does not show are seen.

Image points are ideal (x / z, y / z); times the focal length they are pixels, or parts of the image's width, without
the principal point, which differences do not know.

Symbols: B examples, T frames, J joints, V views; R, t of a camera: world -> camera axes.
"""

from collections.abc import Sequence

import chex
import jax.numpy as jnp
from jaxtyping import Array, Float

from hdvr_jax import cameras, losses, rotations, triangulation
from hdvr_jax.normalization import DETECTED

# Image points beyond this (tangents of the viewing angle) would only teach where joints behind a camera are not.
WIDEST = 2.0
_NEAREST = 0.1
# Of the normal equations of `fit_root`: views that hardly tell a depth give the nearest place, not a random one.
_RIDGE = 1e-6


@chex.dataclass(frozen=True)
class View:
    """What one camera saw.

    Attributes:
        rays: (B, T, J, 2) detections as ideal image points; any value where confidence is 0.
        confidence: (B, T, J) weights w of the losses.
        focal: (B, 2) focal length, in the unit that errors are measured in.
        rotation, translation: (B, 3, 3), (B, 3) of the camera.
    """

    rays: Float[Array, "B T J 2"]
    confidence: Float[Array, "B T J"]
    focal: Float[Array, "B 2"]
    rotation: Float[Array, "B 3 3"]
    translation: Float[Array, "B 3"]

    @property
    def extrinsics(self) -> cameras.Extrinsics:
        """Where the camera stands."""
        return cameras.Extrinsics(self.rotation, self.translation)


def transformed(points: Float[Array, "B T J 3"], source: View, target: View) -> Float[Array, "B T J 3"]:
    """Points in the axes of one camera -> those of another (equations 3.3 and 3.4)."""
    return cameras.world_to_camera(cameras.relative_pose(source.extrinsics, target.extrinsics), points)


def reprojection_errors(points: Float[Array, "B T J 3"], view: View, knee: float = 0.0) -> Float[Array, "B T J"]:
    """Squared distance of projected points (3.1) from the detected ones, without weights.

    Args:
        points: In the camera's axes, metres.
        knee: Above 0, not squares but squares over `knee` of errors below it, and twice the errors beyond
            (pseudo-Huber): a detector that takes left for right is far off.
    """
    seen = jnp.where(view.confidence[..., None] > 0, view.rays, 0.0)
    apart = (ideal(points) - seen) * view.focal[:, None, None]
    return _robust(jnp.sum(jnp.square(apart), -1), knee)


def ideal(points: Float[Array, "*B 3"]) -> Float[Array, "*B 2"]:
    """(x / z, y / z) of points in a camera's axes; within `WIDEST`, and finite behind the camera."""
    return jnp.clip(points[..., :2] / jnp.maximum(points[..., 2:], _NEAREST), -WIDEST, WIDEST)


def _robust(squared: Array, knee: float) -> Array:
    return squared if not knee else 2 * knee * (jnp.sqrt(1 + squared / knee**2) - 1)


def reprojection(
    points: Float[Array, "B T J 3"], view: View, real: Float[Array, "B T"], knee: float = 0.0
) -> Float[Array, " B"]:
    """One view's part of equation 3.2, where `points` were lifted from it, or of equation 3.5, where they were
    transformed into its axes: the sum over joints of w times the error, as a mean over the frames and joints."""
    return losses.masked_mean(view.confidence * reprojection_errors(points, view, knee), real)


def transform_reprojection(
    points: Float[Array, "B T J 3"], source: View, target: View, real: Float[Array, "B T"], knee: float = 0.0
) -> Float[Array, " B"]:
    """One direction of equation 3.5: points lifted from `source`, weighted by its confidence, seen by `target`.

    A joint that `target` did not detect (`DETECTED`) has no place to compare with and does not count, which the thesis
    leaves open.
    """
    errors = reprojection_errors(transformed(points, source, target), target, knee)
    return losses.masked_mean(source.confidence * (target.confidence > DETECTED) * errors, real)


def pretraining(
    first: Float[Array, "B T J 3"], second: Float[Array, "B T J 3"], views: tuple[View, View], real: Float[Array, "B T"]
) -> Float[Array, " B"]:
    """Equation 3.6: squared distances of both views' poses in space, in either's axes, metres squared."""
    there = jnp.sum(jnp.square(transformed(first, *views) - second), -1)
    back = jnp.sum(jnp.square(transformed(second, *views[::-1]) - first), -1)
    return losses.masked_mean(there + back, real)


def fit_root(pose: Float[Array, "B T J 3"], views: Sequence[View]) -> Float[Array, "B T 3"]:
    """Where a pose about its root has to stand for the views to see it as they did, in the axes of the first.

    In place of the root branch of section 3.4.1: a weighted linear least-squares problem of three unknowns a frame,
    from p_x - x p_z = 0 and p_y - y p_z = 0 of every joint p in every view's axes. With two views the place is
    triangulated, whatever the pose's scale.
    """
    normal, right = jnp.zeros((*pose.shape[:2], 3, 3)), jnp.zeros((*pose.shape[:2], 3))
    for view in views:
        move = cameras.relative_pose(views[0].extrinsics, view.extrinsics)
        rays = jnp.where(view.confidence[..., None] > 0, view.rays, 0.0)
        # Rows of the equations: (B, T, J, 2, 3), and what they have to come to: (B, T, J, 2).
        rows, offsets = triangulation.ray_planes(rays, move)
        wanted = -offsets - jnp.einsum("btjik,btjk->btji", rows, pose)
        weighted = rows * view.confidence[..., None, None]
        normal += jnp.einsum("btjik,btjil->btkl", weighted, rows, precision=rotations.HIGHEST)
        right += jnp.einsum("btjik,btji->btk", weighted, wanted, precision=rotations.HIGHEST)
    return _solve(normal + _RIDGE * jnp.eye(3), right)


def _solve(matrix: Float[Array, "*B 3 3"], right: Float[Array, "*B 3"]) -> Float[Array, "*B 3"]:
    adjugate, determinant = triangulation.adjugate(matrix)
    return rotations.rotate(adjugate, right) / jnp.maximum(determinant, 1e-9)[..., None]
