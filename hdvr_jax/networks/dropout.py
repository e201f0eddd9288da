"""Dropout from an integer hash: cheap on processors, and the same however a batch is sharded."""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int, PRNGKeyArray


def _mix(x: Array) -> Array:
    """Final mixing of MurmurHash3: every input bit changes half of the output bits."""
    x = (x ^ (x >> 16)) * jnp.uint32(0x85EBCA6B)
    x = (x ^ (x >> 13)) * jnp.uint32(0xC2B2AE35)
    return x ^ (x >> 16)


def hashed_dropout(
    x: Float[Array, "B *S"], rate: float, key: PRNGKeyArray, example: Int[Array, " B"]
) -> Float[Array, "B *S"]:
    """Zeroes a share `rate` of the elements of each example and scales the others by 1 / (1 - rate).

    An element's fate depends on the key, on its example's index and on its place in the example only.
    """
    salt = jax.random.bits(key, (), jnp.uint32)
    rows = _mix(example.astype(jnp.uint32) * jnp.uint32(0x9E3779B9) + salt)
    places = jnp.arange(x[0].size, dtype=jnp.uint32).reshape(x.shape[1:])
    bits = _mix(places[None] * jnp.uint32(0x27D4EB2F) + rows.reshape(-1, *[1] * (x.ndim - 1)))
    kept = bits >= jnp.uint32(int(rate * 2**32))
    return jnp.where(kept, x / (1 - rate), 0)
