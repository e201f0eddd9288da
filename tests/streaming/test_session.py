"""A stream gives what the same causal models give of the whole clip."""

import dataclasses
import pathlib

import jax
import numpy as np
import pytest

from configs import lifter_choreo, semi_supervised
from hdvr_jax import cleaning, streaming
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import read as read_keypoints
from hdvr_jax.published import lifter as published_lifter
from hdvr_jax.recognition.clips import camera_of, seen_clip
from hdvr_jax.recognition.settings import Settings
from hdvr_jax.streaming import Recording
from hdvr_jax.streaming.models import of_published
from tests.real_data import real_data
from tests.recognition import fabricated
from tests.streaming import made, whole

SIZE, TOLERANCE = (1280, 720), 1e-4
SLOW = pytest.mark.slow
RECORDING = Recording(fps=30.0, image_size=SIZE, skeleton="h36m17")


@pytest.fixture(scope="module")
def blank(models):
    """A stream with room for two."""
    return streaming.start(models, RECORDING, dancers=2)


def dancing(frames=60, seed=0):
    """(keypoints, confidence) with gaps, short and long, of single joints and of the dancer."""
    keypoints = fabricated.project(fabricated.swaying(frames)) + 40.0 * seed
    confidence = np.random.default_rng(seed).uniform(0.3, 1, keypoints.shape[:2]).astype(np.float32)
    confidence[10:13, 5], confidence[20:50, 13], confidence[:8, 3] = 0, 0, 0
    confidence[30:33] = 0
    return keypoints, confidence


def streamed(state, dancers, frames):
    """[{id: Outcome}] of {id: (first frame, keypoints, confidence)}."""
    found = []
    for frame in range(frames):
        people = {
            id: (keypoints[frame - first], confidence[frame - first])
            for id, (first, keypoints, confidence) in dancers.items()
            if 0 <= frame - first < len(keypoints)
        }
        state, outcomes = streaming.step(state, people)
        found.append(outcomes)
    return found


def of(found, id, field):
    return np.stack([getattr(outcomes[id], field) for outcomes in found])


@pytest.fixture(scope="module")
def alone(blank):
    keypoints, confidence = dancing()
    return streamed(blank, {"Ada": (0, keypoints, confidence)}, len(keypoints))


def test_every_stage_equals_that_of_the_whole_clip(trained, alone):
    expected = whole.recognised(trained, RECORDING, *dancing())
    np.testing.assert_allclose(of(alone, "Ada", "pose"), expected["poses"], atol=TOLERANCE)
    np.testing.assert_allclose(of(alone, "Ada", "movements"), expected["movements"], atol=TOLERANCE)
    # Genre frame k is at frame 3 k, and the movements nearest to it have come by frame 3 k + 1.
    assert alone[0]["Ada"].genre is None
    np.testing.assert_allclose(of(alone[1::3], "Ada", "genre"), expected["genre"], atol=TOLERANCE)
    for stage in ("poses", "movements", "genre"):
        assert np.median(np.ptp(expected[stage], axis=0)) > 50 * TOLERANCE, stage


@SLOW
def test_a_real_clip_streams_as_it_is_recognised_whole(trained, models):
    """A dancer missed for a while, at twice the models' frame rate."""
    track = read_keypoints(real_data("aistpp"), view="c03").tracks[0]
    seen = np.isfinite(track.keypoints).all(-1) & (track.confidence > 0)
    shown = slice(int(seen.any(1).argmax()), int(seen.any(1).argmax()) + 160)
    points, confidence = track.keypoints[shown].copy(), track.confidence[shown].copy()
    points[60:75], confidence[60:75] = np.nan, 0
    recording = Recording(fps=60.0, image_size=track.image_size or (1920, 1080), skeleton="coco17")
    found = streamed(streaming.start(models, recording), {"1": (0, points, confidence)}, 160)
    expected = whole.recognised(trained, recording, points, confidence)
    np.testing.assert_allclose(of(found[::2], "1", "pose"), expected["poses"], atol=TOLERANCE)
    np.testing.assert_array_equal(of(found[1::2], "1", "pose"), of(found[::2], "1", "pose"))
    np.testing.assert_allclose(of(found[::2], "1", "movements"), expected["movements"], atol=TOLERANCE)
    np.testing.assert_allclose(of(found[2::6], "1", "genre"), expected["genre"], atol=TOLERANCE)


