"""The table of what multi-seed lifting costs."""

import sys

import pytest

from benchmarks import multiseed_cost


def run(monkeypatch, *options):
    monkeypatch.setattr(sys, "argv", ["multiseed_cost", *options])
    multiseed_cost.main()


def test_lengths_and_numbers_of_seeds_are_swept(monkeypatch, capsys):
    taken = {(60, 32): 2.0, (120, 32): 4.0, (720, 2): 1.0, (720, 4): 3.0}
    monkeypatch.setattr(multiseed_cost, "seconds", lambda frames, seeds, options: taken[frames, seeds])
    run(monkeypatch, "--frames=60,120", "--seeds=2,4")
    assert capsys.readouterr().out.splitlines()[4:] == [
        "| 60 | 32 | 2.0 | 1.00 |", "| 120 | 32 | 4.0 | 1.00 |", "| 720 | 2 | 1.0 | 1.00 |", "| 720 | 4 | 3.0 | 1.50 |",
    ]  # fmt: skip


def test_what_is_timed_lifts(monkeypatch, capsys):
    monkeypatch.setattr(multiseed_cost, "SEEDS", 2)
    monkeypatch.setattr(multiseed_cost, "FRAMES", 8)
    run(monkeypatch, "--frames=8", "--seeds=1", "--steps=2", "--runs=1")
    assert len(capsys.readouterr().out.splitlines()) == 6


def test_no_runs_are_refused(monkeypatch, capsys):
    with pytest.raises(SystemExit):
        run(monkeypatch, "--runs=0")
    assert "--runs: expected numbers of 1 or more" in capsys.readouterr().err
