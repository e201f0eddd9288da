"""The table of HDVR's lifting: its views, what is missed in them, and its lines."""

import argparse
import itertools
import json
import sys
import types

import numpy as np
import pytest

from benchmarks import multiseed, multiseed_rows, multiseed_views
from hdvr_jax.errors import InputError
from tests.families.dancing import make_clip
from tests.recognition import workdirs


def dancing(name, views=3, frames=24):
    return {**make_clip(views=views, frames=frames), "clip": name}


@pytest.fixture
def corpus(monkeypatch):
    monkeypatch.setattr(multiseed_views.corpus, "load", lambda dataset, split: [dancing("x_ch01"), dancing("x_ch03")])


@pytest.mark.parametrize("skip", ["", "c1", "c0,c1"])
def test_views_are_those_of_the_recordings(corpus, skip):
    views = multiseed_views.load("aistpp", "ch03", skip)
    assert len(views.clips) == len(views.truths) == {"": 3, "c1": 2, "c0,c1": 1}[skip]
    assert {clip["clip"] for clip in views.clips} == {"x_ch03"}
    assert all(len(clip["keypoints"]) == 1 and clip["views"][0] not in skip.split(",") for clip in views.clips)
    assert views.truths[0].shape[1:] == (17, 3)


def test_recordings_that_are_not_there_are_named(corpus):
    with pytest.raises(InputError, match="--recordings: there is no 'ch09'; there are ch01, ch03"):
        multiseed_views.load("aistpp", "ch03,ch09", "c05")
    with pytest.raises(InputError, match="--skip: there is no 'c05'; there are c0, c1, c2"):
        multiseed_views.load("aistpp", "ch03", "c0,c05")


def test_motion_capture_is_filmed(monkeypatch):
    unseen = dancing("take", views=0)
    monkeypatch.setattr(multiseed_views.corpus, "load", lambda dataset, split: [unseen])
    views = multiseed_views.load("cmu", "", "")
    assert [clip["views"] for clip in views.clips] == [("virtual0",), ("virtual1",)]


def test_what_is_missed_is_missed():
    whole = {**dancing("x", views=1, frames=300), "fps": 30.0}
    whole["confidence"] = np.ones((1, 300, whole["keypoints"].shape[2]), np.float32)
    assert multiseed_views.without(whole, "") is whole
    fifth = multiseed_views.without(whole, "a fifth of the joints")
    assert 0.18 < (fifth["confidence"] == 0).mean() < 0.22
    np.testing.assert_array_equal(np.isnan(fifth["keypoints"][..., 0]), fifth["confidence"] == 0)
    np.testing.assert_array_equal(
        fifth["confidence"], multiseed_views.without(whole, "a fifth of the joints")["confidence"]
    )
    second = multiseed_views.without(whole, "a second")["confidence"][0]
    gone = np.flatnonzero((second == 0).all(-1))
    np.testing.assert_array_equal(gone, np.arange(135, 165))
    assert (second[~np.isin(np.arange(300), gone)] == 1).all()
    assert (whole["confidence"] == 1).all()


def run(monkeypatch, capsys, tmp_path, *options):
    monkeypatch.setattr(sys, "argv", ["multiseed", f"--workdir={tmp_path}", *options])
    multiseed.main()
    return capsys.readouterr().out.split("\n\n")[1].splitlines()[2:]


QUICK = ("--recordings=ch03", "--skip=c1", "--seeds=2", "--steps=3", "--runs=2", "--rows=every depth,of the paper")


def test_rows_are_computed_once(monkeypatch, capsys, corpus, tmp_path):
    lines = run(monkeypatch, capsys, tmp_path, "--lifters=", *QUICK)
    assert [line.split(" | ")[0] for line in lines] == [
        "| every depth that of the root", "| random seeds, losses of the paper",
    ]  # fmt: skip
    numbers = [[float(cell.split(" ")[0]) for cell in line.strip("| ").split(" | ")[1:5]] for line in lines]
    assert (np.array(numbers) > 0).all()
    kept = [json.loads(path.read_text()) for path in tmp_path.glob("*.json")]
    assert sorted(len(found["totals"]) for found in kept) == [1, 2]
    monkeypatch.setattr(multiseed, "solve", None)
    assert run(monkeypatch, capsys, tmp_path, "--lifters=", *QUICK) == lines


