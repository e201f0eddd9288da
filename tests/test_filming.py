import numpy as np
import pytest

from hdvr_jax import filming
from hdvr_jax.skeletons import get_skeleton
from tests.families.dancing import make_clip


@pytest.fixture(scope="module")
def filmed():
    return filming.film(make_clip(views=0, frames=40), 2)


def test_a_filmed_clip_is_seen_where_its_cameras_see_it(filmed):
    assert filmed["keypoints"].shape == (2, 40, 17, 2)
    assert filmed["views"] == ("virtual0", "virtual1")
    camera = np.einsum("vij,tkj->vtki", filmed["rotation"], filmed["points_world"])
    camera += filmed["translation"][:, None, None]
    assert np.nanmin(camera[..., 2]) > 1
    seen = np.isfinite(filmed["keypoints"]).all((0, 1, 3))
    ears = [get_skeleton("coco17").index(f"{side}_ear") for side in ("left", "right")]
    assert seen.sum() >= 12
    assert not seen[ears].any()
    image = filmed["focal"][:, None, None] * camera[..., :2] / camera[..., 2:] + filmed["center"][:, None, None]
    distance = np.linalg.norm(image - filmed["keypoints"], axis=-1)
    size = np.nanmax(filmed["keypoints"][..., 1]) - np.nanmin(filmed["keypoints"][..., 1])
    assert 0 < np.nanmedian(distance) < 0.05 * size
    np.testing.assert_array_equal(np.isnan(filmed["keypoints"][..., 0]), filmed["confidence"] == 0)


def test_the_body_differs_and_the_motion_stays(filmed):
    clip = make_clip(views=0, frames=40)
    bones = [
        np.linalg.norm(points[:, skeleton.index("left_knee")] - points[:, skeleton.index("left_ankle")], axis=-1)
        for points, skeleton in ((found["points_world"], get_skeleton(found["skeleton"])) for found in (clip, filmed))
    ]
    assert bones[1].std() < 1e-3 < abs(bones[0].mean() - bones[1].mean())


def test_same_clip_same_film_and_another_clip_another(filmed):
    again = filming.film(make_clip(views=0, frames=40), 2)
    np.testing.assert_array_equal(again["keypoints"], filmed["keypoints"])
    other = filming.film({**make_clip(views=0, frames=40), "clip": "other"}, 2)
    assert np.abs(other["rotation"] - filmed["rotation"]).max() > 0.01


def test_padding_does_not_change_the_film(filmed, monkeypatch):
    monkeypatch.setattr(filming, "_PAD_FRAMES", 64)
    shorter = filming.film(make_clip(views=0, frames=40), 2)
    for name in ("points_world", "rotation", "translation", "focal"):
        np.testing.assert_allclose(shorter[name], filmed[name], atol=1e-4)


def test_only_unseen_clips_are_filmed():
    seen, unknown = make_clip(views=1), make_clip(views=0)
    unknown["points_world"][:] = np.nan
    assert list(filming.film_unseen([seen], 2)) == [seen]
    (found,) = filming.film_unseen([unknown], 2)
    assert len(found["keypoints"]) == 0
    (found,) = filming.film_unseen([make_clip(views=0)], 0)
    assert len(found["keypoints"]) == 0
