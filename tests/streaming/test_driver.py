"""A stream from its source to the lines that it writes."""

import io
import itertools
import json

import numpy as np
import pytest

from hdvr_jax import streaming
from hdvr_jax.streaming import driver, sources
from tests.recognition import fabricated
from tests.streaming import made


@pytest.fixture(scope="module")
def models():
    return made.streaming_models({"lifter": made.trained("lifter", causal=True)})


def _recorded(frames=12):
    return sources.replay([fabricated.seen(fabricated.swaying(frames), "Ada")], "clip")


def test_a_replayed_track_is_written_as_lines(models):
    recording, frames = _recorded()
    written = io.StringIO()
    latency = driver.run(frames, recording, models, driver.json_writer(written, models))
    lines = [json.loads(text) for text in written.getvalue().splitlines()]
    assert [line["frame"] for line in lines] == list(range(12))
    poses = np.array([line["people"][0]["pose"] for line in lines])
    assert lines[3]["people"][0]["id"] == "Ada"
    assert latency.seconds.shape == (12,)
    state, expected = streaming.start(models, recording, 2), []
    for people in _recorded()[1]:
        state, found = streaming.step(state, people)
        expected.append(found["Ada"].pose)
    np.testing.assert_allclose(poses, expected, atol=1e-4)


def test_an_interrupted_stream_tells_how_long_frames_took(models):
    recording, frames = _recorded()

    def stop(number, found, seconds):
        if number == 4:
            raise KeyboardInterrupt

    assert len(driver.run(frames, recording, models, stop).seconds) == 5


def test_nothing_is_compiled_while_frames_come(models, monkeypatch):
    recording, frames = _recorded()
    began = []
    warm = driver._warm
    monkeypatch.setattr(driver, "_warm", lambda state: began.append(warm(state)) or began[0])
    driver.run(itertools.islice(frames, 3), recording, models, lambda *_: None)
    assert began[0].setup.run["lift"]._cache_size() == 1
    assert began[0].frame == 0


def test_latency_in_words():
    found = driver.Latency(np.array([0.01, 0.02, 0.03, 0.5]), 25.0).words()
    assert found.startswith("4 frames; latency per frame from keypoints to results: median 25.0 ms, 95th percentile")
    assert "25.0 % of the frames took longer than the 40.0 ms between two." in found
    assert driver.Latency(np.full(10, 0.01), 25.0, 2.0).words().endswith(" 5.0 frames a second in all.")
    assert driver.Latency(np.zeros(0), 25.0).words() == "No frame came."


def test_fields_of_a_line():
    pose, movements = np.ones((17, 3), np.float32), np.float32([0.2, 0.7])
    outcome = streaming.Outcome(pose, np.ones(3, np.float32), movements, np.float32([0.25, 0.75]))
    found = driver._fields(outcome, ["a", "b"], ("tango", "waltz"))
    assert found["movements"] == {"b": 0.7}
    assert found["genre"] == {"tango": 0.25, "waltz": 0.75}
    assert found["trajectory"] == [1.0, 1.0, 1.0]
    lost = driver._fields(streaming.Outcome(pose * np.nan, pose[0] * np.nan), [], ())
    assert lost == {"pose": None, "trajectory": None}
