"""The file of a stream's results: written line by line, read alone, and what is left of it after a kill."""

import contextlib
import dataclasses
import io
import json
import os

import numpy as np
import pytest

from hdvr_jax import streaming
from hdvr_jax.errors import InputError
from hdvr_jax.movements import load_vocabulary
from hdvr_jax.streaming import results

RECORDING = streaming.Recording(fps=30.0, image_size=(640, 480), skeleton="h36m17")


@pytest.fixture(scope="module")
def written(lifts):
    """The text of a stream of six frames, two pictures skipped."""
    points = np.random.default_rng(0).uniform(100, 400, (17, 2)).astype(np.float32)
    people = {"Ada": (points, np.ones(17, np.float32))}
    times, skipped = (0, 0.1, 0.2, 0.3, 0.4, 0.5), (0, 0, 2, 0, 0, 0)
    frames = [streaming.Frame(people, time=time, skipped=count) for time, count in zip(times, skipped)]
    file = io.StringIO()
    results.write(streaming.Stream(RECORDING, iter(frames), notes=("all is drawn",)), lifts, file)
    return file.getvalue()


def test_a_file_can_be_read_alone(tmp_path, written):
    path = tmp_path / "stream.jsonl"
    path.write_text(written)
    header, *frames, end = streaming.read_results(path)
    assert (header["fps"], header["image_size"], header["keypoints"]) == (30.0, [640, 480], "h36m17")
    assert len(header["skeleton"]["joints"]) == 17
    assert header["units"]["pose"] == "m"
    assert "y down" in header["axes"]
    assert header["models"]["lifter"]["frames"] == 9
    assert header["focal_px"] == 640.0
    assert header["notes"] == ["all is drawn"]
    assert [line["frame"] for line in frames] == list(range(6))
    assert [line["time"] for line in frames] == [0, 0.1, 0.2, 0.3, 0.4, 0.5]
    assert [line.get("skipped", 0) for line in frames] == [0, 0, 2, 0, 0, 0]
    assert end["end"]["frames"] == 6
    assert end["end"]["skipped"] == 2
    assert end["end"]["frames_a_second"] == pytest.approx(14.0)
    assert {"median", "p95", "max"} == set(end["end"]["latency_ms"]) == set(end["end"]["stages_ms"]["lifting"])


def test_the_header_names_movements_and_genres(models, lifts):
    header = results.header(streaming.Stream(RECORDING, iter(())), models)
    assert [entry["id"] for entry in header["movements"]] == [entry.id for entry in load_vocabulary().types]
    assert {"name", "part"} < set(header["movements"][0])
    assert "tango" in header["genres"]
    assert header["models"]["genre"]["inputs"] == ["poses2d", "poses3d", "movements"]
    assert "genres" not in results.header(streaming.Stream(RECORDING, iter(())), lifts)


def test_every_line_is_on_the_disk_when_the_next_frame_is_asked_for(tmp_path, lifts):
    path, lines = tmp_path / "stream.jsonl", []

    def frames():
        for _ in range(3):
            lines.append(len(list(streaming.read_results(path))))
            yield streaming.Frame({})
        raise KeyboardInterrupt

    with path.open("w") as file:
        latency = results.write(streaming.Stream(RECORDING, frames()), lifts, file)
    assert lines == [1, 2, 3]
    assert [*streaming.read_results(path)][-1] == {"end": latency.to_json()}
    assert latency.seconds.shape == (3,)


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99])
def test_what_was_written_before_a_kill_is_read(tmp_path, written, kept):
    path, cut = tmp_path / "stream.jsonl", written[: int(kept * len(written))]
    path.write_text(cut)
    assert [json.dumps(line) for line in streaming.read_results(path)] == written.splitlines()[: cut.count("\n")]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no whole line"),
        ('{"frame": 1}\n', "line 1: expected results of a stream, an object with format"),
        ('{"format": "other"}\n', "line 1: is of format 'other', version None; expected 'hdvr-stream', version 1"),
        ('{"format": "hdvr-stream", "version": 2}\n', "version 2; expected"),
        ('{"format": "hdvr-stream", "version": 1}\n{"frame\n{"frame": 3}\n', "line 2: not whole JSON"),
        (
            '{"format": "hdvr-stream", "version": 1}\n[3]\n',
            "line 2: expected results of a stream, an object with",
        ),
    ],
)
def test_other_files_are_refused(tmp_path, text, message):
    path = tmp_path / "x.jsonl"
    path.write_text(text)
    with pytest.raises(InputError, match=f"x.jsonl.*{message}"):
        list(streaming.read_results(path))


def test_a_file_that_is_not_there(tmp_path):
    with pytest.raises(InputError, match=r"gone.jsonl: cannot be read"):
        list(streaming.read_results(tmp_path / "gone.jsonl"))


def test_a_line_longer_than_any_is_an_error(tmp_path, written, monkeypatch):
    """One that was cut short is not: it is shorter than the longest."""
    path = tmp_path / "stream.jsonl"
    path.write_text(written.splitlines(keepends=True)[0] + '{"frame": "' + 5000 * "x")
    assert len(list(streaming.read_results(path))) == 1
    monkeypatch.setattr(results, "_LONGEST", 5000)
    with pytest.raises(InputError, match=r"stream.jsonl, line 2: longer than 5000 characters"):
        list(streaming.read_results(path))


def test_a_reader_who_leaves_ends_a_stream(lifts):
    """What is written to a pipe after its reader has gone is an error for the writer."""
    reading, writing = os.pipe()

    def frames():
        yield streaming.Frame({})
        os.close(reading)
        yield streaming.Frame({})
        raise AssertionError("nobody reads this frame")

    file = os.fdopen(writing, "w")
    try:
        assert len(results.write(streaming.Stream(RECORDING, frames()), lifts, file).seconds) == 2
    finally:
        with contextlib.suppress(BrokenPipeError):
            file.close()


@pytest.mark.parametrize(("focal", "expected"), [(None, 640.0), (1000.1, 1000.1)])
def test_the_header_tells_the_focal_length_that_is_used(lifts, focal, expected):
    stream = streaming.Stream(dataclasses.replace(RECORDING, focal=focal), iter(()))
    assert results.header(stream, lifts)["focal_px"] == expected


def test_only_results_are_replaced(tmp_path, written):
    path = tmp_path / "stream.jsonl"
    assert results.is_replaceable(path)
    ours, others = ("", written, '{"frame": 0, "ms": 3.1, "people": []}'), ("my notes", '{"fra')
    for text, expected in [*((text, True) for text in ours), *((text, False) for text in others)]:
        path.write_text(text)
        assert results.is_replaceable(path) == expected


def test_fields_of_a_line():
    pose, movements = np.ones((17, 3), np.float32), np.float32([0.2, 0.7])
    outcome = streaming.Outcome(pose, np.ones(3, np.float32), movements, np.float32([0.25, 0.75]))
    found = results.fields(outcome, ["a", "b"], ("tango", "waltz"))
    assert found["movements"] == {"b": 0.7}
    assert found["genre"] == {"tango": 0.25, "waltz": 0.75}
    assert found["trajectory"] == [1.0, 1.0, 1.0]
    lost = results.fields(streaming.Outcome(pose * np.nan, pose[0] * np.nan), [], ())
    assert lost == {"pose": None, "trajectory": None}
