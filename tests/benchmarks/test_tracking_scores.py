"""Scores on tracks made by hand."""

import numpy as np
import pytest

from benchmarks.tracking import audit, boxes, rivals, scores, sightings, trackers
from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.tracking.results import Risk, Tracking
from tests.benchmarks import tracking_scenes

pytest.importorskip("motmetrics")

_FPS = 30.0


@pytest.fixture(scope="module")
def true():
    """(2, 60, 17, 2) joints of two who pass each other."""
    return tracking_scenes.scene(tracking_scenes.crossing(60)).seen()[0]


def _swapped(true, frame):
    found = true.copy()
    found[:, frame:] = found[::-1, frame:]
    return found


def _tracking(points, *risks):
    return Tracking([PoseTrack.from_points(p, "coco17", _FPS, id=str(i + 1)) for i, p in enumerate(points)], risks)


def test_perfect_tracks(true):
    found = boxes.around(true)
    result = scores.summary(scores.count(found, found, _FPS))
    assert result == {"IDF1": 1.0, "MOTA": 1.0, "switches": 0.0, "switches per crossing": 0.0}


def test_one_swap_is_two_switches_and_lies_in_one_crossing(true):
    counts = scores.count(boxes.around(true), boxes.around(_swapped(true, 30)), _FPS)
    assert counts["crossings"] == 1
    result = scores.summary(counts)
    assert result["switches"] == 2  # each of the two dancers has another track
    assert result["IDF1"] == pytest.approx(0.5, abs=0.15)


def test_a_missed_dancer_and_a_ghost(true):
    found = boxes.around(true)
    half = np.stack([found[0], np.where(np.arange(60)[:, None] < 30, found[1], np.nan)])
    counts = scores.count(found, half, _FPS)
    assert counts["num_misses"] == 30
    assert scores.summary(counts)["MOTA"] == pytest.approx(0.75)
    counts = scores.count(found, np.concatenate([found, found[:1] + 500]), _FPS)
    assert counts["num_false_positives"] == 60


def test_nobody_is_found(true):
    counts = scores.count(boxes.around(true), np.zeros((0, 60, 4)), _FPS)
    assert scores.summary(counts)["IDF1"] == 0.0


def test_spans_join_short_pauses():
    flags = np.array([1, 1, 0, 1, 0, 0, 0, 1], bool)
    assert scores.spans(flags) == [(0, 2), (3, 4), (7, 8)]
    assert scores.spans(flags, 1) == [(0, 4), (7, 8)]
    assert scores.spans(flags[:0]) == []


def test_crossings_that_do_not_part_do_not_count(true):
    assert len(scores.crossings(boxes.around(true), _FPS)) == 1
    assert scores.crossings(boxes.around(true[:, :30]), _FPS) == []


def test_one_swap_is_found_in_both_tracks(true):
    assert audit.swaps(_tracking(true), true, _FPS) == []
    found = audit.swaps(_tracking(_swapped(true, 30)), true, _FPS)
    assert [track for _, _, track in found] == ["1", "2"]
    assert all(before <= 30 <= after for before, after, _ in found)


def test_a_brief_exchange_is_no_swap(true):
    brief = true.copy()
    brief[:, 10:13] = brief[::-1, 10:13]
    assert audit.swaps(_tracking(brief), true, _FPS) == []


@pytest.mark.parametrize(
    ("score", "start", "tracks", "marked"),
    [(0.9, 25, ("1", "2"), 2), (0.9, 25, ("1", "3"), 1), (0.4, 25, ("1", "2"), 0), (0.9, 50, ("1", "2"), 0)],
)
def test_what_the_audit_marks(true, score, start, tracks, marked):
    risk = Risk(start, start + 8, start + 4, tracks, score)
    counts = audit.count(_tracking(_swapped(true, 30), risk), true, _FPS)
    assert counts["swaps"] == 2
    assert counts["swaps marked, from 0.5"] == marked
    assert counts["swaps marked, from 0.9"] == (marked if score == 0.9 else 0)
    assert counts["by chance, from 0.5"] == 0  # half a recording later there is no swap
    assert counts["frames marked, from 0.5"] == (8 if score >= audit.RISKY else 0)
    assert counts["track frames marked, from 0.5"] == (16 if score >= audit.RISKY else 0)
    assert counts["track frames"] == 120
    assert counts["marked with a swap, from 0.5"] == (marked > 0)


def test_shares_of_nothing_are_unknown(true):
    result = audit.summary(audit.count(_tracking(true), true, _FPS))
    assert np.isnan(result["of these marked"])
    assert result["of the time marked"] == 0.0


def test_overlap_of_boxes():
    first = np.array([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 2.0, 2.0]])
    second = np.array([[0.0, 0.0, 2.0, 2.0], [1.0, 0.0, 3.0, 2.0], [np.nan] * 4])
    np.testing.assert_allclose(boxes.overlap(first, second), [1.0, 1 / 3, 0.0])
    assert boxes.overlaps(first[:1], second[:0]).shape == (1, 0)


def test_a_box_needs_joints_that_are_sure():
    points = np.zeros((2, 17, 2))
    points[:, 3] = (10.0, 100.0)
    sure = np.ones((2, 17))
    sure[1, 3] = 0.01
    found = boxes.around(points, sure)
    np.testing.assert_allclose(found[0], [-8, -8, 18, 108])
    np.testing.assert_allclose(found[1], 0)
    assert np.isnan(boxes.around(np.full((17, 2), np.nan))).all()


@pytest.mark.parametrize("moving", [False, True])
def test_overlap_follows_people_apart_and_waits_for_one_second(moving):
    points = tracking_scenes.scene(np.array([[[-0.8, 0.0]] * 90, [[0.8, 0.0]] * 90])).seen()[0]
    # The first is missed for less than a second, the second for more.
    there = np.ones((90, 2), bool)
    there[20:45, 0] = False
    there[20:60, 1] = False
    frame, dancer = np.nonzero(there)
    count = len(frame)
    detections = Detections(
        points[dancer, frame], np.ones((count, 17)), frame, np.full(count, NOBODY), 90, "coco17", _FPS, (160, 120)
    )  # fmt: skip
    found = rivals.by_overlap(detections, moving)
    assert np.isfinite(found).all(-1).sum(-1).tolist() == [65, 20, 30]


def test_wavering_before_a_swap_is_one_swap(true):
    found = _swapped(true, 30)
    found[:, 24:27] = found[::-1, 24:27]
    assert len(audit.swaps(_tracking(found), true, _FPS)) == 2


def test_rightly_named_detections_do_not_switch():
    scene = tracking_scenes.scene(tracking_scenes.crossing(40))
    sighted = sightings.sight(scene)
    counts = scores.count(boxes.around(scene.seen()[0]), trackers.true_tracks(sighted), _FPS)
    assert counts["num_switches"] == 0
    assert counts["num_misses"] > 0
