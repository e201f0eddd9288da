"""Trainings of benchmarks: made once, timed over all sessions, refused where the config has changed."""

import json

import pytest

from benchmarks.trainings import trained
from hdvr_jax.errors import InputError
from tests import toy


@pytest.fixture(autouse=True)
def _toy(monkeypatch, tmp_path):
    toy.install(monkeypatch.setattr)
    monkeypatch.setenv("JAX_COMPILATION_CACHE_DIR", str(tmp_path / "cache"))


def test_a_training_is_made_once_and_its_time_kept(tmp_path):
    tables, seconds = trained(toy.config(num_seeds=2), tmp_path / "toy")
    again, same = trained(toy.config(num_seeds=2), tmp_path / "toy")
    assert len(tables) == 2
    assert seconds == same > 0
    assert again == tables


def test_a_folder_of_another_config_is_refused_and_left_as_it_was(tmp_path):
    _, seconds = trained(toy.config(), tmp_path / "toy")
    with pytest.raises(InputError, match="learning_rate"):
        trained(toy.config(optim__learning_rate=0.5), tmp_path / "toy")
    assert json.loads((tmp_path / "toy" / "seconds.json").read_text()) == {"seconds": seconds, "done": True}
