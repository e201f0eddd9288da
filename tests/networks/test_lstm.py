import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.networks.lstm import GenreNetwork, MovementNetwork, PartNetwork, sequence_lengths

SLOTS = ((0, 0), (2, 1), (1, 0), (2, 0), (2, 2))
PARTS = 3


def _mask(lengths, frames):
    return (jnp.arange(frames) < jnp.array(lengths)[:, None]).astype(jnp.float32)


def _movements(bidirectional=True, layers=1, dropout=0.0):
    network = MovementNetwork(SLOTS, PARTS, features=4, layers=layers, bidirectional=bidirectional, dropout=dropout)
    inputs = jax.random.normal(jax.random.key(0), (PARTS, 3, 10, 6))
    mask = _mask([10, 7, 1], 10)
    return network, network.init(jax.random.key(1), inputs, mask), inputs, mask


def test_sequence_lengths_reach_the_last_real_frame():
    mask = jnp.array([[1, 0, 1, 0], [0, 0, 0, 0], [1, 1, 1, 1.0]])
    np.testing.assert_array_equal(sequence_lengths(mask), [3, 0, 4])


def test_logits_stand_at_their_types():
    network, variables, inputs, mask = _movements()
    logits = network.apply(variables, inputs, mask)
    assert logits.shape == (3, 10, len(SLOTS))
    for column, (part, slot) in enumerate(SLOTS):
        own = jax.tree.map(lambda leaf, part=part: leaf[part], variables["params"]["parts"])
        alone = PartNetwork(4, 1, True, 3).apply({"params": own}, inputs[part], sequence_lengths(mask), None)
        np.testing.assert_allclose(logits[..., column], alone[..., slot], atol=1e-5)


def test_parts_start_from_different_weights():
    _, variables, _, _ = _movements()
    kernel = variables["params"]["parts"]["encode"]["kernel"]
    assert float(jnp.abs(kernel[0] - kernel[1]).max()) > 0.1


@pytest.mark.parametrize(("bidirectional", "layers"), [(True, 1), (False, 2), (True, 2)])
def test_frames_past_the_length_change_nothing(bidirectional, layers):
    network, variables, inputs, mask = _movements(bidirectional, layers)
    other = jnp.where(mask[None, ..., None] > 0, inputs, 100.0)
    before, after = (network.apply(variables, x, mask) for x in (inputs, other))
    np.testing.assert_allclose(before * mask[..., None], after * mask[..., None], atol=1e-6)
    short = network.apply(variables, inputs[:, 1:2, :7], mask[1:2, :7])
    np.testing.assert_allclose(before[1, :7], short[0], atol=1e-5)


def test_causal_logits_do_not_see_the_future():
    network, variables, inputs, mask = _movements(bidirectional=False)
    mask = jnp.ones_like(mask)
    changed = network.apply(variables, inputs.at[:, :, 6:].add(1.0), mask)
    before = network.apply(variables, inputs, mask)
    np.testing.assert_allclose(before[:, :6], changed[:, :6], atol=1e-6)
    assert float(jnp.abs(before[:, 6:] - changed[:, 6:]).max()) > 1e-3


def test_dropout_depends_on_the_example_not_on_its_place():
    network, variables, inputs, mask = _movements(dropout=0.5)
    key, example = jax.random.key(3), jnp.array([5, 6, 7])
    whole = network.apply(variables, inputs, mask, key, example)
    part = network.apply(variables, inputs[:, 1:], mask[1:], key, example[1:])
    np.testing.assert_allclose(whole[1:], part, atol=1e-5)
    assert float(jnp.abs(whole - network.apply(variables, inputs, mask)).max()) > 1e-3
    assert float(jnp.abs(whole - network.apply(variables, inputs, mask, jax.random.key(4), example)).max()) > 1e-3


def test_gradients_reach_every_part():
    network, variables, inputs, mask = _movements()
    grads = jax.grad(lambda v: jnp.sum(network.apply(v, inputs, mask) ** 2))(variables)
    for leaf in jax.tree.leaves(grads):
        assert np.isfinite(leaf).all()
        assert (jnp.abs(leaf).reshape(PARTS, -1).max(1) > 0).all()


def test_genre_reads_the_last_valid_state():
    network = GenreNetwork(4, features=5)
    inputs, mask = jax.random.normal(jax.random.key(0), (3, 8, 6)), _mask([8, 3, 1], 8)
    variables = network.init(jax.random.key(1), inputs, mask)
    last, running = network.apply(variables, inputs, mask)
    assert last.shape == (3, 4)
    assert running.shape == (3, 8, 4)
    for row, length in enumerate((8, 3, 1)):
        np.testing.assert_allclose(last[row], running[row, length - 1], atol=1e-6)
        alone, _ = network.apply(variables, inputs[row : row + 1, :length], mask[row : row + 1, :length])
        np.testing.assert_allclose(last[row], alone[0], atol=1e-5)


def test_a_sequence_without_frames_is_finite_and_reads_nothing():
    network = GenreNetwork(4, features=5)
    inputs, mask = jax.random.normal(jax.random.key(0), (1, 8, 6)), jnp.zeros((1, 8))
    variables = network.init(jax.random.key(1), inputs, mask)
    last, _ = network.apply(variables, inputs, mask)
    other, _ = network.apply(variables, inputs + 1, mask)
    assert np.isfinite(last).all()
    np.testing.assert_array_equal(last, other)
    grads = jax.grad(lambda v: network.apply(v, inputs, mask)[0].sum())(variables)
    assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(grads))
