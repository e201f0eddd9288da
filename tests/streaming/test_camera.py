"""The newest picture of a camera that does not wait, from captures that are none."""

import itertools
import threading

import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.streaming.camera import newest
from tests.streaming.cameras import Capture


def numbers(shots):
    return [int(shot.picture[0, 0, 0]) for shot in shots]


def test_a_slow_reader_gets_the_newest_and_is_told_what_it_missed():
    capture, times = Capture(9, let=1), itertools.count(10)
    shots = newest(capture, "camera 0", clock=lambda: float(next(times)))
    found = [next(shots)]
    for missed in (1, 4, 3):
        capture.give(missed)
        found.append(next(shots))
    assert numbers(found) == [0, 1, 5, 8]
    assert [shot.skipped for shot in found] == [0, 0, 3, 2]
    assert [shot.arrived for shot in found] == [10.0, 11.0, 15.0, 18.0]
    capture.let()
    assert next(shots, None) is None
    assert capture.released.wait(5)


def test_a_quick_reader_misses_nothing_and_reads_nothing_twice():
    capture = Capture(3, let=1)
    shots = newest(capture, "camera 0")
    found = [next(shots)]
    for _ in range(2):
        capture.let()
        found.append(next(shots))
    capture.let()
    assert numbers(found) == [0, 1, 2]
    assert list(shots) == []


def test_the_last_picture_is_read_although_the_camera_has_ended():
    capture = Capture(4, let=1)
    shots = newest(capture, "camera 0")
    next(shots)
    capture.let(4)
    assert capture.released.wait(5)
    assert numbers(shots) == [3]


def test_a_reader_that_stops_releases_the_camera():
    capture = Capture(5, let=1)
    shots = newest(capture, "camera 0")
    next(shots)
    closing = threading.Thread(target=shots.close)
    closing.start()
    capture.let()
    closing.join(5)
    assert capture.released.wait(5)


def test_a_camera_that_hangs_or_fails_is_named():
    hanging, failing = Capture(1), Capture(0, let=1, error=OSError("unplugged"))
    with pytest.raises(InputError, match=r"camera 4: gave no picture for 0\.01 seconds"):
        next(newest(hanging, "camera 4", patience=0.01, farewell=0.01))
    hanging.let(2)
    with pytest.raises(InputError, match=r"camera 5: cannot be read \(unplugged\)"):
        next(newest(failing, "camera 5"))
    assert failing.released.wait(5)
