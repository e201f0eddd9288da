"""Tracking from keypoints alone."""

import dataclasses
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.keypoints import aistpp_sequence
from hdvr_jax.tracking import Settings, pieces, track_keypoints
from tests.real_data import real_data
from tests.tracking.walkers import FPS, detected, identities, switches, walk

_FRAMES = 90


def _crossing(frames=_FRAMES, vertical=0.0):
    """Two who walk through each other's place in the middle of the recording."""
    end = frames / FPS
    right = walk((200, 180), (200 / end, 0), frames, seed=1)
    left = walk((400, 180 + vertical), (-200 / end, 0), frames, seed=2)
    return np.stack([right, left])


def _people(tracking):
    return sorted(int((track.confidence > 0).any(1).sum()) for track in tracking.tracks)


def test_two_who_cross_keep_their_identities():
    people = _crossing()
    found = track_keypoints(detected(people))
    assert _people(found) == [_FRAMES, _FRAMES]
    assert switches(found, people) == 0
    assert [track.id for track in found.tracks] == ["1", "2"]


def test_three_cross_at_once():
    third = walk((300, 120), (0, 40), _FRAMES, seed=3)
    people = np.concatenate([_crossing(), third[None]])
    found = track_keypoints(detected(people))
    assert _people(found) == [_FRAMES] * 3
    assert switches(found, people) == 0


def test_one_is_hidden_behind_the_other_while_they_cross():
    people = _crossing()
    hidden = {(1, frame) for frame in range(38, 52)}
    found = track_keypoints(detected(people, hidden=hidden))
    assert _people(found) == [_FRAMES - 14, _FRAMES]
    assert switches(found, people) == 0


def test_a_longer_absence_is_bridged_and_shorter_pieces_are_one_track():
    people = walk((100, 180), (100, 0), 150)[None]
    hidden = {(0, frame) for frame in range(60, 90)}
    found = track_keypoints(detected(people, hidden=hidden))
    assert _people(found) == [120]


def test_who_leaves_and_who_enters_elsewhere_are_two():
    people = np.full((2, 120, 17, 2), np.nan)
    people[0, :60] = walk((500, 180), (60, 0), 60, seed=1)
    people[1, 61:] = walk((20, 180), (60, 0), 59, seed=2, scale=0.6)
    found = track_keypoints(detected(people))
    assert _people(found) == [59, 60]


def test_five_people():
    people = np.stack([walk((60 + 120 * k, 180), (10 * (-1) ** k, 3 * k), 60, seed=k) for k in range(5)])
    found = track_keypoints(detected(people))
    assert _people(found) == [60] * 5
    assert switches(found, people) == 0
    assert not found.risks


@given(st.integers(0, 2**31))
@settings(max_examples=5, deadline=None)
def test_the_order_within_a_frame_means_nothing(seed):
    people = _crossing(60)
    one, other = track_keypoints(detected(people, seed=0)), track_keypoints(detected(people, seed=seed))
    assert one.risks == other.risks
    assert one.notes == other.notes
    for left, right in zip(one.tracks, other.tracks, strict=True):
        np.testing.assert_array_equal(left.keypoints, right.keypoints)


def test_nobody_and_one_frame():
    nothing = np.zeros((0, 17, 2), np.float32)
    empty = np.zeros(0, int)
    assert track_keypoints(Detections(nothing, nothing[..., 0], empty, empty, 40, "coco17", 30.0)).tracks == []
    found = track_keypoints(detected(_crossing()[:, :1]))
    assert _people(found) == [1, 1]
    assert found.tracks[0].frames == 1


def test_missing_joints_and_figures_without_any():
    people = _crossing()
    people[0, 10:20, 5:] = np.nan
    people[1, 30:33, 1:] = np.nan
    found = track_keypoints(detected(people))
    assert switches(found, people) == 0
    assert _people(found) == [_FRAMES - 3, _FRAMES]
    assert all(np.isnan(track.keypoints[track.confidence == 0]).all() for track in found.tracks)


def test_a_person_found_twice_is_one():
    people = _crossing(60, vertical=120)
    twice = np.concatenate([people, people[:1] + np.random.default_rng(0).normal(size=people[:1].shape)])
    assert _people(track_keypoints(detected(twice))) == [60, 60]


def test_short_noise_is_left_out_with_a_note():
    people = np.concatenate([_crossing(), np.full((1, _FRAMES, 17, 2), np.nan)])
    people[2, 40:43] = walk((600, 60), (0, 0), 3, seed=9)
    found = track_keypoints(detected(people))
    assert len(found.tracks) == 2
    assert any("noise" in note for note in found.notes)


def test_bystanders_are_left_out_unless_wanted():
    people = np.concatenate([_crossing(), np.repeat(walk((600, 100), (0, 0), 1), _FRAMES, 0)[None]])
    found = track_keypoints(detected(people))
    assert len(found.tracks) == 2
    assert any("bystander" in note for note in found.notes)
    assert len(track_keypoints(detected(people), Settings(bystanders=True)).tracks) == 3


