"""Attribution finds the causes that were planted."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from hdvr_jax import attribution
from hdvr_jax.movements import hysteresis
from hdvr_jax.networks.lstm import GenreNetwork

_FRAMES, _TYPES, _GENRES = 40, 12, 3
_LENGTH = 6


def _sequences(rng, count):
    """Movements that come and go at random; the genre is 1 + k where the planted type 3 * k occurs, else 0."""
    movements = np.zeros((count, _FRAMES, _TYPES), np.float32)
    for row in movements:
        for kind in range(_TYPES):
            for start in rng.integers(0, _FRAMES - _LENGTH, rng.integers(0, 3)):
                row[start : start + _LENGTH, kind] = 0 if kind in (3, 6) else 1
    labels, starts = rng.integers(0, _GENRES, count), rng.integers(0, _FRAMES - _LENGTH, count)
    for row, label, start in zip(movements, labels, starts, strict=True):
        if label:
            row[start : start + _LENGTH, 3 * label] = 1
    return movements, labels, starts


@functools.cache
def _trained():
    """A genre network that learned which types are the planted ones."""
    network, rng = GenreNetwork(_GENRES, 32, dropout=0.4), np.random.default_rng(0)
    mask = jnp.ones((64, _FRAMES))
    params = jax.jit(network.init)(jax.random.key(0), jnp.zeros((64, _FRAMES, _TYPES)), mask)
    optimizer = optax.adamw(1e-2, weight_decay=0.01)  # and dropout, as the genre models are trained

    @jax.jit
    def step(params, state, movements, labels, key):
        def loss(params):
            logits, running = network.apply(params, movements, mask, key, jnp.arange(64))
            along = optax.softmax_cross_entropy_with_integer_labels(running, jnp.repeat(labels[:, None], _FRAMES, 1))
            return optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean() + 0.5 * along.mean()

        value, grads = jax.value_and_grad(loss)(params)
        changes, state = optimizer.update(grads, state, params)
        return optax.apply_updates(params, changes), state, value

    state = optimizer.init(params)
    for index in range(300):
        params, state, value = step(params, state, *_sequences(rng, 64)[:2], jax.random.key(index))
    assert value < 1

    @jax.jit
    def predict(batch):
        frames = jnp.ones(batch["movements"].shape[:2])
        _, running = network.apply(params, jnp.asarray(batch["movements"]), frames)
        return {"running": jax.nn.softmax(running)}

    return predict


def _batch(movements):
    return {"movements": movements, "frame_mask": np.ones(movements.shape[:2], np.float32)}


def _causes(row):
    """Every run of every type."""
    return np.stack(hysteresis.runs(row > 0), -1)


def test_planted_causes_come_first_in_nine_of_ten_cases_by_both_ways():
    predict = _trained()
    movements, labels, starts = _sequences(np.random.default_rng(7), 40)
    hits, agreements = np.zeros(2), []
    planted = np.flatnonzero(labels)
    for index in planted:
        batch = _batch(movements[index : index + 1])
        causes = _causes(movements[index])
        found = attribution.weights(predict, batch, causes, int(labels[index]))
        hits += [tuple(causes[k, :2]) == (3 * labels[index], starts[index]) for k in found.argmax(1)]
        agreements.append(attribution.agreement(found))
    assert (hits >= 0.9 * len(planted)).all(), hits
    assert np.mean(agreements) > 0.5


def test_gradients_of_a_linear_answer_are_the_occlusion():
    factors = np.random.default_rng(3).normal(size=(_FRAMES, _TYPES)).astype(np.float32)

    def predict(batch):
        score = jnp.repeat((batch["movements"] * factors).sum((1, 2))[:, None], _FRAMES, 1)
        return {"running": jax.nn.softmax(jnp.stack([score, jnp.zeros_like(score)], -1))}

    movements, _, _ = _sequences(np.random.default_rng(8), 1)
    causes = _causes(movements[0])
    found = attribution.weights(predict, _batch(movements), causes, 0)
    wanted = [factors[start:end, kind].sum() for kind, start, end in causes]
    np.testing.assert_allclose(found[0], wanted, atol=1e-3)
    # Each is missing in about half of the samples.
    np.testing.assert_allclose(found[1], found[0], rtol=0.25, atol=0.05)


def test_more_causes_than_fit_at_once_and_none():
    predict = _trained()
    movements, _, _ = _sequences(np.random.default_rng(9), 1)
    batch = _batch(movements)
    start = np.arange(70) % _FRAMES
    causes = np.stack([np.arange(70) % _TYPES, start, start + 1], -1)
    found = attribution.occlusion(predict, batch, causes, 1)
    np.testing.assert_allclose(found[65:], attribution.occlusion(predict, batch, causes[65:], 1), atol=1e-5)
    for way in (attribution.occlusion, attribution.expected_gradients):
        assert way(predict, batch, causes[:0], 1).shape == (0,)


def test_agreement_is_of_ranks():
    assert attribution.agreement(np.array([[1.0, 2, 3], [10, 20, 1000]])) == pytest.approx(1)
    assert attribution.agreement(np.array([[1.0, 2, 3], [3, 2, 1]])) == pytest.approx(-1)
    assert attribution.agreement(np.array([[0.0, 0, 1, 2], [0, 0, 1, 2]])) == pytest.approx(1)
    for nothing in (np.zeros((2, 0)), np.zeros((2, 1)), np.zeros((2, 3)), np.array([[0.0, 0, 0], [1, 2, 3]])):
        assert np.isnan(attribution.agreement(nothing))


def test_ties_neither_agree_nor_differ():
    found = np.array([[0.0, 0, 0, 1, 5], [3, 2, 1, 4, 5]])
    ranks = np.array([[2, 2, 2, 4, 5], [3, 2, 1, 4, 5]])
    assert attribution.agreement(found) == pytest.approx(np.corrcoef(ranks)[0, 1])
