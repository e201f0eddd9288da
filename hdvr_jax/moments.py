"""Sums over devices, and the moments of masked entries."""

from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float


def psum(tree: Any, axis_name: str | None) -> Any:
    """Sum over the devices of `axis_name`; the tree itself where there is no such axis."""
    return tree if axis_name is None else jax.lax.psum(tree, axis_name)


def masked_moments(
    x: Float[Array, "*N C"], weight: Float[Array, "*N"], axis_name: str | None = None
) -> tuple[Float[Array, " C"], Float[Array, " C"]]:
    """Mean and biased variance per channel over all entries of all devices with weight; for batch norm.

    Args:
      x: activations, channels last.
      weight: 1 for an entry that counts, 0 for padding. Entries with weight 0 may hold anything but NaN.
      axis_name: the device axis to reduce over, None on one device.

    Returns:
      (mean, variance), equal on all devices. flax's BatchNorm averages the shards' means, which is wrong as soon as the
      shards hold different numbers of real entries; this adds sums and weights.
    """
    axes = tuple(range(x.ndim - 1))
    total = psum(jnp.sum(weight), axis_name)
    count = jnp.maximum(total, 1.0)
    mean = psum(jnp.sum(x * weight[..., None], axes), axis_name) / count
    squares = psum(jnp.sum(jnp.square(x - mean) * weight[..., None], axes), axis_name)
    return mean, squares / count
