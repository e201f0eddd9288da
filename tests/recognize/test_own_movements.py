"""Movements of a user's own: labels of recordings train a model, and recognize.py names what they name."""

import csv
import json

import pytest

from configs import movements_own
from hdvr_jax import loop
from tests.datasets.test_keypoint_folder import own_recordings
from tests.recognition import workdirs
from tests.recognize.runs import refused, run

TYPES = [("left_arm", "wave"), ("right_arm", "wave")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with recordings in `own` and, in `models`, a lifter and a movement model of the user's types."""
    path = tmp_path_factory.mktemp("own_movements")
    own_recordings(path / "own")
    config = movements_own.get_config(f"size=tiny,raw_dir={path / 'own'},labels={path / 'own.csv'}")
    config.data.data_dir, config.data.validation_split = str(path / "datasets"), ""
    config.train.steps = config.train.checkpoint_every = 10
    loop.train(config, path / "models" / "movements")
    workdirs.write(path / "models", "lifter")
    return path


def test_types_of_a_users_own_are_named_everywhere(capsys, tmp_path, folder):
    source, out = folder / "own" / "hiphop" / "clip1.txt", tmp_path / "out"
    status, _, errors = run(capsys, source, "--out", out, "--models", folder / "models", "--fps", 30, "--export", "csv")
    assert (status, errors) == (0, [])
    report = json.loads((out / "report.json").read_text())
    assert [(kind["part"], kind["name"]) for kind in report["movement_types"]] == TYPES
    assert [model["name"] for model in report["models"]][1] == "movements_own"
    found = report["tracks"][0]["movements"]
    assert found["source"] == "model"
    assert found["segments"]
    assert {(segment["part"], segment["name"]) for segment in found["segments"]} <= set(TYPES)
    with (out / "movements.csv").open() as file:
        rows = [(row["part"], row["movement"]) for row in csv.DictReader(file)]
    assert rows == [(segment["part"], segment["name"]) for segment in found["segments"]]
    page = (out / "report.html").read_text()
    assert "of 2 movement types seen; by the trained model movements_own" in page
    assert "wave, as labelled by the user" in page


def test_a_genre_model_of_other_types_is_refused_in_a_line(capsys, tmp_path, folder):
    models = workdirs.write(tmp_path / "models", "genre")
    for stage in ("lifter", "movements"):
        (models / stage).symlink_to(folder / "models" / stage, target_is_directory=True)
    source, out = folder / "own" / "hiphop" / "clip1.txt", tmp_path / "out"
    told = refused(capsys, source, "--out", out, "--models", models, "--fps", 30)
    assert f"{models}/genre: reads" in told
    assert f"{models}/movements names 2 movement types of a user's own" in told
    assert not out.exists()
