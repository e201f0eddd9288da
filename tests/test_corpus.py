"""Datasets are generated once, reused, and never read half-written."""

import pathlib
import subprocess
import sys
import time

import numpy as np
import pytest

from datasets.cmu_mocap import cmu_mocap_dataset_builder
from hdvr_jax import corpus
from hdvr_jax.clips import TEXTS
from hdvr_jax.errors import InputError
from tests.keypoints import fakes


@pytest.fixture
def raw(tmp_path):
    fakes.cmu_pack(tmp_path / "raw" / "actions_30fps.npz", {f"cmu_07_{take:02d}": {} for take in range(5)})
    return str(tmp_path / "raw")


def _names(raw, where, split="train"):
    return [clip["clip"] for clip in corpus.load("cmu_mocap", split, where, raw_dir=raw, pack="actions")]


def test_second_reading_reuses_the_first(raw, tmp_path, monkeypatch):
    first = _names(raw, tmp_path / "out")
    monkeypatch.setattr(cmu_mocap_dataset_builder, "_record", None)
    assert _names(raw, tmp_path / "out") == first
    with pytest.raises(TypeError):
        _names(raw, tmp_path / "elsewhere")


def test_labels_are_those_of_the_clips(raw, tmp_path):
    clips = corpus.load("cmu_mocap", "all", tmp_path / "out", raw_dir=raw, pack="actions")
    labels = corpus.load_labels("cmu_mocap", tmp_path / "out", raw_dir=raw, pack="actions")
    assert labels == [{name: clip[name] for name in (*TEXTS, "split")} for clip in clips]


def test_changed_raw_files_are_another_dataset(raw, tmp_path):
    before = _names(raw, tmp_path / "out", "all")
    fakes.cmu_pack(pathlib.Path(raw) / "actions_30fps.npz", {"cmu_08_01": {}})
    assert _names(raw, tmp_path / "out", "all") == ["cmu_08_01"] != before


def test_folder_by_environment_or_below_the_current_one(raw, tmp_path, monkeypatch):
    monkeypatch.setenv("HDVR_DATA_DIR", str(tmp_path / "env"))
    _names(raw, None)
    assert list((tmp_path / "env" / "cmu_mocap").iterdir())
    monkeypatch.delenv("HDVR_DATA_DIR")
    monkeypatch.chdir(tmp_path)
    _names(raw, None)
    assert list((tmp_path / "work" / "datasets" / "cmu_mocap").iterdir())


@pytest.mark.slow
def test_generation_killed_half_way_is_started_afresh(raw, tmp_path):
    code = (
        "import sys, time; from datasets.cmu_mocap import cmu_mocap_dataset_builder as b; from hdvr_jax import corpus\n"
        "make = b._record\n"
        "def slow(clip):\n"
        "    print('writing', flush=True) if clip.name.endswith('3') else None\n"
        "    time.sleep(60 if clip.name.endswith('3') else 0)\n"
        "    return make(clip)\n"
        "b._record = slow\n"
        "corpus.load('cmu_mocap', 'train', sys.argv[1], raw_dir=sys.argv[2], pack='actions')\n"
    )
    where = tmp_path / "out"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(where), raw], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    deadline = time.monotonic() + 120
    assert any("writing" in line and time.monotonic() < deadline for line in process.stdout)
    process.kill()
    process.wait()
    assert list(where.rglob("*incomplete*"))
    assert sorted(_names(raw, where, "all")) == [f"cmu_07_{take:02d}" for take in range(5)]


def test_two_processes_that_generate_at_once_both_read_it(raw, tmp_path, monkeypatch):
    """The second starts and ends while the first is in the middle."""
    make, inner = cmu_mocap_dataset_builder._record, []

    def interrupted(clip):
        monkeypatch.setattr(cmu_mocap_dataset_builder, "_record", make)
        inner.append(_names(raw, tmp_path / "out"))
        return make(clip)

    monkeypatch.setattr(cmu_mocap_dataset_builder, "_record", interrupted)
    assert _names(raw, tmp_path / "out") == inner[0] == _names(raw, tmp_path / "out")
    assert not list((tmp_path / "out").rglob("*incomplete*"))


def test_same_clips_in_the_same_order_every_time(raw, tmp_path):
    clips = [
        corpus.load("cmu_mocap", "train", tmp_path / name, raw_dir=raw, pack="actions") for name in ("a", "a", "b")
    ]
    for other in clips[1:]:
        assert [clip["clip"] for clip in other] == [clip["clip"] for clip in clips[0]]
        for before, after in zip(clips[0], other, strict=True):
            np.testing.assert_array_equal(before["points_world"], after["points_world"])


def test_what_does_not_exist_is_named(raw, tmp_path):
    with pytest.raises(InputError, match="unknown dataset 'imagenet'; known: choreo, cmu_mocap, aistpp"):
        corpus.load("imagenet", "train", tmp_path)
    with pytest.raises(InputError, match="has no split 'holdout'; it has test, train, validation"):
        _names(raw, tmp_path, "holdout")
    with pytest.raises(InputError, match="unknown dataset option colour; known: pack, raw_dir"):
        corpus.load("cmu_mocap", "train", tmp_path, colour="red")
