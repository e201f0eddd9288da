"""The comparison with C3DPO: turns, clocks and cells, on learners that only count."""

import argparse

import numpy as np
import pytest

from benchmarks import c3dpo, nonrigid
from benchmarks.c3dpo_training import Ours
from tests.benchmarks.test_nonrigid_baselines import deforming


class Counting:
    """A learner whose epochs are written down together with its name."""

    def __init__(self, name, record):
        self.name, self.record = name, record

    def epochs(self, count):
        self.record.append((self.name, count))

    def depths(self, images):
        return np.ones(images.shape[:2])


@pytest.fixture
def record():
    return []


@pytest.fixture
def learners(record):
    return Counting("theirs", record), Counting("ours", record)


def test_single_epochs_are_timed_in_turns_after_one_that_does_not_count(learners, record):
    pairs = c3dpo.in_turns(*learners, 3)
    assert record == [("theirs", 1), ("ours", 1)] * 4
    assert len(pairs) == 3
    assert min(min(pair) for pair in pairs) > 0


def test_both_train_to_the_end_in_turns(learners, record):
    theirs, ours = c3dpo.together(*learners, 4, 10)
    assert [count for name, count in record if name == "theirs"] == [1] * 4
    assert [count for name, count in record if name == "ours"] == [2, 3, 2, 3]
    assert [name for name, _ in record] == ["theirs", "ours"] * 4
    assert (theirs.epochs, ours.epochs) == (4, 10)
    assert theirs.learner is learners[0]


def test_the_ratio_is_that_of_every_pair():
    assert c3dpo.told([(2.0, 1.0), (9.0, 3.0), (4.0, 4.0)]) == "| 4.000 | 3.000 | 2.0 (1.0-3.0) |"


def test_cells_are_errors_of_the_learner_and_do_not_depend_on_the_unit(learners):
    subject = nonrigid.Subject(deforming(1), deforming(1, 30, seed=6))
    scaled = c3dpo.in_units(subject)
    assert np.square(scaled.fitted[..., :2]).mean() == pytest.approx(1)
    cells = c3dpo.errors(learners[0], scaled)
    assert cells == c3dpo.errors(learners[0], subject)
    flat = [np.mean(np.linalg.norm(s[..., 2], axis=1) / np.linalg.norm(s, axis=(1, 2))) for s in subject]
    assert [float(cell) for cell in cells.split(" | ")] == pytest.approx(np.repeat(flat, 2), abs=1e-3)


def test_ours_gets_as_many_epochs_as_take_as_long(monkeypatch, record):
    subject = nonrigid.Subject(deforming(0, 16), deforming(0, 4))
    made = []

    def ours(images, epochs, **settings):
        made.append(epochs)
        return Counting("ours", record)

    monkeypatch.setattr(c3dpo, "modules", lambda source: None)
    monkeypatch.setattr(c3dpo, "Theirs", lambda *given, **settings: Counting("theirs", record))
    monkeypatch.setattr(c3dpo, "Ours", ours)
    monkeypatch.setattr(c3dpo, "in_turns", lambda theirs, ours, pairs: [(6.0, 2.0), (8.0, 2.0), (1.0, 2.0)])
    options = argparse.Namespace(source=None, epochs=5, batch=0, solver="", seed=0, pairs=3)
    _, trained = c3dpo.compare(subject, options)
    assert made == [1, 15, 5]
    assert {name: each.epochs for name, each in trained.items()} == {
        "C3DPO": 5,
        "ours, as long": 15,
        "ours, as many epochs": 5,
    }
    assert sum(count for name, count in record if name == "ours") == 20


def test_an_epoch_of_ours_is_all_frames_once(monkeypatch):
    images, steps = np.zeros((33, 5, 2)), []
    monkeypatch.setattr("benchmarks.nonrigid_training.HIERARCHY", (6, 4))
    monkeypatch.setattr("benchmarks.nonrigid_training.advance", lambda *given: steps.append(given[-1]) or given[1])
    learner = Ours(images, 7, batch=8)
    learner.epochs(3)
    assert steps == [5, 5, 5]
    assert learner._trainer.steps == 35
    assert learner.depths(images).shape == (33, 5)
