"""Checkpoints: what is kept, what comes back, and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from hdvr_jax import configurations, runs, seeds
from hdvr_jax.checkpoints import Checkpoints, resolve_step, restore_for_inference
from hdvr_jax.errors import InputError
from hdvr_jax.update import evaluation_variables
from tests import toy


def state_of(config, scale=1.0):
    """A first state with every number multiplied."""
    chosen = tuple(range(config.num_seeds))
    state = seeds.init_states(toy.make(config), optax.adam(0.1), toy.batch(4), chosen, config.optim.ema)
    return jax.tree.map(lambda x: x if jnp.issubdtype(x.dtype, jnp.integer) else scale * x + scale, state)


def same(found, expected):
    jax.tree.map(np.testing.assert_array_equal, found, expected)


@pytest.mark.parametrize(("ema", "num_seeds"), [(0.0, 1), (0.9, 1), (0.9, 2)])
def test_a_state_comes_back_bit_for_bit(tmp_path, ema, num_seeds):
    config = toy.config(optim__ema=ema, num_seeds=num_seeds)
    configurations.claim(tmp_path, config)
    state = state_of(config).replace(step=jnp.full((num_seeds,) if num_seeds > 1 else (), 5, jnp.int32))
    if ema:
        state = state.replace(ema=jax.tree.map(lambda x: x + 1, state.ema))
    with Checkpoints(tmp_path) as checkpoints:
        assert checkpoints.latest_step() == 0
        checkpoints.save(state, 5)
    with Checkpoints(tmp_path) as checkpoints:
        assert checkpoints.latest_step() == 5
        found = checkpoints.restore(jax.eval_shape(lambda: state))
    assert jax.tree.structure(found) == jax.tree.structure(state)
    same(found, state)
    for index in range(num_seeds):
        _, variables = restore_for_inference(tmp_path, "latest", index)
        same(variables, runs.select(evaluation_variables(state), index, num_seeds))
    with pytest.raises(InputError, match="no seed number"):
        restore_for_inference(tmp_path, "latest", num_seeds)


def test_the_latest_and_the_best_are_kept(tmp_path):
    config = toy.config()
    configurations.claim(tmp_path, config)
    for step, score in ((1, 4.0), (2, 1.0), (3, float("inf")), (4, 2.0), (5, float("nan"))):
        # Reopened every time, as after a kill.
        with Checkpoints(tmp_path) as checkpoints:
            checkpoints.save(state_of(config, step), step, score)
    assert {path.name for path in (tmp_path / "checkpoints").iterdir()} == {"2", "5"}
    assert [resolve_step(tmp_path, name) for name in ("best", "latest", "2", 5)] == [2, 5, 2, 5]
    _, variables = restore_for_inference(tmp_path)
    same(variables, state_of(config, 2).variables)
    with pytest.raises(InputError, match="no checkpoint '3'; there are 2, 5"):
        resolve_step(tmp_path, "3")


def test_without_any_score_the_latest_is_the_best(tmp_path):
    configurations.claim(tmp_path, toy.config())
    with Checkpoints(tmp_path) as checkpoints:
        for step in (1, 2):
            checkpoints.save(state_of(toy.config()), step)
    assert resolve_step(tmp_path, "best") == 2


def test_a_state_that_is_not_finite_is_not_saved(tmp_path):
    state = state_of(toy.config())
    state.variables["params"]["first"] = state.variables["params"]["first"].at[0, 0].set(jnp.nan)
    with Checkpoints(tmp_path) as checkpoints:
        with pytest.raises(InputError, match=r"first.*not finite after step 3"):
            checkpoints.save(state, 3)
        assert checkpoints.latest_step() == 0


def test_a_damaged_checkpoint_is_an_error(tmp_path):
    configurations.claim(tmp_path, toy.config())
    state = state_of(toy.config())
    with Checkpoints(tmp_path) as checkpoints:
        checkpoints.save(state, 3)
    for path in (tmp_path / "checkpoints" / "3").rglob("*"):
        if path.is_file() and path.suffix != ".txt" and "METADATA" not in path.name and "metrics" not in path.parts:
            path.write_bytes(path.read_bytes()[:7])
    with pytest.raises(InputError, match="checkpoints/3: the checkpoint cannot be restored"):
        restore_for_inference(tmp_path)
    with Checkpoints(tmp_path) as checkpoints, pytest.raises(InputError, match="cannot be restored"):
        checkpoints.restore(state)


def test_a_checkpoint_of_other_shapes_is_an_error(tmp_path):
    state = state_of(toy.config())
    with Checkpoints(tmp_path) as checkpoints:
        checkpoints.save(state, 3)
        state.variables["params"]["first"] = jnp.zeros((9, 9))
        with pytest.raises(InputError, match=r"first.*cannot be restored: it is \(3, 8\), expected \(9, 9\)"):
            checkpoints.restore(state)


def test_a_folder_without_a_training_is_an_error(tmp_path):
    with pytest.raises(InputError, match="not the workdir of a training"):
        restore_for_inference(tmp_path)
    configurations.claim(tmp_path, toy.config())
    with pytest.raises(InputError, match="no checkpoint"):
        restore_for_inference(tmp_path)
