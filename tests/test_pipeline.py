"""Windows and their order."""

import dataclasses

import ml_collections
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import corpus, pipeline, splits
from hdvr_jax.errors import InputError
from hdvr_jax.pipeline import Windows, batch_at, eval_batches, load_sequences, train_batches
from hdvr_jax.runs import make_runs
from tests import toy


def sequences(*lengths):
    """Sequences whose values say where they come from: 1000 * sequence + frame."""
    return [
        {
            "x": np.arange(n, dtype=np.float32) + 1000 * i,
            "pair": np.full((n, 2), i, np.int8),
            "fps": np.float32(30 + i),
            "matrix": np.full((3, 3), i),
            "genre": f"g{i}",
        }
        for i, n in enumerate(lengths)
    ]


def test_windows_with_their_edges_and_masks():
    windows = Windows(sequences(5, 2), length=3, stride=2, pad=(1, 1), fixed=("matrix",))
    batch = windows.gather(np.arange(len(windows)))
    expected = [[0, 0, 1], [1, 2, 3], [3, 4, 4], [1000, 1000, 1001]]
    np.testing.assert_array_equal(batch["x"], expected)
    np.testing.assert_array_equal(batch["frame_mask"], [[0, 1, 1], [1, 1, 1], [1, 1, 0], [0, 1, 1]])
    np.testing.assert_array_equal(batch["sequence"], [0, 0, 0, 1])
    np.testing.assert_array_equal(batch["fps"], [30, 30, 30, 31])
    np.testing.assert_array_equal(batch["matrix"][:, 1, 1], [0, 0, 0, 1])
    assert batch["pair"].shape == (4, 3, 2)
    assert batch["pair"].dtype == np.int8
    assert windows.labels == [{"genre": "g0"}, {"genre": "g1"}]


def test_targets_are_gathered_without_the_context():
    windows = Windows(sequences(5, 2), length=4, pad=(1, 2), fixed=("matrix",), targets=("x",), context=(1, 2))
    index = np.arange(len(windows))
    whole = Windows(sequences(5, 2), length=4, pad=(1, 2), fixed=("matrix",)).gather(index)
    found = windows.gather(index)
    assert found["x"].shape[1] == 1
    np.testing.assert_array_equal(found["x"], whole["x"][:, 1:2])
    np.testing.assert_array_equal(found["frame_mask"], whole["frame_mask"])
    assert all(value.ctypes.data % 64 == 0 for value in (found["x"], whole["x"]))


@settings(deadline=None, max_examples=60)
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=4),
    st.integers(1, 9),
    st.integers(0, 4),
    st.integers(0, 4),
    st.data(),
)
def test_own_frames_of_windows_cover_every_frame(lengths, own, before, after, data):
    stride = data.draw(st.integers(1, own))
    windows = Windows(
        sequences(*lengths), length=own + before + after, stride=stride, pad=(before, after), fixed=("matrix",)
    )
    batch = windows.gather(np.arange(len(windows)))
    inner = slice(before, before + own)
    values, real = batch["x"][:, inner], batch["frame_mask"][:, inner] > 0
    assert real.any(1).all()
    everything = np.concatenate([entry["x"] for entry in sequences(*lengths)])
    assert set(values[real]) == set(everything)
    if stride == own:
        assert real.sum() == len(everything)


def test_a_batch_may_be_larger_than_the_data():
    windows = Windows(sequences(3), length=3, fixed=("matrix",))
    batch = batch_at(windows, make_runs(windows, (0,), 4), 2)
    assert batch["x"].shape == (4, 3)
    np.testing.assert_array_equal(batch["example"], [8, 9, 10, 11])


def test_the_feed_is_the_pure_function_from_any_step_on():
    windows = Windows(sequences(9, 4), length=3, fixed=("matrix",))
    for seeds in ((7,), (7, 8)):
        for step, batch in enumerate(train_batches(windows, make_runs(windows, seeds, 4), 5, 3), 5):
            expected = batch_at(windows, make_runs(windows, seeds, 4), step)
            assert set(batch) == set(expected)
            for name, value in expected.items():
                assert batch[name].dtype == value.dtype
                np.testing.assert_array_equal(batch[name], value)


def test_each_seed_has_the_data_it_has_alone():
    windows = Windows(sequences(9, 4), length=3, fixed=("matrix",))
    together = batch_at(windows, make_runs(windows, (1, 2), 4), 3)
    assert together["x"].shape == (2, 4, 3)
    for index, seed in enumerate((1, 2)):
        for name, value in batch_at(windows, make_runs(windows, (seed,), 4), 3).items():
            np.testing.assert_array_equal(together[name][index], value)


@pytest.mark.parametrize("length", [0, 4])
def test_evaluation_counts_every_frame_once(length):
    lengths = (70, 3, 65, 9, 130)
    windows = Windows(sequences(*lengths), length=length, stride=max(1, length), fixed=("matrix",))
    seen, examples = [], []
    for batch in eval_batches(windows, 2):
        real = (batch["mask"][:, None] * batch["frame_mask"]) > 0
        seen.append(batch["x"][real])
        examples.append(batch["example"])
        assert batch["x"].shape == (2, length) or batch["x"].shape[1] in (64, 96, 192)
    expected = np.concatenate([entry["x"] for entry in sequences(*lengths)])
    np.testing.assert_array_equal(np.sort(np.concatenate(seen)), np.sort(expected))
    assert len(np.unique(np.concatenate(examples))) == sum(map(len, examples))


