"""Live tracking gives the names that following the whole recording gives, frame by frame."""

import numpy as np
import pytest

from hdvr_jax.tracking import live
from hdvr_jax.tracking.association import associate
from hdvr_jax.tracking.figures import measure
from hdvr_jax.tracking.settings import Settings
from tests.tracking import walkers


def crossing():
    """Two who pass each other, and a third who comes later."""
    people = np.stack(
        [
            walkers.walk((100, 180), (110, 0), 90, 1),
            walkers.walk((500, 190), (-110, 0), 90, 2),
            walkers.walk((320, 120), (0, 5), 90, 3, scale=0.6),
        ]
    )
    people[2, :30] = np.nan
    return walkers.detected(people, hidden={(0, frame) for frame in range(40, 46)})


def test_names_are_those_of_the_whole_recording():
    detections = crossing()
    figures = measure(detections, Settings())
    pieces, _ = associate(figures, Settings())
    whole = np.full(len(detections.frame), -1)
    whole[figures.source] = pieces
    state, given = live.Live(detections.skeleton, detections.fps), []
    for frame in range(detections.frames):
        rows = detections.in_frame(frame)
        state, ids = live.step(state, detections.keypoints[rows], detections.confidence[rows])
        given += [-1 if id is None else int(id) - 1 for id in ids]
    np.testing.assert_array_equal(given, whole)
    assert len(set(given)) == 3


def test_nobody_and_too_little_of_somebody():
    state = live.Live("coco17", 30.0)
    nobody = np.zeros((0, 17, 2), np.float32), np.zeros((0, 17), np.float32)
    state, ids = live.step(state, *nobody)
    assert ids == []
    speck = np.full((1, 17, 2), np.nan, np.float32)
    speck[0, 0] = 5
    state, ids = live.step(state, speck, np.where(np.isfinite(speck[..., 0]), 1, 0).astype(np.float32))
    assert ids == [None]
    state, ids = live.step(
        state, walkers.walk((100, 180), (0, 0), 1)[:1].astype(np.float32), np.ones((1, 17), np.float32)
    )
    assert ids == ["1"]
    assert state.frame == 3


def test_a_state_may_be_gone_on_from_again():
    detections = crossing()
    start = live.Live(detections.skeleton, detections.fps)
    first = detections.in_frame(0)
    one, ids = live.step(start, detections.keypoints[first], detections.confidence[first])
    again, same = live.step(start, detections.keypoints[first], detections.confidence[first])
    assert ids == same
    assert one.frame == again.frame == 1
    with pytest.raises(AttributeError):
        one.frame = 5
