import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.recognition import placement
from tests.recognition import fabricated


def hips_at_origin(points):
    return points - points[:, :1]


@pytest.fixture(scope="module")
def points():
    return fabricated.swaying()


def track_of(points):
    return PoseTrack.from_points(fabricated.project(points), "h36m17", fabricated.FPS, image_size=(1280, 720))


def test_exact_keypoints_give_the_place_back(points):
    poses = placement.place(hips_at_origin(points), track_of(points), fabricated.CAMERA_USED)
    # Depth is smoothed on purpose: a dancer's own quick steps to and fro are blurred by some centimetres.
    np.testing.assert_allclose(poses.points, points, atol=0.05)
    assert np.nanmax(poses.error_px) < 3


@settings(max_examples=15, deadline=None)
@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(2, 12))
def test_a_still_dancer_is_placed_exactly(x, y, z):
    still = np.repeat(fabricated.STANDING[None] * [1, -1, -1] + [x, y, z], 8, 0).astype(np.float32)
    poses = placement.place(hips_at_origin(still), track_of(still), fabricated.CAMERA_USED)
    np.testing.assert_allclose(poses.points, still, atol=2e-3 * z)
    assert np.nanmax(poses.error_px) < 0.1


def test_error_grows_with_wrong_joints(points):
    track = track_of(points)
    moved = track.keypoints.copy()
    moved[:, 13] += 34
    wrong = dataclasses.replace(track, keypoints=moved)
    poses = placement.place(hips_at_origin(points), wrong, fabricated.CAMERA_USED)
    # One joint of 17 is off; the best place moves all by a 17th of that, and leaves 16 17ths on the one.
    assert np.nanmedian(poses.error_px) == pytest.approx(34 * np.sqrt(2) * 2 * 16 / 17**2, rel=0.15)
    assert np.nanmedian(poses.error_body) < 0.05


def test_frames_without_keypoints_are_carried_and_have_no_error(points):
    track = track_of(points)
    keypoints = track.keypoints.copy()
    keypoints[40:50] = np.nan
    holes = PoseTrack.from_points(keypoints, "h36m17", fabricated.FPS)
    poses = placement.place(hips_at_origin(points), holes, fabricated.CAMERA_USED)
    assert np.isnan(poses.error_px[40:50]).all()
    np.testing.assert_allclose(poses.points[40:50], points[40:50], atol=0.1)


def test_poses_that_are_not_there_stay_so(points):
    relative = hips_at_origin(points)
    relative[10:20] = np.nan
    poses = placement.place(relative, track_of(points), fabricated.CAMERA_USED)
    assert np.isnan(poses.points[10:20]).all()
    assert np.isfinite(poses.points[20:]).all()
    assert np.isnan(poses.error_px[10:20]).all()


def test_nothing_seen_at_all(points):
    nothing = PoseTrack.from_points(np.full((5, 17, 2), np.nan), "h36m17", fabricated.FPS)
    poses = placement.place(hips_at_origin(points[:5]), nothing, fabricated.CAMERA_USED)
    assert np.isnan(poses.points).all()
