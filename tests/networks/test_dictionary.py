"""The network of the hierarchical dictionary."""

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import dictionary
from hdvr_jax.networks.dictionary import CAMERAS, Autoencoder, Dictionary

KEY = jax.random.key(0)
POINTS = np.random.default_rng(0).normal(size=(5, 17, 2)).astype(np.float32)


@pytest.mark.parametrize("camera", CAMERAS)
@pytest.mark.parametrize("levels", [(12, 6, 4), (6,)])
def test_poses_are_codes_of_the_dictionary_seen_by_rotations(camera, levels):
    net = Autoencoder(17, levels, camera)
    (canonical, rotation, codes), variables = jax.jit(net.init_with_output)(KEY, POINTS)
    assert (canonical.shape, rotation.shape) == ((5, 17, 3), (5, 3, 3))
    assert [code.shape for code in codes] == [(5, size) for size in levels]
    assert all((np.asarray(code) >= 0).all() for code in codes)
    np.testing.assert_allclose(rotation @ jnp.swapaxes(rotation, -1, -2), np.tile(np.eye(3), (5, 1, 1)), atol=1e-4)
    held = {"params": variables["params"]["dictionary"]}
    own = Dictionary(17, levels).apply(held, codes[-1], method="decode")
    np.testing.assert_allclose(own, canonical, atol=1e-5)


def test_coding_and_decoding_share_their_weights():
    net = Dictionary(17, (12, 6, 4))
    variables = net.init(KEY, POINTS)
    names = {"basis_1", "bias_1", "basis_2", "bias_2", "decoder_bias_2", "basis_3", "bias_3", "decoder_bias_3"}
    assert set(variables["params"]) == names
    changed = jax.tree.map(lambda x: 2 * x, variables)
    for method, given in (("__call__", POINTS), ("decode", np.ones((5, 4), np.float32))):
        before, after = (np.asarray(net.apply(v, given, method=method)) for v in (variables, changed))
        np.testing.assert_allclose(after, 8 * before, rtol=1e-4, atol=1e-4)


def test_what_is_trained_here_fits_where_only_decoding_is_used():
    class Other(nn.Module):
        def setup(self):
            self.dictionary = Dictionary(17, (12, 6, 4))

        def __call__(self, code):
            return self.dictionary.decode(code)

    trained = Autoencoder(17, (12, 6, 4)).init(KEY, POINTS)["params"]["dictionary"]
    own = Other().init(KEY, np.ones((2, 4), np.float32))["params"]["dictionary"]
    assert jax.tree.map(jnp.shape, own) == jax.tree.map(jnp.shape, trained)


@pytest.mark.parametrize("camera", CAMERAS)
def test_gradients_are_finite_where_nothing_is_seen(camera):
    net = Autoencoder(17, (12, 6, 4), camera)
    variables = jax.jit(net.init)(KEY, POINTS)

    def loss(params):
        canonical, rotation, _ = net.apply(params, jnp.zeros((2, 17, 2)))
        return dictionary.reprojection(dictionary.view(canonical, rotation), POINTS[:2], np.ones((2, 17))).sum()

    for gradient in jax.tree.leaves(jax.jit(jax.grad(loss))(variables)):
        assert np.isfinite(gradient).all()
