"""Cameras against OpenCV, round trips through the distortion, and gradients where points are not in front."""

import json

import cv2
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import cameras, rotations
from hdvr_jax.keypoints import safe_pickle
from tests.compiled import compiled
from tests.real_data import real_data

fast = compiled(cameras)
fast_rotations = compiled(rotations)

SEEDS = st.integers(0, 2**31 - 1)
FEW = settings(max_examples=10, deadline=None)
# A mild lens, a strong wide-angle one, one with every term.
LENSES = ([-0.11, 0.0, 0.0, 0.0, 0.0], [-0.28, 0.12, 0.0, 0.0, -0.02], [0.15, -0.2, 0.004, -0.003, 0.1])


def _camera(distortion=LENSES[2]):
    return cameras.Perspective(
        jnp.array([1300.0, 1250.0]), jnp.array([960.0, 520.0]), None if distortion is None else jnp.array(distortion)
    )


def _points(seed, shape=(40,)):
    rng = np.random.default_rng(seed)
    depth = rng.uniform(1.5, 8.0, (*shape, 1))
    sideways = rng.uniform(-1.0, 1.0, (*shape, 2)) * [0.75, 0.45] * depth
    return np.concatenate([sideways, depth], axis=-1).astype(np.float32)


def _extrinsics(seed, shape=()):
    key = jax.random.key(seed)
    return cameras.Extrinsics(fast_rotations.random_rotation(key, shape), jax.random.normal(key, (*shape, 3)))


@FEW
@given(SEEDS, st.sampled_from(LENSES))
def test_projection_agrees_with_opencv(seed, lens):
    camera = _camera(lens)
    vector = np.random.default_rng(seed).normal(size=3)
    translation = np.array([0.1, -0.2, 0.3])
    points_camera = _points(seed)
    points_world = (points_camera - translation) @ cv2.Rodrigues(vector)[0]
    matrix = np.array([[1300.0, 0.0, 960.0], [0.0, 1250.0, 520.0], [0.0, 0.0, 1.0]])
    expected, _ = cv2.projectPoints(points_world, vector, translation, matrix, np.array(lens))
    extrinsics = cameras.Extrinsics(fast_rotations.so3_exp(vector), jnp.asarray(translation))
    got = fast.project(camera, fast.world_to_camera(extrinsics, points_world))
    np.testing.assert_allclose(got, expected[:, 0], atol=5e-3)


@FEW
@given(SEEDS, st.sampled_from((None, *LENSES)))
def test_unproject_inverts_project(seed, lens):
    points = _points(seed, (5, 8))
    camera = _camera(lens)
    image = fast.project(camera, points)
    np.testing.assert_allclose(fast.unproject(camera, image, points[..., 2]), points, atol=2e-4)
    ideal = fast.undistort(camera, image)
    np.testing.assert_allclose(ideal, fast.project(camera.replace(distortion=None), points), atol=3e-2)


def test_undistortion_agrees_with_opencv():
    camera = _camera()
    image = np.asarray(fast.project(camera, _points(0)))
    matrix = np.array([[1300.0, 0.0, 960.0], [0.0, 1250.0, 520.0], [0.0, 0.0, 1.0]])
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 200, 1e-12)
    expected = cv2.undistortPoints(image[:, None], matrix, np.array(LENSES[2]), criteria=criteria)
    np.testing.assert_allclose(fast.ideal_coordinates(camera, image), expected[:, 0], atol=2e-5)


def test_undistortion_has_the_right_gradient():
    camera = _camera()
    image = fast.project(camera, _points(1, (6,)))

    def through(point):
        return fast.project(camera, fast.unproject(camera, point, jnp.float32(2.0)))

    jacobian = jax.jit(jax.vmap(jax.jacrev(through)))(image)
    np.testing.assert_allclose(jacobian, np.broadcast_to(np.eye(2), (6, 2, 2)), atol=1e-3)


def test_undistortion_outside_the_lens_model_is_finite():
    # r (1 - 0.28 r^2) never exceeds 0.73: these pixels belong to no ray.
    camera = _camera([-0.28, 0.0, 0.0, 0.0, 0.0])
    image = jnp.array([[9000.0, 500.0], [-4000.0, -4000.0]])
    depth = jnp.ones(2)
    assert jnp.isfinite(fast.unproject(camera, image, depth)).all()
    gradient = jax.jit(jax.grad(lambda p: fast.unproject(camera, p, depth).sum()))(image)
    assert jnp.isfinite(gradient).all()


