"""Encounters decided together."""

import numpy as np

from hdvr_jax.tracking import colours, figures, identities
from hdvr_jax.tracking.association import Choice
from hdvr_jax.tracking.audit import audit
from hdvr_jax.tracking.identities import Doubt
from hdvr_jax.tracking.settings import Settings
from hdvr_jax.tracking.wardrobe import Wardrobe, gather
from tests.tracking.walkers import detected, drawn, walk

_CLOTHES = np.array([[[30, 30, 200], [200, 60, 20]], [[40, 180, 40], [20, 20, 20]]])
_FRAMES = 120


def _swapped_at(frame, clothes, choices):
    """Two apart, whose labels are exchanged from a frame on; the tracks after resolving, and the doubts."""
    people = np.stack([walk((200, 180), (0, 0), _FRAMES, seed=1), walk((420, 180), (0, 0), _FRAMES, seed=2)])
    found = figures.measure(detected(people), Settings())
    label = (found.center[:, 0] > 300) ^ (found.frame >= frame)
    worn = gather(found, label.astype(int), drawn(people, clothes), "coco17")
    label, doubts = identities.resolve(found, label.astype(int), label.astype(int), choices, worn, Settings())
    return found, label, doubts


def test_colours_uncross_two_tracks_where_they_met():
    found, label, doubts = _swapped_at(60, _CLOTHES, [Choice(20, (0, 1), 0.2), Choice(60, (0, 1), 1.5)])
    for track in (0, 1):
        assert np.ptp(found.center[label == track, 0]) < 50
    assert max(doubt.chance for doubt in doubts) < 0.05


def test_tracks_are_not_crossed_where_they_never_met():
    found, label, _ = _swapped_at(60, _CLOTHES, [])
    assert all(np.ptp(found.center[label == track, 0]) > 100 for track in (0, 1))


def test_the_same_clothes_leave_the_doubt():
    _, label, doubts = _swapped_at(_FRAMES, _CLOTHES[[0, 0]], [Choice(60, (0, 1), 0.1)])
    assert set(label) == {0, 1}
    assert max(doubt.chance for doubt in doubts) > 0.2


def test_only_the_time_in_which_a_swap_would_fit_is_doubtful():
    """An encounter of three seconds: at two moments the dancers could have been taken for each other, else hardly."""
    margins = dict.fromkeys(range(20, 110, 3), 3.0) | {32: 0.2, 35: 0.4, 89: 0.5}
    choices = [Choice(frame, (0, 1), margin) for frame, margin in margins.items()]
    people = np.stack([walk((200, 180), (0, 0), _FRAMES, seed=1), walk((420, 180), (0, 0), _FRAMES, seed=2)])
    found = figures.measure(detected(people), Settings())
    label = (found.center[:, 0] > 300).astype(int)
    kept, doubts = identities.resolve(found, label, label, choices, None, Settings())
    np.testing.assert_array_equal(kept, label)
    assert [(doubt.start, doubt.end, doubt.frame) for doubt in doubts] == [(29, 39, 32), (86, 93, 89)]
    assert doubts[0].chance > doubts[1].chance > 0.1


def test_wardrobe_counts_every_cell_once():
    people = walk((200, 180), (0, 0), 30, seed=1)[None]
    found = figures.measure(detected(people), Settings())
    worn = gather(found, np.zeros(30, int), drawn(people, _CLOTHES[:1]), "coco17")
    assert worn.time.tolist() == [0, 1]
    per_frame = len(colours.places("coco17").part)
    np.testing.assert_allclose(worn.counts.sum((1, 2)), 15 * per_frame, rtol=0.01)


def test_a_cell_is_of_the_track_of_most_of_its_figures():
    cell, label = np.array([0, 0, 0, 1, 1, -1, 2]), np.array([4, 7, 7, -1, 4, 4, -1])
    counts = np.arange(3.0, dtype=np.float32).reshape(3, 1, 1) + 1
    worn = Wardrobe(cell, np.zeros(3, int), np.array([1, 2, 3]), counts).dress(label)
    assert worn.track.tolist() == [7, 4, -1]
    assert worn.counts(4, 4)[:, 0, 0].tolist() == [0, 0, 2, 0]


def test_audit_names_tracks_and_leaves_out_who_is_left_out():
    doubts = [Doubt(50, 60, 55, (3, 9), 0.4), Doubt(10, 20, 15, (3, 4), 0.3), Doubt(30, 40, 35, (3, 9), 0.001)]
    (risk,) = audit(doubts, {3: "2", 9: "1"})
    assert (risk.start, risk.end, risk.tracks) == (50, 60, ("1", "2"))
    assert 0.8 < risk.score < 1
