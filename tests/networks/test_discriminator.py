"""The judge of poses."""

import jax
import numpy as np

from hdvr_jax.networks.discriminator import Discriminator


def test_each_pose_is_judged_by_itself():
    net, poses = Discriminator(16, 2), jax.random.normal(jax.random.key(1), (3, 4, 17, 3))
    variables = net.init(jax.random.key(0), poses)
    odds = net.apply(variables, poses)
    assert odds.shape == (3, 4)
    np.testing.assert_allclose(net.apply(variables, poses[1, 2]), odds[1, 2], rtol=1e-5)
    assert np.std(odds) > 0.05


def test_it_has_the_layers_that_it_is_asked_for():
    shapes = jax.eval_shape(Discriminator(16, 4).init, jax.random.key(0), np.zeros((1, 17, 3), np.float32))["params"]
    kernels = sorted(layer["kernel"].shape for layer in shapes.values())
    assert kernels == [(16, 1), (16, 16), (16, 16), (16, 16), (51, 16)]
