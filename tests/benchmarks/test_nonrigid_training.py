"""Training of the dictionary on the frames of one subject."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from benchmarks import nonrigid_training as training
from hdvr_jax.networks.dictionary import Autoencoder
from tests.benchmarks.test_nonrigid_baselines import POINTS, deforming, error


@pytest.fixture(scope="module")
def images():
    return training.prepared(deforming(0)[..., :2], 1.0)


def trainer(steps=8, **options):
    return training.Trainer(Autoencoder(POINTS, (16, 4)), steps, 8, **options)


def test_images_are_turned_about_the_axis_of_the_camera(images):
    angles = jnp.linspace(0.0, 6.0, len(images))
    turned = np.asarray(training.about_axis(images, angles))
    for image, angle, found in list(zip(np.asarray(images), np.asarray(angles), turned))[:10]:
        as_complex = (image[:, 0] + 1j * image[:, 1]) * np.exp(1j * angle)
        np.testing.assert_allclose(found, np.stack([as_complex.real, as_complex.imag], -1), atol=1e-5)


def test_steps_do_not_depend_on_how_many_are_compiled_together(images):
    made, key = trainer(), jax.random.key(1)
    whole = training.advance(made, made.start(key), images, key, 6)
    state = made.start(key)
    for _ in range(3):
        state = training.advance(made, state, images, key, 2)
    assert int(state.step) == 6
    for one, other in zip(jax.tree.leaves(whole.params), jax.tree.leaves(state.params)):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_training_lowers_the_reprojection_error_and_the_rate_ends_at_zero(images):
    made, key = trainer(400, rate=3e-3), jax.random.key(0)
    states = [made.start(key)]
    for _ in range(3):
        states.append(training.advance(made, jax.tree.map(jnp.copy, states[-1]), images, key, 200))
    before, _, after, beyond = (float(training.loss(made.network, state.params, images)) for state in states)
    assert after < 0.7 * before
    assert beyond == after


def test_depths_are_in_the_unit_of_the_images():
    seen = deforming(0)[..., :2]
    one, other = (training.fit(scale * seen, (16, 4), 0)[0] for scale in (1.0, 4.0))
    assert np.abs(one).max() > 0.01
    np.testing.assert_allclose(other, 4.0 * one, rtol=1e-3, atol=1e-4)


def test_a_rigid_shape_is_found():
    shapes = deforming(0)
    depths, others = training.fit(shapes[..., :2], (16, 4), 2000, batch=64, rate=3e-3)
    found, sign = error(depths, shapes)
    flat = np.linalg.norm(shapes[..., 2]) / np.linalg.norm(shapes)
    assert found < 0.5 * flat
    held_out = deforming(0, 60, seed=9)
    assert error(others(held_out[..., :2]), held_out, sign)[0] < 0.6 * flat
