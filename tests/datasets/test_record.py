"""The record schema: what goes in comes out, and what does not fit is named."""

import dataclasses

import numpy as np
import pytest
import tensorflow_datasets as tfds

from datasets import record
from hdvr_jax import clips
from hdvr_jax.errors import InputError


def _clip(views: int = 2, frames: int = 3, joints: int = 17, name: str = "a") -> dict:
    random = np.random.default_rng(0)
    sizes = {"V": views, "T": frames, "J": joints}
    arrays = {
        field: random.normal(size=[sizes.get(axis, axis) for axis in axes]).astype(np.float32)
        for field, axes in clips.ARRAYS.items()
    }
    arrays["image_size"] = np.full((views, 2), 480, np.int32)
    if views:
        arrays["keypoints"][0, 0] = np.nan
    texts = {field: f"{field} é" for field in clips.TEXTS} | {"clip": name}
    return {**texts, **arrays, "fps": 59.94, "views": tuple(f"c{view}" for view in range(views))}


class Toy(tfds.core.GeneratorBasedBuilder):
    """A dataset of three odd clips."""

    VERSION = tfds.core.Version("1.0.0")

    def _info(self):
        return tfds.core.DatasetInfo(builder=self, features=record.features(), disable_shuffling=True)

    def _split_generators(self, dl_manager):
        return {"train": self._generate_examples()}

    def _generate_examples(self):
        return record.examples(iter([_clip(name="z"), _clip(0, 4, 25, "y"), _clip(9, 1, 17, "a")]))


def test_round_trip_through_tfds_keeps_values_shapes_and_order(tmp_path):
    builder = Toy(data_dir=str(tmp_path))
    builder.download_and_prepare()
    found = [record.from_example(example, "train") for example in tfds.as_numpy(builder.as_dataset(split="train"))]
    assert [clip["clip"] for clip in found] == ["z", "y", "a"]
    for clip, wanted in zip(found, [_clip(name="z"), _clip(0, 4, 25, "y"), _clip(9, 1, 17, "a")], strict=True):
        assert set(clip) == {*wanted, "split"}
        for field in clips.ARRAYS:
            np.testing.assert_array_equal(clip[field], wanted[field])
            assert clip[field].dtype == wanted[field].dtype
        for field in (*clips.TEXTS, "views"):
            assert clip[field] == wanted[field]
        assert clip["fps"] == pytest.approx(59.94)
        assert clip["split"] == "train"


def test_views_and_notes_may_be_left_out():
    wanted = _clip(views=0, frames=4, joints=25)
    short = {field: wanted[field] for field in (*clips.TEXTS, "points_world", "fps")}
    del short["source3d"], short["description"]
    example = record.to_example(short)
    assert (example["source3d"], example["description"], example["views"]) == ("none", "", [])
    assert example["keypoints"].shape == (0, 4, 25, 2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            {"keypoints": np.zeros((2, 4, 17, 2))},
            r"clip a: keypoints has shape \(2, 4, 17, 2\); expected \(2, 3, 17, 2\)",
        ),
        ({"views": ("c0",)}, "clip a: keypoints has shape"),
        ({"points_world": np.zeros((3, 17, 2))}, "points_world"),
        ({"colour": "red"}, "unknown field colour"),
        ({"genre": None}, "no field genre"),
        ({"fps": None}, "no field fps"),
    ],
)
def test_what_does_not_fit_is_named(change, message):
    clip = {field: value for field, value in (_clip() | change).items() if value is not None}
    with pytest.raises(InputError, match=message):
        record.to_example(clip)


@dataclasses.dataclass(eq=False, kw_only=True)
class _Config(tfds.core.BuilderConfig):
    seed: int = 0
    pack: str = "all"


def test_config_names_tell_options_and_raw_files_apart():
    names = [
        record.make_config(_Config, fingerprint, **options).name
        for fingerprint in ("", "12345678")
        for options in ({}, {"seed": 1}, {"pack": "1"}, {"seed": 1, "pack": "x"}, {"pack": "x/y"}, {"pack": "x-y"})
    ]
    assert len(set(names)) == len(names)
    assert names[:2] == ["default", "seed-1"]
    assert all(name.replace("-", "").replace(".", "").isalnum() for name in names)
    assert record.make_config(_Config, seed=0).name == "default"
    assert record.make_config(_Config, seed=7).seed == 7
    assert len(record.make_config(_Config, pack="x" * 500).name) < 120
    with pytest.raises(InputError, match="unknown dataset option sed; known: pack, seed"):
        record.make_config(_Config, sed=1)
