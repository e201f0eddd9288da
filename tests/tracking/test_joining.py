"""Pieces of track taken together."""

import numpy as np

from hdvr_jax.tracking import figures
from hdvr_jax.tracking.joining import join
from hdvr_jax.tracking.settings import Settings
from tests.tracking.walkers import detected, walk


def _joined(people, hidden, label, settings=None):
    """The pieces after joining, for figures whose piece is what `label` says of place and frame."""
    settings = settings or Settings()
    found = figures.measure(detected(people, hidden=hidden), settings)
    pieces = np.array([label(x, frame) for x, frame in zip(found.center[:, 0], found.frame, strict=True)])
    return found, *join(found, pieces, settings)


def test_a_gap_is_bridged_along_the_motion():
    people = walk((100, 180), (120, 0), 90, seed=1)[None]
    hidden = {(0, frame) for frame in range(40, 50)}
    _, joined, _ = _joined(people, hidden, lambda x, frame: int(frame > 45))
    assert set(joined) == {0}


def test_far_away_or_too_late_is_somebody_else():
    people = np.full((1, 90, 17, 2), np.nan)
    people[0, :40] = walk((60, 180), (0, 0), 40, seed=1)
    people[0, 45:] = walk((560, 180), (0, 0), 45, seed=2)
    assert set(_joined(people, (), lambda x, frame: int(frame > 42))[1]) == {0, 1}
    people[0] = walk((60, 180), (0, 0), 90, seed=1)
    hidden = {(0, frame) for frame in range(20, 60)}
    settings = Settings(rejoin_seconds=1.0)
    assert set(_joined(people, hidden, lambda x, frame: int(frame > 42), settings)[1]) == {0, 1}


def test_pieces_at_the_same_time_are_never_joined():
    people = np.stack([walk((250, 180), (0, 0), 60, seed=1), walk((350, 180), (0, 0), 60, seed=2)])
    assert set(_joined(people, (), lambda x, frame: int(x > 300))[1]) == {0, 1}


def test_two_gaps_at_once_are_joined_without_crossing_and_doubted_when_near():
    people = np.stack([walk((280, 180), (0, 0), 60, seed=1), walk((300, 180), (0, 0), 60, seed=2)])
    hidden = {(who, frame) for who in (0, 1) for frame in range(25, 35)}
    found, joined, doubts = _joined(people, hidden, lambda x, frame: int(x > 290) + 2 * int(frame > 30))
    for name in (0, 1):
        assert np.ptp(found.center[joined == name, 0]) < 10
    assert len(doubts) == 1
    assert doubts[0].pieces == (2, 3)


def _one_side_left(frames, seen):
    """Two side by side and one between them, seen in parts: who at which place is followed by whom is open."""
    people = np.stack([walk((x, 180), (0, 0), frames, seed=1) for x in (285, 300, 317)])
    hidden = {(who, frame) for who, part in enumerate(seen) for frame in set(range(frames)) - set(part)}
    return _joined(people, hidden, lambda x, frame: int(np.abs(x - np.array([285, 300, 317])).argmin()))


def test_two_who_could_be_the_one_who_goes_on_are_doubted():
    _, joined, doubts = _one_side_left(60, [range(25), range(32, 60), range(25)])
    assert set(joined) == {0, 2}
    (doubt,) = doubts
    assert (doubt.frame, set(doubt.pieces)) == (32, {1, 2})
    assert 0 <= doubt.margin < 6


def test_two_who_could_be_the_one_who_was_seen_before_are_doubted():
    _, joined, doubts = _one_side_left(60, [range(32, 60), range(25), range(34, 60)])
    assert set(joined) == {1, 2}
    (doubt,) = doubts
    assert (doubt.frame, set(doubt.pieces)) == (32, {0, 2})
    assert 0 <= doubt.margin < 6


def test_nothing_to_join():
    people = np.full((1, 3, 17, 2), np.nan)
    found = figures.measure(detected(people), Settings())
    joined, doubts = join(found, np.zeros(0, int), Settings())
    assert (len(joined), doubts) == (0, [])
