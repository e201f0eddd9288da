"""Cameras and detections."""

import numpy as np
import pytest

from hdvr_jax import cameras
from hdvr_jax.choreo.detections import detect
from hdvr_jax.choreo.views import image_points, sample_views
from tests.choreo.danced import FPS, motions

_MIDDLE = (0.0,)


@pytest.fixture(scope="module")
def crossing():
    """Tracks of the dancers of a take with several, and a view that sees them."""
    take = next(take for take, _, _ in motions() if len(take.dancers) > 1)
    points = [motion.coco17.astype(np.float32) for other, _, motion in motions() if other.id == take.id]
    views = sample_views(np.random.default_rng(0), np.concatenate(points).reshape(-1, 3), _MIDDLE)
    return points, views


def test_projection_is_the_packages():
    _, _, motion = motions()[0]
    (view,) = sample_views(np.random.default_rng(1), motion.points.reshape(-1, 3), _MIDDLE)
    extrinsics = cameras.Extrinsics(view.rotation, view.translation)
    camera = cameras.Perspective(view.focal, view.center, view.distortion)
    expected = cameras.project(camera, cameras.world_to_camera(extrinsics, motion.coco17))
    np.testing.assert_allclose(image_points(view, motion.coco17)[0], expected, atol=0.05)


def test_views_are_upright_and_see_everybody(crossing):
    points, views = crossing
    for view in views:
        np.testing.assert_allclose(view.rotation @ view.rotation.T, np.eye(3), atol=1e-9)
        assert view.rotation[1, 1] < -0.8
        for dancer in points:
            image, depth = image_points(view, dancer)
            assert depth.min() > 1.0
            assert np.mean((image > 0) & (image < view.image_size)) > 0.99


def test_residuals_are_those_of_a_detector():
    _, _, motion = motions()[0]
    points = motion.coco17.astype(np.float32)
    views = sample_views(np.random.default_rng(2), motion.points.reshape(-1, 3), (-45.0, 0.0, 45.0))
    ((keypoints, confidence),) = detect([points], views, FPS, np.random.default_rng(2))
    assert keypoints.shape == (3, len(points), 17, 2)
    assert np.all(np.isnan(keypoints).all(-1) == (confidence <= 0))
    truth = np.array([image_points(view, points)[0] for view in views])
    tall = np.ptp(truth[..., 1], axis=-1)[..., None]
    error = np.linalg.norm(keypoints - truth, axis=-1) / tall
    sure = confidence > 0.5
    assert 0.002 < np.nanmedian(error[sure]) < 0.04
    assert np.nanmedian(error[~sure]) > np.nanmedian(error[sure])


def test_the_dancer_behind_is_seen_badly_while_they_cross(crossing):
    points, views = crossing
    alone = detect(points[:1], views, FPS, np.random.default_rng(3))[0][1]
    together = [confidence for _, confidence in detect(points, views, FPS, np.random.default_rng(3))]
    apart = np.abs(np.diff([image_points(views[0], p)[0][:, 11, 0] for p in points[:2]], axis=0))[0]
    near, far = apart < 40, apart > 400
    assert near.any()
    assert far.any()
    behind = int(np.argmax([image_points(views[0], dancer)[1][near].mean() for dancer in points]))
    assert together[behind][0, near].mean() < 0.8 * together[behind][0, far].mean()
    assert alone.shape == together[0].shape
