"""Rigs fitted to made-up bodies, whose bones and rotations are known, and to real motion."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hdvr_jax import keypoints
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.rigging import fit, fit_error
from hdvr_jax.skeletons import get_skeleton
from tests.real_data import real_data
from tests.rigging import bodies

FEW = settings(max_examples=15, deadline=None)
SEEDS = st.integers(0, 2**31 - 1)
INDEX = get_skeleton("h36m17").index


def _turn(motion, name):
    return Rotation.from_matrix(motion.turns[:, motion.rig.names.index(name)])


def _steps(motion):
    """(T - 1, N) degrees by which each joint turns in space from frame to frame."""
    facing = [motion.turns[:, 0]]
    for joint, parent in enumerate(motion.rig.parents[1:], 1):
        facing.append(facing[parent] @ motion.turns[:, joint])
    return np.stack([np.degrees(Rotation.from_matrix(f[1:] @ f[:-1].swapaxes(1, 2)).magnitude()) for f in facing], -1)


@FEW
@given(SEEDS)
def test_constant_bones_are_followed_exactly(seed):
    track = bodies.track(bodies.random_body(seed))
    motion = fit(track)
    assert fit_error(motion, track).max() < 2e-6
    assert motion.known.all()
    identity = motion.turns @ motion.turns.swapaxes(-1, -2)
    np.testing.assert_allclose(identity, np.broadcast_to(np.eye(3), identity.shape), atol=1e-9)
    np.testing.assert_allclose(np.linalg.det(motion.turns), 1, atol=1e-9)


def test_a_t_pose_is_rest():
    motion = fit(bodies.track(bodies.built(bodies.directions(3), root=[0.5, 1, 2])))
    np.testing.assert_allclose(motion.turns, np.broadcast_to(np.eye(3), motion.turns.shape), atol=0.02)
    np.testing.assert_allclose(motion.root, [[0.5, 1, 2]] * 3, atol=1e-6)
    left, right = (motion.rig.rest[motion.rig.names.index(f"{side}Hand")] for side in ("Left", "Right"))
    np.testing.assert_allclose(left, [0.7, 0.48, 0], atol=1e-6)
    np.testing.assert_allclose(right, left * [-1, 1, 1], atol=1e-6)


def test_bones_are_medians_of_both_sides_whatever_single_frames_say():
    points = bodies.built(bodies.directions(9))
    points[:, INDEX("left_wrist")] += [0.02, 0, 0]
    points[:, INDEX("right_wrist")] += [-0.04, 0, 0]
    points[0, INDEX("left_wrist")] += [5, 0, 0]
    rig = fit(bodies.track(points)).rig
    for side, sign in (("Left", 1), ("Right", -1)):
        offset = rig.offsets[rig.names.index(f"{side}Hand")]
        # Eight forearms of 0.27 m on the left and one of 5.27 m, nine of 0.29 m on the right.
        assert abs(sign * offset[0] - 0.29) < 1e-3
        np.testing.assert_allclose(offset[1:], 0)
    assert rig.offsets[rig.names.index("LeftHand")][0] == -rig.offsets[rig.names.index("RightHand")][0]


def test_a_pirouette_turns_the_hips_and_nothing_else():
    angles = np.linspace(0, 4 * np.pi, 120)
    pose = np.repeat(bodies.built(bodies.directions()), 120, 0)
    still = fit(bodies.track(pose))
    motion = fit(bodies.track(bodies.turned(pose, angles)))
    np.testing.assert_allclose(motion.turns[:, 1:], still.turns[:, 1:], atol=1e-4)
    expected = Rotation.from_rotvec(angles[:, None] * [0, 1, 0])
    np.testing.assert_allclose(motion.turns[:, 0], expected.as_matrix(), atol=1e-4)


def test_a_twist_of_the_trunk_is_shared_by_both_halves_of_the_spine():
    ways = bodies.directions(7)
    turn = Rotation.from_rotvec(np.radians(np.linspace(-60, 60, 7))[:, None] * [0, 1, 0])
    for joint in ("left_shoulder", "right_shoulder"):
        ways[joint] = turn.apply(ways[joint])
    motion = fit(bodies.track(bodies.built(ways)))
    for name in ("Spine", "Spine1"):
        np.testing.assert_allclose(_turn(motion, name).as_rotvec(), turn.as_rotvec() / 2, atol=1e-4)


@pytest.mark.parametrize(("side", "sign"), [("left", 1.0), ("right", -1.0)])
def test_elbows_and_knees_are_hinges(side, sign):
    """Whatever shoulder and hip do, a bend turns elbow and knee about one axis of theirs, and by the bend."""
    frames, ways = 40, bodies.directions(40)
    bend = np.radians(np.linspace(20, 130, frames))
    upper = Rotation.from_rotvec(0.5 * np.sin(np.linspace(0, 5, frames))[:, None] * [0.3, 1, 0.8])
    flex = np.stack([sign * np.cos(bend), np.zeros(frames), np.sin(bend)], -1)
    fold = np.stack([np.zeros(frames), -np.cos(bend), -np.sin(bend)], -1)
    ways |= {f"{side}_elbow": upper.apply([sign, 0, 0]), f"{side}_wrist": upper.apply(flex)}
    ways |= {f"{side}_knee": upper.apply([0, -1, 0]), f"{side}_ankle": upper.apply(fold)}
    motion, name = fit(bodies.track(bodies.built(ways))), side.capitalize()
    elbow, knee = (_turn(motion, f"{name}{joint}").as_rotvec() for joint in ("ForeArm", "Leg"))
    np.testing.assert_allclose(elbow, np.outer(bend, [0, -sign, 0]), atol=1e-4)
    np.testing.assert_allclose(knee, np.outer(bend, [1, 0, 0]), atol=1e-4)
    np.testing.assert_allclose(_turn(motion, f"{name}UpLeg").as_matrix(), upper.as_matrix(), atol=1e-4)
    np.testing.assert_allclose(_turn(motion, f"{name}Arm").as_matrix(), upper.as_matrix(), atol=1e-4)


@pytest.mark.parametrize("noise", [0.0, 0.005])
def test_straight_limbs_do_not_spin(noise):
    """Arms that are straight for seconds, and knees that seem to bend backwards now and then."""
    frames, random = 150, np.random.default_rng(0)
    ways, times = bodies.directions(frames), np.linspace(0, 5, frames)
    arm = np.stack([np.cos(times), 0.6 * np.sin(2 * times), np.sin(times)], -1)
    ways["left_elbow"] = ways["left_wrist"] = arm
    back = np.radians(18) * np.where(np.arange(frames) % 7 == 0, 1, -1)
    ways["right_ankle"] = np.stack([np.zeros(frames), -np.cos(back), np.sin(back)], -1)
    points = bodies.built(ways)
    motion = fit(bodies.track(points + random.normal(0, noise, points.shape)))
    joints = [motion.rig.names.index(name) for name in ("LeftArm", "LeftForeArm", "RightUpLeg", "RightLeg")]
    assert _steps(motion)[:, joints].max() < 45


def test_a_kick_past_the_ear_turns_the_thigh_evenly():
    """The thigh goes past the point opposite to where it hangs at rest, with the knee bent towards one side."""
    frames, ways = 40, bodies.directions(40)
    angle = np.linspace(0, 2 * np.pi, frames)
    thigh = Rotation.from_rotvec(angle[:, None] * [-0.98, 0.1, 0.17])
    ways["left_knee"] = thigh.apply([0, -1, 0])
    ways["left_ankle"] = thigh.apply([0, -0.8, -0.6])
    motion = fit(bodies.track(bodies.built(ways)))
    np.testing.assert_allclose(_turn(motion, "LeftUpLeg").as_matrix(), thigh.as_matrix(), atol=1e-4)


def test_frames_without_a_pose_are_filled_evenly():
    angles = np.linspace(0, 1, 31)
    points = bodies.turned(np.repeat(bodies.built(bodies.directions()), 31, 0), angles) + angles[:, None, None]
    points[:3] = points[10:20] = points[-2:] = np.nan
    motion = fit(bodies.track(points))
    np.testing.assert_array_equal(motion.known, np.isfinite(points[:, 0, 0]))
    assert np.isfinite(motion.positions()).all()
    clipped = np.clip(angles, angles[3], angles[-3])
    np.testing.assert_allclose(motion.root, np.repeat(clipped[:, None], 3, 1), atol=1e-5)
    np.testing.assert_allclose(_turn(motion, "Hips").as_rotvec()[:, 1], clipped, atol=1e-4)


@pytest.mark.parametrize("missing", [("head", "nose"), ("left_wrist",), ("spine", "thorax"), ("left_shoulder",)])
def test_joints_that_are_never_seen(missing):
    points = bodies.random_body(3)
    points[:, [INDEX(joint) for joint in missing]] = np.nan
    track = bodies.track(points)
    motion = fit(track)
    assert np.isfinite(motion.positions()).all()
    assert np.isfinite(motion.turns).all()
    hidden = INDEX(missing[0])
    assert np.isnan(fit_error(motion, track)[:, hidden]).all()
    # What does not hang on them is followed as ever.
    assert fit_error(motion, track)[:, INDEX("left_ankle")].max() < 2e-6
    length = np.linalg.norm(motion.rig.offsets[motion.rig.names.index("Head")])
    assert 0.05 < length < 0.3


@pytest.mark.parametrize("points", [np.zeros((4, 17, 3)), np.full((1, 17, 3), 1e6), np.ones((1, 17, 3))])
def test_bodies_without_extent(points):
    motion = fit(bodies.track(points))
    assert np.isfinite(motion.turns).all()
    np.testing.assert_allclose(motion.positions()[:, motion.rig.names.index("LeftFoot")], points[:, 6], atol=1e-6)


def test_one_frame():
    track = bodies.track(bodies.random_body(1, frames=1))
    motion = fit(track)
    assert motion.frames == 1
    assert fit_error(motion, track).max() < 2e-6


def test_nothing_to_rig():
    with pytest.raises(InputError, match="track 7: no frame has a pose"):
        fit(bodies.track(np.full((5, 17, 3), np.nan), id="7"))
    flat = PoseTrack.from_points(np.zeros((5, 17, 2)), "h36m17", 30)
    with pytest.raises(InputError, match="2D keypoints; expected 3D"):
        fit(flat)


def test_real_motion_is_followed_closely_and_without_flips():
    """CMU's bones are constant; what is lost comes from the trunk joints that are combined from others."""
    path = real_data("cmu", "dance_30fps.npz")
    for name, most in (("salsa_60_01", 0.005), ("modern_05_04", 0.01)):
        track = keypoints.read(path, clip=name).tracks[0]
        track = dataclasses.replace(track.to_skeleton("h36m17"), id=name)
        motion = fit(track)
        assert np.nanmean(fit_error(motion, track)) < most
        assert _steps(motion).max() < 120
