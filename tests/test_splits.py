"""Splits: what is kept apart, and what is refused."""

import collections

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import splits
from hdvr_jax.errors import InputError


def _clip(name, dancer, choreography, take, genre, frames=10):
    return {
        "clip": name,
        "dancer": dancer,
        "choreography": choreography,
        "take": take,
        "genre": genre,
        "fps": 30.0,
        "points_world": np.arange(frames * 3, dtype=np.float32).reshape(frames, 1, 3),
        "keypoints": np.zeros((2, frames, 1, 2), np.float32),
        "confidence": np.zeros((2, frames, 1), np.float32),
    }


def _clips(dancers=5, choreographies=4, genres=("a", "b")):
    return [
        _clip(f"{g}{d}{c}", f"{g}{d}", f"{g}{c}", f"{g}{d}{c}", g)
        for g in genres
        for d in range(dancers)
        for c in range(choreographies)
    ]


def _values(clips, label):
    found = collections.defaultdict(set)
    for clip in clips:
        found[clip["split"]].add(clip[label])
    return found


@pytest.mark.parametrize(
    ("scheme", "label"), [("cross_take", "take"), ("cross_choreography", "choreography"), ("cross_dancer", "dancer")]
)
def test_scheme_keeps_its_label_apart_and_fills_every_split_with_every_genre(scheme, label):
    found = splits.divided(_clips(), scheme)
    values = _values(found, label)
    assert set(values) == set(splits.SPLITS)
    assert not values["train"] & values["test"]
    assert not values["train"] & values["validation"]
    assert not values["validation"] & values["test"]
    assert all(genres == {"a", "b"} for genres in _values(found, "genre").values())
    assert label in splits.kept_apart(found, "test")


def test_partners_of_a_take_stay_together_in_every_scheme():
    clips = [_clip(f"{t}{who}", who, f"c{t}", f"t{t}", "salsa") for t in range(12) for who in ("lead", "follow")]
    for scheme in ("cross_take", "cross_choreography"):
        found = splits.divided(clips, scheme)
        assert len({(clip["take"], clip["split"]) for clip in found}) == 12


def test_a_couple_cannot_be_split_by_dancer():
    clips = [_clip(f"{t}{who}", who, f"c{t}", f"t{t}", "salsa") for t in range(12) for who in ("lead", "follow")]
    with pytest.raises(InputError, match="cross_dancer: genre 'salsa' has 1 groups that share no take and dancer; 3"):
        splits.divided(clips, "cross_dancer")


def test_unknown_dancers_are_named():
    clips = [*_clips(), _clip("who", "", "x", "y", "a")]
    with pytest.raises(InputError, match="clip who does not say which dancer"):
        splits.divided(clips, "cross_dancer")


def test_an_unknown_scheme_is_refused():
    with pytest.raises(InputError, match="cross_take, cross_choreography, cross_dancer, random_window"):
        splits.divided(_clips(), "cross_genre")


def test_the_datasets_own_split_is_left_alone():
    clips = [{**clip, "split": "test"} for clip in _clips()]
    assert splits.divided(clips, "") == clips


def test_random_windows_leak_and_say_so():
    clips = [_clip(f"{i}", f"d{i % 2}", f"c{i}", f"t{i}", "a", 400) for i in range(6)]
    found = splits.divided(clips, splits.RANDOM_WINDOW)
    assert len(found) == 6 * 6
    assert splits.kept_apart(found, "test") == ()
    assert "leaks" in splits.described(found, "test")
    counts = collections.Counter(piece["split"] for piece in found)
    assert counts == {"train": 25, "test": 8, "validation": 3}


@settings(max_examples=30, deadline=None)
@given(st.integers(1, 300))
def test_pieces_cover_every_frame_once(frames):
    clip = _clip("x", "d", "c", "t", "g", frames)
    found = splits.cut([clip], 2.0)
    np.testing.assert_array_equal(np.concatenate([piece["points_world"] for piece in found]), clip["points_world"])
    assert all(piece["keypoints"].shape[1] == len(piece["points_world"]) for piece in found)
    assert len({piece["clip"] for piece in found}) == len(found)


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 9), st.integers(0, 5))
def test_division_depends_on_names_and_seed_alone(dancers, seed):
    clips = _clips(dancers)
    one, other = (
        {clip["clip"]: clip["split"] for clip in splits.divided(order, "cross_dancer", seed)}
        for order in (clips, clips[::-1])
    )
    assert one == other


def test_descriptions_name_what_is_unseen():
    found = splits.divided(_clips(), "cross_dancer")
    assert splits.described(found, "test").startswith("unseen: dancer")
    assert splits.described(found, "train") == "the training's own clips"


def test_another_training_has_seen_what_its_own_division_let_it_see():
    clips = _clips()
    here, there = splits.divided(clips, "cross_dancer"), splits.divided(clips, "cross_take")
    training = [clip for clip in there if clip["split"] == "train"]
    dancers, takes = (_values(here, label)["test"] for label in ("dancer", "take"))
    seen = {take for take in takes if take in _values(there, "take")["train"]}
    assert 0 < len(seen) < len(takes)
    # Choreographies are shared here too, and so are not called unseen.
    found = splits.seen_before(here, "test", training)
    assert found == {"dancer": (len(dancers), len(dancers)), "take": (len(seen), len(takes))}
    assert splits.seen_before(here, "test", [clip for clip in here if clip["split"] == "train"]) == {}
    assert splits.seen_before(here, "test", [{**clip, "dancer": "x", "take": ""} for clip in training]) == {}
