"""Schedules and optimisers by name."""

import jax.numpy as jnp
import numpy as np
import optax
import pytest

from hdvr_jax.configurations import base_config
from hdvr_jax.errors import InputError
from hdvr_jax.optimizers import OPTIMIZERS, make_optimizer, make_schedule


def optim(**fields):
    found = base_config().optim
    found.update(fields)
    return found


def test_exponential_decay_is_per_epoch():
    schedule = make_schedule(optim(schedule="exponential", decay=0.5, learning_rate=1.0), 100, 10)
    np.testing.assert_allclose([schedule(step) for step in (0, 9, 10, 25)], [1, 1, 0.5, 0.25], rtol=1e-6)


def test_cosine_with_warm_up():
    schedule = make_schedule(optim(schedule="cosine", final_fraction=0.1, learning_rate=1.0, warmup_steps=4), 100, 10)
    np.testing.assert_allclose([schedule(0), schedule(1)], [0.25, 0.5], rtol=1e-2)
    np.testing.assert_allclose([schedule(50), schedule(100)], [0.55, 0.1], rtol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_walks_downhill(name):
    optimizer = make_optimizer(optim(optimizer=name, learning_rate=0.1, momentum=0.5), 10, 1)
    params = {"w": jnp.array([3.0])}
    changes, _ = optimizer.update({"w": 2 * params["w"]}, optimizer.init(params), params)
    assert changes["w"][0] < 0


def test_clipping_limits_the_norm():
    optimizer = make_optimizer(optim(optimizer="sgd", learning_rate=1.0, clip_norm=0.5), 10, 1)
    params = {"w": jnp.array([3.0, 4.0])}
    changes, _ = optimizer.update(params, optimizer.init(params), params)
    np.testing.assert_allclose(changes["w"], [-0.3, -0.4], rtol=1e-6)


@pytest.mark.parametrize(("field", "message"), [("optimizer", "adam, amsgrad"), ("schedule", "constant, exponential")])
def test_unknown_names_are_errors(field, message):
    with pytest.raises(InputError, match=message):
        make_optimizer(optim(**{field: "sqrt"}), 10, 1)


def test_amsgrad_keeps_the_largest_moment_before_its_correction():
    """Step by step against the published update; a first gradient ten times the others is soon forgotten."""
    config = base_config().optim
    config.update(optimizer="amsgrad", learning_rate=0.1)
    optimizer = make_optimizer(config, 100, 10)
    grads = np.array([10.0, *np.linspace(1, -0.5, 9)])
    value, state = jnp.zeros(()), optimizer.init(jnp.zeros(()))
    expected = mean = square = largest = 0.0
    for step, grad in enumerate(grads, 1):
        changes, state = optimizer.update(jnp.float32(grad), state, value)
        value = optax.apply_updates(value, changes)
        mean, square = 0.9 * mean + 0.1 * grad, 0.999 * square + 0.001 * grad**2
        largest = max(largest, square)
        expected -= 0.1 * mean / (1 - 0.9**step) / (np.sqrt(largest / (1 - 0.999**step)) + 1e-8)
        np.testing.assert_allclose(value, expected, rtol=1e-3, atol=1e-4)


def test_exponential_decay_in_steps_is_smooth():
    config = optim(schedule="exponential", decay=0.5, decay_steps=10, learning_rate=1.0)
    schedule = make_schedule(config, 100, 3)
    np.testing.assert_allclose(
        [schedule(step) for step in (0, 5, 10, 25)], 0.5 ** np.array([0, 0.5, 1, 2.5]), rtol=1e-6
    )


@pytest.mark.parametrize("name", ["adam", "sgd"])
def test_l2_is_the_gradient_of_half_the_squares(name):
    plain, decayed = (make_optimizer(optim(optimizer=name, l2=l2), 10, 1) for l2 in (0.0, 0.1))
    params, grads = {"w": jnp.array([3.0, -4.0])}, {"w": jnp.array([0.5, 0.2])}
    summed = {"w": grads["w"] + 0.1 * params["w"]}
    wanted, _ = plain.update(summed, plain.init(params), params)
    found, _ = decayed.update(grads, decayed.init(params), params)
    np.testing.assert_allclose(found["w"], wanted["w"], rtol=1e-6)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_a_slower_part_has_a_learning_rate_of_its_own(name):
    params = {"net": {"w": jnp.array([3.0])}, "dictionary": {"w": jnp.array([3.0])}}
    grads = {"net": {"w": jnp.array([0.5])}, "dictionary": {"w": jnp.array([0.5])}}
    slower = make_optimizer(optim(optimizer=name, slower={"dictionary": 0.1}), 10, 1)
    changes, _ = slower.update(grads, slower.init(params), params)
    np.testing.assert_allclose(changes["dictionary"]["w"], 0.1 * changes["net"]["w"], rtol=1e-6)
    assert changes["net"]["w"][0] < 0


def test_a_slower_part_that_is_not_there_is_an_error():
    optimizer = make_optimizer(optim(slower={"dictionary": 0.1}), 10, 1)
    params = {"net": jnp.array([3.0])}
    with pytest.raises(InputError, match="'dictionary' is not one of net"):
        optimizer.update(params, optimizer.init(params), params)
