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


def test_a_true_trajectory_is_kept_as_it_is(points):
    truth = points[:, 0]
    poses = placement.place(hips_at_origin(points), track_of(points), fabricated.CAMERA_USED, truth)
    np.testing.assert_allclose(poses.points, points, atol=1e-5)


def test_a_trajectory_steadies_the_depth(points):
    """Bodies lifted now too large and now too small are placed too far and too near; the trajectory halves that.

    It is on another scale, as of a model that knows another focal length.
    """
    size = 1 + 0.1 * np.sin(4 * np.arange(len(points)) / fabricated.FPS)
    relative, truth = hips_at_origin(points) * size[:, None, None], points[:, 0]
    alone = placement.place(relative, track_of(points), fabricated.CAMERA_USED)
    helped = placement.place(relative, track_of(points), fabricated.CAMERA_USED, truth * np.float32([1, 1, 1.4]))
    error = [np.abs(poses.points[:, 0, 2] - truth[:, 2]).mean() for poses in (alone, helped)]
    assert error[1] < 0.6 * error[0]


@pytest.mark.parametrize("wrong", [[0, 0, -3], [0, 0, 0], [2, 1, 9]])
def test_a_trajectory_that_says_nothing_does_no_harm(points, wrong):
    useless = np.tile(np.float32(wrong), (len(points), 1))
    poses = placement.place(hips_at_origin(points), track_of(points), fabricated.CAMERA_USED, useless)
    np.testing.assert_allclose(poses.points, points, atol=0.3)
    assert np.nanmedian(poses.error_px) < 3


def test_depth_of_frames_with_too_few_joints_is_the_trajectorys(points):
    track, truth = track_of(points), points[:, 0].copy()
    keypoints = track.keypoints.copy()
    keypoints[40:60, 2:] = np.nan
    few = PoseTrack.from_points(keypoints, "h36m17", fabricated.FPS)
    truth[:, 2] *= 1.2
    poses = placement.place(hips_at_origin(points), few, fabricated.CAMERA_USED, truth)
    np.testing.assert_allclose(poses.points, points, atol=0.1)


def test_nothing_seen_at_all(points):
    nothing = PoseTrack.from_points(np.full((5, 17, 2), np.nan), "h36m17", fabricated.FPS)
    poses = placement.place(hips_at_origin(points[:5]), nothing, fabricated.CAMERA_USED)
    assert np.isnan(poses.points).all()
