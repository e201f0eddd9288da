"""Cleaning of tracks: what filters leave alone, what they take away, gaps, confidence and frame rates."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from hdvr_jax.cleaning import METHODS, Settings, clean
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import INTERPOLATED, MEASURED, MISSING

STANDING = np.random.default_rng(1).normal(500, 100, (17, 2))


def _track(points, fps=30.0, confidence=None):
    return PoseTrack.from_points(points, "coco17", fps, confidence=confidence)


def _moving(offset, fps=30.0, confidence=None):
    """A rigid body that moves by `offset` (T, 2)."""
    return _track(STANDING + np.asarray(offset)[:, None], fps, confidence)


def _line(frames=60, step=(3.0, -1.5)):
    return np.arange(frames)[:, None] * np.array(step)


def _cleaned(track, method, **fields):
    return clean(track, Settings(method, **fields))[0]


def _wave(hertz, fps, seconds=6.0, size=50.0):
    time = np.arange(round(seconds * fps)) / fps
    return np.stack([size * np.sin(2 * np.pi * hertz * time), np.zeros_like(time)], -1)


def test_off_changes_nothing():
    track = _moving(_line())
    assert clean(track, Settings()) == (track, ())


@pytest.mark.parametrize("method", METHODS)
def test_a_dancer_who_stands_still_stays(method):
    track = _moving(np.zeros((50, 2)))
    np.testing.assert_allclose(_cleaned(track, method).keypoints, track.keypoints, rtol=1e-6)


@pytest.mark.parametrize("method", ["savgol", "butterworth"])
def test_zero_phase_filters_keep_a_straight_line(method):
    track = _moving(_line())
    found = _cleaned(track, method).keypoints
    inside = slice(None) if method == "savgol" else slice(10, -10)
    np.testing.assert_allclose(found[inside], track.keypoints[inside], atol=0.05)


@pytest.mark.parametrize("degree", [1, 2, 3])
def test_local_polynomials_keep_a_polynomial_of_their_degree(degree):
    time = np.linspace(-1, 1, 40)
    track = _moving(np.stack([100 * time**degree, -50 * time**degree], -1))
    np.testing.assert_allclose(_cleaned(track, "savgol", degree=degree).keypoints, track.keypoints, atol=2e-3)
    higher = _moving(np.stack([100 * time ** (degree + 2), time], -1))
    assert np.abs(_cleaned(higher, "savgol", degree=degree).keypoints - higher.keypoints).max() > 0.01


@pytest.mark.parametrize("method", METHODS)
def test_an_impulse_is_damped(method):
    offset = np.zeros((61, 2))
    offset[30] = 4
    found = _cleaned(_moving(offset), method).keypoints - STANDING
    assert 0 < found[30].max() < 0.8 * 4
    np.testing.assert_allclose(found[0], 0, atol=0.05)


@pytest.mark.parametrize("method", ["savgol", "butterworth"])
def test_zero_phase_filters_answer_an_impulse_symmetrically(method):
    offset = np.zeros((81, 2))
    offset[40] = 40
    found = _cleaned(_moving(offset), method).keypoints - STANDING
    np.testing.assert_allclose(found, found[::-1], atol=1e-3)


def test_one_euro_never_looks_ahead():
    rng = np.random.default_rng(0)
    offset = rng.normal(0, 5, (40, 2)).cumsum(0)
    whole = _cleaned(_moving(offset), "one_euro").keypoints
    for frames in (1, 7, 25):
        np.testing.assert_array_equal(_cleaned(_moving(offset[:frames]), "one_euro").keypoints, whole[:frames])


def test_one_euro_lags_less_the_faster_the_motion():
    def lag(size):
        """Frames by which a slow wave comes late, as a share of a period."""
        wave = _wave(1.0, 60.0, size=size)
        found = (_cleaned(_moving(wave, 60.0), "one_euro").keypoints - STANDING)[120:, 0, 0]
        phases = [np.angle(np.exp(-2j * np.pi * np.arange(len(x)) / 60) @ x) for x in (wave[120:, 0], found)]
        return (phases[0] - phases[1]) / (2 * np.pi)

    assert 0 < lag(200.0) < 0.5 * lag(2.0)
    assert lag(2.0) < 0.2


@pytest.mark.parametrize("fps", [25.0, 60.0, 120.0])
def test_butterworth_takes_three_decibels_at_its_cutoff(fps):
    found = (_cleaned(_moving(_wave(4.0, fps), fps), "butterworth", cutoff=4.0).keypoints - STANDING)[:, 0, 0]
    middle = slice(round(2 * fps), round(4 * fps))
    share = np.sqrt((found[middle] ** 2).mean() / (_wave(4.0, fps)[middle, 0] ** 2).mean())
    assert share == pytest.approx(np.sqrt(0.5), abs=0.01)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_motion_at_another_rate_gives_the_same(method):
    """The rate at which frames come does not decide how much is taken off."""
    coarse, fine = (
        _cleaned(_moving(_wave(2.0, fps), fps), method).keypoints[:: int(fps / 60), :, 0] for fps in (60.0, 240.0)
    )
    # One-Euro, as published, is late by part of a frame.
    assert np.abs(coarse[60:-60] - fine[60:-60]).max() < (0.15 if method == "one_euro" else 0.05) * 50
    assert np.abs(coarse - STANDING[:, 0]).max() > 5


@pytest.mark.parametrize("method", METHODS)
def test_gaps_up_to_the_limit_are_filled_and_longer_ones_part_the_filter(method):
    offset = _line(80)
    points = STANDING + offset[:, None]
    points[10:13, 0] = np.nan
    points[40:60, 1] = np.nan
    found = _cleaned(_track(points), method, max_gap_seconds=0.2)
    assert (found.provenance[10:13, 0] == INTERPOLATED).all()
    assert (found.confidence[10:13, 0] == 0).all()
    assert (found.provenance[40:60, 1] == MISSING).all()
    assert np.isnan(found.keypoints[40:60, 1]).all()
    assert (found.provenance[:, 2:] == MEASURED).all()
    found.validate()
    beyond = points.copy()
    beyond[60:, 1] += 500.0
    moved = _cleaned(_track(beyond), method, max_gap_seconds=0.2)
    np.testing.assert_allclose(moved.keypoints[:40, 1], found.keypoints[:40, 1], atol=1e-3)


@pytest.mark.parametrize("method", METHODS)
def test_unsure_samples_give_way_to_their_neighbours(method):
    offset = np.zeros((61, 2))
    offset[30] = 100.0
    confidence = np.ones((61, 17))
    confidence[30, :8] = 0.05
    found = np.abs(_cleaned(_moving(offset, confidence=confidence), method).keypoints - STANDING).max((0, 2))
    assert found[:8].max() < 0.3 * found[8:].min()


@pytest.mark.parametrize("method", ["savgol", "butterworth"])
def test_a_long_stretch_of_little_confidence_is_not_made_a_line(method):
    time = np.arange(90) / 30
    offset = np.stack([60 * np.sin(2 * np.pi * time), 0 * time], -1)
    confidence = np.ones((90, 17))
    confidence[20:60] = 0.05
    sure, unsure = (_cleaned(_moving(offset, confidence=c), method).keypoints for c in (None, confidence))
    np.testing.assert_allclose(unsure[26:54], sure[26:54], atol=3)


@pytest.mark.parametrize("method", METHODS)
def test_a_track_of_no_confidence_is_still_smoothed(method):
    track = _moving(_line(), confidence=np.zeros((60, 17)))
    found = _cleaned(track, method).keypoints
    assert np.isfinite(found).all()
    assert np.abs(found[-1] - found[0]).max() > 50


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("frames", [1, 2, 3, 4])
def test_a_few_frames_come_through(method, frames):
    track = _moving(_line(frames))
    found, notes = clean(track, Settings(method))
    assert np.isfinite(found.keypoints).all()
    assert ("shortened" in " ".join(notes)) == (method == "savgol")


@pytest.mark.parametrize("method", METHODS)
def test_a_track_of_nothing_stays_nothing(method):
    track = _track(np.full((10, 17, 2), np.nan))
    assert (_cleaned(track, method).provenance == MISSING).all()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"method": "median"}, "not known; expected off or one of one_euro, savgol, butterworth"),
        ({"method": "butterworth", "cutoff": 15.0}, "cutoff of 15 Hz; at 30 frames per second expected less than 15"),
        ({"method": "one_euro", "least_cutoff": 20.0}, "least_cutoff of 20 Hz"),
        ({"method": "savgol", "window_seconds": 0.05}, "window_seconds of 0.05 is 3 frames"),
        ({"method": "savgol", "window_seconds": -1.0}, "window_seconds is -1.0; expected a positive number"),
        ({"method": "savgol", "degree": -1}, "degree is -1"),
        ({"method": "butterworth", "cutoff": float("nan")}, "cutoff is nan"),
        ({"method": "one_euro", "beta": -1.0}, "beta is -1.0; expected 0 or more"),
        ({"method": "one_euro", "trusted": 0.0}, "trusted is 0.0"),
    ],
)
def test_nonsense_is_refused(fields, message):
    with pytest.raises(InputError, match=f"track 0: smoothing.*{message}"):
        clean(_moving(_line()), Settings(**fields))


@settings(max_examples=25, deadline=None)
@given(
    # Numbers below the normal ones have no quarter.
    points=hnp.arrays(
        np.float32, (12, 17, 2), elements=st.floats(-1e4, 1e4, width=32, allow_subnormal=False) | st.just(np.nan)
    ),
    confidence=hnp.arrays(np.float32, (12, 17), elements=st.floats(0, 1, width=32)),
    method=st.sampled_from(sorted(METHODS)),
)
def test_whatever_comes_in_sound_tracks_come_out(points, confidence, method):
    track = _track(points, confidence=confidence)
    found = _cleaned(track, method, max_gap_seconds=0.1)
    found.validate()
    assert (np.isfinite(found.keypoints).all(-1) == (found.provenance != MISSING)).all()
    np.testing.assert_array_equal(found.provenance == MEASURED, track.provenance == MEASURED)
    np.testing.assert_array_equal(found.confidence, track.confidence)
    # The unit of length means nothing.
    scaled = _cleaned(dataclasses.replace(track, keypoints=track.keypoints * 0.25), method, max_gap_seconds=0.1)
    np.testing.assert_allclose(scaled.keypoints, 0.25 * found.keypoints, atol=0.05, rtol=1e-4)
