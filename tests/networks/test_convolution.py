"""Convolution: every form against the definition, gradients against automatic differentiation."""

import jax
import numpy as np
import pytest

from hdvr_jax.networks import convolution

KEY = jax.random.key(0)


def _drawn(frames, channels=8, outputs=5, width=3, batch=2):
    x_key, kernel_key = jax.random.split(KEY)
    x = jax.random.normal(x_key, (batch, frames, channels))
    return x, jax.random.normal(kernel_key, (width * channels, outputs))


def _defined(x, kernel, width, dilation):
    x, taps = np.asarray(x, np.float64), np.asarray(kernel, np.float64).reshape(width, x.shape[-1], -1)
    length = x.shape[1] - (width - 1) * dilation
    return sum(x[:, tap * dilation : tap * dilation + length] @ taps[tap] for tap in range(width))


@pytest.mark.parametrize(("width", "dilation"), [(1, 1), (3, 1), (3, 4), (5, 3)])
@pytest.mark.parametrize("train", [True, False])
def test_dilated_convolution(width, dilation, train):
    x, kernel = _drawn(30, width=width)
    found = convolution.dilated(x, kernel, width, dilation, train)
    np.testing.assert_allclose(found, _defined(x, kernel, width, dilation), atol=1e-5)


@pytest.mark.parametrize("frames", [9, 10, 15, 16, 17, 31, 64])
@pytest.mark.parametrize("dilation", [1, 3, 4])
def test_minimal_filtering(frames, dilation):
    x, kernel = _drawn(frames)
    found = convolution.minimally_filtered(x, kernel, dilation)
    np.testing.assert_allclose(found, _defined(x, kernel, 3, dilation), atol=1e-5)


def test_many_channels_and_long_sequences_are_filtered_minimally_with_the_same_result():
    x, kernel = _drawn(40, channels=256, outputs=4)
    products = jax.make_jaxpr(lambda x: convolution.dilated(x, kernel, 3, 2, False))(x)
    assert "conv_general_dilated" not in str(products)
    found = convolution.dilated(x, kernel, 3, 2, False)
    np.testing.assert_allclose(found, _defined(x, kernel, 3, 2), atol=1e-4)
    few = jax.make_jaxpr(lambda x: convolution.dilated(x, kernel, 3, 19, False))(x)
    assert "conv_general_dilated" in str(few)


def test_strided_convolution():
    x, kernel = _drawn(12)
    np.testing.assert_allclose(convolution.strided(x, kernel), _defined(x, kernel, 3, 1)[:, ::3], atol=1e-5)


def test_gradient_of_the_product():
    x, kernel = _drawn(6, width=1)
    weights = jax.random.normal(KEY, (2, 6, 5))
    found = jax.grad(lambda *a: (weights * convolution.product(*a)).sum(), (0, 1))(x, kernel)
    expected = jax.grad(lambda x, kernel: (weights * (x @ kernel)).sum(), (0, 1))(x, kernel)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-5), found, expected)
