"""Camera models and camera poses; world <-> camera <-> image.

Symbols
    R, t    extrinsics: points_camera = R @ points_world + t
    f, c    focal lengths and principal point, pixels
    x, y    ideal image coordinates X / Z, Y / Z;  r^2 = x^2 + y^2
    d       k1, k2, p1, p2, k3 in OpenCV's order: radial 1 + k1 r^2 + k2 r^4 + k3 r^6, tangential p1, p2

World: metres, Y up. Camera: x right, y down, z forward. Image: pixels, origin top left.

Leading axes of a camera (views, clips, frames: *C) line up with the FIRST axes of the points, so one camera per view,
(V, 2), acts on points (V, T, J, 3) as it is, and one camera without leading axes acts on any points. Points that all
views share need an axis of length one for the views.
"""

from typing import Any

import jax
import jax.numpy as jnp
from flax import struct
from jaxtyping import Array, ArrayLike, Bool, Float

from hdvr_jax import rotations

MIN_DEPTH = 0.01
UNDISTORTION_STEPS = 8


# Fields are typed Any because JAX also fills them with axis numbers, shapes and None; comments give the shapes.
@struct.dataclass
class Perspective:
    """Pinhole camera with OpenCV's distortion; `distortion=None` means none."""

    focal: Any  # (*C, 2) pixels
    center: Any  # (*C, 2) pixels
    distortion: Any = None  # (*C, 5) k1, k2, p1, p2, k3


@struct.dataclass
class WeakPerspective:
    """image = scale * (X, Y) + translation: every point at one depth."""

    scale: Any  # (*C,) pixels per metre
    translation: Any  # (*C, 2) pixels


@struct.dataclass
class Orthographic:
    """image = (X, Y), in metres."""


@struct.dataclass
class Extrinsics:
    """Where a camera stands: points_camera = rotation @ points_world + translation."""

    rotation: Any  # (*C, 3, 3)
    translation: Any  # (*C, 3) metres


Camera = Perspective | WeakPerspective | Orthographic


def _align(parameter: Any, points: Any, own_axes: int) -> Array:
    """`parameter` (*C, its own axes) with axes of length one put in so that *C meets the first axes of `points`."""
    parameter = jnp.asarray(parameter)
    leading = parameter.ndim - own_axes
    missing = jnp.ndim(points) - 1 - leading
    if missing < 0:
        raise ValueError(
            f"a camera of leading shape {parameter.shape[:leading]} has more axes than points {jnp.shape(points)}"
        )
    return parameter.reshape(parameter.shape[:leading] + (1,) * missing + parameter.shape[leading:])


def world_to_camera(extrinsics: Extrinsics, points_world: Float[ArrayLike, "*#N 3"]) -> Float[Array, "*N 3"]:
    """R p + t. Raises ValueError when the camera has more leading axes than the points."""
    rotation, translation = (
        _align(extrinsics.rotation, points_world, 2),
        _align(extrinsics.translation, points_world, 1),
    )
    return rotations.rotate(rotation, points_world) + translation


def camera_to_world(extrinsics: Extrinsics, points_camera: Float[ArrayLike, "*#N 3"]) -> Float[Array, "*N 3"]:
    """R^T (p - t), the inverse of `world_to_camera`."""
    rotation, translation = (
        _align(extrinsics.rotation, points_camera, 2),
        _align(extrinsics.translation, points_camera, 1),
    )
    return rotations.rotate(rotations.inverse(rotation), points_camera - translation)


def in_front(points_camera: Float[ArrayLike, "*N 3"], min_depth: float = MIN_DEPTH) -> Bool[Array, "*N"]:
    """True where a point is far enough in front of the camera for its projection to mean anything."""
    return jnp.asarray(points_camera)[..., 2] > min_depth


def project(camera: Camera, points_camera: Float[ArrayLike, "*#N 3"]) -> Float[Array, "*N 2"]:
    """Points in the camera frame (metres) to the image (pixels; metres for `Orthographic`).

    `Perspective` takes depths below MIN_DEPTH (1 cm) as MIN_DEPTH, with zero gradient towards the depth: points
    behind the camera give finite but meaningless pixels, so mask them with `in_front`.
    """
    points = jnp.asarray(points_camera)
    if isinstance(camera, Orthographic):
        return points[..., :2]
    if isinstance(camera, WeakPerspective):
        scale, shift = _align(camera.scale, points, 0)[..., None], _align(camera.translation, points, 1)
        return scale * points[..., :2] + shift
    ideal = points[..., :2] / jnp.maximum(points[..., 2:], MIN_DEPTH)
    if camera.distortion is not None:
        ideal = distort(_align(camera.distortion, points, 1), ideal)
    return _align(camera.focal, points, 1) * ideal + _align(camera.center, points, 1)


def unproject(
    camera: Camera, points_image: Float[ArrayLike, "*#N 2"], depth: Float[ArrayLike, "*#N"]
) -> Float[Array, "*N 3"]:
    """The points in the camera frame that `project` sends to `points_image` at the given depths (Z, metres)."""
    points = jnp.asarray(points_image)
    depth = jnp.asarray(depth)[..., None]
    if isinstance(camera, Perspective):
        sideways = ideal_coordinates(camera, points) * depth
    elif isinstance(camera, WeakPerspective):
        scale = _align(camera.scale, points, 0)[..., None]
        sideways = (points - _align(camera.translation, points, 1)) / scale
    else:
        sideways = points
    shape = jnp.broadcast_shapes(sideways.shape[:-1], depth.shape[:-1])
    return jnp.concatenate(
        [jnp.broadcast_to(sideways, (*shape, 2)), jnp.broadcast_to(depth, (*shape, 1)).astype(sideways.dtype)], axis=-1
    )


