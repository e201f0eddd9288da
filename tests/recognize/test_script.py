"""recognize.py from its arguments to its files and its one-line errors."""

import json
import os
import pathlib
import pickle
import subprocess
import sys
import time

import numpy as np
import pytest

from configs import semi_supervised
from hdvr_jax.pose_track import PoseTrack
from tests.recognition import fabricated, workdirs
from tests.recognize.runs import dancer, refused, run, track_file

_ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
_JOINTS = 17


def test_two_dancers_through_all_stages(capsys, tmp_path, models):
    source = track_file(tmp_path / "duo.json", dancer(id="Ada"), dancer(id="Eva"))
    status, lines, errors = run(capsys, source, "--out", tmp_path / "out", "--models", models)
    assert (status, errors) == (0, [])
    assert lines[-3:] == [str(tmp_path / "out" / name) for name in ("report.html", "poses3d.npz", "report.json")]
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [track["id"] for track in report["tracks"]] == ["Ada", "Eva"]
    assert [model["stage"] for model in report["models"]] == ["lifter", "movements", "genre"]
    assert {"read", "lift", "movements", "genre"} <= set(report["timings"])
    for track in report["tracks"]:
        assert track["movements"]["source"] == "model"
        assert np.shape(track["poses"]["points"]) == (40, _JOINTS, 3)
        assert None not in np.array(track["poses"]["points"]).ravel()
        assert np.shape(track["genre"]["running"]) == (40, 9)
        np.testing.assert_allclose(np.sum(track["genre"]["running"], -1), 1, atol=1e-3)


def test_published_weights_in_place_of_the_lifter(capsys, tmp_path):
    source = track_file(tmp_path / "solo.json", dancer(id="Ada"))
    weights, none = _ROOT / "tests" / "data" / "videopose3d_plain.bin", tmp_path / "none"
    status, _, errors = run(capsys, source, "--out", tmp_path / "out", "--models", none, "--weights", weights)
    assert (status, errors) == (0, [])
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["models"][0]["entries"][0].startswith("expand_conv, expand_bn: expand")
    assert report["models"][0]["name"].startswith("videopose3d_plain.bin (published weights")
    assert any("Human3.6M" in note for note in report["notes"])
    assert np.shape(report["tracks"][0]["poses"]["points"]) == (40, _JOINTS, 3)
    cut = tmp_path / "cut.bin"
    cut.write_bytes(weights.read_bytes()[:9000])
    assert "cut.bin" in refused(capsys, source, "--out", tmp_path / "b", "--models", none, "--weights", cut)


def test_a_published_trajectory_and_a_floor(capsys, tmp_path):
    source = track_file(tmp_path / "duo.json", dancer(id="Ada"), dancer(id="Eva"))
    weights, out = _ROOT / "tests" / "data" / "videopose3d_trajectory.bin", tmp_path / "out"
    options = ("--models", tmp_path / "none", "--weights", weights, "--weights-layout", "h36m17", "--floor")
    status, lines, errors = run(capsys, source, "--out", out, *options)
    assert (status, errors) == (0, [])
    assert any(line.startswith("floor ") for line in lines)
    report = json.loads((out / "report.json").read_text())
    assert "with trajectory" in report["models"][0]["name"]
    assert len(report["floor"]["up"]) == 3
    assert {track["poses"]["frame"] for track in report["tracks"]} == {"world"}
    with np.load(out / "poses3d.npz") as poses:
        assert str(poses["frame"]) == "floor"


def test_a_trained_lifter_that_gives_a_trajectory(capsys, tmp_path):
    source = track_file(tmp_path / "solo.json", dancer())
    models = workdirs.write(tmp_path / "models", "lifter", lifter=semi_supervised)
    status, _, errors = run(capsys, source, "--out", tmp_path / "out", "--models", models)
    assert (status, errors) == (0, [])
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["models"][0]["name"] == "semi_supervised"
    assert np.isfinite(np.array(report["tracks"][0]["poses"]["points"], float)).all()