def test_missing_values_stay_missing():
    entry = {"x": np.array([np.nan, 1, 2], np.float32)}
    batch = Windows([entry], length=2).gather(np.array([0]))
    np.testing.assert_array_equal(batch["x"], [[np.nan, 1]])


@pytest.mark.parametrize(
    ("entries", "message"),
    [
        ([], "no sequences"),
        ([{"x": np.zeros(3), "y": np.zeros(4)}], "sequence 0.*x 3, y 4"),
        ([{"x": np.zeros(3)}, {"x": np.zeros(0)}], "sequence 1.*x 0"),
        ([{"x": np.zeros(3)}, {"x": np.zeros(3), "z": np.zeros(3)}], "sequence 1: field z"),
        ([{"x": np.zeros(3)}, {}], "sequence 1"),
        ([{"fps": np.float32(3)}], "no array with a time axis"),
        ([{"mask": np.zeros(3)}], "mask is taken"),
    ],
)
def test_sequences_that_do_not_fit_are_errors(entries, message):
    with pytest.raises(InputError, match=message):
        Windows(entries, length=2)


def test_impossible_windows_are_errors():
    with pytest.raises(InputError, match="impossible"):
        Windows(sequences(3), length=2, stride=0, fixed=("matrix",))
    with pytest.raises(InputError, match="context"):
        Windows(sequences(3), length=10, fixed=("matrix",), targets=("x",), context=(2, 13))


@pytest.mark.parametrize(
    ("keep", "found"),
    [
        ({}, ["a0", "a1", "b0", "b1"]),
        ({"genre": "a"}, ["a0", "a1"]),
        ({"view": ("1",)}, ["a1", "b1"]),
        ({"genre": ("b",), "view": "0"}, ["b0"]),
    ],
)
def test_sequences_are_kept_by_labels_of_clips_and_of_views(monkeypatch, keep, found):
    monkeypatch.setattr(corpus, "load", lambda *_, **__: [{"genre": "a"}, {"genre": "b"}])
    prepared = []

    def prepare(clips, upstream):
        prepared.extend(clips)
        return [{**clip, "view": view, "x": np.zeros(2)} for clip in clips for view in "01"]

    family = dataclasses.replace(toy.make(toy.config()), prepare=prepare)
    data = toy.config(data__keep=ml_collections.ConfigDict(keep)).data
    sequences = load_sequences(family, data, "train", {})
    assert [entry["genre"] + entry["view"] for entry in sequences] == found
    assert len(prepared) == (1 if "genre" in keep else 2)


def test_nothing_kept_is_an_error(monkeypatch):
    monkeypatch.setattr(corpus, "load", lambda *_, **__: [{"genre": "a"}])
    data = toy.config(data__keep=ml_collections.ConfigDict({"genre": "z"})).data
    with pytest.raises(InputError, match="none of its 1 clips"):
        load_sequences(toy.make(toy.config()), data, "train", {})


def test_splits_of_a_scheme_replace_the_datasets_own(monkeypatch):
    names = [f"{dancer}{take}" for dancer in "abcde" for take in range(2)]
    clips = [
        {"clip": name, "dancer": name[0], "choreography": "c", "take": name, "genre": "g", "split": "train"}
        for name in names
    ]
    monkeypatch.setattr(corpus, "load", lambda *_, **__: clips)
    family = dataclasses.replace(toy.make(toy.config()), prepare=lambda found, _: list(found))
    data = ml_collections.ConfigDict(
        {"dataset": "any", "options": {}, "data_dir": "", "keep": {}, "splitting": "cross_dancer", "split_seed": 3}
    )
    found = {split: pipeline.load_sequences(family, data, split, {}) for split in splits.SPLITS}
    dancers = {split: {clip["dancer"] for clip in own} for split, own in found.items()}
    assert sorted(clip["clip"] for own in found.values() for clip in own) == names
    assert not dancers["train"] & dancers["test"]
    with pytest.raises(InputError, match="splitting cross_dancer has no split 'dev'; it has train, validation, test"):
        pipeline.load_sequences(family, data, "dev", {})


def test_pieces_are_cut_within_a_split(monkeypatch):
    points = np.arange(50.0)[:, None, None] * np.ones((1, 17, 3))
    clips = [{"clip": name, "genre": "g", "fps": 10.0, "points_world": points} for name in "ab"]
    monkeypatch.setattr(corpus, "load", lambda *_, **__: clips)
    family = dataclasses.replace(toy.make(toy.config()), prepare=lambda found, _: list(found))
    data = ml_collections.ConfigDict(
        {"dataset": "any", "options": {}, "data_dir": "", "keep": {}, "piece_seconds": 2.0}
    )
    found = pipeline.load_sequences(family, data, "test", {})
    assert [clip["clip"] for clip in found] == ["a@0", "a@20", "b@0", "b@20"]
    np.testing.assert_array_equal(np.concatenate([clip["points_world"] for clip in found[:2]]), points)
