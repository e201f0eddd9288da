"""Sequences of clips that several cameras saw."""

import numpy as np
import pytest

from configs import reprojection
from hdvr_jax import multiview, rig, virtual_views
from hdvr_jax.configurations import normalise
from hdvr_jax.errors import InputError
from tests.families.dancing import make_clip


def _config(**data):
    config = normalise(reprojection.get_config("row=fitted_root,size=tiny"))
    for name, value in data.items():
        config.data[name] = value
    return config


def test_every_view_comes_with_the_place_of_its_camera():
    clip = make_clip(views=3)
    found = multiview.sequences(_config(skip_views=("c1",)), [clip])
    assert [(entry["clip"], entry["view"]) for entry in found] == [("clip0", "c0"), ("clip0", "c2")]
    for entry, view in zip(found, (0, 2)):
        np.testing.assert_array_equal(entry["camera_rotation"], clip["rotation"][view])
        seen = clip["points_world"] @ entry["camera_rotation"].T + entry["camera_translation"]
        np.testing.assert_allclose(entry["points_camera"], seen, atol=1e-5)


def test_cameras_are_estimated_and_added_for_training_alone(monkeypatch):
    monkeypatch.setattr(rig, "estimated", lambda clip: {**clip, "translation": clip["translation"] + 1})
    monkeypatch.setattr(virtual_views, "added", lambda clip, count, **_: {**clip, "views": clip["views"][:count]})
    clips = [{**make_clip(seed, views=3), "split": split} for seed, split in enumerate(("train", "test"))]
    found = multiview.sequences(_config(extrinsics="estimated", virtual_views=2), clips)
    assert [entry["view"] for entry in found] == ["c0", "c1", "c0", "c1", "c2"]
    assert [entry["camera_translation"][2] for entry in found] == [5, 5, 4, 4, 4]


@pytest.mark.parametrize("extrinsics", ["given", "estimated"])
def test_every_view_sees_the_motion_where_its_camera_says(extrinsics):
    """Of motion that was filmed, with views added, estimated or not: nothing is replaced."""
    clip = {**make_clip(views=0, frames=40), "split": "train"}
    found = multiview.sequences(_config(extrinsics=extrinsics, film_views=3, virtual_views=2), [clip])
    assert [entry["view"] for entry in found] == [f"virtual{i}" for i in range(3)] + ["triangulated0", "triangulated1"]
    for entry in found:
        points = entry["points_camera"]
        apart = np.linalg.norm(points[..., :2] / points[..., 2:] - entry["rays"], axis=-1)
        assert np.median(apart[entry["confidence"] > 0.3]) < 0.03


@pytest.mark.parametrize(
    ("data", "views", "message"),
    [({"extrinsics": "guessed"}, 2, r"config\.data\.extrinsics: 'guessed'"), ({}, 0, "no clip has views")],
)
def test_what_cannot_be_used_is_named(data, views, message):
    with pytest.raises(InputError, match=message):
        multiview.sequences(_config(**data), [make_clip(views=views)])
