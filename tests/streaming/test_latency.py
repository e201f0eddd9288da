"""What is measured of a stream, by a clock that is told the time."""

import numpy as np
import pytest

from hdvr_jax.streaming import Frame, Latency, Recording
from hdvr_jax.streaming.latency import Watch

RECORDING = Recording(30.0, (640, 480))


class Clock:
    def __init__(self):
        self.now = 100.0

    def __call__(self):
        return self.now


def watched(frames, *, live, waited=0.0, worked=0.0):
    """(Watch, warnings) after frames that were waited for and worked on for so long."""
    clock = Clock()
    watch, warnings = Watch(RECORDING, live, clock), []
    for frame in frames:
        clock.now += waited
        watch.came(frame)
        clock.now += worked
        watch.done(frame)
        warnings += [warning] if (warning := watch.warning()) is not None else []
    return watch, warnings


def timed(count, fps, every=1):
    return [Frame({}, time=number / fps, skipped=every - 1 if number else 0) for number in range(0, count, every)]


def test_latency_in_words():
    found = Latency(np.array([0.01, 0.02, 0.03, 0.5]), 25.0).words()
    assert found.startswith("4 frames; latency per frame from keypoints to results: median 25.0 ms, 95th percentile")
    assert "longest 500.0 ms; 25.0 % of the frames took longer than the 40.0 ms between two." in found
    assert Latency(np.full(10, 0.01), 25.0, 2.0).words().endswith(" 5.0 frames a second in all.")
    assert Latency(np.zeros(0), 25.0).words() == "No frame came."
    stages = {"detection": np.full(10, 0.008), "lifting": np.full(10, 0.002)}
    found = Latency(np.full(10, 0.01), 25.0, 2.0, stages, skipped=5).words().splitlines()
    assert "from picture to results" in found[0]
    assert "5 of 15 pictures were skipped." in found[0]
    assert found[1].split()[:3] == ["detection", "median", "8.0"]
    assert len(found) == 3


def test_latency_as_numbers():
    found = Latency(np.array([0.01, 0.03, 0.02]), 25.0, 1.0, {"lifting": np.full(3, 0.001)}, 2, 12.345).to_json()
    assert (found["frames"], found["skipped"], found["frames_a_second"]) == (3, 2, 12.35)
    assert (found["latency_ms"]["median"], found["latency_ms"]["max"]) == (20.0, 30.0)
    assert found["stages_ms"]["lifting"] == {"median": 1.0, "p95": 1.0, "max": 1.0}
    assert Latency(np.zeros(0), 25.0).to_json() == {"frames": 0, "skipped": 0}


@pytest.mark.parametrize(
    ("fps", "warns"), [(15.0, True), (26.0, True), (28.0, False), (30.0, False), (32.9, False), (35.0, True)]
)
def test_pictures_at_another_rate_are_told_once(fps, warns):
    watch, warnings = watched(timed(150, fps, every=3), live=False, waited=0.1)
    assert watch.arrived() == pytest.approx(fps)
    assert len(warnings) == warns
    assert all(f"come at {fps:.1f} a second, not at the 30" in warning for warning in warnings)
    assert all("results follow the times" in warning for warning in warnings)


@pytest.mark.parametrize(
    ("live", "waited", "worked", "warns"),
    [
        (True, 0.08, 0.003, True),  # a detector of twelve frames a second
        (True, 0.030, 0.003, False),
        (True, 0.001, 0.08, False),  # it waits for us
        (True, 0.0001, 0.003, False),  # a recording that is piped in
        (True, 0.015, 0.001, True),  # a camera of sixty
        (False, 0.08, 0.003, False),  # a video, whose detector is slow
    ],
)
def test_a_pipe_that_is_waited_for_has_a_rate(live, waited, worked, warns):
    _, warnings = watched([Frame({})] * 400, live=live, waited=waited, worked=worked)
    assert len(warnings) == warns
    assert all("taken to be 33.3 ms apart" in warning for warning in warnings)


def test_what_had_come_before_it_was_asked_for_says_nothing():
    """As of a detector that began while models were compiled."""
    clock = Clock()
    watch = Watch(RECORDING, True, clock)
    clock.now += 60.0
    for _ in range(100):
        watch.came(Frame({}))
        clock.now += 0.01
        watch.done(Frame({}))
        assert watch.arrived() is None
    for _ in range(200):
        watch.came(Frame({}))
        clock.now += 0.002
        watch.done(Frame({}))
        clock.now += 0.031
        assert watch.warning() is None
    assert watch.arrived() == pytest.approx(1 / 0.033)


def test_a_few_frames_do_not_tell_a_rate():
    assert watched(timed(10, 5.0), live=False, waited=0.5)[1] == []
    assert watched(timed(40, 15.0), live=False, waited=0.1)[1] == []


def test_latency_counts_from_the_picture():
    clock = Clock()
    watch = Watch(RECORDING, False, clock)
    for number in range(2):
        clock.now += 1.0
        frame = Frame({}, arrived=clock.now - 0.2, took={"detection": 0.15} if number else {})
        watch.came(frame)
        clock.now += 0.05
        assert watch.done(frame) == pytest.approx(0.25)
    np.testing.assert_allclose(watch.latency().stages["detection"], [0, 0.15])
    assert watch.latency().elapsed == pytest.approx(2.1)