def test_without_gaps_a_lifter_of_rays_gives_what_recognition_gives():
    """Nothing of the whole clip goes into rays."""
    trained = made.trained("lifter", causal=True, inputs="rays", widths=(3, 3, 3))
    keypoints = fabricated.project(fabricated.swaying(50))
    track = fabricated.PoseTrack.from_points(keypoints, "h36m17", 30.0, image_size=SIZE)
    clip = seen_clip(track, camera_of(track, [track], Settings())[0])
    expected = trained.family.on_clip(trained.predict, clip)["poses"]
    state = streaming.start(made.streaming_models({"lifter": trained}), RECORDING)
    found = of(streamed(state, {"1": (0, keypoints, track.confidence)}, 50), "1", "pose")
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_published_weights_stream():
    weights = pathlib.Path(__file__).parent.parent / "data" / "videopose3d_plain.bin"
    points = np.random.default_rng(0).uniform(100, 800, (40, 17, 2)).astype(np.float32)
    track = fabricated.PoseTrack.from_points(points, "coco17", 25.0, image_size=SIZE)
    clip = seen_clip(track, camera_of(track, [track], Settings())[0])
    expected = published_lifter.load(weights, "coco17", causal=True).on_clip(clip)["poses"]
    models = streaming.StreamModels(of_published(weights, "coco17"))
    state = streaming.start(models, Recording(fps=25.0, image_size=SIZE, skeleton="coco17"))
    found = of(streamed(state, {"1": (0, points, track.confidence)}, 40), "1", "pose")
    np.testing.assert_allclose(found, expected, atol=TOLERANCE)


def test_who_else_is_there_and_since_when_changes_nothing(blank, alone):
    keypoints, confidence = dancing()
    later, other = dancing(50, seed=1), dancing(70, seed=2)
    dancers = {"Eva": (0, *other), "Ada": (6, keypoints, confidence), "Ida": (20, *later)}
    found = streamed(blank, dancers, 66)[6:]
    for field in ("pose", "movements"):
        np.testing.assert_allclose(of(found, "Ada", field), of(alone, "Ada", field), atol=TOLERANCE)
    # Of three frames the genre model reads one, whoever came when: 6 is such a frame.
    np.testing.assert_allclose(of(found[1:], "Ada", "genre"), of(alone[1:], "Ada", "genre"), atol=TOLERANCE)
    assert "Ida" not in found[13]
    assert np.isfinite(found[14]["Ida"].pose).all()


def test_a_state_can_be_gone_on_from_twice(blank):
    keypoints, confidence = dancing(12)
    state = blank
    for frame in range(10):
        state, _ = streaming.step(state, {"Ada": (keypoints[frame], confidence[frame])})
    once, twice = (streaming.step(state, {"Ada": (keypoints[10], confidence[10])})[1]["Ada"] for _ in range(2))
    streaming.step(state, {"Ada": (keypoints[11] + 100, confidence[11])})
    again = streaming.step(state, {"Ada": (keypoints[10], confidence[10])})[1]["Ada"]
    for other in (twice, again):
        jax.tree.map(np.testing.assert_array_equal, vars(once), vars(other))


def test_a_dancer_out_of_sight_is_held_then_lost_then_forgotten(models, blank):
    keypoints, confidence = dancing(8)
    confidence[:] = 1
    gone = {"Ada": (0, keypoints, confidence)}
    found = streamed(blank, gone, 8 + 61)
    seen = [np.isfinite(outcomes["Ada"].pose).all() if "Ada" in outcomes else None for outcomes in found]
    assert seen == [True] * (8 + 15) + [False] * 45 + [None]
    assert all(not outcomes["Ada"].movements.any() for outcomes in found[23:-1])
    fresh = streamed(blank, {"Ada": (0, *dancing(5, seed=3))}, 5)
    state = blank
    for frame in range(8 + 63):
        state, _ = streaming.step(state, {"Ada": (keypoints[frame], confidence[frame])} if frame < 8 else {})
    begun = streamed(state, {"Ada": (0, *dancing(5, seed=3))}, 5)
    np.testing.assert_allclose(of(begun, "Ada", "pose"), of(fresh, "Ada", "pose"), atol=TOLERANCE)


def test_a_dancer_of_whom_nothing_is_seen_is_not_there(blank):
    keypoints, confidence = dancing(1)
    for nothing in ((keypoints[0] * np.nan, confidence[0]), (keypoints[0], 0 * confidence[0])):
        assert streaming.step(blank, {"Ada": nothing})[1] == {}
    assert streaming.step(blank, {})[1] == {}


