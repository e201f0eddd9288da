"""Joint sets of the detectors, data sets and models: names, parents and anatomical meaning.

Every joint is named by an anatomical term, so that joints of the same name in two skeletons are the same place
on the body. Where a source has its own spelling (the CMU rig), `aliases` gives it.
"""

import dataclasses
import functools

from hdvr_jax.errors import InputError


@dataclasses.dataclass(frozen=True)
class Skeleton:
    """A joint set.

    Attributes:
        name: Key of the skeleton, as in `get_skeleton(name)`.
        joints: Anatomical joint names, in the order of the arrays.
        parents: Index of each joint's parent; -1 marks the root.
        aliases: The source's own spelling of each joint, in the same order.
    """

    name: str
    joints: tuple[str, ...]
    parents: tuple[int, ...]
    aliases: tuple[str, ...]

    def index(self, joint: str) -> int:
        """Position of an anatomical joint name; raises InputError when the skeleton lacks it."""
        if joint not in self.joints:
            raise InputError(f"skeleton {self.name} has no joint {joint!r}; it has {', '.join(self.joints)}")
        return self.joints.index(joint)

    @property
    def bones(self) -> tuple[tuple[int, int], ...]:
        """Pairs (child, parent) of joint indices."""
        return tuple((child, parent) for child, parent in enumerate(self.parents) if parent >= 0)

    @property
    def mirror(self) -> tuple[int, ...]:
        """Permutation that exchanges left and right joints."""
        return tuple(self.joints.index(mirrored_name(joint)) for joint in self.joints)

    @property
    def root(self) -> int:
        """Index of the joint without a parent."""
        return self.parents.index(-1)


def mirrored_name(joint: str) -> str:
    """The same joint on the other side of the body."""
    if joint.startswith("left_"):
        return "right_" + joint.removeprefix("left_")
    if joint.startswith("right_"):
        return "left_" + joint.removeprefix("right_")
    return joint


def kind_of(joint: str) -> str:
    """The joint's name without its side."""
    return joint.rpartition("_")[2]


_H36M17 = """hip:- right_hip:hip right_knee:right_hip right_ankle:right_knee left_hip:hip left_knee:left_hip
left_ankle:left_knee spine:hip thorax:spine nose:thorax head:nose left_shoulder:thorax left_elbow:left_shoulder
left_wrist:left_elbow right_shoulder:thorax right_elbow:right_shoulder right_wrist:right_elbow"""

# The tree of COCO-17 hangs on the nose because the set has no trunk joint.
_COCO17 = """nose:- left_eye:nose right_eye:nose left_ear:left_eye right_ear:right_eye left_shoulder:nose
right_shoulder:nose left_elbow:left_shoulder right_elbow:right_shoulder left_wrist:left_elbow
right_wrist:right_elbow left_hip:left_shoulder right_hip:right_shoulder left_knee:left_hip right_knee:right_hip
left_ankle:left_knee right_ankle:right_knee"""

# The 18 points of OpenPose's COCO model: COCO-17 in another order, and the middle of the shoulders.
_COCO18 = """nose:thorax thorax:- right_shoulder:thorax right_elbow:right_shoulder right_wrist:right_elbow
left_shoulder:thorax left_elbow:left_shoulder left_wrist:left_elbow right_hip:thorax right_knee:right_hip
right_ankle:right_knee left_hip:thorax left_knee:left_hip left_ankle:left_knee right_eye:nose left_eye:nose
right_ear:right_eye left_ear:left_eye"""

# Body and feet of COCO-WholeBody, the first of its 133 points.
_COCO23 = f"""{_COCO17} left_big_toe:left_ankle left_small_toe:left_ankle left_heel:left_ankle
right_big_toe:right_ankle right_small_toe:right_ankle right_heel:right_ankle"""

