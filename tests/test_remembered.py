"""Answers of trained models, kept on disk."""

import os
import pathlib

import numpy as np
import pytest

from hdvr_jax import remembered
from hdvr_jax.remembered import remembering

MODEL = {"config": {"name": "one", "sizes": (3, 4)}, "variables": {"w": np.arange(3.0)}}


class Counted:
    """A model that counts how often it is asked."""

    def __init__(self, mapping=False):
        self.asked, self.mapping = 0, mapping

    def __call__(self, clip):
        self.asked += 1
        found = clip["keypoints"].sum(-1)
        return {"poses": found, "trajectory": found + 1} if self.mapping else found


def clip(seed=0, name="a"):
    points = np.random.default_rng(seed).normal(size=(1, 5, 17, 2)).astype(np.float32)
    return {"clip": name, "keypoints": points, "fps": 30.0, "views": ("c1",)}


@pytest.mark.parametrize("mapping", [False, True])
def test_the_same_clip_is_asked_once_even_by_another_process(tmp_path, mapping):
    first, second = Counted(mapping), Counted(mapping)
    said = remembering(first, tmp_path, MODEL)(clip())
    again = remembering(second, tmp_path, MODEL)(clip())
    assert (first.asked, second.asked) == (1, 0)
    for name in said if mapping else [...]:
        np.testing.assert_array_equal(again[name], said[name])
        assert again[name].dtype == said[name].dtype


@pytest.mark.parametrize("other", [clip(seed=1), clip(name="b"), {**clip(), "fps": 25.0}, {**clip(), "lifted": 1.0}])
def test_another_clip_is_another_question(tmp_path, other):
    model = Counted()
    ask = remembering(model, tmp_path, MODEL)
    np.testing.assert_array_equal(ask(clip()), clip()["keypoints"].sum(-1))
    np.testing.assert_array_equal(ask(other), other["keypoints"].sum(-1))
    assert model.asked == 2


@pytest.mark.parametrize(
    "other", [{**MODEL, "variables": {"w": np.arange(3.0) + 1e-9}}, {**MODEL, "config": {"name": "two"}}]
)
def test_other_weights_are_asked_anew_and_what_is_a_day_old_goes(tmp_path, other):
    model, folder = Counted(), tmp_path / remembered.FOLDER
    remembering(model, tmp_path, MODEL)(clip())
    (folder / "mine").mkdir()
    remembering(model, tmp_path, other)(clip())
    assert (model.asked, len(list(folder.iterdir()))) == (2, 3)
    for path in (*folder.rglob("*"),):
        os.utime(path, (0, 0))
    remembering(model, tmp_path, MODEL)(clip())
    assert (model.asked, len(list(folder.iterdir()))) == (2, 2)
    assert (folder / "mine").is_dir()


@pytest.mark.parametrize("name", ["_code", "_libraries"])
def test_other_code_and_libraries_are_asked_anew(tmp_path, monkeypatch, name):
    model = Counted()
    remembering(model, tmp_path, MODEL)(clip())
    monkeypatch.setattr(remembered, name, lambda: "edited")
    remembering(model, tmp_path, MODEL)(clip())
    assert model.asked == 2


def test_nothing_is_kept_by_a_process_whose_code_was_edited(tmp_path, monkeypatch):
    model = Counted()
    monkeypatch.setattr(remembered, "_STARTED", 0.0)
    remembered._code.cache_clear()
    remembering(model, tmp_path, MODEL)(clip())
    remembered._code.cache_clear()
    assert (model.asked, list(tmp_path.iterdir())) == (1, [])


def test_what_cannot_be_compared_is_an_error():
    with pytest.raises(TypeError, match="expected arrays"):
        remembered._digest({"clip": np.array([object()])})
    assert len({remembered._digest(tree) for tree in ({}, {"a": None}, {"a": ()}, {"a": {}}, {"a": "b"})}) == 5


@pytest.mark.parametrize("damage", [lambda x: b"", lambda x: x[: len(x) // 2], lambda x: b"text"])
def test_a_damaged_file_is_asked_again(tmp_path, damage):
    model = Counted()
    said = remembering(model, tmp_path, MODEL)(clip())
    (path,) = tmp_path.rglob("*.npz")
    path.write_bytes(damage(path.read_bytes()))
    np.testing.assert_array_equal(remembering(model, tmp_path, MODEL)(clip()), said)
    assert model.asked == 2


def test_a_changed_byte_changes_no_answer(tmp_path):
    model = Counted()
    said = remembering(model, tmp_path, MODEL)(clip())
    (path,) = tmp_path.rglob("*.npz")
    whole = path.read_bytes()
    for place in range(0, len(whole), 3):
        path.write_bytes(whole[:place] + b"9" + whole[place + 1 :])
        np.testing.assert_array_equal(remembering(model, tmp_path, MODEL)(clip()), said)
    assert model.asked > len(whole) / 6


def test_where_nothing_can_be_written_the_model_answers(tmp_path):
    place = pathlib.Path(tmp_path / "file")
    place.write_text("")
    model = Counted()
    for _ in range(2):
        np.testing.assert_array_equal(remembering(model, place, MODEL)(clip()), clip()["keypoints"].sum(-1))
    assert model.asked == 2
