"""One step: the same on one device, on four, and over seeds."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from hdvr_jax import seeds
from hdvr_jax.families import ratios
from hdvr_jax.update import State, evaluation_variables, make_update, started_from
from tests import toy
from tests.processes import run_python

FOUR_DEVICES = """
import jax, numpy as np, optax
from hdvr_jax import devices, seeds
from hdvr_jax.update import make_update
from tests import toy

assert jax.local_device_count() == 4
optimizer = optax.sgd(0.5)
for dropout, chosen, sequential in ((0.0, (3,), None), (0.2, (3,), None), (0.0, (5, 6), False), (0.0, (5, 6), True)):
    config = toy.config(model__dropout=dropout)
    batch, several = toy.batch(16), len(chosen) > 1
    updates = [make_update(toy.make(config, axis), optimizer) for axis in (None, devices.AXIS)]
    state = seeds.init_states(toy.make(config), optimizer, batch, chosen)
    before = jax.device_get(state.variables["params"])
    if several:
        batch = jax.tree.map(lambda x: jax.numpy.stack([x, 2 * x] if x.ndim > 2 else [x, x]), batch)
        updates = [seeds.over_seeds(update, sequential=sequential) for update in updates]
    expected = jax.jit(updates[0])(state, batch, seeds.keys(chosen))
    found = devices.make_step(updates[1], 4, int(several))(state, batch, seeds.keys(chosen))
    devices.assert_replicated(found)
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5), found, expected)
    moved = jax.tree.map(lambda a, b: abs(a - b).max(), before, jax.device_get(expected[0].variables["params"]))
    assert min(moved.values()) > 1e-2, moved
print("same")
"""


def test_four_devices_make_the_step_that_one_makes():
    """Plain SGD, batch norm in training mode, an uneven number of real examples per shard; and over seeds."""
    assert run_python(FOUR_DEVICES, devices=4).stdout.strip().endswith("same")


def test_padding_changes_nothing():
    config = toy.config(model__dropout=0.0)
    family, optimizer, key = toy.make(config), optax.sgd(0.1), jax.random.key(0)
    batch = toy.batch(16)
    real = np.asarray(batch["mask"]) > 0
    assert 0 < real.sum() < 16
    dirty = {**batch, "x": jnp.where(real[:, None, None], batch["x"], 1e3)}
    state = seeds.init_states(family, optimizer, batch, (0,))
    update = make_update(family, optimizer)
    found = [jax.jit(update)(state, b, key) for b in (batch, dirty, jax.tree.map(lambda x: x[real], batch))]
    for other in found[1:]:
        jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-6), other, found[0])


def test_a_batch_without_examples_changes_no_parameter():
    family, optimizer, key = toy.make(toy.config()), optax.sgd(0.1), jax.random.key(0)
    batch = {**toy.batch(4), "mask": jnp.zeros(4)}
    state = seeds.init_states(family, optimizer, batch, (0,))
    after, metrics = jax.jit(make_update(family, optimizer))(state, batch, key)
    jax.tree.map(np.testing.assert_array_equal, after.variables["params"], state.variables["params"])
    assert metrics["loss"][1] == 0


def test_the_key_of_a_step_depends_on_the_step():
    family, optimizer, key = toy.make(toy.config(model__dropout=0.5)), optax.sgd(0.0), jax.random.key(0)
    batch = toy.batch(8)
    update = jax.jit(make_update(family, optimizer))
    state, first = update(seeds.init_states(family, optimizer, batch, (0,)), batch, key)
    _, second = update(state, batch, key)
    assert first["loss"][0] != second["loss"][0]


def test_moving_average_follows_the_parameters():
    family, optimizer, key = toy.make(toy.config()), optax.sgd(0.1), jax.random.key(0)
    batch = toy.batch(8)
    state = seeds.init_states(family, optimizer, batch, (0,), ema=0.5)
    update = make_update(family, optimizer, ema=0.5)
    after, _ = update(state, batch, key)
    # The first step's rate is 1 / 10.
    before, now = (s.variables["params"]["first"] for s in (state, after))
    np.testing.assert_allclose(after.ema["first"], 0.1 * before + 0.9 * now, rtol=1e-5)
    assert evaluation_variables(after)["params"] is after.ema
    plain = seeds.init_states(family, optimizer, batch, (0,))
    assert evaluation_variables(plain) is plain.variables


def test_ratios_without_weight_are_nan():
    found = ratios({"a": (np.float32(3), np.float32(2)), "b": (np.float32(0), np.float32(0))})
    assert found["a"] == 1.5
    assert np.isnan(found["b"])


def test_a_start_from_another_model_keeps_the_place_in_the_schedule_of_its_own():
    stats = {"norm": {"mean": jnp.ones(3), "steps": jnp.zeros(())}}
    state = State(jnp.zeros((), jnp.int32), {"params": {"kernel": jnp.zeros((2, 3))}, "batch_stats": stats}, (), {})
    given = {
        "params": {"kernel": jnp.full((2, 3), 5.0)},
        "batch_stats": {"norm": {"mean": jnp.full(3, 7.0), "steps": jnp.full((), 900.0)}},
    }
    found = started_from(state, given, "x").variables
    np.testing.assert_array_equal(found["params"]["kernel"], given["params"]["kernel"])
    np.testing.assert_array_equal(found["batch_stats"]["norm"]["mean"], 7.0)
    assert found["batch_stats"]["norm"]["steps"] == 0
