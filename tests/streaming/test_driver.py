"""A stream from its source to the lines that it writes."""

import contextlib
import dataclasses
import io
import itertools
import json

import numpy as np
import pytest

from hdvr_jax import streaming
from hdvr_jax.streaming import driver, inputs, results, sources
from hdvr_jax.streaming.camera import newest
from tests.detection import drawn
from tests.recognition import fabricated
from tests.streaming.cameras import Capture


def _recorded(frames=12):
    return streaming.Stream(*sources.replay([fabricated.seen(fabricated.swaying(frames), "Ada")], "clip"))


def test_a_replayed_track_is_written_as_lines(lifts):
    written = io.StringIO()
    latency = results.write(_recorded(), lifts, written)
    lines = [json.loads(text) for text in written.getvalue().splitlines()][1:-1]
    assert [line["frame"] for line in lines] == list(range(12))
    poses = np.array([line["people"][0]["pose"] for line in lines])
    assert lines[3]["people"][0]["id"] == "Ada"
    assert latency.seconds.shape == latency.stages["lifting"].shape == (12,)
    assert (latency.stages["lifting"] <= latency.seconds).all()
    stream = _recorded()
    state, expected = streaming.start(lifts, stream.recording, 2), []
    for frame in stream.frames:
        state, found = streaming.step(state, frame.people)
        expected.append(found["Ada"].pose)
    np.testing.assert_allclose(poses, expected, atol=1e-4)


def test_an_interrupted_stream_tells_how_long_frames_took(lifts):
    def stop(number, frame, found, seconds):
        if number == 4:
            raise KeyboardInterrupt

    latency = driver.run(_recorded(), lifts, stop)
    assert (len(latency.seconds), latency.interrupted) == (5, True)
    assert not driver.run(_recorded(), lifts, lambda *_: None).interrupted


def test_nothing_is_compiled_while_frames_come(lifts, monkeypatch):
    stream, began, compiled = _recorded(), [], []
    warm = driver._warm
    monkeypatch.setattr(driver, "_warm", lambda state: began.append(warm(state)) or began[0])
    stream = dataclasses.replace(stream, frames=itertools.islice(stream.frames, 3))
    # For a number of dancers that no other test has.
    before = streaming.start(lifts, stream.recording).setup.run["lift"].func._cache_size()
    driver.run(stream, lifts, lambda *_: compiled.append(began[0].setup.run["lift"].func._cache_size()), dancers=3)
    assert compiled == [before + 1] * 3
    assert began[0].frame == 0


def test_a_rate_that_is_wrong_is_told(lifts):
    clock = itertools.count(0, 0.5)
    stream = _recorded(40)
    frames = (dataclasses.replace(frame, time=number / 10) for number, frame in enumerate(stream.frames))
    stream, warnings = dataclasses.replace(stream, frames=frames), []
    latency = driver.run(stream, lifts, lambda *_: None, warn=warnings.append, clock=lambda: next(clock))
    assert latency.arrived == pytest.approx(10.0)
    assert len(warnings) == 1
    assert "10.0 a second, not at the 30" in warnings[0]


def test_a_detector_that_is_too_slow_does_not_fall_behind(lifts):
    """While it looks at a picture ten more come: what it gets next is of now, and places are those of its time."""
    interval, frames = 0.01, 12
    camera = Capture(let=1, picture=lambda number: drawn.picture((160, 120), [(10 + number // 10, 30, 20, 60)]))
    recording = streaming.Recording(1 / interval, (160, 120), inputs.SKELETON)

    def now():
        return camera.read_so_far * interval

    def find(picture):
        camera.give(10)
        return drawn.find(picture)

    shots = newest(camera, "film", clock=now)
    seen = inputs.people_in(shots, contextlib.nullcontext(find), recording, now)
    stream, told, warnings = streaming.Stream(recording, itertools.islice(seen, frames)), [], []
    latency = driver.run(stream, lifts, lambda *line: told.append((line[1], line[3])), warn=warnings.append, clock=now)
    seen.close()
    camera.let()
    later = [frame for frame, _ in told[1:]]
    assert [frame.skipped for frame in later] == [
        round((frame.time - before.time) / interval) - 1 for (before, _), frame in zip(told, later)
    ]
    assert min(frame.skipped for frame in later) >= 9
    assert latency.skipped == sum(frame.skipped for frame in later)
    assert {id for frame in later for id in frame.people} == {"1"}
    places = np.array([frame.people["1"][0].mean(0)[0] for frame in later])
    np.testing.assert_allclose(np.diff(places) / np.diff([frame.time for frame in later]), 0.1 / interval, rtol=1e-3)
    # Every picture is answered as long after it came as the work on it takes: none has waited for the others.
    for frame, seconds in told[1:]:
        assert seconds <= sum(frame.took.values()) + 2 * interval
    assert warnings == []
    assert latency.arrived == pytest.approx(1 / interval, rel=0.02)
