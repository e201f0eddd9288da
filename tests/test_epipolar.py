import numpy as np
import pytest

from hdvr_jax import epipolar
from hdvr_jax.cameras import Extrinsics
from hdvr_jax.errors import InputError

_ANGLE = 0.7
_ROTATION = np.array([[np.cos(_ANGLE), 0, np.sin(_ANGLE)], [0, 1, 0], [-np.sin(_ANGLE), 0, np.cos(_ANGLE)]])
_TRANSLATION = np.array([-2.5, 0.3, 1.2])


def _seen(points=400, noise=0.0, seed=0):
    """Ideal points of two cameras that look at a body 4 m away from both sides."""
    rng = np.random.default_rng(seed)
    world = rng.uniform([-0.8, -1, 3.2], [0.8, 1, 4.8], (points, 3))
    other = world @ _ROTATION.T + _TRANSLATION
    return tuple(p[:, :2] / p[:, 2:] + rng.normal(0, noise, (points, 2)) for p in (world, other))


def _degrees_off(pose):
    turn = np.trace(pose.rotation.T @ _ROTATION)
    along = pose.translation @ _TRANSLATION / np.linalg.norm(_TRANSLATION)
    return np.degrees(np.arccos(np.clip([(turn - 1) / 2, along], -1, 1)))


def test_exact_points_give_the_exact_pose():
    found = epipolar.relative_pose(*_seen())
    assert _degrees_off(found.extrinsics).max() < 0.05
    assert np.linalg.norm(found.extrinsics.translation) == pytest.approx(1)
    assert np.linalg.det(found.extrinsics.rotation) == pytest.approx(1)
    assert found.inliers.all()


def test_gross_errors_are_found_out():
    first, second = _seen(noise=1e-4)
    wrong = np.arange(400) % 5 < 2
    second[wrong] = np.random.default_rng(1).uniform(-0.3, 0.3, (wrong.sum(), 2))
    found = epipolar.relative_pose(first, second)
    assert _degrees_off(found.extrinsics).max() < 1
    assert found.inliers[~wrong].mean() > 0.95
    assert found.inliers[wrong].mean() < 0.1


def test_points_that_one_camera_did_not_see_are_not_read():
    first, second = _seen(noise=5e-4)
    wrong = np.arange(400) >= 100
    alone = epipolar.relative_pose(first[~wrong], second[~wrong])
    first[wrong & (np.arange(400) % 2 == 0)], second[wrong & (np.arange(400) % 2 == 1)] = np.nan, np.nan
    found = epipolar.relative_pose(first, second)
    np.testing.assert_array_equal(found.extrinsics.rotation, alone.extrinsics.rotation)
    np.testing.assert_array_equal(found.inliers[~wrong], alone.inliers)
    assert not found.inliers[wrong].any()


def test_the_same_input_gives_the_same_pose():
    views = _seen(noise=3e-3)
    one, again = epipolar.relative_pose(*views), epipolar.relative_pose(*views)
    np.testing.assert_array_equal(one.extrinsics.rotation, again.extrinsics.rotation)
    np.testing.assert_array_equal(one.inliers, again.inliers)


@pytest.mark.parametrize("noise", [0.0, 3e-4])
def test_both_ways_agree(noise):
    views = _seen(points=3000, noise=noise)
    lenses = [epipolar.intrinsics(np.full(2, f), np.array([960.0, 540.0])) for f in (1200.0, 1500.0)]
    pixels = [points @ lens[:2, :2].T + lens[:2, 2] for points, lens in zip(views, lenses)]
    published = epipolar.relative_pose_through_fundamental(*pixels, tuple(lenses))
    direct = epipolar.relative_pose(*views)
    assert _degrees_off(published.extrinsics).max() < 0.5
    np.testing.assert_allclose(published.extrinsics.rotation, direct.extrinsics.rotation, atol=0.01)
    np.testing.assert_allclose(published.extrinsics.translation, direct.extrinsics.translation, atol=0.01)


def test_fundamental_matrix_and_its_essential_matrix():
    first, second = _seen()
    fundamental, inliers = epipolar.fundamental_matrix(1000 * first, 1000 * second, threshold=1.0)
    assert inliers.all()
    lens = epipolar.intrinsics(np.full(2, 1000.0), np.zeros(2))
    essential = epipolar.essential_from_fundamental(fundamental, lens, lens)
    ones = [np.pad(points, ((0, 0), (0, 1)), constant_values=1.0) for points in (first, second)]
    assert np.abs(np.einsum("ni,ij,nj->n", ones[1], essential, ones[0])).max() < 1e-4
    np.testing.assert_allclose(np.linalg.svd(essential)[1], [1, 1, 0], atol=1e-9)


def test_one_of_the_four_poses_is_right_and_sees_all_points_in_front():
    t = _TRANSLATION / np.linalg.norm(_TRANSLATION)
    essential = np.cross(t, _ROTATION.T).T
    poses = epipolar.decompose(essential)
    views = _seen()
    in_front = []
    for rotation, translation in zip(poses.rotation, poses.translation):
        assert np.linalg.det(rotation) == pytest.approx(1)
        rebuilt = np.cross(translation, rotation.T).T
        assert min(np.abs(rebuilt - essential).max(), np.abs(rebuilt + essential).max()) < 1e-9
        in_front.append(epipolar.in_front_of_both(Extrinsics(rotation, translation), *views).mean())
    assert sorted(in_front)[:3] == [0, 0, 0]
    best = int(np.argmax(in_front))
    assert in_front[best] == 1
    np.testing.assert_allclose(poses.rotation[best], _ROTATION, atol=1e-9)


def test_too_few_points_and_points_in_one_place_are_refused():
    with pytest.raises(InputError, match="7 points seen by both cameras; expected 8"):
        epipolar.relative_pose(*_seen(points=7))
    first, second = _seen()
    with pytest.raises(InputError, match="0 points"):
        epipolar.relative_pose(first, np.full_like(second, np.nan))
    with pytest.raises(InputError, match="degenerate"):
        epipolar.relative_pose(np.repeat(first[:1], 50, 0), np.repeat(second[:1], 50, 0))
    with pytest.raises(InputError, match="degenerate"):
        epipolar.relative_pose(first, first)
