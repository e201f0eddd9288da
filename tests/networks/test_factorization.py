"""The heads of the factorization network."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import rotations
from hdvr_jax.networks.dictionary import COORDINATES
from hdvr_jax.networks.factorization import Heads, joints_for


def features(width, count=5):
    return jax.random.normal(jax.random.key(1), (2, count, joints_for(width), 3))


@pytest.mark.parametrize("camera", COORDINATES)
def test_codes_are_positive_and_cameras_rotations(camera):
    heads, given = Heads(10, camera), features(12)
    (code, turn), _ = jax.jit(heads.init_with_output)(jax.random.key(0), given)
    assert code.shape == (2, 5, 10)
    assert (code > 0).all()
    np.testing.assert_allclose(
        rotations.compose(turn, rotations.inverse(turn)), np.broadcast_to(np.eye(3), turn.shape), atol=1e-5
    )
    np.testing.assert_allclose(np.linalg.det(np.asarray(turn)), 1, rtol=1e-4)
    assert np.std(np.asarray(turn), (0, 1)).min() > 1e-2


def test_two_heads_of_two_layers_by_hand():
    """Both heads' first layers are one matrix, of which each head reads a half."""
    heads, given = Heads(4, positive=False), features(6)
    variables = heads.init(jax.random.key(0), given)
    weights = jax.tree.map(np.asarray, variables["params"])
    hidden = np.maximum(np.asarray(given).reshape(2, 5, 12), 0)
    code, turn = heads.apply(variables, given)
    np.testing.assert_allclose(code, hidden[..., :6] @ weights["code"]["kernel"], rtol=1e-4, atol=1e-5)
    omega = hidden[..., 6:] @ weights["camera"]["kernel"]
    np.testing.assert_allclose(turn, rotations.so3_exp(omega), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("camera", COORDINATES)
def test_nothing_gives_a_rotation_with_finite_gradients(camera):
    heads, given = Heads(4, camera), jnp.zeros((1, joints_for(6), 3))
    (code, turn), variables = jax.jit(heads.init_with_output)(jax.random.key(0), given)
    np.testing.assert_allclose(np.linalg.det(np.asarray(turn)), 1, rtol=1e-5)
    gradients = jax.jit(jax.grad(lambda v: sum(leaf.sum() for leaf in heads.apply(v, given))))(variables)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(gradients))
    np.testing.assert_allclose(code, np.log(2), rtol=1e-6)


def test_a_width_is_a_multiple_of_three():
    assert joints_for(384) == 256
    for width in (0, 4, 1024):
        with pytest.raises(ValueError, match="multiple of 3"):
            joints_for(width)
