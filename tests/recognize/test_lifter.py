"""recognize.py with the lifter of any training (--lifter)."""

import json
import shutil

import numpy as np
import pytest

from configs import lifter_causal, semi_supervised
from hdvr_jax import streaming
from tests.recognition import workdirs
from tests.recognize.runs import dancer, refused, run, track_file

NOTE = "The movement and genre models were trained on poses of another lifter (work/choreo/lifter)"


@pytest.fixture(scope="module")
def trajectory(tmp_path_factory):
    return workdirs.write(tmp_path_factory.mktemp("trajectory"), "lifter", lifter=semi_supervised) / "lifter"


@pytest.fixture(scope="module")
def causal(tmp_path_factory):
    return workdirs.write(tmp_path_factory.mktemp("causal"), "lifter", lifter=lifter_causal) / "lifter"


@pytest.fixture
def source(tmp_path):
    return track_file(tmp_path / "solo.json", dancer(id="Ada"))


def points(out):
    return np.array(json.loads((out / "report.json").read_text())["tracks"][0]["poses"]["points"], float)


def test_another_lifter_before_the_folders_other_models(capsys, tmp_path, source, models, lifter_only, trajectory):
    out = tmp_path / "out"
    assert run(capsys, source, "--out", tmp_path / "own", "--models", lifter_only)[0] == 0
    status, _, errors = run(capsys, source, "--out", out, "--models", models, "--lifter", trajectory)
    assert (status, errors) == (0, [])
    report = json.loads((out / "report.json").read_text())
    assert [model["name"] for model in report["models"]] == ["semi_supervised", "movements_choreo", "genre_choreo"]
    assert sum(note.startswith(NOTE) for note in report["notes"]) == 1
    assert NOTE in (out / "report.html").read_text()
    assert report["tracks"][0]["genre"] is not None
    assert np.abs(points(out) - points(tmp_path / "own")).max() > 0.1


def test_a_lifter_alone_without_a_folder_of_models(capsys, tmp_path, source, trajectory):
    out, none = tmp_path / "out", tmp_path / "none"
    status, _, errors = run(capsys, source, "--out", out, "--models", none, "--lifter", trajectory)
    assert (status, errors) == (0, [])
    report = json.loads((out / "report.json").read_text())
    assert [model["name"] for model in report["models"]] == ["semi_supervised", "kinematic rules"]
    assert not any("another lifter" in note for note in report["notes"])
    assert np.isfinite(points(out)).all()


def test_what_is_no_lifter_is_told_in_a_line_and_leaves_nothing(capsys, tmp_path, source, models, causal):
    for options in ((), ("--stream",)):
        known = (source, "--out", tmp_path / "out", "--models", models / "none", *options, "--lifter")
        assert f"{models / 'genre'}: holds a model of family genre" in refused(capsys, *known, models / "genre")
        assert "is not the workdir of a training" in refused(capsys, *known, tmp_path)
        assert "is not the workdir of a training" in refused(capsys, *known, tmp_path / "gone")
        bare = tmp_path / "bare"
        bare.mkdir(exist_ok=True)
        shutil.copy(causal / "config.json", bare)
        assert "there is no checkpoint" in refused(capsys, *known, bare)
        (tmp_path / "config.json").write_text('{"architectures": ["PoseNet"]}')
        assert "config.json: has no family" in refused(capsys, *known, tmp_path)
        (tmp_path / "config.json").unlink()
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("damage", ["cut", "shape"])
def test_weights_that_cannot_be_used_are_told_in_a_line_and_leave_nothing(capsys, tmp_path, source, causal, damage):
    broken = tmp_path / "broken"
    shutil.copytree(causal, broken)
    if damage == "cut":
        for file in (broken / "checkpoints").rglob("d/*"):
            file.write_bytes(file.read_bytes()[:10])
    else:
        config = json.loads((broken / "config.json").read_text())
        config["model"]["channels"] = 48
        (broken / "config.json").write_text(json.dumps(config))
    for options in ((), ("--stream",)):
        known = ("--models", tmp_path / "none", "--lifter", broken, *options)
        assert str(broken) in refused(capsys, source, "--out", tmp_path / "out", *known)
    assert not (tmp_path / "out").exists()


def test_one_lifter_only(capsys, tmp_path, source, causal):
    known = (source, "--out", tmp_path / "out", "--models", tmp_path / "none")
    told = refused(capsys, *known, "--lifter", causal, "--weights", "model.bin")
    assert "--weights: not allowed with argument --lifter" in told


def test_a_stream_by_the_lifter_of_any_training(capsys, tmp_path, source, models, causal, trajectory):
    known = (source, "--out", tmp_path / "out", "--stream", "--models", tmp_path / "none", "--lifter")
    status, _, errors = run(capsys, *known, causal)
    assert (status, errors) == (0, [])
    header, *_, end = streaming.read_results(tmp_path / "out" / "stream.jsonl")
    assert header["models"]["lifter"]["name"] == "lifter_causal"
    assert end["end"]["frames"] == 40
    told = refused(capsys, *known[:3], "--stream", "--models", models / "none", "--lifter", trajectory)
    assert told.startswith(f"error: {trajectory}: this lifter reads frames after its own")


def test_a_stream_tells_which_models_know_another_lifter(capsys, tmp_path, source, causal):
    fields = {"bidirectional": False, "evidence": 0, "level": False, "beside": False}
    models, out = workdirs.write(tmp_path / "models", "movements", **fields), tmp_path / "out"
    status, lines, _ = run(capsys, source, "--out", out, "--stream", "--models", models, "--lifter", causal)
    assert status == 0
    note = "The movement model was trained on poses of another lifter"
    assert any(line.startswith(f"note: {note}") for line in lines)
    header = next(iter(streaming.read_results(out / "stream.jsonl")))
    assert any(told.startswith(note) for told in header["notes"])
