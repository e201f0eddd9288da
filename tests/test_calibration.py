"""Choices on a validation split."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import calibration


def _answers(temperature, count=20_000, classes=4):
    """Logits that are `temperature` times too large, and labels drawn from the probabilities that they should give."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 1.5, (count, classes))
    right = np.asarray(jax.nn.softmax(logits))
    label = (right.cumsum(1) < rng.random((count, 1))).sum(1)
    return jnp.asarray(logits * temperature, jnp.float32), jnp.asarray(label, jnp.int32)


@pytest.mark.parametrize("temperature", [0.4, 1.0, 3.0])
def test_the_temperature_that_was_put_in_is_found(temperature):
    logits, label = _answers(temperature)
    total = calibration.warmed_surprise(jax.nn.softmax(logits), label).sum(0)
    assert calibration.best_factor(np.asarray(total)) == pytest.approx(temperature, rel=0.06)


def test_calibration_error_is_small_for_honest_answers_and_large_for_boasting():
    errors = []
    for temperature in (1.0, 4.0):
        logits, label = _answers(temperature)
        probabilities = jax.nn.softmax(logits)
        right = (probabilities.argmax(-1) == label).astype(jnp.float32)
        totals = np.asarray(calibration.by_confidence(probabilities, right).sum(0))
        np.testing.assert_allclose(totals.sum(1), [float(probabilities.max(-1).sum()), float(right.sum())], rtol=1e-4)
        errors.append(calibration.calibration_error(totals, len(label)))
    assert errors[0] < 0.015
    assert errors[1] > 0.2
    assert np.isnan(calibration.calibration_error(totals, 0))


def test_surprise_is_the_cross_entropy():
    probabilities = jnp.array([[0.25, 0.75], [0.5, 0.5]])
    found = calibration.surprise(probabilities, jnp.array([1, -1]))
    np.testing.assert_allclose(found, [-np.log(0.75), -np.log(0.5)], rtol=1e-6)


def test_counts_of_logits_hold_every_known_frame_once():
    rng = np.random.default_rng(1)
    probabilities, known = jnp.asarray(rng.random((2, 30, 3))), jnp.asarray((rng.random((2, 30, 3)) < 0.7) * 1.0)
    chosen = jnp.asarray(rng.random((2, 30, 3)) < 0.5)
    counts = calibration.logit_counts(probabilities, chosen, known)
    np.testing.assert_allclose(counts.sum(-1), (chosen * known).sum(1))
    middle = counts.shape[-1] // 2
    np.testing.assert_allclose(counts[..., middle:].sum(-1), (chosen * known * (probabilities >= 0.5)).sum(1))