def distort(distortion: Float[ArrayLike, "*#N 5"], ideal: Float[ArrayLike, "*#N 2"]) -> Float[Array, "*N 2"]:
    """OpenCV's five-parameter distortion of ideal coordinates (x, y); leading axes broadcast."""
    k1, k2, p1, p2, k3 = jnp.moveaxis(jnp.asarray(distortion), -1, 0)
    x, y = jnp.moveaxis(jnp.asarray(ideal), -1, 0)
    r2 = x * x + y * y
    radial = 1.0 + r2 * (k1 + r2 * (k2 + r2 * k3))
    distorted_x = x * radial + 2.0 * p1 * x * y + p2 * (r2 + 2.0 * x * x)
    distorted_y = y * radial + p1 * (r2 + 2.0 * y * y) + 2.0 * p2 * x * y
    return jnp.stack([distorted_x, distorted_y], axis=-1)


@jax.jit
def _undistort(distortion: Array, distorted: Array) -> Array:
    """Inverse of `distort` by a fixed number of Newton steps of bounded length from the distorted point.

    Where the lens model folds back on itself no inverse exists: the result is then finite and of no meaning.
    Compiled once per shape: outside jit the loop would be compiled anew, and kept, for every clip.
    """

    def newton(_, ideal):
        def along(direction):
            tangent = jnp.broadcast_to(jnp.asarray(direction, ideal.dtype), ideal.shape)
            return jax.jvp(lambda p: distort(distortion, p), (ideal,), (tangent,))

        value, (a, c) = _columns(along((1.0, 0.0)))
        _, (b, d) = _columns(along((0.0, 1.0)))
        ex, ey = jnp.moveaxis(value - distorted, -1, 0)
        determinant = a * d - b * c
        regular = jnp.abs(determinant) > 1e-3
        determinant = jnp.where(regular, determinant, 1.0)
        step = jnp.stack([d * ex - b * ey, a * ey - c * ex], axis=-1) / determinant[..., None]
        return ideal - jnp.where(regular[..., None], jnp.clip(step, -0.5, 0.5), 0.0)

    start = jnp.broadcast_to(distorted, jnp.broadcast_shapes((*distortion.shape[:-1], 2), distorted.shape))
    return jax.lax.fori_loop(0, UNDISTORTION_STEPS, newton, start)


def _columns(value_and_tangent: tuple[Array, Array]) -> tuple[Array, Array]:
    value, tangent = value_and_tangent
    return value, jnp.moveaxis(tangent, -1, 0)


def ideal_coordinates(camera: Perspective, points_image: Float[ArrayLike, "*#N 2"]) -> Float[Array, "*N 2"]:
    """Pixels to ideal coordinates (X / Z, Y / Z), the distortion taken out."""
    points = jnp.asarray(points_image)
    distorted = (points - _align(camera.center, points, 1)) / _align(camera.focal, points, 1)
    if camera.distortion is None:
        return distorted
    return _undistort(_align(camera.distortion, points, 1), distorted)


def undistort(camera: Perspective, points_image: Float[ArrayLike, "*#N 2"]) -> Float[Array, "*N 2"]:
    """Pixels as a camera of the same focal length and centre, but no distortion, would have seen them."""
    ideal = ideal_coordinates(camera, points_image)
    return _align(camera.focal, ideal, 1) * ideal + _align(camera.center, ideal, 1)


def look_at(
    position: Float[ArrayLike, "*C 3"],
    target: Float[ArrayLike, "*#C 3"],
    up: Float[ArrayLike, "3"] | tuple[float, float, float] = (0.0, 1.0, 0.0),
) -> Extrinsics:
    """A camera at `position` (metres, world) that sees `target` in the middle and `up` pointing up in the image.

    Looking straight along `up`, some upright is chosen; `target` must differ from `position`.
    """
    position = jnp.asarray(position)
    up = jnp.asarray(up, position.dtype)
    forward = jnp.broadcast_to(target - position, position.shape)
    forward, down = rotations.orthonormal_pair(forward, jnp.broadcast_to(-up, position.shape))
    rotation = jnp.stack([jnp.cross(down, forward), down, forward], axis=-2)
    return Extrinsics(rotation, -rotations.rotate(rotation, position))


def position(extrinsics: Extrinsics) -> Float[Array, "*C 3"]:
    """Where the camera stands in the world (metres): -R^T t."""
    return -rotations.rotate(rotations.inverse(extrinsics.rotation), extrinsics.translation)


def inverse(extrinsics: Extrinsics) -> Extrinsics:
    """The transformation from camera back to world, as extrinsics."""
    return Extrinsics(rotations.inverse(extrinsics.rotation), position(extrinsics))


def compose(first: Extrinsics, second: Extrinsics) -> Extrinsics:
    """The transformation that applies `second`, then `first`; leading axes broadcast."""
    return Extrinsics(
        rotations.compose(first.rotation, second.rotation),
        rotations.rotate(first.rotation, second.translation) + first.translation,
    )


def relative_pose(source: Extrinsics, target: Extrinsics) -> Extrinsics:
    """Takes points in the frame of camera `source` to the frame of camera `target`."""
    return compose(target, inverse(source))
