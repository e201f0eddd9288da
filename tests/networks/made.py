"""Variables of networks without a training."""

import jax
import jax.numpy as jnp
import numpy as np


def small_values(init, *arguments):
    """Variables of small values. Shapes alone are traced, which is faster than running `init`."""
    rng = np.random.default_rng(0)
    shapes = jax.eval_shape(init, jax.random.key(0), *arguments)
    found = jax.tree.map(lambda leaf: jnp.asarray(rng.normal(0, 0.3, leaf.shape), jnp.float32), shapes)
    return {**found, "batch_stats": jax.tree.map(jnp.abs, found.get("batch_stats", {}))}