def test_of_a_crowd_the_surest_are_taken():
    people = np.concatenate([_crossing(40), np.random.default_rng(0).uniform(0, 600, (60, 40, 17, 2))])
    detections = detected(people)
    mine = np.isin(detections.keypoints[:, 0, 0], people[:2, :, 0, 0].astype(np.float32))
    confidence = np.where(mine[:, None], np.float32(0.9), np.float32(0.5)) * np.ones((1, 17), np.float32)
    found = track_keypoints(dataclasses.replace(detections, confidence=confidence), Settings(most_people=2))
    assert _people(found) == [40, 40]
    assert any("more than 2 people" in note for note in found.notes)


def test_more_pieces_than_are_compared_are_told():
    """Everybody is somewhere else in every frame, so that nothing continues anything."""
    place = np.random.default_rng(0).permutation(1520).reshape(38, 40, 1, 1) * 2000.0
    people = place + walk((0, 0), (0, 0), 1)[0]
    notes = track_keypoints(detected(people)).notes
    assert "The 20 shortest of 1520 pieces of track were joined to no others: 1500 are compared." in notes
    assert not pieces.uncompared(np.arange(1500))


def test_all_standing_still_are_dancers():
    people = np.repeat(np.stack([walk((200, 180), (0, 0), 1), walk((400, 180), (0, 0), 1)]), 60, 1)
    assert _people(track_keypoints(detected(people))) == [60, 60]


def test_numbers_of_the_detector_decide_where_motion_does_not():
    people = np.stack([walk((300, 180), (0, 0), 60, seed=1), walk((306, 180), (0, 0), 60, seed=1)])
    found = track_keypoints(detected(people, person=[7, 3]), Settings(duplicate=0.0))
    assert switches(found, people) == 0
    assert _people(found) == [60, 60]


def test_numbers_that_name_everybody_are_not_believed():
    people = _crossing()
    found = track_keypoints(detected(people, person=[0, 0]))
    assert switches(found, people) == 0
    assert _people(found) == [_FRAMES, _FRAMES]


def test_a_crossing_in_the_same_pose_is_marked_and_a_distant_pair_is_not():
    people = np.stack([walk((260, 180), (60, 0), 60, seed=1), walk((380, 180), (-60, 0), 60, seed=1)])
    hidden = {(who, frame) for who in (0, 1) for frame in range(26, 36)}
    risks = track_keypoints(detected(people, hidden=hidden)).risks
    assert risks
    assert all(0 <= risk.score <= 1 and risk.tracks == ("1", "2") for risk in risks)
    assert all(risk.start <= risk.frame < risk.end for risk in risks)
    assert any(risk.start <= 37 and risk.end >= 30 for risk in risks)


@pytest.mark.parametrize("fps", [5.0, 120.0])
def test_other_frame_rates(fps):
    people = _crossing(120)[:, :: 2 if fps < 30 else 1]
    found = track_keypoints(detected(people, fps=fps))
    assert switches(found, people) == 0


def test_mangled_values_give_tracks():
    rng = np.random.default_rng(0)
    found = detected(_crossing(40))
    points = found.keypoints.copy()
    points[rng.random(points.shape) < 0.1] = np.inf
    points[rng.random(points.shape) < 0.05] = 1e30
    points[5], points[9] = 0, np.nan
    for track in track_keypoints(dataclasses.replace(found, keypoints=points)).tracks:
        assert np.isfinite(track.keypoints[track.confidence > 0]).all()


def _openpose(folder):
    rows = []
    paths = sorted(folder.glob("*.json"))
    for frame, path in enumerate(paths):
        for person in json.loads(path.read_text())["people"]:
            values = np.array(person["pose_keypoints_2d"], np.float32).reshape(-1, 3)
            if len(values):
                rows.append((frame, values))
    values = np.stack([row[1] for row in rows])
    points = np.where(values[..., 2:] > 0, values[..., :2], np.nan)
    frames = np.array([row[0] for row in rows])
    return Detections(points, values[..., 2], frames, np.full(len(rows), NOBODY), len(paths), "body25b", 60.0)


@pytest.mark.parametrize(
    ("name", "people"), [("openpose_cam01", 1), ("openpose_cam02", 1), ("openpose_two_people_cam01", 2)]
)
def test_real_openpose_folders(name, people):
    """A bystander in the background is in all of them."""
    found = track_keypoints(_openpose(real_data("pose2sim", name)))
    assert len(found.tracks) == people
    assert min(_people(found)) >= 98
    assert sum("bystander" in note for note in found.notes) == 1
    for track in found.tracks:
        seen = track.keypoints[(track.confidence > 0).any(1)]
        middle = np.nanmedian(seen, axis=1)
        assert np.linalg.norm(np.diff(middle, axis=0), axis=-1).max() < 100


def test_real_dancer_of_aist_is_one_track_with_every_detection():
    root = real_data("aistpp")
    name = sorted(path.stem for path in (root / "keypoints2d").glob("*.pkl"))[0]
    sequence = aistpp_sequence.load_sequence(root, name)
    people = sequence.keypoints[:1]
    found = track_keypoints(detected(people, fps=sequence.fps))
    assert len(found.tracks) == 1
    assert (identities(found, people) == 0).sum() >= 0.99 * np.isfinite(people).all(-1).any(-1).sum()
