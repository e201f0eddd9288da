"""LDES on the heels of who is lost."""

import numpy as np

from hdvr_jax.tracking import figures, pursuit
from hdvr_jax.tracking.association import associate
from hdvr_jax.tracking.pursuit import Pursuit, Trail
from hdvr_jax.tracking.settings import Settings
from tests.tracking.walkers import detected, drawn, walk

_CLOTHES = np.array([[[30, 30, 200], [200, 60, 20]]])


def _pursued(people, hidden, settings=None):
    settings = settings or Settings()
    found = figures.measure(detected(people, hidden=hidden), settings)
    chase = Pursuit(found, associate(found, settings)[0], settings)
    assert sum(1 for _ in chase.watch(drawn(people, _CLOTHES))) == people.shape[1]
    return chase.trails


def test_who_is_missed_but_can_be_seen_is_followed():
    people = walk((200, 180), (80, 0), 60, seed=1)[None]
    trails = _pursued(people, {(0, frame) for frame in range(30, 60)})
    (trail,) = trails.values()
    assert trail.first == 30
    true = np.median(people[0, 30:], axis=1)[: len(trail.places)]
    assert len(trail.places) >= 15
    assert np.linalg.norm(trail.places - true, axis=-1).max() < 15


def test_nobody_is_followed_for_longer_than_wanted():
    people = walk((200, 180), (20, 0), 90, seed=1)[None]
    hidden = {(0, frame) for frame in range(30, 90)}
    (trail,) = _pursued(people, hidden, Settings(pursuit_seconds=0.5)).values()
    assert len(trail.places) <= 16


def test_a_sharp_turn_ends_the_pursuit():
    ahead = walk((200, 180), (150, 0), 40, seed=1)
    people = np.concatenate([ahead, ahead[::-1]])[None]
    trails = _pursued(people, {(0, frame) for frame in range(30, 80)})
    assert all(len(trail.places) < 20 for trail in trails.values())


def test_who_is_never_lost_is_not_followed():
    assert _pursued(walk((200, 180), (80, 0), 30, seed=1)[None], set()) == {}


def test_followed_from_the_first_frame_on_a_dancer_is_found_as_well_and_more_is_looked_at(monkeypatch):
    people = walk((200, 180), (80, 0), 50, seed=1)[None]
    hidden, looks = {(0, frame) for frame in range(30, 50)}, []
    follow = pursuit.ldes.follow
    monkeypatch.setattr(pursuit.ldes, "follow", lambda *given: looks.append(1) or follow(*given))
    (usual,) = _pursued(people, hidden).values()
    few = len(looks)
    (always,) = _pursued(people, hidden, Settings(follow_always=True)).values()
    assert few < 25
    assert len(looks) - few >= 40  # frames 1 to 49
    assert (usual.first, always.first) == (30, 30)
    true = np.median(people[0, 30:], axis=1)[: len(always.places)]
    assert len(always.places) >= 15
    assert np.linalg.norm(always.places - true, axis=-1).max() < 25


def test_a_trail_ends_where_it_ends():
    trail = Trail(5, np.zeros((2, 2)))
    assert trail.at(4) is None
    assert trail.at(7) is None
    np.testing.assert_array_equal(trail.at(6), [0, 0])
