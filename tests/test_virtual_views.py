import numpy as np
import pytest

from hdvr_jax import filming, observation, rig, virtual_views
from tests.families.dancing import make_clip

_RANGES = observation.Ranges(roll=0.0)


@pytest.fixture(scope="module")
def clip():
    return make_clip(views=3, frames=30)


@pytest.fixture(scope="module")
def more(clip):
    return virtual_views.added(clip, 2, ranges=_RANGES)


def _pixels_off(clip, view):
    """Median distance in pixels between what a view saw and the clip's true motion in its image."""
    camera = clip["points_world"] @ clip["rotation"][view].T + clip["translation"][view]
    assert camera[..., 2].min() > 1
    image = clip["focal"][view] * camera[..., :2] / camera[..., 2:] + clip["center"][view]
    return np.nanmedian(np.linalg.norm(image - clip["keypoints"][view], axis=-1))


def test_virtual_views_see_the_motion_where_their_cameras_see_it(more):
    assert more["views"] == ("c0", "c1", "c2", "triangulated0", "triangulated1")
    assert more["keypoints"].shape == (5, 30, 17, 2)
    for field in ("confidence", "focal", "center", "distortion", "rotation", "translation", "image_size"):
        assert len(more[field]) == 5
    for view in (3, 4):
        assert 0.1 < _pixels_off(more, view) < 25
    np.testing.assert_array_equal(np.isnan(more["keypoints"]).any(-1), more["confidence"] == 0)
    assert (more["confidence"][3:] > 0).mean() > 0.8


def test_recorded_views_and_the_truth_are_untouched(clip, more):
    for field in ("keypoints", "confidence", "focal", "center", "distortion", "rotation", "translation", "image_size"):
        np.testing.assert_array_equal(more[field][:3], clip[field])
        assert more[field].dtype == clip[field].dtype
    np.testing.assert_array_equal(more["points_world"], clip["points_world"])
    assert more["skeleton"] == clip["skeleton"]


def test_the_truth_is_not_read(clip, more):
    blind = virtual_views.added({**clip, "points_world": np.full_like(clip["points_world"], np.nan)}, 2, ranges=_RANGES)
    for field in ("keypoints", "confidence", "rotation", "translation", "focal"):
        np.testing.assert_array_equal(blind[field], more[field])


def test_other_names_draw_other_views(clip, more):
    other = virtual_views.added({**clip, "clip": "b"}, 2, ranges=_RANGES)
    assert np.abs(other["rotation"][3:] - more["rotation"][3:]).max() > 0.01


def test_views_of_what_was_filmed_are_not_those_that_filmed_it(clip):
    filmed = filming.film(clip, 3, vary_body=False)
    again = virtual_views.added(filmed, 3)
    assert len(set(again["views"])) == 6
    apart = np.linalg.norm(again["rotation"][:3] - again["rotation"][3:], axis=(1, 2))
    assert apart.min() > 0.01


def test_gaps_are_filled(clip):
    gaps = {**clip, "confidence": clip["confidence"].copy(), "keypoints": clip["keypoints"].copy()}
    gaps["confidence"][1:, 10:14, 13] = 0
    gaps["keypoints"][1:, 10:14, 13] = np.nan
    assert np.isnan(virtual_views.triangulated(gaps)[10:14, 13]).all()
    filled = virtual_views.added(gaps, 2, ranges=_RANGES)
    assert (filled["confidence"][3:, 10:14, 13] > 0).any()


def test_what_cannot_be_triangulated_comes_back_as_it_is(clip):
    for given, count in ((make_clip(views=1), 2), (make_clip(views=0), 2), (clip, 0)):
        assert virtual_views.added(given, count)["views"] == given["views"]


def test_cameras_stand_upright_around_a_rig_whose_world_is_a_camera(clip, more):
    turned = rig.estimated(clip)
    assert turned["rotation"][0, 1, 1] == 1  # y of that world points down
    found = virtual_views.added(turned, 2, ranges=_RANGES)
    for view in (3, 4):
        assert _pixels_off(found, view) < 25
        assert -found["rotation"][view, 1] @ clip["rotation"][0][:, 1] > 0.8
    np.testing.assert_array_equal(virtual_views._upright(clip), np.eye(3))