_BODY25 = """nose:thorax thorax:hip right_shoulder:thorax right_elbow:right_shoulder right_wrist:right_elbow
left_shoulder:thorax left_elbow:left_shoulder left_wrist:left_elbow hip:- right_hip:hip right_knee:right_hip
right_ankle:right_knee left_hip:hip left_knee:left_hip left_ankle:left_knee right_eye:nose left_eye:nose
right_ear:right_eye left_ear:left_eye left_big_toe:left_ankle left_small_toe:left_ankle left_heel:left_ankle
right_big_toe:right_ankle right_small_toe:right_ankle right_heel:right_ankle"""

_BODY25B = f"""{_COCO17} neck:nose head:neck left_big_toe:left_ankle left_small_toe:left_ankle
left_heel:left_ankle right_big_toe:right_ankle right_small_toe:right_ankle right_heel:right_ankle"""

_MEDIAPIPE33 = """nose:- left_eye_inner:nose left_eye:left_eye_inner left_eye_outer:left_eye
right_eye_inner:nose right_eye:right_eye_inner right_eye_outer:right_eye left_ear:left_eye_outer
right_ear:right_eye_outer left_mouth:nose right_mouth:nose left_shoulder:nose right_shoulder:nose
left_elbow:left_shoulder right_elbow:right_shoulder left_wrist:left_elbow right_wrist:right_elbow
left_pinky:left_wrist right_pinky:right_wrist left_index:left_wrist right_index:right_wrist
left_thumb:left_wrist right_thumb:right_wrist left_hip:left_shoulder right_hip:right_shoulder
left_knee:left_hip right_knee:right_hip left_ankle:left_knee right_ankle:right_knee left_heel:left_ankle
right_heel:right_ankle left_foot_index:left_heel right_foot_index:right_heel"""

_HALPE26 = """nose:neck left_eye:nose right_eye:nose left_ear:left_eye right_ear:right_eye left_shoulder:neck
right_shoulder:neck left_elbow:left_shoulder right_elbow:right_shoulder left_wrist:left_elbow
right_wrist:right_elbow left_hip:hip right_hip:hip left_knee:left_hip right_knee:right_hip
left_ankle:left_knee right_ankle:right_knee head:nose neck:hip hip:- left_big_toe:left_ankle
right_big_toe:right_ankle left_small_toe:left_ankle right_small_toe:right_ankle left_heel:left_ankle
right_heel:right_ankle"""

_MPI3DHP28 = """spine3:spine2 spine4:spine3 spine2:spine1 spine1:pelvis pelvis:- neck:spine4 face:neck
head:face left_clavicle:spine4 left_shoulder:left_clavicle left_elbow:left_shoulder left_wrist:left_elbow
left_hand:left_wrist right_clavicle:spine4 right_shoulder:right_clavicle right_elbow:right_shoulder
right_wrist:right_elbow right_hand:right_wrist left_hip:pelvis left_knee:left_hip left_ankle:left_knee
left_foot:left_ankle left_toe:left_foot right_hip:pelvis right_knee:right_hip right_ankle:right_knee
right_foot:right_ankle right_toe:right_foot"""

_MPI3DHP17 = """head:face neck:spine1 right_shoulder:neck right_elbow:right_shoulder right_wrist:right_elbow
left_shoulder:neck left_elbow:left_shoulder left_wrist:left_elbow right_hip:pelvis right_knee:right_hip
right_ankle:right_knee left_hip:pelvis left_knee:left_hip left_ankle:left_knee pelvis:- spine1:pelvis face:neck"""

_CMU25 = """pelvis:- abdomen:pelvis chest:abdomen neck:chest skull_base:neck left_eye:skull_base
right_eye:skull_base left_clavicle:chest left_shoulder:left_clavicle left_elbow:left_shoulder
left_wrist:left_elbow left_hand:left_wrist right_clavicle:chest right_shoulder:right_clavicle
right_elbow:right_shoulder right_wrist:right_elbow right_hand:right_wrist left_hip:pelvis left_knee:left_hip
left_ankle:left_knee left_toe:left_ankle right_hip:pelvis right_knee:right_hip right_ankle:right_knee
right_toe:right_ankle"""

