"""Orthogonal initial weights."""

import jax
import numpy as np
import pytest

from hdvr_jax.networks.initializers import orthogonal


@pytest.mark.parametrize("shape", [(1, 1), (8, 8), (64, 64), (20, 8), (8, 20)])
@pytest.mark.parametrize("seed", [0, 1])
def test_columns_or_rows_are_orthonormal(shape, seed):
    matrix = np.asarray(orthogonal(jax.random.key(seed), shape))
    small = matrix.T @ matrix if shape[0] >= shape[1] else matrix @ matrix.T
    np.testing.assert_allclose(small, np.eye(min(shape)), atol=2e-3)


def test_keys_give_different_matrices_without_a_preferred_direction():
    matrices = np.asarray(jax.vmap(lambda key: orthogonal(key, (8, 8)))(jax.random.split(jax.random.key(0), 400)))
    assert np.abs(matrices.mean(0)).max() < 0.1
    np.testing.assert_allclose((matrices**2).mean(0), 1 / 8, atol=0.04)
