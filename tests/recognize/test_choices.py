"""What recognize.py lets its users choose, and what it leaves out."""

import itertools
import json
import pathlib

import numpy as np

from hdvr_jax import streaming
from hdvr_jax.export import mp4
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.streaming import sources
from tests.keypoints import detected
from tests.recognize.runs import dancer, refused, run, track_file

_JOINTS = 17
CAUSAL = pathlib.Path(__file__).parent.parent / "data" / "videopose3d_causal.bin"


def test_smoothing_and_more_results(capsys, tmp_path, lifter_only):
    out = tmp_path / "out"
    source = track_file(tmp_path / "duo.json", dancer(id="Ada"), dancer(id="Eva"))
    with mp4.whole_video(tmp_path / "slow.mp4", 5.0, (64, 48)) as write:
        write(np.zeros((48, 64, 3), np.uint8))
    options = ("--export", "bvh,gltf,csv,json,overlay", "--smooth", "butterworth", "--video", tmp_path / "slow.mp4")
    status, lines, errors = run(capsys, source, "--out", out, "--models", lifter_only, *options)
    assert (status, errors) == (0, [])
    written = {
        "poses_Ada.bvh",
        "poses_Eva.bvh",
        "poses.glb",
        "poses3d.csv",
        "movements.csv",
        "poses3d.json",
        "overlay.mp4",
    }
    assert written < {path.name for path in out.iterdir()}
    assert any(line.endswith("overlay.mp4") for line in lines)
    assert any(line.startswith("note: The overlay has no sound: slow.mp4 has 5 frames/s") for line in lines)
    report = json.loads((out / "report.json").read_text())
    assert any("smoothed (butterworth)" in note for note in report["tracks"][0]["notes"])
    assert report["risks"] is None
    status, _, _ = run(capsys, source, "--out", out, "--models", lifter_only, "--export", "csv")
    assert status == 0
    assert {path.name for path in out.iterdir()} & written == {"poses3d.csv", "movements.csv"}


def test_choices_that_there_are_not(capsys, tmp_path, lifter_only):
    source = track_file(tmp_path / "solo.json", dancer())
    known = ("--out", tmp_path / "out", "--models", lifter_only)
    assert "expected bvh, gltf, csv, json, overlay" in refused(capsys, source, *known, "--export", "fbx")
    assert "invalid choice: 'median'" in refused(capsys, source, *known, "--smooth", "median")
    assert "WIDTHxHEIGHT" in refused(capsys, source, *known, "--image-size", "big")
    assert "does not apply" in refused(capsys, source, *known, "--layout", "body25")
    assert "no such file" in refused(capsys, tmp_path / "gone.mp4", *known)
    assert not (tmp_path / "out").exists()


def test_bystanders_and_the_files_numbers(capsys, tmp_path, lifter_only):
    points = detected.dancers(2, 45)
    points[1] = points[1, :1]
    source = detected.alphapose(tmp_path / "a.json", points, idx=lambda person, frame: 7 + person)
    known = (source, "--out", tmp_path / "out", "--models", lifter_only)
    assert run(capsys, *known)[0] == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [track["id"] for track in report["tracks"]] == ["7"]
    assert any("--bystanders" in note for note in report["notes"])
    assert run(capsys, *known, "--bystanders")[0] == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert {track["id"] for track in report["tracks"]} == {"7", "8"}
    solo = track_file(tmp_path / "solo.json", dancer())
    assert "bystanders does not apply" in refused(capsys, solo, *known[1:], "--bystanders")


def test_a_head_alone_has_no_pose(capsys, tmp_path, models):
    head = dancer()
    head.keypoints[:, [joint for joint in range(_JOINTS) if joint not in (9, 10)]] = np.nan
    head = PoseTrack.from_points(head.keypoints, head.skeleton, head.fps, image_size=head.image_size, id="head")
    known = ("--out", tmp_path / "out", "--models", models)
    assert "too little is seen" in refused(capsys, track_file(tmp_path / "head.json", head), *known)
    assert not (tmp_path / "out").exists()
    status, _, _ = run(capsys, track_file(tmp_path / "duo.json", head, dancer(id="whole")), *known)
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert status == 0
    assert [track["id"] for track in report["tracks"]] == ["whole"]
    assert any(note.startswith("Track head was left out") for note in report["notes"])


def test_a_stream_answers_every_frame(capsys, tmp_path):
    weights = ("--weights", CAUSAL, "--weights-causal", "--models", tmp_path / "none")
    source = track_file(tmp_path / "duo.json", dancer(id="Ada"), dancer(id="Eva"))
    status, lines, errors = run(capsys, source, "--out", tmp_path / "out", "--stream", *weights)
    assert (status, errors) == (0, [])
    assert any("latency per frame from keypoints to results: median" in line for line in lines)
    assert lines[-2].split()[0] == "lifting"
    assert not any(line.startswith("note: Who is who") for line in lines)
    header, *told, end = streaming.read_results(tmp_path / "out" / "stream.jsonl")
    assert header["models"]["lifter"]["name"] == CAUSAL.name
    assert (header["fps"], end["end"]["frames"]) == (30.0, 40)
    assert [frame["frame"] for frame in told] == list(range(40))
    assert {person["id"] for person in told[-1]["people"]} == {"Ada", "Eva"}
    assert np.shape(told[-1]["people"][0]["pose"]) == (17, 3)


def test_an_interrupted_stream_keeps_its_results_and_says_so(capsys, tmp_path, monkeypatch):
    weights = ("--weights", CAUSAL, "--weights-causal", "--models", tmp_path / "none")
    replay = sources.replay

    def cut(*arguments, **fields):
        recording, frames = replay(*arguments, **fields)

        def some():
            yield from itertools.islice(frames, 3)
            raise KeyboardInterrupt

        return recording, some()

    monkeypatch.setattr(sources, "replay", cut)
    source, out = track_file(tmp_path / "solo.json", dancer()), tmp_path / "out"
    status, lines, errors = run(capsys, source, "--out", out, "--stream", *weights)
    assert (status, errors) == (130, ["interrupted"])
    assert any(line.startswith("3 frames; latency per frame") for line in lines)
    assert lines[-1] == str(out / "stream.jsonl")
    assert [*streaming.read_results(out / "stream.jsonl")][-1]["end"]["frames"] == 3


def test_an_input_that_is_not_there_is_told_before_models_are_loaded(capsys, tmp_path):
    source, models = track_file(tmp_path / "solo.json", dancer()), ("--models", tmp_path / "none")
    gone = tmp_path / "gone.mp4"
    for options in ((gone,), (gone, "--stream"), (source, "--video", gone)):
        told = refused(capsys, *options, "--out", tmp_path / "out", *models)
        assert told == f"error: {gone}: no such file or folder"


def test_what_does_not_go_with_a_stream(capsys, tmp_path, lifter_only):
    source = track_file(tmp_path / "solo.json", dancer())
    known = (source, "--out", tmp_path / "out", "--stream", "--models", lifter_only)
    assert "--floor looks at the whole recording" in refused(capsys, *known, "--floor")
    assert "looks ahead" in refused(capsys, *known, "--smooth", "savgol", "--weights", CAUSAL, "--weights-causal")
    assert "--weights-causal" in refused(capsys, *known, "--weights", CAUSAL)
    assert "a stream needs one as configs/lifter_causal.py trains" in refused(capsys, *known)
    assert not (tmp_path / "out").exists()
