"""Absences beside another dancer."""

import numpy as np
import pytest

from hdvr_jax.tracking import Settings, figures, merging
from tests.tracking.walkers import detected, walk

_FRAMES, _GONE, _BACK = 90, 30, 60


def _choices(aside, hidden):
    """One who stands still and one who stands `aside` pixels from there and is missed for a while, each one piece."""
    people = np.stack([walk((200, 180), (0, 0), _FRAMES, seed=1), walk((200 + aside, 180), (0, 0), _FRAMES, seed=2)])
    missed = {(1, frame) for frame in range(_GONE, _BACK)}
    found = figures.measure(detected(people, hidden=missed | hidden), Settings())
    label = (found.center[:, 0] > 200 + aside / 2).astype(int)
    return merging.merged(found, label, label, Settings())


def test_who_is_missed_beside_somebody_could_be_either_all_the_time():
    choices = _choices(40, set())
    assert {choice.pieces for choice in choices} == {(0, 1)}
    times = [choice.frame for choice in choices]
    assert min(times) == _GONE
    assert max(times) >= _BACK - 3
    assert np.diff(times).max() == 3  # a tenth of a second
    nearer = _choices(20, set())
    assert nearer[0].margin < choices[0].margin


def test_nobody_is_taken_for_somebody_far_away():
    assert _choices(300, set()) == []


@pytest.mark.parametrize("unseen", [(_GONE, _BACK), (40, _FRAMES), (0, 46)])
def test_nobody_is_taken_for_somebody_who_is_not_seen_throughout_either(unseen):
    assert _choices(40, {(0, frame) for frame in range(*unseen)}) == []


def test_who_is_nearly_always_seen_is_seen_throughout():
    assert _choices(40, {(0, frame) for frame in range(_GONE - 5, _GONE + 5)})


@pytest.mark.parametrize("unseen", [1, 14])
def test_short_absences_are_left_to_the_association(unseen):
    people = np.stack([walk((200, 180), (0, 0), 60, seed=1), walk((240, 180), (0, 0), 60, seed=2)])
    hidden = {(1, frame) for frame in range(30, 30 + unseen)}
    found = figures.measure(detected(people, hidden=hidden), Settings())
    label = (found.center[:, 0] > 220).astype(int)
    assert merging.merged(found, label, label, Settings()) == []
