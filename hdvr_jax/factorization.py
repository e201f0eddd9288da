"""Losses of the consistent factorization network (Li's thesis, sections 4.4 and 4.6).

A pose seen from two cameras is to be one canonical pose, turned by one rotation for each: Y = Y_hat R (equation 4.1,
`dictionary.view`). Camera positions and 3D are never read.

What the thesis leaves open is size. Inputs are of unit size in each view (4.7.2), and so the two views of a pair show
one pose at two scales, of which equations 4.3 and 4.4 cannot both be met: of a dancer who bends towards one of the
cameras. Here canonical poses are of unit size too (`poses.unit_size`), the same in every view, and each view has
the scale that fits best, in closed form (`image_scale`). Canonical poses are compared at the size that they have in
the images: at unit size all can become alike, drawn out in depth, beside which what each image shows is small.

Symbols as in `hdvr_jax.dictionary`; B examples, T frames, P joints. Points are relative to the root. Terms are per
example as in `hdvr_jax.losses`: means over frames, 0 where none counts. All gradients are finite.
"""

import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from hdvr_jax import dictionary, losses, rotations

# A pose that shows the image upside down would have a negative scale; it is to be turned, and not scaled away.
MIN_SCALE = 0.5


def image_scale(
    poses: Float[ArrayLike, "*B P 3"], points: Float[ArrayLike, "*B P 2"], weights: Float[ArrayLike, "*B P"]
) -> Float[Array, "*B"]:
    """The scale of each image: least squares of scale * pose's first two coordinates - points; `MIN_SCALE` or more."""
    seen = jnp.asarray(weights)[..., None]
    flat, points = jnp.asarray(poses)[..., :2], jnp.where(seen > 0, points, 0.0)
    size, match = jnp.sum(seen * flat**2, (-2, -1)), jnp.sum(seen * flat * points, (-2, -1))
    return jnp.maximum(match / jnp.maximum(size, 1e-6), MIN_SCALE)


def reprojection(
    poses: Float[ArrayLike, "B T P 3"], points: Float[ArrayLike, "B T P 2"], weights: Float[ArrayLike, "B T P"]
) -> Float[Array, "B"]:
    """|s Y_hat M - X| of one view (half of equation 4.3), the mean over frames of which anything is seen.

    Args:
        poses: Y, of which the first two coordinates are Y_hat M, the orthographic image.
        points: X; anything where the weight is 0.
        weights: of joints, confidence; 0 for those missed.
    """
    image = image_scale(poses, points, weights)[..., None, None] * jnp.asarray(poses)
    return losses.masked_mean(dictionary.reprojection(image, points, weights), jnp.asarray(weights).max(-1) > 0)


def consistency(
    first: Float[ArrayLike, "B T P 3"],
    second: Float[ArrayLike, "B T P 3"],
    scales: tuple[Float[ArrayLike, "B T"], Float[ArrayLike, "B T"]],
    mask: losses.Mask = None,
) -> Float[Array, "B"]:
    """|Y_hat_1 - Y_hat_2| of canonical poses (equation 4.4), the mean over unmasked frames.

    Args:
        first, second: of unit size.
        scales: of both images (`image_scale`); their geometric mean brings both poses to the size of the images.
    """
    size = jnp.sqrt(jnp.asarray(scales[0]) * scales[1])
    return losses.masked_mean(size * rotations.safe_norm(jnp.asarray(first) - second, axis=(-2, -1)), mask)


def total(
    reprojections: tuple[Float[Array, "B"], Float[Array, "B"]],
    consistencies: Float[Array, "B"],
    weight: Float[ArrayLike, "#B"] | float,
) -> Float[Array, "B"]:
    """Equation 4.8: the reprojection of both views, and lambda (`weight`) times their consistency."""
    return sum(reprojections) + weight * consistencies
