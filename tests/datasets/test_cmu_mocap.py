"""The CMU builder on tiny packs, and its splits on the published ones."""

import collections

import numpy as np
import pytest

from datasets.cmu_mocap.cmu_mocap_dataset_builder import action_of, assign_splits, builder_config
from hdvr_jax import corpus
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.cmu import load_pack
from tests.keypoints import fakes
from tests.real_data import real_data

_DANCE = {
    **{f"salsa_{who}_{take:02d}": {"genre": "salsa", "cmu": f"{who}_{take:02d}", "pair": f"{take:02d}"}
       for who in (60, 61) for take in range(6)},
    **{f"modern_05_{take:02d}": {"genre": "modern", "cmu": f"05_{take:02d}", "desc": "leap"} for take in range(3)},
}  # fmt: skip


@pytest.fixture
def raw(tmp_path):
    fakes.cmu_pack(tmp_path / "raw" / "dance_30fps.npz", _DANCE)
    fakes.cmu_pack(tmp_path / "raw" / "actions_30fps.npz", {f"cmu_07_{take:02d}": {} for take in range(3)})
    return tmp_path / "raw"


def test_clips_and_splits(raw, tmp_path):
    clips = corpus.load("cmu_mocap", "all", tmp_path / "out", raw_dir=str(raw))
    assert len(clips) == 18
    by_split = collections.Counter(clip["split"] for clip in clips)
    assert by_split == {"train": 4 * 2 + 1 + 1, "validation": 2 + 1 + 1, "test": 2 + 1 + 1}
    takes = collections.defaultdict(set)
    for clip in clips:
        takes[clip["take"]].add(clip["split"])
    assert all(len(splits) == 1 for splits in takes.values())
    clip = next(clip for clip in clips if clip["clip"] == "modern_05_01")
    np.testing.assert_array_equal(clip["points_world"], np.load(raw / "dance_30fps.npz")["modern_05_01"])
    wanted = {"dancer": "05", "take": "05_01", "genre": "modern", "skeleton": "cmu25", "fps": 30.0}
    assert {field: clip[field] for field in wanted} == wanted
    assert (clip["choreography"], clip["source3d"], clip["views"]) == ("05 leap", "mocap", ())
    assert len(corpus.load("cmu_mocap", "all", tmp_path / "out", raw_dir=str(raw), pack="actions")) == 3


def test_bad_options_and_missing_files(raw, tmp_path):
    with pytest.raises(InputError, match="no pack 'dances'"):
        corpus.load("cmu_mocap", "train", tmp_path / "out", raw_dir=str(raw), pack="dances")
    (raw / "actions_30fps.npz").unlink()
    with pytest.raises(InputError, match=r"actions_30fps\.npz: no such file"):
        builder_config(raw_dir=str(raw))
    with pytest.raises(InputError, match="no raw files of cmu"):
        builder_config(raw_dir=str(tmp_path / "absent"))


def test_splits_do_not_depend_on_order_and_small_genres_train():
    takes = {f"take{number}": "waltz" for number in range(20)} | {"a": "tango", "b": "tango"}
    splits = assign_splits(takes)
    assert splits == assign_splits(dict(reversed(takes.items())))
    assert collections.Counter(splits[take] for take in takes if takes[take] == "waltz") == {
        "test": 4,
        "validation": 2,
        "train": 14,
    }
    assert splits["a"] == splits["b"] == "train"


def test_splits_of_the_published_packs():
    clips = [clip for name in ("dance", "actions") for clip in load_pack(real_data("cmu", f"{name}_30fps.npz"))]
    splits = assign_splits({clip.take: clip.genre for clip in clips})
    dance = {clip.take for clip in clips if clip.genre}
    tested = sorted(take for take in splits if splits[take] == "test")
    assert " ".join(take for take in tested if take in dance) == "05_02 05_04 05_07 135_07 94_07 salsa_04 salsa_06"
    assert " ".join(take for take in tested if take not in dance) == (
        "01_14 02_01 03_02 06_01 06_15 07_01 07_11 09_03 10_02 13_09 13_26 13_31 14_04 14_05 14_21 14_22"
    )
    frames = collections.Counter()
    for clip in clips:
        frames[splits[clip.take]] += len(clip.points)
    assert frames == {"train": 46331, "validation": 5821, "test": 9613}


@pytest.mark.parametrize(
    ("description", "action"),
    [
        ("slow walk", "walk"),
        ("run/jog", "run"),
        ("unscrew bottlecap, drink soda", "drink"),
        ("jump up to grab, reach for, tiptoe", "jump"),
        ("basketball - dribble, shoot", "basketball"),
        ("jumping jacks, side twists, squats, jog", ""),
        ("playground - climb, sit, dangle legs", ""),
        ("jump, balance", ""),
    ],
)
def test_actions_are_what_descriptions_begin_with(description, action):
    assert action_of(description) == action
