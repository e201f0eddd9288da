"""The lifter of single frames."""

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax.networks.lifter import apply_to_sequence
from hdvr_jax.networks.residual import ResidualLifter
from tests.networks.made import small_values

KEY = jax.random.key(0)
NET = ResidualLifter(17, 24, blocks=2, dropout=0.3)
X = jax.random.normal(KEY, (4, 6, 51))


def _variables():
    return small_values(NET.init, X[:, :1])


def test_equals_martinez_layers_in_numpy():
    variables = _variables()
    params, stats = variables["params"], variables["batch_stats"]

    def layer(name, h):
        norm, moments = params[f"{name}_norm"], stats[f"{name}_norm"]
        h = (h @ np.asarray(params[name]["kernel"]) - moments["mean"]) / np.sqrt(moments["var"] + 1e-5)
        return np.maximum(h * norm["scale"] + norm["bias"], 0)

    h = layer("expand", np.asarray(X))
    for block in range(2):
        h = h + layer(f"second_{block}", layer(f"first_{block}", h))
    expected = h @ np.asarray(params["shrink"]["kernel"]) + np.asarray(params["shrink"]["bias"])
    np.testing.assert_allclose(NET.apply(variables, X).reshape(4, 6, -1), expected, rtol=2e-4, atol=2e-4)


def test_frames_do_not_see_each_other():
    variables = _variables()
    poses = apply_to_sequence(NET, None, variables, X.reshape(4, 6, 17, 3))
    changed = apply_to_sequence(NET, None, variables, X.at[:, 3].add(1.0).reshape(4, 6, 17, 3))
    moved = np.abs(np.asarray(changed - poses)).max((0, 2, 3))
    np.testing.assert_array_equal(moved > 0, np.arange(6) == 3)


def test_every_form_is_the_same_and_keeps_nothing():
    variables = _variables()
    poses = NET.apply(variables, X)
    np.testing.assert_array_equal(NET.apply(variables, X, strided=True), poses)
    newest, kept = NET.apply(variables, X[:, :1], fresh=jnp.array([True, False, True, False]), mutable=["cache"])
    np.testing.assert_allclose(newest, poses[:, :1], rtol=1e-5, atol=1e-5)
    assert not jax.tree.leaves(kept)
    assert NET.causal


def test_training_drops_out_counts_only_the_mask_and_every_parameter_learns():
    variables = _variables()
    mask = jnp.array([1.0, 1.0, 0.0, 1.0])

    def run(params, x):
        return NET.apply(
            {**variables, "params": params}, x, train=True, mask=mask, key=KEY, example=jnp.arange(4),
            mutable=["batch_stats"],
        )  # fmt: skip

    _, state = run(variables["params"], X)
    _, padded = run(variables["params"], X.at[2].set(7.0))
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5), state, padded)
    gradients = jax.jit(jax.grad(lambda params: jnp.sum(run(params, X)[0] ** 2)))(variables["params"])
    assert all(float(jnp.abs(leaf).max()) > 0 for leaf in jax.tree.leaves(gradients))
