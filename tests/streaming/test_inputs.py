import contextlib
import io
import itertools
import json
import pathlib
import sys

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import native
from hdvr_jax.streaming import Recording, inputs
from hdvr_jax.streaming.camera import Shot
from tests.detection import drawn
from tests.keypoints import detected
from tests.recognition import fabricated

NOTHING = dict.fromkeys(("format", "fps", "view", "clip", "unit", "layout", "image_size"))


def test_people_of_pictures_keep_their_ids():
    boxes = [[(20 + 2 * i, 30, 30, 80), (200 - 2 * i, 40, 26, 70)] for i in range(12)]
    shots = (Shot(drawn.picture((320, 180), of_frame)) for of_frame in boxes)
    frames = list(inputs.people_in(shots, contextlib.nullcontext(drawn.find), Recording(20.0, (320, 180))))
    found = [frame.people for frame in frames]
    assert {frame.time for frame in frames} == {None}
    assert set(frames[0].took) == {"detection", "tracking"}
    assert [set(people) for people in found] == [{"1", "2"}] * 12
    for id in ("1", "2"):
        places = np.array([people[id][0].mean(0) for people in found])
        assert np.abs(np.diff(places[:, 0])).max() < 5


def test_a_pipe_says_its_rate_or_is_told(monkeypatch):
    line = json.dumps({"people": [{"keypoints": [[1.0, 2.0, 0.9]] * 17}]})
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{line}\n{line}\n"))
    stream = inputs.open_input(
        pathlib.Path("-"), {**NOTHING, "fps": 25.0, "image_size": (640, 480)}, None, max_hold_seconds=0.2
    )
    recording, frames = stream.recording, stream.frames
    assert stream.live
    assert (recording.fps, recording.image_size, recording.max_hold_seconds) == (25.0, (640, 480), 0.2)
    assert len(list(frames)) == 2
    monkeypatch.setattr(sys, "stdin", io.StringIO(line))
    with pytest.raises(InputError, match="nothing says the fps"):
        inputs.open_input(pathlib.Path("-"), NOTHING, None)


def test_recorded_keypoints_come_as_frames(tmp_path):
    native.write(tmp_path / "solo.json", [fabricated.seen(fabricated.swaying(), "Ada")])
    stream = inputs.open_input(tmp_path / "solo.json", NOTHING, None)
    assert stream.recording.skeleton == "h36m17"
    assert not stream.live
    assert [set(frame.people) for frame in stream.frames] == [{"Ada"}] * 90
    assert not any("from the whole of it" in note for note in stream.notes)


def test_people_of_a_detectors_file_were_tracked_through_the_whole_of_it(tmp_path):
    stream = inputs.open_input(detected.openpose(tmp_path / "duo", detected.dancers(2, 12)), NOTHING, None)
    assert [len(frame.people) for frame in stream.frames] == [2] * 12
    assert any("from the whole of it" in note for note in stream.notes)


def test_options_that_do_not_apply(tmp_path):
    for source in ("-", "7"):
        with pytest.raises(InputError, match="option view does not apply to a"):
            inputs.open_input(pathlib.Path(source), {**NOTHING, "view": "c01"}, None)
    with pytest.raises(InputError, match="no such file"):
        inputs.open_input(pathlib.Path("20240101120000"), NOTHING, None)
    with pytest.raises(InputError, match=r'layout does not apply to a pipe .the first line.*"skeleton": "coco17"'):
        inputs.open_input(pathlib.Path("-"), {**NOTHING, "layout": "coco17"}, None)


def test_files_that_are_not_there(tmp_path):
    (tmp_path / "there.json").write_text("{}")
    for source in ("-", "7", tmp_path / "there.json"):
        inputs.check_there(pathlib.Path(source))
    for source in ("20240101120000", tmp_path / "gone.mp4"):
        with pytest.raises(InputError, match="no such file or folder"):
            inputs.check_there(pathlib.Path(source))


def test_pictures_of_a_camera_tell_their_time_and_what_was_missed_between_them():
    """The second of a pair of clock readings is taken when the people of the picture were found."""
    ticks = itertools.count(0.0, 0.25)
    picture = drawn.picture((320, 180), [(20, 30, 30, 80)])
    shots = [Shot(picture, 50.0, 7), Shot(picture, 50.1, 0), Shot(picture, 50.4, 2)]
    finder, recording = contextlib.nullcontext(drawn.find), Recording(20.0, (320, 180))
    frames = list(inputs.people_in(shots, finder, recording, clock=lambda: next(ticks)))
    assert [frame.time for frame in frames] == pytest.approx([0, 0.1, 0.4])
    assert [frame.arrived for frame in frames] == [50.0, 50.1, 50.4]
    assert [frame.skipped for frame in frames] == [0, 0, 2]
    assert [dict(frame.took) for frame in frames] == [{"detection": 0.25, "tracking": 0.25}] * 3


def test_a_camera_that_is_not_there(capfd):
    """It is told once, by the error: OpenCV has its own words for it."""
    with pytest.raises(InputError, match="camera 97"):
        inputs.open_input(pathlib.Path("97"), NOTHING, None)
    assert capfd.readouterr() == ("", "")