def test_weak_perspective_and_orthographic_round_trips():
    points = _points(3, (4, 6))
    weak = cameras.WeakPerspective(jnp.array([100.0, 200.0, 50.0, 80.0]), jnp.arange(8.0).reshape(4, 2))
    image = fast.project(weak, points)
    np.testing.assert_allclose(image[2, 1], 50.0 * points[2, 1, :2] + [4.0, 5.0], rtol=1e-5)
    np.testing.assert_allclose(fast.unproject(weak, image, points[..., 2]), points, atol=1e-5)
    np.testing.assert_array_equal(fast.project(cameras.Orthographic(), points), points[..., :2])
    np.testing.assert_array_equal(fast.unproject(cameras.Orthographic(), points[..., :2], points[..., 2]), points)


@pytest.mark.parametrize("lens", [None, LENSES[2]])
def test_points_not_in_front_give_finite_pixels_and_gradients(lens):
    camera = _camera(lens)
    points = jnp.array([[0.3, 0.2, 0.0], [1.0, -1.0, -3.0], [0.0, 0.0, 0.0], [30.0, 10.0, 1e-9], [0.1, 0.1, 2.0]])
    assert jnp.isfinite(fast.project(camera, points)).all()
    gradient = jax.jit(jax.grad(lambda p: fast.project(camera, p).sum()))(points)
    assert jnp.isfinite(gradient).all()
    np.testing.assert_array_equal(gradient[:4, 2], 0.0)
    assert abs(gradient[4, 2]) > 1.0
    np.testing.assert_array_equal(fast.in_front(points), [False, False, False, False, True])


@FEW
@given(SEEDS)
def test_world_and_camera_are_inverse(seed):
    extrinsics = _extrinsics(seed)
    points = _points(seed)
    back = fast.camera_to_world(extrinsics, fast.world_to_camera(extrinsics, points))
    np.testing.assert_allclose(back, points, atol=1e-5)
    np.testing.assert_allclose(
        fast.world_to_camera(fast.inverse(extrinsics), fast.world_to_camera(extrinsics, points)),
        points,
        atol=1e-5,
    )
    np.testing.assert_allclose(fast.world_to_camera(extrinsics, fast.position(extrinsics)), np.zeros(3), atol=1e-5)


def test_relative_pose_between_two_cameras():
    source, target = _extrinsics(1), _extrinsics(2)
    points = _points(0)
    through = fast.world_to_camera(fast.relative_pose(source, target), fast.world_to_camera(source, points))
    np.testing.assert_allclose(through, fast.world_to_camera(target, points), atol=1e-5)
    own = fast.relative_pose(source, source)
    np.testing.assert_allclose(own.rotation, np.eye(3), atol=1e-6)
    np.testing.assert_allclose(own.translation, np.zeros(3), atol=1e-6)


def test_look_at_puts_the_target_in_the_middle_and_up_upwards():
    positions = jnp.array([[3.0, 1.5, 0.0], [0.0, 1.0, 4.0], [-2.0, 5.0, -1.0]])
    target = jnp.array([0.0, 1.0, 0.0])
    extrinsics = fast.look_at(positions, target)
    np.testing.assert_allclose(jnp.linalg.det(extrinsics.rotation), 1.0, atol=1e-5)
    np.testing.assert_allclose(fast.position(extrinsics), positions, atol=1e-5)
    seen = np.asarray(fast.world_to_camera(extrinsics, jnp.broadcast_to(target, (3, 3))))
    distance = np.linalg.norm(positions - target, axis=-1)
    np.testing.assert_allclose(seen, np.stack([0 * distance, 0 * distance, distance], -1), atol=1e-5)
    above = np.asarray(fast.world_to_camera(extrinsics, jnp.broadcast_to(target + jnp.array([0.0, 0.5, 0.0]), (3, 3))))
    assert (above[:, 1] < -0.1).all()
    np.testing.assert_allclose(above[:, 0], 0.0, atol=1e-5)
    # From +z, looking towards -z, the world's x axis points right in the image.
    assert float(fast.world_to_camera(jax.tree.map(lambda a: a[1], extrinsics), jnp.array([1.0, 1.0, 0.0]))[0]) > 0.9