_CMU25_ALIASES = """hip abdomen chest neck head leftEye rightEye lCollar lShldr lForeArm lHand lMid1 rCollar
rShldr rForeArm rHand rMid1 lThigh lShin lFoot lFoot_end rThigh rShin rFoot rFoot_end"""

_MPII16 = """right_ankle:right_knee right_knee:right_hip right_hip:pelvis left_hip:pelvis left_knee:left_hip
left_ankle:left_knee pelvis:- thorax:pelvis neck:thorax head:neck right_wrist:right_elbow right_elbow:right_shoulder
right_shoulder:thorax left_shoulder:thorax left_elbow:left_shoulder left_wrist:left_elbow"""

# The 15 points of OpenPose's MPI models. Its "chest" was trained as the middle of MPII's pelvis and thorax.
_MPI15 = """head:neck neck:- right_shoulder:neck right_elbow:right_shoulder right_wrist:right_elbow left_shoulder:neck
left_elbow:left_shoulder left_wrist:left_elbow right_hip:spine right_knee:right_hip right_ankle:right_knee
left_hip:spine left_knee:left_hip left_ankle:left_knee spine:neck"""

# HumanEva's motion capture has the ends of every limb segment. The 15 joints, which its evaluation uses, average ends
# that meet; the 20 joints keep them apart, so elbows and knees are there twice.
_HUMANEVA15 = """pelvis:- neck:pelvis left_shoulder:neck left_elbow:left_shoulder left_wrist:left_elbow
right_shoulder:neck right_elbow:right_shoulder right_wrist:right_elbow left_hip:pelvis left_knee:left_hip
left_ankle:left_knee right_hip:pelvis right_knee:right_hip right_ankle:right_knee head:neck"""

_HUMANEVA20 = """pelvis:- torso_top:pelvis head_base:torso_top left_shoulder:torso_top
left_elbow_above:left_shoulder left_elbow_below:left_elbow_above left_wrist:left_elbow_below
right_shoulder:torso_top right_elbow_above:right_shoulder right_elbow_below:right_elbow_above
right_wrist:right_elbow_below left_hip:pelvis left_knee_above:left_hip left_knee_below:left_knee_above
left_ankle:left_knee_below right_hip:pelvis right_knee_above:right_hip right_knee_below:right_knee_above
right_ankle:right_knee_below head:head_base"""

_DEFINITIONS = {
    "h36m17": _H36M17,
    "coco17": _COCO17,
    "coco18": _COCO18,
    "coco23": _COCO23,
    "body25": _BODY25,
    "body25b": _BODY25B,
    "mediapipe33": _MEDIAPIPE33,
    "halpe26": _HALPE26,
    "mpi3dhp28": _MPI3DHP28,
    "mpi3dhp17": _MPI3DHP17,
    "cmu25": _CMU25,
    "mpii16": _MPII16,
    "mpi15": _MPI15,
    "humaneva15": _HUMANEVA15,
    "humaneva20": _HUMANEVA20,
}
_SYNONYMS = {"aistpp": "coco17"}
_ALIASES = {"cmu25": _CMU25_ALIASES}


def skeleton_names() -> tuple[str, ...]:
    """Names that `get_skeleton` knows."""
    return (*_DEFINITIONS, *_SYNONYMS)


@functools.cache
def get_skeleton(name: str) -> Skeleton:
    """The skeleton of this name; raises InputError with the known names otherwise."""
    key = _SYNONYMS.get(name, name)
    if key not in _DEFINITIONS:
        raise InputError(f"unknown skeleton {name!r}; known: {', '.join(skeleton_names())}")
    pairs = [entry.split(":") for entry in _DEFINITIONS[key].split()]
    joints = tuple(joint for joint, _ in pairs)
    parents = tuple(-1 if parent == "-" else joints.index(parent) for _, parent in pairs)
    aliases = tuple(_ALIASES[key].split()) if key in _ALIASES else joints
    return Skeleton(key, joints, parents, aliases)
