"""From frame to frame."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.tracking import Settings, association

_GATE = Settings().gate


def _slow(cost, chosen):
    """Cost of the other way for every two, one by one: nobody's figure costs the gate."""

    def price(one, figure):
        return _GATE if figure == -1 else min(cost[one, figure], 2 * _GATE)

    found = {}
    for one, two in itertools.combinations(range(len(cost)), 2):
        if chosen[one] != chosen[two]:
            crossed = price(one, chosen[two]) + price(two, chosen[one])
            found[one, two] = crossed - price(one, chosen[one]) - price(two, chosen[two])
    return {two: margin for two, margin in found.items() if margin < association.SURE}


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 6), st.integers(1, 6))
def test_doubts_are_those_of_every_pair(seed, dancers, figures):
    cost = np.random.default_rng(seed).uniform(0, 4, (dancers, figures))
    which, found = association.assign(cost, _GATE)
    chosen = np.full(dancers, -1)
    chosen[which] = found
    names = 10 + np.arange(dancers)
    doubts = association._doubts(cost, which, found, names, 7, Settings())
    wanted = _slow(cost, chosen)
    assert [doubt.pieces for doubt in doubts] == [(one + 10, two + 10) for one, two in wanted]
    np.testing.assert_allclose([doubt.margin for doubt in doubts], list(wanted.values()))
    assert all(doubt.frame == 7 for doubt in doubts)


@pytest.mark.parametrize(("cost", "found"), [(1.0, [0]), (2.2, [0]), (2.4, [])])
def test_nobody_is_assigned_beyond_the_gate(cost, found):
    rows, columns = association.assign(np.array([[cost, 9.0]]), _GATE)
    assert rows.tolist() == found
    assert columns.tolist() == found
