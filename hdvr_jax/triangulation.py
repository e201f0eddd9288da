"""Points in the world from what several calibrated views saw of them, views that err grossly left out.

A ray (x, y) of the view with rotation R (rows r1, r2, r3) and translation t says that the point p lies on two planes,
(r1 - x r3) p + t1 - x t3 = 0 and the same for y. Divided by the point's depth, what is missing from zero is the
distance in the image, of which the weighted squares are minimized: 3 x 3 normal equations, solved by the adjugate (no
LAPACK, which can deadlock in compiled code).

Detectors err rarely but grossly (left and right exchanged, another dancer), so squares alone are no measure. The start
is the point of two views that all views agree with best (every pair is tried); steps of least squares follow whose
weights fall with the distance by Geman and McClure's function.

Axes: V views, T frames, J joints.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hdvr_jax import cameras

# Distance in the image, in focal lengths, at which a view counts a quarter: a few times what detectors usually err.
SCALE = 0.01
# Metres, at an error of SCALE in the image; a point less certain than this (parallel rays) is not known.
LARGEST_SPREAD = 0.5
_STEPS = 6
_TINY = 1e-12


@jax.jit
def triangulate(
    rays: Float[Array, "V T J 2"], confidence: Float[Array, "V T J"], extrinsics: cameras.Extrinsics
) -> tuple[Float[Array, "T J 3"], Float[Array, "T J"]]:
    """(Points in the world in metres, how well each is known, 0 to 1); NaN and 0 where they cannot be known.

    How well a point is known is the confidence of the second most trusted view, times the weight its distance in the
    image leaves it: near 1 means that two views at least saw the joint and agree. Unknown are points that fewer than
    two views saw, and those on nearly parallel rays (`LARGEST_SPREAD`).

    Args:
        rays: ideal image points x / z, y / z, distortion taken out; not read, and may be NaN, where confidence is 0.
        confidence: weights of the views, 0 where missed.
        extrinsics: one camera per view, rotation (V, 3, 3) and translation (V, 3).
    """
    seen = (confidence > 0) & jnp.isfinite(rays).all(-1)
    confidence = jnp.where(seen, confidence, 0.0)
    normals, offsets = ray_planes(jnp.where(seen[..., None], rays, 0.0), extrinsics)
    points = _best_pair(normals, offsets, confidence, extrinsics)

    def step(_, state):
        residual, depth = _residuals(state[0], normals, offsets, extrinsics)
        weights = confidence * _trust(residual, depth) / jnp.maximum(depth, cameras.MIN_DEPTH) ** 2
        change, spread = _solve(normals, residual * depth[..., None], weights)
        return state[0] + change, spread

    points, spread = jax.lax.fori_loop(0, _STEPS, step, (points, jnp.zeros(points.shape[:-1])))
    residual, depth = _residuals(points, normals, offsets, extrinsics)
    trust = jnp.sort(jnp.clip(confidence * _trust(residual, depth), 0.0, 1.0), axis=0)
    known = trust[-2] if len(trust) > 1 else jnp.zeros(points.shape[:-1])
    known = jnp.where((seen.sum(0) > 1) & (spread < LARGEST_SPREAD / SCALE) & jnp.isfinite(points).all(-1), known, 0.0)
    return jnp.where(known[..., None] > 0, points, jnp.nan), known


def ray_planes(
    rays: Float[Array, "V T J 2"], extrinsics: cameras.Extrinsics
) -> tuple[Float[Array, "V T J 2 3"], Float[Array, "V T J 2"]]:
    """(Normals, offsets) of the two planes of each ray: normal . p + offset = 0, in units of the depth."""
    rotation, translation = extrinsics.rotation[:, None, None], extrinsics.translation[:, None, None]
    normals = rotation[..., :2, :] - rays[..., None] * rotation[..., 2:, :]
    return normals, translation[..., :2] - rays * translation[..., 2:]


def _residuals(
    points: Array, normals: Array, offsets: Array, extrinsics: cameras.Extrinsics
) -> tuple[Float[Array, "V T J 2"], Float[Array, "V T J"]]:
    """(Distance along x and y of the image between each ray and the point, depth of the point)."""
    depth = cameras.world_to_camera(extrinsics, points[None])[..., 2]
    missing = jnp.sum(normals * points[..., None, :], axis=-1) + offsets
    return missing / jnp.maximum(depth, cameras.MIN_DEPTH)[..., None], depth


def _trust(residual: Array, depth: Array) -> Float[Array, "V T J"]:
    """Geman and McClure's weight of a distance; 0 for a point behind the camera."""
    squared = jnp.sum(residual**2, axis=-1) / SCALE**2
    return jnp.where(depth > cameras.MIN_DEPTH, 1.0 / (1.0 + squared) ** 2, 0.0)


def _solve(normals: Array, missing: Array, weights: Array) -> tuple[Float[Array, "T J 3"], Float[Array, "T J"]]:
    """(Step that makes up for what is missing in weighted least squares, spread in metres per unit of the image)."""
    weighted = weights[..., None, None] * normals
    matrix = jnp.sum(weighted[..., :, None] * normals[..., None, :], axis=(0, 3))
    target = -jnp.sum(weighted * missing[..., None], axis=(0, 3))
    adjugated, determinant = adjugate(matrix)
    size = jnp.trace(matrix, axis1=-2, axis2=-1)
    regular = determinant > 1e-7 * size**3 + _TINY
    determinant = jnp.where(regular, determinant, 1.0)
    step = jnp.sum(adjugated * target[..., None, :], axis=-1) / determinant[..., None]
    spread = jnp.sqrt(jnp.maximum(jnp.trace(adjugated, axis1=-2, axis2=-1) / determinant, 0.0))
    return jnp.where(regular[..., None], step, 0.0), jnp.where(regular, spread, jnp.inf)


def adjugate(matrix: Float[Array, "*B 3 3"]) -> tuple[Float[Array, "*B 3 3"], Float[Array, "*B"]]:
    """(Adjugate, determinant) of matrices: the inverse is the one by the other. Its rows are cross products."""
    first, second, third = matrix[..., 0], matrix[..., 1], matrix[..., 2]
    rows = [jnp.cross(second, third), jnp.cross(third, first), jnp.cross(first, second)]
    return jnp.stack(rows, axis=-2), jnp.sum(first * rows[0], axis=-1)


def _best_pair(
    normals: Array, offsets: Array, confidence: Array, extrinsics: cameras.Extrinsics
) -> Float[Array, "T J 3"]:
    """The point of two views for which the trust of all views, by confidence, adds up to most; NaN without a pair."""
    frames, joints = confidence.shape[1:]
    start = (jnp.full((frames, joints, 3), jnp.nan), jnp.zeros((frames, joints)))

    def attempt(best, pair):
        points, spread = _solve(normals[pair], offsets[pair], (confidence[pair] > 0).astype(jnp.float32))
        residual, depth = _residuals(points, normals, offsets, extrinsics)
        support = jnp.where(jnp.isfinite(spread), jnp.sum(confidence * _trust(residual, depth), axis=0), 0.0)
        better = support > best[1]
        return (jnp.where(better[..., None], points, best[0]), jnp.where(better, support, best[1])), None

    pairs = np.stack(np.triu_indices(len(confidence), 1), axis=-1)
    return jax.lax.scan(attempt, start, pairs)[0][0] if len(pairs) else start[0]
