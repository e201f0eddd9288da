"""The chain of straight and crossed."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.tracking import chain


def _total(states, change, crossed, keep):
    steps = np.where(np.diff(states) != 0, change[1:], keep[1:])
    return float(steps.sum() + (crossed * states).sum())


@given(st.integers(0, 2**31), st.integers(1, 7))
@settings(max_examples=20, deadline=None)
def test_decoded_states_cost_least(seed, count):
    rng = np.random.default_rng(seed)
    change, crossed, keep = rng.uniform(0, 4, count), rng.normal(0, 2, count), rng.uniform(0, 4, count)
    for kept in (np.zeros(count), keep):
        best = min(_total(np.array(s), change, crossed, kept) for s in itertools.product((0, 1), repeat=count))
        assert _total(chain.decode(change, crossed, kept), change, crossed, kept) == pytest.approx(best)
    np.testing.assert_array_equal(chain.decode(change, crossed), chain.decode(change, crossed, np.zeros(count)))


def test_a_state_is_kept_where_a_change_is_as_good():
    assert chain.decode(np.zeros(3), np.array([0.0, 0.0, -1.0])).tolist() == [1, 1, 1]


@given(st.integers(0, 2**31))
@settings(max_examples=20, deadline=None)
def test_chances_are_those_of_all_paths(seed):
    rng = np.random.default_rng(seed)
    change, crossed = rng.uniform(0, 3, 6), rng.normal(0, 1, 6)
    turn = 1 / (1 + np.exp(change))
    weights, swapped = 0.0, 0.0
    for states in itertools.product((0, 1), repeat=6):
        turns = np.diff(states) != 0
        weight = np.prod(np.where(turns, turn[1:], 1 - turn[1:])) * np.exp(-(crossed * states).sum())
        weights += weight
        swapped += weight * (states[1] != states[3])
    (found,) = chain.changed(change, crossed, [(2, 3)])
    assert found == pytest.approx(swapped / weights, rel=1e-6)


def test_a_certain_encounter_has_no_chance_of_a_swap():
    change, nothing = np.full(5, chain.NEVER), np.zeros(5)
    assert chain.changed(change, nothing, [(2, 2)])[0] < 1e-6
    assert chain.changed(change, nothing, [(0, 1)])[0] < 1e-6
    change[2] = 0.0
    assert chain.changed(change, nothing, [(2, 2)])[0] == pytest.approx(0.5)


def _worn(looks, rng):
    return rng.poisson(20 * np.array(looks)).astype(np.float32)


def test_evidence_finds_where_two_were_crossed():
    rng = np.random.default_rng(0)
    one, other = rng.dirichlet(np.full(16, 0.3), 2), rng.dirichlet(np.full(16, 0.3), 2)
    truth = np.arange(20) >= 12
    first = _worn([other if crossed else one for crossed in truth], rng)
    second = _worn([one if crossed else other for crossed in truth], rng)
    change = np.full(20, chain.NEVER)
    change[12] = 2.0
    cost, apart = chain.evidence(first, second, np.arange(20) < 12, change)
    assert (np.diff(chain.decode(change, cost)) != 0).tolist() == (np.diff(truth) != 0).tolist()
    assert apart > 0.3


def test_the_same_clothes_say_nothing_for_sure():
    rng = np.random.default_rng(1)
    look = rng.dirichlet(np.full(16, 0.3), 2)
    change = np.full(20, chain.NEVER)
    change[10] = 0.5
    cost, apart = chain.evidence(_worn([look] * 20, rng), _worn([look] * 20, rng), np.arange(20) < 10, change)
    assert np.abs(chain.bounded(cost, apart, change, chain.CAUTIOUS)).sum() < 1
