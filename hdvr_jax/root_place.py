"""The place of the root from which a pose about it projects best onto keypoints; NumPy in, NumPy out, JAX in, JAX out.

With ideal image points (a, b) of joints at (X, Y, Z) from the root, the place (x, y, z) solves

    x - a z = a Z - X,    y - b z = b Z - Y

in the least-squares sense over the joints of a frame, each with its weight. Points are in metres and camera axes, and
may hold any finite value where their weight is 0, as may rays.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

# Below this the rays of a frame are as good as parallel, and tell no depth.
_LEAST_STEEPNESS = 1e-9
Floats = Float[Array, "..."] | Float[np.ndarray, "..."]


def solve_depth(points: Floats, rays: Floats, weights: Floats, least: float) -> Floats:
    """Depth (*B) of the root, at least `least` metres; NaN where the rays do not tell it.

    From points (*B, J, 3), rays (*B, J, 2) and weights (*B, J): the normal equations with x and y eliminated.
    """
    xp = jnp if isinstance(points, jax.Array) else np
    wanted = rays * points[..., 2:] - points[..., :2]
    slope = rays - _mean(rays, weights, xp)[..., None, :]
    offset = wanted - _mean(wanted, weights, xp)[..., None, :]
    steepness = (weights[..., None] * slope**2).sum((-2, -1))
    told = steepness > _LEAST_STEEPNESS
    found = -(weights[..., None] * slope * offset).sum((-2, -1)) / xp.where(told, steepness, 1.0)
    return xp.where(told, xp.maximum(found, least), xp.nan)


def solve_across(points: Floats, rays: Floats, weights: Floats, depth: Floats) -> Floats:
    """x and y (*B, 2) of the root, given its depth (*B); arguments as in `solve_depth`."""
    xp = jnp if isinstance(points, jax.Array) else np
    return _mean(rays * (points[..., 2:] + depth[..., None, None]) - points[..., :2], weights, xp)


def _mean(values: Floats, weights: Floats, xp) -> Floats:
    """Weighted mean over the joints: (*B, J, D) and (*B, J) -> (*B, D)."""
    return (weights[..., None] * values).sum(-2) / xp.maximum(weights.sum(-1), 1e-9)[..., None]
