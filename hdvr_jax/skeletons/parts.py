"""The sixteen body parts of HDVR, and the joints that the movement model of each part reads.

HDVR (Hu & Ahuja 2021, section 2.3) names eleven parts in its table; neck, hands and knees complete our sixteen.
"""

import functools

from hdvr_jax.errors import InputError
from hdvr_jax.skeletons.definitions import get_skeleton, mirrored_name

BODY_PARTS = (
    "head",
    "neck",
    "left_shoulder",
    "right_shoulder",
    "left_arm",
    "right_arm",
    "left_hand",
    "right_hand",
    "torso",
    "hips",
    "left_leg",
    "right_leg",
    "left_knee",
    "right_knee",
    "left_foot",
    "right_foot",
)

_TRUNK = ("hip", "thorax", "left_shoulder", "right_shoulder", "left_hip", "right_hip")
# The trunk is in every part's joints: a limb's movement is defined relative to it.
_OWN_JOINTS = {
    "head": ("nose", "head", "left_ear", "right_ear", "left_eye", "right_eye"),
    "neck": ("nose", "head", "neck", "left_ear", "right_ear", "left_eye", "right_eye"),
    "left_shoulder": ("left_elbow", "spine", "head"),
    "left_arm": ("left_elbow", "left_wrist", "spine"),
    "left_hand": ("left_elbow", "left_wrist", "right_wrist", "head", "nose"),
    "torso": ("spine", "head", "left_knee", "right_knee"),
    "hips": ("spine", "left_knee", "right_knee", "left_ankle", "right_ankle"),
    "left_leg": ("left_knee", "left_ankle", "spine", "right_ankle"),
    "left_knee": ("left_knee", "left_ankle", "right_knee"),
    "left_foot": ("left_knee", "left_ankle", "right_ankle", "right_knee"),
}


@functools.cache
def part_joints(skeleton: str, part: str) -> tuple[int, ...]:
    """Indices, in ascending order, of the joints of a skeleton that belong to a body part's model.

    Raises InputError for an unknown part. Joints that the skeleton lacks are left out.
    """
    if part not in BODY_PARTS:
        raise InputError(f"unknown body part {part!r}; known: {', '.join(BODY_PARTS)}")
    if part in _OWN_JOINTS:
        names = set(_OWN_JOINTS[part])
    else:
        names = {mirrored_name(joint) for joint in _OWN_JOINTS[mirrored_name(part)]}
    joints = get_skeleton(skeleton).joints
    return tuple(index for index, joint in enumerate(joints) if joint in names or joint in _TRUNK)
