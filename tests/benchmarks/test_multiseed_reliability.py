"""Expected errors: what is fitted to errors is found again, and no recording judges itself."""

import numpy as np
import pytest

from benchmarks import multiseed_reliability as reliability
from hdvr_jax.multiseed import uncertainty

SCALES = np.linspace(0.01, 0.08, len(uncertainty.SCALES))
EXPONENTS = (0.3, -0.5)


def errors(seed, count=6000, factor=1.0):
    """Joints whose errors are as the model says, but for gamma noise."""
    rng = np.random.default_rng(seed)
    kind = rng.integers(len(SCALES), size=count)
    spread, confidence = rng.uniform(0.001, 0.05, count), rng.uniform(0.05, 1, count)
    apart, sure = uncertainty.features(spread, confidence)
    mean = factor * SCALES[kind] * np.exp(EXPONENTS[0] * apart + EXPONENTS[1] * sure)
    return reliability.Refined(kind, spread, confidence, mean * rng.gamma(4, 1 / 4, count), kind % 2)


def test_constants_are_found_again():
    found = reliability.fit(errors(0))
    np.testing.assert_allclose(np.exp(found[:-2]), SCALES, rtol=0.1)
    np.testing.assert_allclose(found[-2:], EXPONENTS, atol=0.03)


def test_each_recording_is_judged_by_the_others():
    data = {"one": errors(1), "two": errors(2), "three": errors(3, factor=3.0)}
    expected, error = reliability.left_out(data)
    assert len(expected) == len(error) == sum(int((own.body > 0).sum()) for own in data.values())
    third = slice(-int((data["three"].body > 0).sum()), None)
    assert error[third].mean() == pytest.approx(3 * expected[third].mean(), rel=0.1)


def test_tenths_are_in_the_order_of_what_is_expected():
    expected = np.arange(100.0)[::-1]
    table, ratio = reliability.tenths(expected, 2 * expected)
    np.testing.assert_allclose(table[:, 1], 2 * table[:, 0])
    assert (np.diff(table[:, 0]) > 0).all()
    assert ratio == pytest.approx(94.5 / 24.5)
