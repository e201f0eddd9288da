"""The line on the console."""

import io

from hdvr_jax.meter import Meter


def meter(frames, times):
    stream = io.StringIO()
    clock = iter([0.0, *times])
    return Meter(stream, frames, lambda: next(clock)), stream


def test_rate_and_time_left_count_from_where_this_run_began():
    told, stream = meter(1000, [0.0, 10.0, 11.0, 60.0])
    told.start(400)
    told.report(450)
    told.report(460)
    told.end(1000)
    assert stream.getvalue().splitlines() == [
        "detection goes on after 400 frames that were kept",
        "detection  5.0 frames/s  frame 450/1000  1:50 left",
        "detection  1000 frames, 10.0 frames/s",
    ]


def test_other_pieces_than_frames_have_their_name():
    stream, clock = io.StringIO(), iter([0.0, 0.0, 10.0])
    told = Meter(stream, 8, lambda: next(clock), "rows", "view")
    told.start(0)
    told.report(2)
    assert stream.getvalue() == "rows  0.2 views/s  view 2/8  0:30 left\n"


def test_a_video_of_unknown_length_and_one_that_is_longer_than_it_says():
    for frames, line in ((None, "frame 50"), (20, "frame 50/20  0:00 left")):
        told, stream = meter(frames, [0.0, 10.0])
        told.start(0)
        told.report(50)
        assert stream.getvalue() == f"detection  5.0 frames/s  {line}\n"