def test_ids_that_change_all_the_time_do_not_fill_the_memory():
    """As of a detector that numbers people anew."""
    trained = {"lifter": made.trained("lifter", causal=True)}
    recording = dataclasses.replace(RECORDING, forget_seconds=100.0)
    keypoints, confidence = dancing(1)
    state = streaming.start(made.streaming_models(trained), recording, dancers=64)
    for frame in range(70):
        state, found = streaming.step(state, {str(frame): (keypoints[0], confidence[0])})
    assert len(state.ids) == 64
    assert "69" in found
    with pytest.raises(InputError, match="65 dancers in a frame; expected 64 or fewer"):
        streaming.step(state, {str(id): (keypoints[0], confidence[0]) for id in range(65)})


SINGLE = {"backbone": "residual", "blocks": 1, "widths": (1,), "inputs": "frames"}


@pytest.mark.parametrize(
    ("lifter", "fps", "fields"),
    [
        pytest.param(lifter_choreo, 60.0, {"widths": (5, 3), "flip": True}, id="mirrored, every other frame"),
        pytest.param(lifter_choreo, 25.0, {"widths": (1,), "inputs": "rays"}, id="one frame, interpolated", marks=SLOW),
        pytest.param(lifter_choreo, 30.0, {"inputs": "screen", "dense": True}, id="dense, screen", marks=SLOW),
        pytest.param(semi_supervised, 30.0, {}, id="trajectory", marks=SLOW),
        pytest.param(lifter_choreo, 60.0, SINGLE | {"flip": True}, id="single frames"),
    ],
)
def test_every_kind_of_lifter_streams(lifter, fps, fields):
    trained = {"lifter": made.trained("lifter", lifter=lifter, causal=True, **fields)}
    recording = dataclasses.replace(RECORDING, fps=fps)
    keypoints, confidence = dancing(40)
    confidence[:] = np.maximum(confidence, 0.1)
    state = streaming.start(made.streaming_models(trained), recording)
    found = streamed(state, {"1": (0, keypoints, confidence)}, 40)
    expected = whole.recognised(trained, recording, keypoints, confidence)
    # The latest frame of the lifter at or before each frame.
    latest = np.floor(np.arange(40) * 30 / fps + 1e-6).astype(int)
    np.testing.assert_allclose(of(found, "1", "pose"), expected["poses"][latest], atol=TOLERANCE)
    if "trajectory" in expected:
        np.testing.assert_allclose(of(found, "1", "trajectory"), expected["trajectory"][latest], atol=TOLERANCE)
    assert found[0]["1"].movements is None
    assert found[0]["1"].genre is None


def test_keypoints_can_be_smoothed(models, blank):
    smoothing = cleaning.Settings("one_euro")
    keypoints, confidence = dancing(20)
    confidence[:] = 1
    shaken = keypoints + np.random.default_rng(0).normal(0, 8, keypoints.shape).astype(np.float32)
    track = fabricated.PoseTrack.from_points(shaken, "h36m17", 30.0)
    smooth = cleaning.clean(track, smoothing)[0].keypoints
    state = streaming.start(models, dataclasses.replace(RECORDING, smoothing=smoothing), dancers=2)
    found = of(streamed(state, {"1": (0, shaken, confidence)}, 20), "1", "pose")
    np.testing.assert_allclose(
        found, of(streamed(blank, {"1": (0, smooth, confidence)}, 20), "1", "pose"), atol=TOLERANCE
    )


@pytest.mark.parametrize(
    ("keypoints", "confidence", "message"),
    [
        (np.ones((16, 2)), np.ones(16), r"dancer Ada: keypoints \(16, 2\)"),
        (np.full((17, 2), 1e9), np.ones(17), "dancer Ada: hip at .* cannot be a place"),
    ],
)
def test_impossible_keypoints_are_refused(blank, keypoints, confidence, message):
    with pytest.raises(InputError, match=message):
        streaming.step(blank, {"Ada": (keypoints, confidence)})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"fps": 0.0}, "fps is 0.0; expected frames per second"),
        ({"fps": 0.01}, "fps is 0.01"),
        ({"image_size": (0, 10)}, "width is 0; expected 1 to 1e\\+06"),
        ({"focal": float("nan")}, "focal is nan"),
        ({"max_hold_seconds": 3.0}, "max_hold_seconds 3.0"),
        ({"skeleton": "fish"}, "fish"),
        ({"smoothing": cleaning.Settings("savgol")}, "looks ahead; expected off or one_euro"),
        ({"fps": 5.0}, "the genre model needs 10"),
    ],
)
def test_nonsense_about_a_recording_is_refused(models, fields, message):
    if fields == {"fps": 5.0}:
        models = dataclasses.replace(models, lifter=dataclasses.replace(models.lifter, fps=None))
    with pytest.raises(InputError, match=message):
        streaming.start(models, dataclasses.replace(RECORDING, **fields))
