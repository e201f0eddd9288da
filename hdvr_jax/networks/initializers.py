"""Initial weights."""

from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

_ITERATIONS = 40


def orthogonal(key: PRNGKeyArray, shape: Sequence[int], dtype: Any = jnp.float32) -> Float[Array, "rows columns"]:
    """A random orthogonal matrix, or the nearest to one that a matrix of this shape can be (Saxe et al. 2014).

    The polar factor of a Gaussian matrix by Newton and Schulz's iteration. The usual way is a QR decomposition; several
    of LAPACK's at once in one compiled program can wait for each other for ever on two processor cores.
    """
    drawn = jax.random.normal(key, shape, jnp.float32)
    # Frobenius norm 1 puts all singular values into (0, 1], where the iteration converges.
    start = drawn / jnp.sqrt(jnp.sum(drawn**2))

    def step(_: Any, matrix: Array) -> Array:
        return 1.5 * matrix - 0.5 * matrix @ (matrix.T @ matrix)

    return jax.lax.fori_loop(0, _ITERATIONS, step, start).astype(dtype)
