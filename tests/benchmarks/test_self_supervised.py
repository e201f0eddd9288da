"""The tables of lifting without 3D, their trainings replaced."""

import argparse
import pathlib

import pytest

from benchmarks import self_supervised

OPTIONS = argparse.Namespace(
    workdir=pathlib.Path("w"), skip="c05", seeds=2, channels=96, steps=70, temporal_channels=64, temporal_steps=5,
    dictionary_steps=3,
)  # fmt: skip


@pytest.fixture
def done(monkeypatch):
    """Configs of the trainings, in the order in which they are made."""
    found = []

    def timed(config, folder):
        found.append((config, folder))
        return 60.0

    def trained(config, folder):
        row = {metric: 10.0 * number for number, metric in enumerate(self_supervised.METRICS, 1)}
        timed(config, folder)
        return [{"overall": {"all": row}}, {"overall": {"all": {name: v + 2 for name, v in row.items()}}}], 120.0

    monkeypatch.setattr(self_supervised, "timed", timed)
    monkeypatch.setattr(self_supervised, "trained", trained)
    return found


@pytest.mark.parametrize("table", self_supervised.TABLES)
def test_every_row_is_trained_by_its_own_config(done, table):
    rows = self_supervised.TABLES[table]
    lines = list(self_supervised.lines("cmu", rows, OPTIONS))
    assert len(lines) == 2 + len(rows)
    assert lines[2].startswith(f"| {rows[0].title} | 11.0 ± ")
    assert lines[2].endswith(" | 2 |")
    assert len({str(folder) for _, folder in done}) == len({config.to_json() for config, _ in done})
    for config, _ in done:
        assert config.num_seeds == 2
        assert config.data.film_views == 4
        assert config.train.steps == (3 if config.family == "dictionary" else 5 if config.model.widths[0] > 1 else 70)


def test_dictionaries_are_learnt_before_they_are_used(done):
    list(self_supervised.lines("aistpp", self_supervised.TABLES["4.1"], OPTIONS))
    learnt = {str(folder): index for index, (config, folder) in enumerate(done) if config.family == "dictionary"}
    started = [(index, config) for index, (config, _) in enumerate(done) if config.train.get("initial_parts", {})]
    assert len(started) == 3
    for index, config in started:
        assert learnt[config.train.initial_parts.dictionary] < len(done)
        first = min(i for i, (_, folder) in enumerate(done) if str(folder) == config.train.initial_parts.dictionary)
        assert first < index
