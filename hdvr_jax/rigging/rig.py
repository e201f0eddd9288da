"""The rig: named joints in a tree, their places in a T-pose, and what turning them does.

At rest the dancer stands with arms out to the sides and faces +z; y is up and her left is +x. Every joint's axes are
then those of the world. Names are those of MotionBuilder and Mixamo, which Blender and most retargeters know. Joint
`X_end` is the end of the last bone, at X.

`Spine` lies on `Hips`: the pelvis turns with the line of the hips and the back bends on it. Hands and feet have a
length taken from an average body, and do not turn: the poses end at wrists and ankles.
"""

import dataclasses
import functools

import numpy as np
from jaxtyping import Bool, Float

# Depth first, so that the order is that of a BVH file.
_TREE = """Hips:- Spine:Hips Spine1:Spine Neck:Spine1 Head:Neck Head_end:Head
LeftShoulder:Spine1 LeftArm:LeftShoulder LeftForeArm:LeftArm LeftHand:LeftForeArm LeftHand_end:LeftHand
RightShoulder:Spine1 RightArm:RightShoulder RightForeArm:RightArm RightHand:RightForeArm RightHand_end:RightHand
LeftUpLeg:Hips LeftLeg:LeftUpLeg LeftFoot:LeftLeg LeftFoot_end:LeftFoot
RightUpLeg:Hips RightLeg:RightUpLeg RightFoot:RightLeg RightFoot_end:RightFoot"""

_ANATOMY = {
    "Hips": "hip",
    "Spine1": "spine",
    "Neck": "thorax",
    "Head": "nose",
    "Head_end": "head",
    **{
        f"{side}{name}": f"{side.lower()}_{joint}"
        for side in ("Left", "Right")
        for name, joint in {
            "Arm": "shoulder",
            "ForeArm": "elbow",
            "Hand": "wrist",
            "UpLeg": "hip",
            "Leg": "knee",
            "Foot": "ankle",
        }.items()
    },
}


@dataclasses.dataclass(frozen=True)
class Rig:
    """A body at rest.

    Attributes:
        names: Of the N joints, parents before children.
        parents: Index of each joint's parent; -1 for the first, the root.
        offsets: (N, 3) metres from the parent at rest; zero for the root.
    """

    names: tuple[str, ...]
    parents: tuple[int, ...]
    offsets: Float[np.ndarray, "N 3"]

    def is_end(self, joint: int) -> bool:
        """Whether it only ends the last bone of a limb."""
        return self.names[joint].endswith("_end")

    def children(self, joint: int) -> list[int]:
        """Indices of the joints that hang on one."""
        return [child for child, parent in enumerate(self.parents) if parent == joint]

    @functools.cached_property
    def rest(self) -> Float[np.ndarray, "N 3"]:
        """Places at rest, metres from the root."""
        places = np.zeros_like(self.offsets)
        for joint, parent in enumerate(self.parents):
            places[joint] = self.offsets[joint] + (places[parent] if parent >= 0 else 0)
        return places


@dataclasses.dataclass(frozen=True)
class RiggedMotion:
    """A rig that dances.

    Attributes:
        rig: The body.
        turns: (T, N, 3, 3) rotation of each joint in its parent's axes; the identity is the rest pose.
        root: (T, 3) metres, place of the root: x right, y up, z towards the viewer.
        known: (T,) whether the frame had a pose. Between such frames joints turn and the root moves evenly; before
            the first and after the last they keep still.
        fps: Frames per second.
        id: Name of the dancer.
    """

    rig: Rig
    turns: Float[np.ndarray, "T N 3 3"]
    root: Float[np.ndarray, "T 3"]
    known: Bool[np.ndarray, " T"]
    fps: float
    id: str = "0"

    @property
    def frames(self) -> int:
        """Number of frames."""
        return len(self.root)

    def positions(self) -> Float[np.ndarray, "T N 3"]:
        """Where the joints are, metres (forward kinematics)."""
        places, facing = np.empty((self.frames, len(self.rig.names), 3)), np.empty_like(self.turns)
        for joint, parent in enumerate(self.rig.parents):
            if parent < 0:
                places[:, joint], facing[:, joint] = self.root, self.turns[:, joint]
            else:
                places[:, joint] = places[:, parent] + facing[:, parent] @ self.rig.offsets[joint]
                facing[:, joint] = facing[:, parent] @ self.turns[:, joint]
        return places


@functools.cache
def tree() -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Names and parents of the rig's joints."""
    pairs = [entry.split(":") for entry in _TREE.split()]
    names = tuple(name for name, _ in pairs)
    return names, tuple(-1 if parent == "-" else names.index(parent) for _, parent in pairs)


def anatomy() -> dict[str, str]:
    """{joint of the rig: joint of h36m17 at the same place}; joints of no own place are left out."""
    return dict(_ANATOMY)
