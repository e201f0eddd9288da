import numpy as np
import pytest

from hdvr_jax import cameras, clips, rig
from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_skeleton
from tests.families.dancing import make_clip


def _clip(views=4, noise=0.0, frames=60):
    """A clip whose dancer moves about and whose detections are jittered, in pixels."""
    clip = make_clip(views=views, frames=frames)
    rng = np.random.default_rng(0)
    clip["points_world"] += np.float32(rng.uniform(-0.5, 0.5, (frames, 1, 3)))
    camera = np.einsum("vij,tkj->vtki", clip["rotation"], clip["points_world"]) + clip["translation"][:, None, None]
    pixels = 1000 * camera[..., :2] / camera[..., 2:] + [960, 540]
    clip["keypoints"] = np.float32(pixels + rng.normal(0, noise, pixels.shape))
    return clip


def _off(found, clip):
    """(Degrees, metres) by which the cameras but the first are off, in the frame of the first."""
    first, shift = clip["rotation"][0], clip["translation"][0]
    rotation = clip["rotation"] @ first.T
    translation = clip["translation"] - rotation @ shift
    turn = np.einsum("vij,vij->v", rotation, found["rotation"])
    centers = [-np.einsum("vji,vj->vi", r, t) for r, t in ((rotation, translation), _pose(found))]
    degrees = np.degrees(np.arccos(np.clip((turn - 1) / 2, -1, 1)))
    return degrees[1:], np.linalg.norm(centers[0] - centers[1], axis=-1)[1:]


def _pose(clip):
    return clip["rotation"], clip["translation"]


def test_cameras_are_found_from_joints_and_distances():
    clip = _clip(noise=1.0)
    found = rig.estimated(clip)
    np.testing.assert_allclose(found["rotation"][0], np.eye(3), atol=1e-6)
    np.testing.assert_allclose(found["translation"][0], 0, atol=1e-6)
    degrees, metres = _off(found, clip)
    assert degrees.max() < 0.5
    assert metres.max() < 0.03
    same = ("keypoints", "confidence", "focal", "views", "clip")
    assert all(found[name] is clip[name] or np.array_equal(found[name], clip[name]) for name in same)


def test_moving_all_cameras_together_helps():
    clip = _clip(views=6, noise=4.0)
    chained, refined = (_off(rig.estimated(clip, refine=refine), clip) for refine in (False, True))
    assert refined[0].mean() < 0.7 * chained[0].mean()
    assert refined[1].mean() < 0.7 * chained[1].mean()


@pytest.mark.parametrize("through", rig.WAYS)
def test_both_ways_take_the_distortion_out(through):
    clip = _clip()
    clip["center"] = clip["center"] + np.float32([40, -20])
    clip["focal"] = clip["focal"] * np.float32([0.8, 1.0, 1.2, 1.1])[:, None]
    clip["distortion"][:] = (-0.3, 0.1, 0.0, 0.0, 0.0)
    for view in range(4):
        camera = clip["points_world"] @ clip["rotation"][view].T + clip["translation"][view]
        clip["keypoints"][view] = cameras.project(clips.camera(clip, view), camera)
    degrees, metres = _off(rig.estimated(clip, refine=False, through=through), clip)
    assert degrees.max() < 0.5
    assert metres.max() < 0.03


def test_an_unknown_way_is_refused():
    with pytest.raises(InputError, match="through 'homography'; known: essential, fundamental"):
        rig.estimated(_clip(), through="homography")


def test_left_and_right_exchanged_for_a_while_do_not_matter():
    clip = _clip(noise=1.0)
    clip["keypoints"][2, 20:35] = clip["keypoints"][2, 20:35][:, list(get_skeleton("h36m17").mirror)]
    degrees, metres = _off(rig.estimated(clip), clip)
    assert degrees.max() < 0.7
    assert metres.max() < 0.04


def test_only_distances_of_the_given_cameras_are_read():
    clip = _clip(noise=1.0)
    angle = 0.3
    turn = np.float32([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0], [0, 0, 1]])
    # Another world, and every camera turned about its own centre.
    rotation = turn @ clip["rotation"] @ turn
    centers = -np.einsum("vji,vj->vi", *_pose(clip)) @ turn + [3, 2, 1]
    translation = -np.einsum("vij,vj->vi", rotation, centers)
    other = {**clip, "rotation": rotation, "translation": translation.astype(np.float32)}
    one, another = rig.estimated(clip), rig.estimated(other)
    np.testing.assert_allclose(one["rotation"], another["rotation"], atol=1e-4)
    np.testing.assert_allclose(one["translation"], another["translation"], atol=1e-3)


def test_the_truth_is_taken_along_and_not_read():
    clip = _clip()
    found = rig.estimated(clip)
    before, after = (
        np.einsum("ij,tkj->tki", given["rotation"][0], given["points_world"]) + given["translation"][0]
        for given in (clip, found)
    )
    np.testing.assert_allclose(after, before, atol=1e-5)
    blind = rig.estimated({**clip, "points_world": np.full_like(clip["points_world"], np.nan)})
    np.testing.assert_array_equal(blind["rotation"], found["rotation"])
    np.testing.assert_array_equal(blind["translation"], found["translation"])


def test_single_views_need_nothing():
    clip = _clip(views=3)
    alone = rig.estimated(clips.without_views(clip, ("c1", "c2")))
    np.testing.assert_allclose(alone["rotation"], np.eye(3)[None], atol=1e-6)
    assert rig.estimated(clips.without_views(clip, ("c0", "c1", "c2")))["views"] == ()


def test_a_view_that_shares_nothing_with_the_others_is_named():
    clip = _clip(views=3)
    clip["confidence"][2] = 0
    with pytest.raises(InputError, match=r"clip0.*view c2"):
        rig.estimated(clip)