def test_look_at_straight_down_is_a_rotation_with_finite_gradients():
    def rotation(position):
        return fast.look_at(position, jnp.zeros(3)).rotation

    above = jnp.array([0.0, 4.0, 0.0])
    matrix = np.asarray(rotation(above))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(matrix) == pytest.approx(1.0, abs=1e-5)
    assert jnp.isfinite(jax.jit(jax.jacobian(rotation))(above)).all()


def test_cameras_batch_over_views_and_over_frames():
    points = _points(4, (3, 5, 7))
    camera = cameras.Perspective(
        jnp.array([[1000.0, 1000.0], [1100.0, 1200.0], [900.0, 950.0]]), jnp.ones((3, 2)), jnp.array(LENSES)
    )
    extrinsics = _extrinsics(0, (3,))
    together = np.asarray(fast.project(camera, points))
    world = np.asarray(fast.world_to_camera(extrinsics, points))
    for view in range(3):
        pick = lambda tree, view=view: jax.tree.map(lambda a: a[view], tree)  # noqa: E731
        np.testing.assert_allclose(fast.project(pick(camera), points[view]), together[view], rtol=1e-5)
        np.testing.assert_allclose(fast.world_to_camera(pick(extrinsics), points[view]), world[view], atol=1e-5)
    np.testing.assert_allclose(jax.jit(jax.vmap(cameras.project))(camera, points), together, rtol=1e-5)
    shared = fast.world_to_camera(extrinsics, points[:1])
    np.testing.assert_allclose(shared[2], fast.world_to_camera(extrinsics, np.repeat(points[:1], 3, 0))[2], atol=1e-6)
    moving = _extrinsics(9, (3, 5))
    assert fast.world_to_camera(moving, points).shape == (3, 5, 7, 3)
    restored = fast.unproject(camera, together, points[..., 2])
    np.testing.assert_allclose(restored, points, atol=2e-3)


def test_camera_with_more_axes_than_points_is_an_error():
    with pytest.raises(ValueError, match="more axes"):
        fast.world_to_camera(_extrinsics(0, (3, 2)), np.zeros((3, 3), np.float32))


def test_cameras_are_pytrees_that_jax_can_map_and_differentiate():
    camera = _camera()
    points = jnp.asarray(_points(0))
    gradient = jax.jit(jax.grad(lambda c: cameras.project(c, points).sum()))(camera)
    np.testing.assert_allclose(gradient.center, [40.0, 40.0], rtol=1e-5)
    assert jnp.isfinite(gradient.distortion).all()
    assert jax.tree.map(jnp.shape, camera) == cameras.Perspective((2,), (2,), (5,))
    with pytest.raises(AttributeError):
        camera.focal = None


def test_real_calibration_poses_and_detections_meet():
    """AIST++: 3D triangulated from 9 views falls on the detections of each, within the noise of the detector."""
    take = "gBR_sBM_cAll_d04_mBR0_ch02"
    calibration = json.loads(real_data("aistpp", "cameras", "setting1.json").read_text())
    with np.load(real_data("aistpp", "triangulated_keypoints3d_cm.npz"), allow_pickle=False) as file:
        points_world = file[take] / 100.0
    detections = safe_pickle.load(real_data("aistpp", "keypoints2d", f"{take}.pkl"))["keypoints2d"][..., :2]
    matrices = np.array([entry["matrix"] for entry in calibration], np.float32)
    camera = cameras.Perspective(
        matrices[:, [0, 1], [0, 1]],
        matrices[:, :2, 2],
        np.array([entry["distortions"] for entry in calibration], np.float32),
    )
    extrinsics = cameras.Extrinsics(
        fast_rotations.so3_exp(np.array([entry["rotation"] for entry in calibration], np.float32)),
        np.array([entry["translation"] for entry in calibration], np.float32) / 100.0,
    )
    seen = fast.project(camera, fast.world_to_camera(extrinsics, points_world[None]))
    error = np.linalg.norm(np.asarray(seen) - detections, axis=-1)
    assert np.nanmedian(error, axis=(1, 2)).max() < 12.0


def test_clips_of_one_length_are_undistorted_by_one_program():
    camera = cameras.Perspective(np.full(2, 1000.0), np.full(2, 500.0), np.array([0.1, -0.05, 0.0, 0.0, 0.0]))
    points = np.random.default_rng(0).uniform(0, 1000, (11, 17, 2)).astype(np.float32)
    cameras.ideal_coordinates(camera, points)
    before = cameras._undistort._cache_size()
    for shift in range(3):
        cameras.ideal_coordinates(camera, points + shift)
    assert cameras._undistort._cache_size() == before
