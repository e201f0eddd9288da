"""Rows of the tables of movements and genres."""

import argparse
import pathlib

import pytest

from benchmarks import genres, movements
from hdvr_jax import families


@pytest.fixture
def options(monkeypatch):
    monkeypatch.setattr(movements, "lifter", lambda data, workdir: f"{workdir}/{data}_lifter")
    monkeypatch.setattr(genres, "movement_model", lambda data, inputs, _: f"{data}_movements_{inputs}")
    return argparse.Namespace(workdir=pathlib.Path("tables"), seeds=2, size="half")


@pytest.mark.parametrize("data", ["choreo", "cmu"])
@pytest.mark.parametrize("row", genres.ROWS)
def test_a_row_reads_what_its_name_says(data, row, options):
    config = genres.config_of(data, row, options)
    assert families.build(config).name == "genre"
    assert (config.num_seeds, config.model.features) == (2, 64)
    lifted = "3D" in row
    assert config.upstream.lifter == (f"tables/{data}_lifter" if lifted else "")
    read = "movements" in row
    assert config.upstream.movements == (f"{data}_movements_{'3d_lifted' if lifted else '2d'}" if read else "")
    assert config.data.splitting == ""


@pytest.mark.parametrize("row", genres.CHOREAI)
def test_choreai_stands_beside_them(row, options):
    model = genres.config_of("choreo", row, options).model
    assert (model.streams, model.features) == (("keypoints",), 20)


def test_a_leak_is_shown_on_the_same_pieces(options, monkeypatch):
    evaluated, made = [], []
    found = {"overall": {"all": dict.fromkeys(("macro_f", "accuracy", "calibration_error"), 0.5)}}
    monkeypatch.setattr(genres, "timed", lambda config, folder: made.append(folder.name))
    monkeypatch.setattr(
        genres.evaluation, "evaluate_workdir", lambda config, *_: evaluated.append(config.data.to_dict()) or [found]
    )
    monkeypatch.setattr(
        genres, "trained", lambda config, folder: (evaluated.append(config.data.to_dict()) or [found], 1.0)
    )
    rows = genres.leak("choreo", options)
    assert made == ["choreo_genre_half_2D_poses"]
    assert [(data["splitting"], data["piece_seconds"]) for data in evaluated] == [("", 2.0), ("random_window", 0.0)]
    assert [row.split(" | ")[2] for row in rows] == ["unseen", "random windows"]


@pytest.mark.parametrize("data", ["choreo", "cmu"])
@pytest.mark.parametrize("inputs", ["2d", "3d_lifted", "3d_true"])
def test_movement_models_of_all_inputs(data, inputs, options):
    config = movements.config_of(data, inputs, options)
    assert config.model.inputs == inputs
    assert config.upstream.lifter == (f"tables/{data}_lifter" if inputs == "3d_lifted" else "")
    assert families.build(config).name == "movements"


def test_tables_have_means_and_deviations_of_every_part():
    score = dict.fromkeys(("macro_f", "micro_f"), 0.5) | {
        f"{kind}/{part}": 0.25 for part in movements.BODY_PARTS for kind in ("f", "micro_f", "support")
    }
    found = dict.fromkeys(("2d", "3d_true"), ((score, score), (score, score), 150.0))
    assert movements.overall("choreo", found)[0] == "| choreo | 2D |" + " 0.500 ± 0.500 |" * 4 + " 2 |"
    rows = movements.by_part("choreo", found)
    assert rows[0] == "| choreo | head | 0.250 / 0.250 | 0.250 / 0.250 | 0 / 0 |"
    assert len(rows) == 16
