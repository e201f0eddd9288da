"""Filters respond where the sample went, to parts of a sample, whatever else is there."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.tracking import correlation


def _smooth(seed, shift=(0.0, 0.0), shape=(3, 24, 32)):
    """Random waves on a torus, moved by whole and broken samples."""
    random = np.random.default_rng(seed)
    lines, columns = np.fft.fftfreq(shape[1])[:, None], np.fft.rfftfreq(shape[2])
    spectrum = random.normal(size=(shape[0], shape[1], shape[2] // 2 + 1, 2)) @ [1, 1j]
    spectrum *= np.exp(-60 * (lines**2 + columns**2))
    spectrum[..., -1], spectrum[:, shape[1] // 2] = 0, 0
    moved = spectrum * np.exp(-2j * np.pi * (shift[0] * lines + shift[1] * columns))
    return np.fft.irfft2(moved, s=shape[1:]).astype(np.float32)


_WANTED = correlation.gaussian((24, 32), 1.2)


@settings(max_examples=25, deadline=None)
@given(st.floats(-11, 11), st.floats(-15, 15), st.integers(0, 5))
def test_a_shift_is_found_to_a_part_of_a_sample(down, across, seed):
    learnt = correlation.learn(_smooth(seed), _WANTED)
    response = correlation.respond(learnt, _smooth(seed, (down, across)), 1e-3)
    found = correlation.peak(response)
    np.testing.assert_allclose(found[:2], (down, across), atol=0.1)
    assert 0.7 < found[2] < 1.1


def test_the_sample_itself_gives_the_wanted_response():
    sample = _smooth(0)
    # White noise on top: no frequency is without power.
    sample = sample + np.random.default_rng(1).normal(0, sample.std(), sample.shape).astype(np.float32)
    response = correlation.respond(correlation.learn(sample, _WANTED), sample, 1e-6)
    np.testing.assert_allclose(response, np.fft.irfft2(_WANTED, s=(24, 32)), atol=1e-3)


def test_only_allowed_shifts_are_found():
    response = np.zeros((8, 8), np.float32)
    response[2, 3], response[6, 7] = 1.0, 0.5
    allowed = np.ones((8, 8), np.float32)
    assert correlation.peak(response)[:2] == pytest.approx((2, 3))
    allowed[2, 3] = 0
    assert correlation.peak(response, allowed) == pytest.approx((-2, -1, 0.5))


@pytest.mark.parametrize("response", [np.zeros((4, 4), np.float32), np.full((4, 4), -1, np.float32)])
def test_no_peak_is_no_shift(response):
    assert correlation.peak(response) == (0, 0, 0)


def test_blending_is_a_running_mean():
    one, other = (correlation.learn(_smooth(seed), _WANTED) for seed in (0, 1))
    mixed = correlation.blend(one, other, 0.25)
    np.testing.assert_allclose(mixed.denominator, 0.75 * one.denominator + 0.25 * other.denominator, rtol=1e-4)
    np.testing.assert_allclose(mixed.numerator, 0.75 * one.numerator + 0.25 * other.numerator, rtol=1e-3, atol=1e-6)
    np.testing.assert_array_equal(correlation.blend(one, other, 0).numerator, one.numerator)
