"""Latching and run lengths, against slow references."""

import itertools

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from hdvr_jax.movements.hysteresis import fill_short_runs, latch, runs, steady

_STATES = arrays(bool, st.tuples(st.integers(1, 25), st.integers(1, 4)))


@given(on=_STATES, seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_latch_matches_a_loop(on, seed):
    off = np.random.default_rng(seed).random(on.shape) < 0.3
    state, expected = np.zeros(on.shape[1], bool), np.zeros(on.shape, bool)
    for frame in range(len(on)):
        state = (state | on[frame]) & ~off[frame]
        expected[frame] = state
    np.testing.assert_array_equal(latch(on, off), expected)


@given(state=_STATES, minimum=st.integers(0, 6), value=st.booleans())
@settings(max_examples=40, deadline=None)
def test_short_runs_are_turned_over_and_long_ones_kept(state, minimum, value):
    found = fill_short_runs(state, value, np.full(state.shape[1], float(minimum)))
    expected = state.copy()
    for column in range(state.shape[1]):
        edges = [0, *(np.flatnonzero(np.diff(state[:, column])) + 1), len(state)]
        for start, end in itertools.pairwise(edges):
            border = not value and (start == 0 or end == len(state))
            if state[start, column] == value and end - start < minimum and not border:
                expected[start:end, column] = not value
    np.testing.assert_array_equal(found, expected)


def test_signal_that_hovers_at_a_threshold_switches_once():
    signal = 50 + np.random.default_rng(0).uniform(-4, 4, (300, 1))
    state = latch(signal > 50, signal < 40)
    assert np.abs(np.diff(state.astype(int), axis=0)).sum() <= 1


def test_runs_are_listed_by_column():
    state = np.array([[1, 0], [1, 1], [0, 1], [1, 1]], bool)
    columns, starts, ends = runs(state)
    assert list(zip(columns, starts, ends, strict=True)) == [(0, 0, 2), (0, 3, 4), (1, 1, 4)]


def test_steady_states_bridge_breaks_and_drop_flashes():
    state = np.zeros((60, 2), bool)
    state[10:30] = state[32:50] = state[55:56] = True
    found = steady(state, np.array([0.0, 0.2]), 30.0)
    assert found[10:50].all()
    np.testing.assert_array_equal(found[55], [True, False])
    assert found.sum(0).tolist() == [41, 40]
    known = np.ones((60, 2), bool)
    known[31] = False
    unbridged = steady(state, np.array([0.0, 0.2]), 30.0, known)
    np.testing.assert_array_equal(unbridged, found & known)
