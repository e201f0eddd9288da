"""Frames that tell their time: models run at their own rate, whatever was skipped."""

import dataclasses

import jax
import numpy as np
import pytest

from hdvr_jax import cleaning, streaming
from hdvr_jax.errors import InputError
from tests.recognition import fabricated

RECORDING = streaming.Recording(fps=30.0, image_size=(1280, 720), skeleton="h36m17")
SEEN = np.ones(17, np.float32)


@pytest.fixture(scope="module")
def places():
    """(31, 17, 2) of a dancer whose joints move evenly."""
    keypoints = fabricated.project(fabricated.swaying(41))
    return keypoints[:1] + np.linspace(0, 1, 31)[:, None, None] * (keypoints[40:] - keypoints[:1])


def streamed(state, places, times):
    """(state, [Outcome]) of frames at some seconds."""
    found, before = [], None
    for place, time in zip(places, times):
        state, outcomes = streaming.step(state, {"Ada": (place, SEEN)}, None if before is None else time - before)
        found.append(outcomes["Ada"])
        before = time
    return state, found


def agree(one, other):
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, atol=1e-4), vars(one), vars(other))


@pytest.mark.parametrize("kept", [range(0, 31, 3), (0, 1, 2, 9, 10, 18, 30), (0, 5, 5, 30)])
def test_what_was_skipped_is_put_in_between(models, places, kept):
    _, whole = streamed(streaming.start(models, RECORDING, 2), places, np.arange(31) / 30)
    _, thinned = streamed(streaming.start(models, RECORDING, 2), places[list(kept)], np.array(kept) / 30)
    agree(thinned[-1], whole[-1])


def test_without_the_times_it_is_another_dance(models, places):
    _, whole = streamed(streaming.start(models, RECORDING, 2), places, np.arange(31) / 30)
    _, hurried = streamed(streaming.start(models, RECORDING, 2), places[::3], np.arange(11) / 30)
    assert np.abs(whole[-1].movements - hurried[-1].movements).max() > 0.01


def test_times_of_the_recordings_own_rate_change_nothing(models, places):
    recording = dataclasses.replace(RECORDING, fps=29.97, smoothing=cleaning.Settings("one_euro"))
    _, timed = streamed(streaming.start(models, recording, 2), places, np.arange(31) / 29.97)
    state = streaming.start(models, recording, 2)
    for place, expected in zip(places, timed):
        state, found = streaming.step(state, {"Ada": (place, SEEN)})
        agree(found["Ada"], expected)


def test_a_pause_is_as_long_as_it_was(lifts, places):
    state = streaming.start(lifts, RECORDING, 2)
    for place in places[:3]:
        state, _ = streaming.step(state, {"Ada": (place, SEEN)})
    for pause, seen in ((0.4, True), (0.6, False), (2.0, False)):
        assert np.isfinite(streaming.step(state, {}, pause)[1]["Ada"].pose).all() == seen
    # After longer than that a dancer begins anew, and no more models are run than for that long.
    again, found = streaming.step(state, {"Ada": (places[3], SEEN)}, 1e6)
    assert again.base == state.base + 61
    fresh = streamed(streaming.start(lifts, RECORDING, 2), places[3:4], [0.0])[1][0]
    agree(found["Ada"], fresh)


@pytest.mark.parametrize("seconds", [-0.1, float("nan"), float("inf")])
def test_times_that_are_none_are_refused(lifts, places, seconds):
    state = streaming.start(lifts, RECORDING, 2)
    with pytest.raises(InputError, match="seconds since the frame before; expected 0 or more"):
        streaming.step(state, {"Ada": (places[0], SEEN)}, seconds)
