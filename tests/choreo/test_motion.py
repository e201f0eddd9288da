"""What every danced motion has to be: one body, on the floor, inside its joint limits, no faster than people are."""

import itertools

import numpy as np
import pytest

from hdvr_jax.choreo.body import JOINT_INDEX
from hdvr_jax.choreo.figures import FIGURES
from hdvr_jax.choreo.legs import SOLE
from hdvr_jax.choreo.limits import LIMITS, joint_angles, knee_bend_forwards
from tests.choreo.danced import FPS, figure_motion, motions
from tests.real_data import real_data

_BONES = (
    ("hip", "knee", "thigh"),
    ("knee", "ankle", "shank"),
    ("shoulder", "elbow", "upper_arm"),
    ("elbow", "wrist", "forearm"),
)


def test_bones_keep_the_dancers_lengths():
    for take, number, motion in motions():
        body = take.dancers[number].body
        for side in ("left", "right"):
            for a, b, length in _BONES:
                between = motion.points[:, JOINT_INDEX[f"{side}_{a}"]] - motion.points[:, JOINT_INDEX[f"{side}_{b}"]]
                assert np.abs(np.linalg.norm(between, axis=-1) - getattr(body, length)).max() < 1e-4
        hips = motion.points[:, JOINT_INDEX["left_hip"]] - motion.points[:, JOINT_INDEX["right_hip"]]
        assert np.ptp(np.linalg.norm(hips, axis=-1)) < 1e-4


def test_nothing_goes_through_the_floor_and_standing_feet_touch_it():
    for _, _, motion in motions():
        assert np.isfinite(motion.points).all()
        assert motion.points[..., 1].min() > SOLE - 0.01
        for side, name in enumerate(("left_ball", "right_ball")):
            standing = motion.points[motion.contact[:, side], JOINT_INDEX[name], 1]
            assert standing.size > 0.2 * len(motion.points)
            assert standing.max() < SOLE + 0.01


def test_standing_feet_do_not_slip():
    slips = []
    for _, _, motion in motions():
        for side, name in enumerate(("left_ball", "right_ball")):
            ball = motion.points[:, JOINT_INDEX[name]]
            edges = np.flatnonzero(np.diff(np.r_[0, motion.contact[:, side].astype(int), 0])).reshape(-1, 2)
            slips += [np.linalg.norm(ball[a:b] - ball[a], axis=-1).max() for a, b in edges]
    assert len(slips) > 300
    assert max(slips) < 0.02


@pytest.mark.parametrize("name", LIMITS)
def test_joint_limits(name):
    low, high = LIMITS[name]
    for take, _, motion in motions():
        for joint, angle in joint_angles(motion.points).items():
            if joint.removesuffix("_left").removesuffix("_right") == name:
                assert low <= angle.min(), (take.id, joint, int(angle.argmin()))
                assert angle.max() <= high, (take.id, joint, int(angle.argmax()))


def test_knees_of_standing_legs_bend_forwards():
    for _, _, motion in motions():
        for side, name in enumerate(("left", "right")):
            assert knee_bend_forwards(motion.points, name)[motion.contact[:, side]].min() > -0.005


def test_dancers_are_upright_and_the_pelvis_is_where_legs_carry_it():
    for take, number, motion in motions():
        height = take.dancers[number].body.height
        pelvis = motion.points[:, JOINT_INDEX["pelvis"], 1] / height
        assert 0.44 < np.median(pelvis) < 0.58
        assert pelvis.min() > 0.3
        assert np.all(motion.points[:, JOINT_INDEX["nose"], 1] > motion.points[:, JOINT_INDEX["pelvis"], 1])


@pytest.mark.parametrize("name", FIGURES)
def test_every_figure_can_be_danced_large(name):
    motion = figure_motion(name)
    assert motion.points[..., 1].min() > SOLE - 0.01
    for joint, angle in joint_angles(motion.points).items():
        low, high = LIMITS[joint.removesuffix("_left").removesuffix("_right")]
        assert low <= angle.min(), joint
        assert angle.max() <= high, joint
    assert _magnitude(motion.coco17, 1).max() < 11.0
    assert _magnitude(motion.coco17, 2).max() < 260.0


def test_timeline_covers_the_clip():
    for take, _, motion in motions():
        assert motion.figures[0][1] == 0.0
        assert motion.figures[-1][2] == take.seconds
        assert all(a[2] == b[1] for a, b in itertools.pairwise(motion.figures))


def _magnitude(track: np.ndarray, order: int) -> np.ndarray:
    return np.linalg.norm(np.diff(track, order, axis=0), axis=-1) * FPS**order


def test_nobody_teleports():
    for take, _, motion in motions():
        assert _magnitude(motion.coco17, 1).max() < 11.0, take.id
        assert _magnitude(motion.coco17, 2).max() < 260.0, take.id


@pytest.mark.parametrize(
    ("joint", "cmu"), [("pelvis", "hip"), ("left_wrist", "lHand"), ("left_ankle", "lFoot"), ("left_knee", "lShin")]
)
def test_speeds_and_accelerations_stay_in_the_range_of_recorded_dance(joint, cmu):
    with np.load(real_data("cmu", "dance_30fps.npz"), allow_pickle=False) as pack:
        index = pack["joint_names"].tolist().index(cmu)
        recorded = [pack[name][1:, index] for name in pack.files if pack[name].ndim == 3]
    danced = [motion.points[:, JOINT_INDEX[joint]] for _, _, motion in motions()]
    for order in (1, 2):
        ours = np.concatenate([_magnitude(track, order) for track in danced])
        theirs = np.concatenate([_magnitude(track, order) for track in recorded])
        assert np.percentile(ours, 99) < 1.3 * np.percentile(theirs, 99)
        assert np.percentile(ours, 90) > 0.4 * np.percentile(theirs, 90)
