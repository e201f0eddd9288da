"""Frames of a pipe and of recorded tracks: what is read, and one-line errors of what is not."""

import io
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.streaming import sources

HEADER = '{"fps": 30, "image_size": [1280, 720], "skeleton": "coco17"}'
JOINTS = 17


def person(id="Ada", x=5.0, joints=JOINTS):
    return {"id": id, "keypoints": [[x, 2.0, 0.9]] * joints}


def line(*people):
    return json.dumps({"people": list(people)})


def read(*lines, **given):
    recording, frames = sources.read_lines(io.StringIO("\n".join(lines)), "pipe", **given)
    return recording, [frame.people for frame in frames]


def test_lines_become_frames():
    recording, frames = read(HEADER, line(person(), person("Eva", 7.0)), "", line(), line(person("Eva")))
    assert (recording.fps, recording.image_size, recording.skeleton) == (30.0, (1280, 720), "coco17")
    assert [sorted(people) for people in frames] == [["Ada", "Eva"], [], ["Eva"]]
    keypoints, confidence = frames[0]["Eva"]
    np.testing.assert_array_equal(keypoints, np.tile([7.0, 2.0], (JOINTS, 1)))
    np.testing.assert_allclose(confidence, 0.9)


def test_options_stand_in_for_and_go_before_the_first_line():
    recording, frames = read(line(person()), fps=25, image_size=(640, 480), skeleton=None, focal=500.0)
    assert (recording.fps, recording.image_size, recording.focal, len(frames)) == (25.0, (640, 480), 500.0, 1)
    assert read(HEADER, line(person()), fps=50.0)[0].fps == 50.0


def test_one_dancer_needs_no_id_and_joints_may_be_null():
    alone = {"keypoints": [None, [1, 2, 0.5], *[[0, 0, 0]] * (JOINTS - 2)]}
    keypoints, confidence = read(HEADER, line(alone))[1][0]["1"]
    assert np.isnan(keypoints[0]).all()
    np.testing.assert_array_equal(confidence[1:3], [0.5, 0])


def timed(*times):
    return [json.dumps({"time": time, "people": [person()]}) for time in times]


def test_lines_may_tell_their_time():
    _, frames = sources.read_lines(io.StringIO("\n".join([HEADER, *timed(12.5, 12.5, 13.25)])), "pipe")
    assert [frame.time for frame in frames] == [0.0, 0.0, 0.75]
    for begin in (1.8e9, -1.8e9):
        _, frames = sources.read_lines(io.StringIO("\n".join([HEADER, *timed(begin, begin + 0.25)])), "pipe")
        assert [frame.time for frame in frames] == [0.0, 0.25]
    assert next(sources.read_lines(io.StringIO("\n".join([HEADER, line()])), "pipe")[1]).time is None


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ([], "pipe: no frames"),
        ([line(person())], "nothing says the fps; expected it on the first line or as an option"),
        (['{"fps": 30, "size": 3}'], "line 1: 'size' is not known; expected people, or fps"),
        (['{"fps": "fast", "image_size": [2, 2]}'], "fps is 'fast'"),
        (['{"fps": 30, "image_size": [2]}'], "image_size is"),
        ([f'{{"fps": 1{"0" * 400}, "image_size": [2, 2]}}'], "fps is 1"),
        ([HEADER, line({"keypoints": [[10**400, 1, 1]] * JOINTS})], "keypoints is not 17 triples"),
        (['{"fps": 30, "image_size": [2, 2], "skeleton": "fish"}'], "fish"),
        ([HEADER, line(person()), '{"people": ['], "line 3: not whole JSON"),
        ([HEADER, "[" * 100_000], "line 2: not whole JSON"),
        ([HEADER, " " * 10 + "1" * 2_000_001], "line 2: longer than"),
        ([HEADER, *timed(1.0, 0.5)], "line 3: time is 0.5; expected seconds, and not before"),
        ([HEADER, *timed("now")], "line 2: time is 'now'"),
        ([HEADER, *timed(1.8e12)], "line 2: time is 1800000000000.0; expected seconds"),
        ([HEADER, *timed(float("nan"))], "line 2: time is nan; expected seconds"),
        ([HEADER, *timed(10**400)], "line 2: time is 1000"),
        ([HEADER, *timed(1.0), line()], "line 3: no time, unlike the first frame"),
        ([HEADER, line(), *timed(1.0)], "line 3: a time, unlike the first frame"),
        ([HEADER, "[]"], "line 2: holds a list; expected an object"),
        ([HEADER, "{}"], "line 2: people is no list"),
        ([HEADER, '{"people": [3]}'], "line 2: people is no list of objects"),
        ([HEADER, line(person(None), person(None))], "line 2, person 0: no id"),
        ([HEADER, line(person(), person())], "line 2, person 1: id 'Ada' is there twice"),
        ([HEADER, line({"id": "Ada"})], "line 2, person Ada: no list of keypoints"),
        ([HEADER, line(person(joints=16))], r"line 2, person Ada: keypoints has shape \(16, 3\); expected \(17, 3\)"),
        ([HEADER, line({"id": 1, "keypoints": [[1, 2], 3]})], "line 2, person 1: keypoints is not 17 triples"),
    ],
)
def test_what_is_no_frame_is_named(lines, message):
    with pytest.raises(InputError, match=message):
        read(*lines)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.sampled_from('{}[]":,.-e0 \n\u00e9N')), min_size=1, max_size=5
    )
)
def test_mangled_lines_give_frames_or_an_error(changes):
    text = list(f"{HEADER}\n{line(person())}\n{line(person(), person('Eva'))}\n")
    for place, character in changes:
        text[int(place * len(text))] = character
    try:
        _, frames = read("".join(text))
    except InputError:
        return
    assert all(given[0].shape == (len(given[1]), 2) for people in frames for given in people.values())


def _track(frames, id="1", fps=30.0, axes=2, **fields):
    return PoseTrack.from_points(np.full((frames, 17, axes), 100.0), "coco17", fps, id=id, **fields)


def test_tracks_are_played_frame_by_frame():
    recording, frames = sources.replay([_track(3, "a", image_size=(640, 480)), _track(5, "b")], "x", focal=None)
    assert recording.image_size == (640, 480)
    assert [sorted(frame.people) for frame in frames] == [["a", "b"]] * 3 + [["b"]] * 2


def test_an_unknown_image_ends_where_the_keypoints_do():
    assert sources.replay([_track(3)], "x")[0].image_size == (100, 100)


@pytest.mark.parametrize(
    ("tracks", "message"),
    [([_track(2, axes=3)], "track 1 is 3D"), ([_track(2, "a"), _track(2, "b", 25.0)], "tracks a and b differ")],
)
def test_tracks_that_are_no_stream_are_refused(tracks, message):
    with pytest.raises(InputError, match=message):
        sources.replay(tracks, "x")