def test_refined_rows_tell_how_the_worst_view_fared(monkeypatch, capsys, corpus, tmp_path):
    truths = multiseed_views.load("aistpp", "ch03", "c1").truths
    poses = [truth - truth[:, :1] for truth in truths]
    monkeypatch.setattr(multiseed_views.Views, "lifted", lambda self, source, misses: [[1.1 * p] for p in poses])
    factors = itertools.cycle([1.05, 1.2])

    def solve(clip, lifted, *rest):
        return types.SimpleNamespace(poses=lifted[0] / 1.1 * next(factors))

    monkeypatch.setattr(multiseed, "solve", solve)
    monkeypatch.setattr(multiseed, "lifter_of", lambda workdir: None)
    lines = run(monkeypatch, capsys, tmp_path, "--lifters=w", "--rows=lifter w,refined", *QUICK[:-1])
    worst = {line.split(" | ")[0]: line.strip("| ").split(" | ")[-1] for line in lines}
    assert worst["| refined"] == worst["| refined, from all seeds"] == "+100.0 %"
    assert "%" not in worst["| lifter w"]


def test_no_runs_are_refused(monkeypatch, capsys, corpus, tmp_path):
    with pytest.raises(SystemExit):
        run(monkeypatch, capsys, tmp_path, "--runs=0")
    assert "--runs: expected numbers of 1 or more, separated by commas, got '0'" in capsys.readouterr().err


def test_rows_that_are_not_there_are_refused(monkeypatch, capsys, corpus, tmp_path):
    with pytest.raises(InputError, match="no row's title holds any of typo; there are every depth that of the root; r"):
        run(monkeypatch, capsys, tmp_path, "--rows=typo")


@pytest.mark.parametrize("option", ["dictionary", "density", "lifters"])
def test_trainings_that_are_not_there_are_named_before_anything_is_computed(monkeypatch, capsys, tmp_path, option):
    monkeypatch.setattr(multiseed, "load", None)
    others = [f"--{name}=" for name in ("dictionary", "density", "lifters") if name != option]
    with pytest.raises(InputError, match=f"--{option}: .*gone.*not found.*; --{option}= leaves its rows out"):
        run(monkeypatch, capsys, tmp_path, f"--{option}={tmp_path / 'gone'}", *others)


def test_a_training_of_another_family_is_named_before_anything_is_computed(monkeypatch, capsys, tmp_path):
    workdirs.write(tmp_path, "lifter", "genre")
    monkeypatch.setattr(multiseed, "load", None)
    others = ("--dictionary=", "--density=", "--lifters=")
    with pytest.raises(InputError, match=r"--density: .*a lifter is no learned prior; expected a dictionary or a dens"):
        run(monkeypatch, capsys, tmp_path, *others, f"--density={tmp_path / 'lifter'}")
    with pytest.raises(InputError, match=r"--lifters: .*expected a lifter, got a model of the family genre"):
        run(monkeypatch, capsys, tmp_path, *others, f"--lifters={tmp_path / 'genre'}")


@pytest.mark.parametrize("option", ["recordings", "skip"])
def test_motion_capture_has_no_recordings_and_views(monkeypatch, capsys, tmp_path, option):
    with pytest.raises(SystemExit):
        run(monkeypatch, capsys, tmp_path, "--data=cmu", f"--{option}=c05")
    assert f"--{option}: motion capture is filmed whole" in capsys.readouterr().err


def test_a_row_reads_its_source_and_its_prior():
    options = argparse.Namespace(dictionary="d", density="e", lifters="f,g", seeds=2, steps=3)
    read = [row.trainings for row in multiseed_rows.rows(options)]
    assert [] in read
    assert {tuple(each) for each in read if each} == {
        ("d",), ("e",), ("f",), ("g",), ("f", "d"), ("f", "e"), ("g", "d"), ("g", "e"),
    }  # fmt: skip
    bare = argparse.Namespace(dictionary="", density="", lifters="", seeds=2, steps=3)
    assert not any(row.trainings for row in multiseed_rows.rows(bare))
    titles = [row.title for row in multiseed_rows.rows(argparse.Namespace(**{**vars(options), "lifters": "f"}))]
    assert len(set(titles)) == len(titles)


def test_a_row_is_of_the_weights_that_it_was_computed_with(tmp_path):
    (tmp_path / "checkpoints" / "5").mkdir(parents=True)
    weights = tmp_path / "checkpoints" / "5" / "array"
    weights.write_bytes(b"one")
    one = multiseed_views.digest_of(str(tmp_path))
    assert multiseed_views.digest_of(str(tmp_path)) == one
    weights.write_bytes(b"two")
    assert multiseed_views.digest_of(str(tmp_path)) != one


@pytest.mark.parametrize("file", ["multiseed/terms.py", "density.py", "families/dictionary.py"])
def test_a_row_is_of_the_code_that_it_was_computed_with(tmp_path, monkeypatch, file):
    monkeypatch.setattr(multiseed_views.hdvr_jax, "__file__", str(tmp_path / "__init__.py"))
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text("one")
    one = multiseed_views.digest_of_code()
    assert multiseed_views.digest_of_code() == one
    (tmp_path / file).write_text("two")
    assert multiseed_views.digest_of_code() != one
