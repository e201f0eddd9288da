"""The lifter network: two forms of one function, receptive fields, causality, dropout and batch norm."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.networks import lifter
from hdvr_jax.networks.batch_norm import BatchNorm
from hdvr_jax.networks.dropout import hashed_dropout
from hdvr_jax.networks.lifter import TemporalLifter, apply_to_sequence, flat
from tests.networks.made import small_values

KEY = jax.random.key(0)


def _network(widths, causal=False, **options):
    net = TemporalLifter(17, widths, 24, causal=causal, **options)
    variables = jax.jit(functools.partial(net.init, strided=True))(KEY, jnp.zeros((2, net.receptive_field, 34)))
    stats = jax.tree.map(lambda x: x + 0.3 * jax.random.uniform(KEY, x.shape), variables["batch_stats"])
    return net, {**variables, "batch_stats": stats}


@pytest.mark.parametrize("widths", [(1,), (3,), (3, 3, 3), (5, 3), (3, 5, 7)])
@pytest.mark.parametrize("causal", [False, True])
def test_training_form_equals_sequence_form(widths, causal):
    net, variables = _network(widths, causal)
    x = jax.random.normal(KEY, (3, net.receptive_field + 6, 34))
    sequence = net.apply(variables, x, strided=False)
    assert sequence.shape == (3, 7, 17, 3)
    for start in range(7):
        window = net.apply(variables, x[:, start : start + net.receptive_field], strided=True)
        np.testing.assert_allclose(window[:, 0], sequence[:, start], atol=2e-5)


@pytest.mark.parametrize("causal", [False, True])
def test_padding_gives_every_frame_and_respects_time(causal):
    net, variables = _network((3, 3), causal)
    assert sum(net.padding) + 1 == net.receptive_field
    x = jax.random.normal(KEY, (1, 20, 34))
    poses = net.apply(variables, jnp.pad(x, ((0, 0), net.padding, (0, 0)), "edge"), strided=False)
    assert poses.shape[1] == 20
    changed = x.at[:, 12].add(1.0)
    later = net.apply(variables, jnp.pad(changed, ((0, 0), net.padding, (0, 0)), "edge"), strided=False)
    moved = np.flatnonzero(np.abs(np.asarray(later - poses)).max((0, 2, 3)) > 1e-6)
    assert moved.min() == (12 if causal else 12 - net.receptive_field // 2)
    assert moved.max() == min(19, 12 + (net.receptive_field - 1 if causal else net.receptive_field // 2))


def test_every_parameter_learns():
    net, variables = _network((3, 3), dropout=0.2)
    x = jax.random.normal(KEY, (4, 9, 34))

    def loss(params):
        out, _ = net.apply(
            {**variables, "params": params},
            x,
            strided=True,
            train=True,
            key=KEY,
            example=jnp.arange(4),
            mutable=["batch_stats"],
        )
        return jnp.sum(out**2)

    for path, gradient in jax.tree_util.tree_leaves_with_path(jax.jit(jax.grad(loss))(variables["params"])):
        assert np.abs(gradient).max() > 0, path


def test_dropout_drops_its_share_and_keeps_the_mean():
    x = jnp.ones((16, 50, 40))
    out = np.asarray(hashed_dropout(x, 0.25, KEY, jnp.arange(16)))
    assert abs((out == 0).mean() - 0.25) < 0.01
    assert abs(out.mean() - 1) < 0.02
    rows = (out == 0).reshape(16, -1).astype(float)
    correlation = np.corrcoef(rows)[np.triu_indices(16, 1)]
    assert np.abs(correlation).max() < 0.1


def test_dropout_does_not_depend_on_how_a_batch_is_cut():
    x = jax.random.normal(KEY, (8, 5, 7))
    whole = hashed_dropout(x, 0.5, KEY, jnp.arange(8))
    halves = [hashed_dropout(x[at : at + 4], 0.5, KEY, jnp.arange(at, at + 4)) for at in (0, 4)]
    np.testing.assert_array_equal(whole, np.concatenate(halves))
    assert not np.array_equal(whole, hashed_dropout(x, 0.5, jax.random.key(1), jnp.arange(8)))


def test_batch_norm_counts_real_examples_only():
    norm = BatchNorm(3)
    x = jax.random.normal(KEY, (6, 4, 3)) * 2 + 1
    variables = norm.init(KEY, x)
    mask = jnp.array([1.0, 1, 1, 1, 0, 0])
    masked, state = norm.apply(variables, x.at[4:].set(100.0), mask=mask, mutable=["batch_stats"])
    real, expected = norm.apply(variables, x[:4], mutable=["batch_stats"])
    np.testing.assert_allclose(masked[:4], real, atol=1e-5)
    np.testing.assert_allclose(state["batch_stats"]["mean"], expected["batch_stats"]["mean"], rtol=1e-5)
    np.testing.assert_allclose(np.asarray(real).reshape(-1, 3).std(0), 1, atol=1e-3)


def test_batch_norm_in_evaluation_is_an_affine_map_of_the_running_moments():
    norm = BatchNorm(3)
    x = jax.random.normal(KEY, (6, 4, 3))
    params = {"scale": jnp.array([1.0, 2, 3]), "bias": jnp.array([0.0, 1, -1])}
    stats = {"mean": jnp.array([0.5, 0, -0.5]), "var": jnp.array([1.0, 4, 0.25])}
    found = norm.apply({"params": params, "batch_stats": stats}, x, method="running")
    expected = (x - stats["mean"]) / jnp.sqrt(stats["var"] + 1e-5) * params["scale"] + params["bias"]
    np.testing.assert_allclose(found, expected, atol=1e-5)


@pytest.mark.parametrize(("causal", "mirrors"), [(False, ((1, 0), (0, 2, 1))), (True, None)])
def test_windows_of_a_long_sequence_give_what_the_whole_gives(monkeypatch, causal, mirrors):
    net = TemporalLifter(3, (3, 3), 8, causal=causal)
    x = jax.random.normal(KEY, (2, 37, 2, 2))
    variables = small_values(functools.partial(net.init, strided=False), flat(x))

    def found():
        return jax.jit(functools.partial(apply_to_sequence, net, mirrors, variables))(x)

    whole = found()
    assert whole.shape == (2, 37, 3, 3)
    # One frame left over, none, and a window less than what a frame is made from.
    for frames in (12, 37, 36, 4):
        monkeypatch.setattr(lifter, "_WINDOW_FRAMES", frames)
        np.testing.assert_allclose(found(), whole, atol=1e-5)
