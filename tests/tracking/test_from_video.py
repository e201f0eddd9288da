"""Tracking from detections and frames: colours decide where motion cannot."""

import tracemalloc

import numpy as np
import pytest

from hdvr_jax.detections import Detections
from hdvr_jax.tracking import Settings, track_keypoints, track_video
from tests.tracking.walkers import detected, drawn, identities, switches, walk

_FRAMES = 90
_CLOTHES = np.array([[[30, 30, 200], [200, 60, 20]], [[40, 180, 40], [20, 20, 20]], [[220, 220, 220], [30, 160, 220]]])


def _turning():
    """Two in one pose who meet, stand behind each other unseen, and go back to where they came from."""
    half = _FRAMES // 2
    ahead = walk((200, 180), (62, 0), half, seed=1)
    people = np.stack([np.concatenate([ahead, ahead[::-1]]), np.concatenate([ahead, ahead[::-1]])])
    people[1, :, :, 0] = 600 - people[0, :, :, 0]
    return people, {(who, frame) for who in (0, 1) for frame in range(half - 8, half + 8)}


def test_dancers_who_turn_back_behind_each_other_are_told_by_their_clothes():
    people, hidden = _turning()
    detections = detected(people, hidden=hidden)
    found = track_video(detections, drawn(people, _CLOTHES[:2]))
    assert len(found.tracks) == 2
    assert switches(found, people) == 0


def test_alike_dancers_are_marked_where_different_ones_are_not():
    people, hidden = _turning()
    detections = detected(people, hidden=hidden)
    alike = track_video(detections, drawn(people, _CLOTHES[[0, 0]]), Settings(pursuit_seconds=0.1))
    apart = track_video(detections, drawn(people, _CLOTHES[:2]), Settings(pursuit_seconds=0.1))
    assert max((risk.score for risk in alike.risks), default=0) > max((risk.score for risk in apart.risks), default=0)


def test_three_who_cross():
    people = np.stack(
        [
            walk((150, 180), (107, 0), _FRAMES, seed=1),
            walk((470, 180), (-107, 0), _FRAMES, seed=2),
            walk((310, 120), (0, 40), _FRAMES, seed=3),
        ]
    )
    hidden = {(0, frame) for frame in range(38, 52)}
    found = track_video(detected(people, hidden=hidden), drawn(people, _CLOTHES))
    assert len(found.tracks) == 3
    assert switches(found, people) == 0


def test_who_comes_back_after_long_is_the_same_when_dressed_the_same():
    people = np.full((2, 150, 17, 2), np.nan)
    people[0] = walk((150, 180), (5, 0), 150, seed=1)
    people[1, :50] = walk((450, 180), (20, 0), 50, seed=2)
    people[1, 110:] = walk((500, 180), (-20, 0), 40, seed=2)
    found = track_video(detected(people), drawn(people, _CLOTHES[:2]))
    shown = identities(found, people)
    assert len(shown) == 2
    assert set(shown[1][shown[1] >= 0]) == {1}


@pytest.mark.parametrize("frames", [0, 7])
def test_frames_that_end_early_leave_the_motion(frames):
    people = _turning()[0][:, :40]
    detections = detected(people)
    images = [image for image, _ in zip(drawn(people, _CLOTHES[:2]), range(frames), strict=False)]
    found = track_video(detections, iter(images))
    assert [len(track.keypoints) for track in found.tracks] == [40, 40]


def test_nobody_and_one_frame():
    nothing = np.zeros((0, 17, 2), np.float32)
    empty = np.zeros(0, int)
    image = np.zeros((4, 4, 3), np.uint8)
    none = Detections(nothing, nothing[..., 0], empty, empty, 3, "coco17", 30.0)
    assert track_video(none, iter([image] * 3)).tracks == []
    people = _turning()[0][:, :1]
    assert len(track_video(detected(people), drawn(people, _CLOTHES[:2])).tracks) == 2


def test_people_outside_the_image_and_other_sizes_of_frames():
    people, _ = _turning()
    people = people[:, :20] + [400, -300]
    detections = detected(people)
    images = (np.zeros((height, 9, 3), np.uint8) for height in range(1, 21))
    assert len(track_video(detections, images).tracks) == len(track_keypoints(detections).tracks)


def test_bystanders_are_left_out_unless_wanted():
    still = np.repeat(walk((560, 180), (0, 0), 1), 45, 0)
    people = np.stack([walk((100, 180), (100, 0), 45, seed=1), walk((400, 180), (-60, 0), 45, seed=2), still])
    for bystanders, tracks in ((False, 2), (True, 3)):
        found = track_video(detected(people), drawn(people, _CLOTHES), Settings(bystanders=bystanders))
        assert len(found.tracks) == tracks
        assert any("bystander" in note for note in found.notes) != bystanders
    (shown,) = {frozenset(shown.tolist()) for shown in identities(found, people) if 2 in shown}
    assert shown == {2}


def test_no_frame_is_kept():
    people = np.repeat(_turning()[0][:, :1], 60, 1) + np.random.default_rng(0).normal(size=(2, 60, 17, 2))

    def images():
        for frame in range(60):
            image = np.zeros((720, 1280, 3), np.uint8)
            if frame == 10:
                tracemalloc.reset_peak()
                before.append(tracemalloc.get_traced_memory()[0])
            yield image

    before: list[int] = []
    tracemalloc.start()
    track_video(detected(people), images())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak - before[0] < 4 * 720 * 1280 * 3
