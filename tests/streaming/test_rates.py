"""Frame rates from the past alone: the same frames as `poses.resample`, each with the frame that completes it."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import clip_poses, poses
from hdvr_jax.streaming.rates import between, due, nearest

RATES = st.sampled_from([10.0, 24.0, 25.0, 29.97, 30.0, 50.0, 59.94, 60.0, 120.0])


@settings(max_examples=60, deadline=None)
@given(fps_from=RATES, fps_to=RATES, frames=st.integers(1, 40))
def test_frames_are_those_of_resample(fps_from, fps_to, frames):
    values = np.random.default_rng(0).normal(size=(frames, 2))
    found = [
        between(values[max(frame - 1, 0)], values[frame], share)
        for frame in range(frames)
        for share in due(frame, fps_from, fps_to)
    ]
    np.testing.assert_allclose(np.array(found), poses.resample(values, fps_from, fps_to), atol=1e-5)


def test_what_was_not_known_before_is_as_now():
    before, now = {"x": np.array([1.0, np.nan])}, {"x": np.array([3.0, 5.0])}
    np.testing.assert_array_equal(between(before, now, 0.5)["x"], [2.0, 5.0])


@settings(max_examples=30, deadline=None)
@given(fps_from=RATES, fps_to=RATES, frames=st.integers(1, 40))
def test_the_nearest_frames_are_those_that_are_averaged(fps_from, fps_to, frames):
    if fps_to > fps_from:
        fps_from, fps_to = fps_to, fps_from
    values = np.arange(frames, dtype=np.float32)[:, None]
    means = clip_poses.averaged(values, fps_from, fps_to)[:, 0]
    for number, mean in enumerate(means[:-1]):
        own = [frame for frame in range(frames) if nearest(frame, fps_from, fps_to) == number]
        assert mean == np.float32(np.mean(own)) if own else mean == 0