def test_one_of_two_dancers(capsys, tmp_path, lifter_only):
    source = track_file(tmp_path / "duo.npz", dancer(id="Ada"), dancer(id="Eva"))
    status, *_ = run(capsys, source, "--out", tmp_path / "out", "--models", lifter_only, "--track", "Eva")
    assert status == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert [track["id"] for track in report["tracks"]] == ["Eva"]
    assert "Bob" in refused(capsys, source, "--out", tmp_path / "b", "--models", lifter_only, "--track", "Bob")


def test_a_lifter_alone_names_movements_by_rules(capsys, tmp_path, lifter_only):
    source = track_file(tmp_path / "solo.json", dancer())
    assert run(capsys, source, "--out", tmp_path / "out", "--models", lifter_only)[0] == 0
    report = json.loads((tmp_path / "out" / "report.json").read_text())
    assert report["tracks"][0]["movements"]["source"] == "rules"
    assert report["tracks"][0]["genre"] is None
    assert any("kinematic rules" in note for note in report["notes"])
    assert "kinematic rules" in (tmp_path / "out" / "report.html").read_text()


def test_three_dimensions_are_not_lifted(capsys, tmp_path, models):
    points = fabricated.track_result().poses.upright()
    source = track_file(tmp_path / "mocap.npz", PoseTrack.from_points(points, "h36m17", 30.0))
    assert run(capsys, source, "--out", tmp_path / "out", "--models", models)[0] == 0
    track = json.loads((tmp_path / "out" / "report.json").read_text())["tracks"][0]
    assert track["poses"]["frame"] == "world"
    np.testing.assert_allclose(track["poses"]["points"], points, atol=6e-4)
    assert track["reprojection"] is None


def test_a_single_frame(capsys, tmp_path, models):
    source = track_file(tmp_path / "still.json", dancer(frames=1))
    assert run(capsys, source, "--out", tmp_path / "out", "--models", models)[0] == 0
    track = json.loads((tmp_path / "out" / "report.json").read_text())["tracks"][0]
    assert np.isfinite(np.array(track["poses"]["points"])).all()


def test_long_gaps_have_no_pose(capsys, tmp_path, lifter_only):
    track = dancer(frames=60)
    track.keypoints[20:45] = np.nan
    source = track_file(tmp_path / "gap.json", PoseTrack.from_points(track.keypoints, "h36m17", 30.0))
    out = tmp_path / "out"
    assert run(capsys, source, "--out", out, "--models", lifter_only, "--max-gap", "0.2")[0] == 0
    points = json.loads((out / "report.json").read_text())["tracks"][0]["poses"]["points"]
    assert points[30] == [[None] * 3] * _JOINTS
    assert None not in points[10][0]


