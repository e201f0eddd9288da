"""The console line."""

import io

from hdvr_jax.progress import Progress, duration


def test_durations():
    assert [duration(s) for s in (-3, 42, 725, 11232)] == ["0:00", "0:42", "12:05", "3:07:12"]


def test_rate_and_time_left():
    times = iter([0.0, 10.0, 100.0, 105.0])
    stream = io.StringIO()
    progress = Progress(100, 200, stream, lambda: next(times))
    assert progress.report(120, 0.5) == 2.0
    progress.restart()
    assert progress.report(140, 0.25) == 4.0
    lines = stream.getvalue().splitlines()
    assert lines == [
        "step 120/200  loss 0.5  2.00 steps/s  0:40 left",
        "step 140/200  loss 0.25  4.00 steps/s  0:15 left",
    ]


def test_a_terminal_keeps_one_line():
    stream = io.StringIO()
    stream.isatty = lambda: True
    times = iter([0.0, 1.0, 2.0])
    progress = Progress(0, 2, stream, lambda: next(times))
    progress.report(1, 1.0)
    progress.note("saved")
    progress.report(2, 1.0)
    assert stream.getvalue().count("\n") == 2
    assert stream.getvalue().count("\r") == 3
