"""A density of poses: a mixture of Gaussians over the places of joints, learnt from poses that belong to no image (the
pose prior of SMPLify, Bogo et al. 2016, section 3.2; there of joint angles, beside one of shapes).

Places tell proportions and stature, too, which the directions of bones would not.

Symbols: J joints, F = 3 (J - 1) coordinates, K Gaussians.
"""

from collections.abc import Mapping

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from hdvr_jax import poses, rotations
from hdvr_jax.skeletons import get_skeleton


def coordinates(points: Float[ArrayLike, "*B J 3"], skeleton: str) -> Float[Array, "*B F"]:
    """Places (left, up, forward) of all joints but the root, from the root, to who turns with the hips: neither where a
    body is nor its heading change them.

    Args:
        points: metres, in the axes of a camera that is about level.
    """
    points, tree = jnp.asarray(points), get_skeleton(skeleton)
    frame = poses.upright_frame(points, tree.index("left_hip"), tree.index("right_hip"), up=poses.CAMERA_UP)
    found = poses.to_body(points, frame, points[..., tree.root, :])
    others = [joint for joint in range(len(tree.joints)) if joint != tree.root]
    return found[..., others, :].reshape(*found.shape[:-2], -1)


def log_density(weights: Mapping[str, Array], values: Float[Array, "*B F"]) -> Float[Array, "*B"]:
    """Logarithm of the density at coordinates.

    Args:
        weights: "logits" (K,) of the shares; "means" (K, F); "scales" (K, F), logarithms of the diagonal, and "factors"
            (K, F, F), what is below it, of L where the precision is L^T L.
    """
    diagonal = jax.vmap(jnp.diag)(jnp.exp(weights["scales"]))
    lower = jnp.tril(weights["factors"], -1) + diagonal
    middle = jnp.einsum("kfg,kg->kf", lower, weights["means"], precision=rotations.HIGHEST)
    apart = jnp.einsum("kfg,...g->...kf", lower, values, precision=rotations.HIGHEST) - middle
    size = 0.5 * (jnp.square(apart).sum(-1) + values.shape[-1] * jnp.log(2 * jnp.pi))
    each = jax.nn.log_softmax(weights["logits"]) + weights["scales"].sum(-1) - size
    return jax.scipy.special.logsumexp(each, axis=-1)


def surprise(weights: Mapping[str, Array], points: Float[ArrayLike, "*B J 3"], skeleton: str) -> Float[Array, "*B"]:
    """-log density of poses, nats for each coordinate; arguments as in `coordinates` and `log_density`."""
    values = coordinates(points, skeleton)
    return -log_density(weights, values) / values.shape[-1]
