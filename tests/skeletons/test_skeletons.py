"""Joint sets, mappings between them and body parts."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.provenance import MEASURED, MISSING, SYNTHESISED
from hdvr_jax.skeletons import BODY_PARTS, get_mapping, get_skeleton, part_joints, skeleton_names
from tests.real_data import real_data

SIZES = {
    "h36m17": 17,
    "coco17": 17,
    "aistpp": 17,
    "coco18": 18,
    "coco23": 23,
    "body25": 25,
    "body25b": 25,
    "mediapipe33": 33,
    "halpe26": 26,
    "mpi3dhp17": 17,
    "mpi3dhp28": 28,
    "cmu25": 25,
    "mpii16": 16,
    "mpi15": 15,
    "humaneva15": 15,
    "humaneva20": 20,
}


@pytest.mark.parametrize("name", skeleton_names())
def test_skeletons_are_trees_with_distinct_joints(name):
    skeleton = get_skeleton(name)
    assert len(skeleton.joints) == len(set(skeleton.joints)) == SIZES[name]
    assert skeleton.parents.count(-1) == 1
    for joint in range(len(skeleton.joints)):
        steps = 0
        while skeleton.parents[joint] >= 0:
            joint, steps = skeleton.parents[joint], steps + 1
            assert steps <= len(skeleton.joints)


@pytest.mark.parametrize("name", skeleton_names())
def test_mirror_is_an_involution_that_swaps_sides(name):
    skeleton = get_skeleton(name)
    mirror = np.array(skeleton.mirror)
    np.testing.assert_array_equal(mirror[mirror], np.arange(len(mirror)))
    for joint, other in enumerate(mirror):
        assert (skeleton.joints[joint].startswith("left_")) == (skeleton.joints[other].startswith("right_"))


@pytest.mark.parametrize("source", skeleton_names())
@pytest.mark.parametrize("target", ["h36m17", "coco17", "mpi3dhp17"])
def test_mappings_move_scale_and_mirror_with_the_body(source, target):
    mapping = get_mapping(source, target)
    rng = np.random.default_rng(0)
    points = rng.normal(size=(4, SIZES[source], 3)).astype(np.float32)
    moved = mapping.apply(points * 2 + 5)
    np.testing.assert_allclose(moved, mapping.apply(points) * 2 + 5, rtol=1e-4, atol=1e-4)
    flipped = mapping.apply(points[:, list(get_skeleton(source).mirror)])
    np.testing.assert_allclose(flipped, mapping.apply(points)[:, list(get_skeleton(target).mirror)], atol=1e-4)
    assert set(np.flatnonzero(mapping.provenance == MISSING)) == set(np.flatnonzero(~mapping.weights.any(1)))


@pytest.mark.parametrize("source", sorted(set(skeleton_names()) - {"h36m17"}))
def test_every_source_gives_all_of_h36m17_with_measured_limbs(source):
    mapping, h36m = get_mapping(source, "h36m17"), get_skeleton("h36m17")
    assert (mapping.provenance != MISSING).all()
    for joint in ("left_wrist", "right_ankle", "left_hip", "right_shoulder"):
        assert mapping.provenance[h36m.index(joint)] == MEASURED
    for joint in ("hip", "spine", "thorax"):
        assert mapping.provenance[h36m.index(joint)] == SYNTHESISED


def test_humaneva_joints_that_are_there_twice_meet_in_the_middle():
    joints = np.random.default_rng(0).normal(size=(2, 20, 3)).astype(np.float32)
    fine, coarse = get_skeleton("humaneva20").index, get_skeleton("humaneva15").index
    mapped = get_mapping("humaneva20", "humaneva15").apply(joints)
    pairs = {"neck": ("torso_top", "head_base"), "right_knee": ("right_knee_above", "right_knee_below")}
    for joint, (above, below) in pairs.items():
        np.testing.assert_allclose(
            mapped[:, coarse(joint)], (joints[:, fine(above)] + joints[:, fine(below)]) / 2, atol=1e-6
        )
    np.testing.assert_array_equal(mapped[:, coarse("pelvis")], joints[:, fine("pelvis")])
    detected = get_mapping("coco17", "humaneva20")
    assert (detected.provenance != MISSING).all()


def test_identity_keeps_every_joint_measured():
    mapping = get_mapping("h36m17", "h36m17")
    np.testing.assert_array_equal(mapping.weights, np.eye(17))
    assert (mapping.provenance == MEASURED).all()


def test_nan_reaches_only_the_joints_that_need_it():
    points = np.zeros((1, 17, 2), np.float32)
    points[0, get_skeleton("coco17").index("left_hip")] = np.nan
    missing = np.isnan(get_mapping("coco17", "h36m17").apply(points)[0]).any(-1)
    assert {get_skeleton("h36m17").joints[j] for j in np.flatnonzero(missing)} == {"hip", "left_hip", "spine"}


def test_confidence_is_that_of_the_weakest_joint():
    confidence = np.ones((1, 17), np.float32)
    confidence[0, get_skeleton("coco17").index("left_hip")] = 0.25
    mapped = get_mapping("coco17", "h36m17").confidence(confidence)[0]
    assert mapped[get_skeleton("h36m17").index("hip")] == 0.25
    assert mapped[get_skeleton("h36m17").index("left_knee")] == 1


def test_synthesised_face_of_the_cmu_rig_lies_on_the_head():
    pack = np.load(real_data("cmu", "dance_30fps.npz"), allow_pickle=False)
    points = pack["modern_05_02"]
    face = get_mapping("cmu25", "coco17").apply(points)
    joints = get_skeleton("coco17").index
    ears = face[:, joints("left_ear")] - face[:, joints("right_ear")]
    np.testing.assert_allclose(np.linalg.norm(ears, axis=-1), 0.14, atol=0.03)
    nose_to_eyes = face[:, joints("nose")] - face[:, [joints("left_eye"), joints("right_eye")]].mean(1)
    assert np.linalg.norm(nose_to_eyes, axis=-1).max() < 0.08


def test_part_joints_are_sorted_mirrored_and_know_the_limb():
    assert len(BODY_PARTS) == 16
    skeleton = get_skeleton("h36m17")
    mirror = np.array(skeleton.mirror)
    for part in BODY_PARTS:
        joints = part_joints("h36m17", part)
        assert list(joints) == sorted(set(joints))
        if part.startswith("left_"):
            other = part_joints("h36m17", part.replace("left_", "right_"))
            assert sorted(mirror[list(joints)]) == list(other)
    assert skeleton.index("left_wrist") in part_joints("h36m17", "left_hand")


def test_unknown_names_are_refused_with_the_known_ones():
    with pytest.raises(InputError, match="h36m17"):
        get_skeleton("h36m")
    with pytest.raises(InputError, match="left_arm"):
        part_joints("h36m17", "wing")
    with pytest.raises(InputError, match="no joint 'nose_tip'"):
        get_skeleton("coco17").index("nose_tip")
