import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.networks.lstm import GenreNetwork, MovementNetwork, PartNetwork, sequence_lengths
from tests.networks.made import small_values

SLOTS = ((0, 0), (2, 1), (1, 0), (2, 0), (2, 2))
PARTS, FRAMES = 3, 8
MASK = (jnp.arange(FRAMES) < jnp.array([[FRAMES], [5], [1]])).astype(jnp.float32)
INPUTS = jax.random.normal(jax.random.key(0), (PARTS, 3, FRAMES, 6))


@functools.cache
def _movements(bidirectional, layers=1):
    """(variables, compiled apply); the dropout shows only with a key."""
    network = MovementNetwork(SLOTS, PARTS, features=4, layers=layers, bidirectional=bidirectional, dropout=0.5)
    return small_values(network.init, INPUTS, MASK), jax.jit(network.apply)


@functools.cache
def _genre():
    network = GenreNetwork(4, features=5)
    return small_values(network.init, INPUTS[0], MASK), jax.jit(network.apply)


def test_sequence_lengths_reach_the_last_real_frame():
    mask = jnp.array([[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1.0]])
    np.testing.assert_array_equal(sequence_lengths(mask), [3, 0, 4])


def test_logits_stand_at_their_types():
    variables, apply = _movements(True)
    logits = apply(variables, INPUTS, MASK)
    assert logits.shape == (3, FRAMES, len(SLOTS))
    alone = jax.jit(lambda params, x: PartNetwork(4, 1, True, 3, False).apply({"params": params}, x, lengths, None))
    lengths = sequence_lengths(MASK)
    for part in range(PARTS):
        own = jax.tree.map(lambda leaf, part=part: leaf[part], variables["params"]["parts"])
        expected = alone(own, INPUTS[part])
        for column in [index for index, slot in enumerate(SLOTS) if slot[0] == part]:
            np.testing.assert_allclose(logits[..., column], expected[..., SLOTS[column][1]], atol=1e-5)


def test_parts_start_from_different_weights():
    network = MovementNetwork(SLOTS, PARTS, features=4, bidirectional=False)
    kernel = jax.jit(network.init)(jax.random.key(1), INPUTS, MASK)["params"]["parts"]["encode"]["kernel"]
    assert float(jnp.abs(kernel[0] - kernel[1]).max()) > 0.1


@pytest.mark.parametrize(("bidirectional", "layers"), [(True, 1), (False, 1), (True, 2)])
def test_frames_past_the_length_change_nothing(bidirectional, layers):
    variables, apply = _movements(bidirectional, layers)
    before = apply(variables, INPUTS, MASK)
    after = apply(variables, jnp.where(MASK[None, ..., None] > 0, INPUTS, 100.0), MASK)
    np.testing.assert_allclose(before * MASK[..., None], after * MASK[..., None], atol=1e-6)


def test_causal_logits_do_not_see_the_future():
    later = INPUTS.at[:, :, 6:].add(1.0)
    for bidirectional in (False, True):
        variables, apply = _movements(bidirectional)
        before, after = (apply(variables, x, jnp.ones_like(MASK)) for x in (INPUTS, later))
        assert float(jnp.abs(before[:, 6:] - after[:, 6:]).max()) > 1e-3
        assert (float(jnp.abs(before[:, :6] - after[:, :6]).max()) < 1e-6) == (not bidirectional)


def test_dropout_depends_on_the_example_not_on_its_place():
    variables, apply = _movements(True)
    key, example, turned = jax.random.key(3), jnp.array([5, 6, 7]), jnp.array([2, 0, 1])
    whole = apply(variables, INPUTS, MASK, key, example)
    np.testing.assert_allclose(
        whole[turned], apply(variables, INPUTS[:, turned], MASK[turned], key, example[turned]), atol=1e-5
    )
    for other in (apply(variables, INPUTS, MASK), apply(variables, INPUTS, MASK, jax.random.key(4), example)):
        assert float(jnp.abs(whole - other).max()) > 1e-3


def test_gradients_reach_every_part():
    variables, apply = _movements(True)
    grads = jax.jit(jax.grad(lambda v: jnp.sum(apply(v, INPUTS, MASK) ** 2)))(variables)
    for leaf in jax.tree.leaves(grads):
        assert np.isfinite(leaf).all()
        assert (np.abs(leaf).reshape(PARTS, -1).max(1) > 0).all()


def test_genre_reads_the_last_valid_state():
    variables, apply = _genre()
    last, running = apply(variables, INPUTS[0], MASK)
    assert last.shape == (3, 4)
    assert running.shape == (3, FRAMES, 4)
    for row, length in enumerate((FRAMES, 5, 1)):
        np.testing.assert_allclose(last[row], running[row, length - 1], atol=1e-6)
    changed, _ = apply(variables, jnp.where(MASK[..., None] > 0, INPUTS[0], 100.0), MASK)
    np.testing.assert_allclose(last, changed, atol=1e-6)


def test_a_sequence_without_frames_is_finite_and_reads_nothing():
    variables, apply = _genre()
    empty = jnp.zeros_like(MASK)
    last, other = (apply(variables, x, empty)[0] for x in (INPUTS[0], INPUTS[0] + 1))
    assert np.isfinite(last).all()
    np.testing.assert_array_equal(last, other)
    grads = jax.jit(jax.grad(lambda v: apply(v, INPUTS[0], empty)[0].sum()))(variables)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(grads))


def test_evidence_is_added_to_the_logits_of_its_types():
    network = MovementNetwork(SLOTS, PARTS, features=4, bidirectional=False, evidence=True)
    variables = network.init(jax.random.key(0), INPUTS, MASK)
    apply = jax.jit(network.apply)
    gains = variables["params"]["parts"]["gain"]
    types = gains.shape[1]
    none = {**variables["params"]["parts"], "gain": jnp.zeros_like(gains)}
    added = apply(variables, INPUTS, MASK) - apply({"params": {"parts": none}}, INPUTS, MASK)
    for column, (part, slot) in enumerate(SLOTS):
        expected = gains[part, slot] * INPUTS[part, ..., INPUTS.shape[-1] - types + slot]
        np.testing.assert_allclose(added[..., column], expected, atol=1e-4)