def test_bad_files_are_one_line_and_leave_nothing(capsys, tmp_path, models):
    files = {
        "empty.json": b"",
        "half.pkl": pickle.dumps({"keypoints2d": np.zeros((1, 9, 17, 3))})[:-80],
        "code.pkl": b"cos\nsystem\n(S'touch " + str(tmp_path / "ran").encode() + b"'\ntR.",
        "people.json": json.dumps({"format": "hdvr-tracks", "version": 1, "tracks": []}).encode(),
        "other.txt": b"hello",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        assert name in refused(capsys, tmp_path / name, "--out", tmp_path / "out", "--models", models)
    assert not (tmp_path / "ran").exists()
    assert not (tmp_path / "out").exists()


def test_bad_tracks_are_one_line(capsys, tmp_path, models):
    entry = {"skeleton": "coco17", "fps": 30, "id": "1"}
    bad = {
        "nan.json": {**entry, "keypoints": np.full((4, 17, 2), None).tolist()},
        "joints.json": {**entry, "keypoints": np.zeros((4, 16, 2)).tolist()},
        "fps.json": {**entry, "fps": 0, "keypoints": np.zeros((4, 17, 2)).tolist()},
        "skeleton.json": {**entry, "skeleton": "octopus", "keypoints": np.zeros((4, 17, 2)).tolist()},
    }
    for name, track in bad.items():
        (tmp_path / name).write_text(json.dumps({"format": "hdvr-tracks", "version": 1, "tracks": [track]}))
        assert name in refused(capsys, tmp_path / name, "--out", tmp_path / "out", "--models", models)
    assert not (tmp_path / "out").exists()


def test_missing_models_say_what_to_run(capsys, tmp_path):
    source = track_file(tmp_path / "solo.json", dancer())
    told = refused(capsys, source, "--out", tmp_path / "out", "--models", tmp_path / "none")
    assert "make demo" in told
    assert "train.py" in told


def test_two_dimensions_without_a_lifter(capsys, tmp_path):
    source = track_file(tmp_path / "solo.json", dancer())
    folder = workdirs.write(tmp_path / "models", "movements")
    told = refused(capsys, source, "--out", tmp_path / "out", "--models", folder)
    assert "no lifter" in told
    assert "make demo" in told


def change_config(workdir, **fields):
    path = workdir / "config.json"
    config = json.loads(path.read_text())
    config["model"] |= fields
    path.write_text(json.dumps(config))


@pytest.mark.parametrize(
    ("stage", "fields"), [("lifter", {"channels": 48}), ("movements", {"features": 5}), ("genre", {"genres": ["a"]})]
)
def test_weights_of_another_shape(capsys, tmp_path, stage, fields):
    source = track_file(tmp_path / "solo.json", dancer())
    folder = workdirs.write(tmp_path / "models", "lifter", "movements", "genre")
    change_config(folder / stage, **fields)
    told = refused(capsys, source, "--out", tmp_path / "out", "--models", folder)
    assert stage in told
    assert not (tmp_path / "out").exists()


def test_a_workdir_of_another_family_or_without_weights(capsys, tmp_path, lifter_only):
    source = track_file(tmp_path / "solo.json", dancer())
    folder = tmp_path / "models"
    folder.mkdir()
    (folder / "genre").symlink_to(lifter_only / "lifter", target_is_directory=True)
    assert "expected genre" in refused(capsys, source, "--out", tmp_path / "out", "--models", folder)
    (folder / "genre").unlink()
    (folder / "lifter").mkdir()
    assert "lifter" in refused(capsys, source, "--out", tmp_path / "out", "--models", folder)


def test_bad_arguments_are_one_line(capsys, tmp_path, lifter_only):
    assert "--out" in refused(capsys, "x.json")
    assert "--fps" in refused(capsys, "x.json", "--out", tmp_path, "--fps", "-3")
    assert "--max-gap" in refused(capsys, "x.json", "--out", tmp_path, "--max-gap", "nan")
    known = ("--out", tmp_path / "out", "--models", lifter_only)
    assert "unknown keypoint format 'tapestry'" in refused(capsys, tmp_path, *known, "--format", "tapestry")


@pytest.mark.slow
def test_a_clip_of_720_frames_takes_half_a_minute_with_compilation(tmp_path, models):
    track = dancer(frames=720)
    source = track_file(tmp_path / "solo.json", PoseTrack.from_points(track.keypoints, "h36m17", 60.0))
    command = [sys.executable, "recognize.py", str(source), "--out", str(tmp_path), "--models", str(models)]
    # Compiled as a user's are, not as those of the tests.
    own = {"JAX_PLATFORMS": "cpu", "JAX_COMPILATION_CACHE_DIR": str(tmp_path / "cache"), "XLA_FLAGS": ""}
    environment = {**os.environ, **own}
    start = time.perf_counter()
    subprocess.run(command, cwd=_ROOT, env=environment, check=True, timeout=120)
    assert time.perf_counter() - start < 30


def test_the_script_starts_without_tensorflow(tmp_path, models):
    source = track_file(tmp_path / "solo.json", dancer())
    code = (
        "import sys, recognize; status = recognize.main(sys.argv[1:]); "
        "found = {'tensorflow', 'clu', 'tensorflow_datasets', 'matplotlib'} & set(sys.modules); "
        "sys.exit(f'imported {found}' if found else status)"
    )
    arguments = [str(source), "--out", str(tmp_path / "out"), "--models", str(models)]
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=_ROOT,
        env={**os.environ, "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert (done.returncode, done.stderr) == (0, "")
