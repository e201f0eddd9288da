"""Moments of masked entries."""

import jax.numpy as jnp
import numpy as np

from hdvr_jax.moments import masked_moments


def test_masked_moments_are_those_of_the_real_entries():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 7, 3)).astype(np.float32) + 10
    weight = (rng.random((5, 7)) < 0.5).astype(np.float32)
    mean, variance = masked_moments(jnp.array(x), jnp.array(weight))
    np.testing.assert_allclose(mean, x[weight > 0].mean(0), rtol=1e-5)
    np.testing.assert_allclose(variance, x[weight > 0].var(0), rtol=1e-4)
