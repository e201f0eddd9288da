"""BVH of one dancer: names of MotionBuilder and Mixamo, centimetres, a moving root, ZXY rotations.

Places are those of poses3d.npz. Nothing turned is a T-pose that faces +z, with y up. The root's OFFSET is zero and its
position channels hold its whole place, so that readers that add the two and readers that replace one by the other
agree. BVH has no word for unknown frames: they are filled as `hdvr_jax.rigging.RiggedMotion.known` says.
"""

import os

import numpy as np

from hdvr_jax.files import whole_file
from hdvr_jax.rigging import Rig, RiggedMotion, turning

_CENTIMETRES = 100.0
_ROTATIONS = "Zrotation Xrotation Yrotation"
# Frames formatted at a time, so that a long clip's text is never in memory as a whole.
_BLOCK = 1024


def write_bvh(motion: RiggedMotion, path: str | os.PathLike) -> None:
    """Writes a dancer's motion to `path`, whole or not at all."""
    rig = motion.rig
    turning_joints = [joint for joint in range(len(rig.names)) if not rig.is_end(joint)]
    angles = [turning.euler_degrees(motion.turns[:, joint]) for joint in turning_joints]
    values = np.concatenate([motion.root * _CENTIMETRES, *angles], axis=-1)
    row = " ".join(["%.5f"] * values.shape[1]) + "\n"
    with whole_file(path) as file:
        head = ["HIERARCHY", *_joint(rig, 0, ""), "MOTION", f"Frames: {motion.frames}"]
        file.write("\n".join([*head, f"Frame Time: {1 / motion.fps:.9f}", ""]).encode())
        for start in range(0, motion.frames, _BLOCK):
            block = values[start : start + _BLOCK]
            file.write((row * len(block) % tuple(block.ravel().tolist())).encode())


def _joint(rig: Rig, joint: int, indent: str) -> list[str]:
    """Lines of a joint and of what hangs on it."""
    offset = " ".join(f"{value:.6f}" for value in rig.offsets[joint] * _CENTIMETRES)
    if rig.is_end(joint):
        return [f"{indent}End Site", f"{indent}{{", f"{indent}\tOFFSET {offset}", f"{indent}}}"]
    root = rig.parents[joint] < 0
    channels = f"6 Xposition Yposition Zposition {_ROTATIONS}" if root else f"3 {_ROTATIONS}"
    lines = [f"{indent}{'ROOT' if root else 'JOINT'} {rig.names[joint]}", f"{indent}{{"]
    lines += [f"{indent}\tOFFSET {offset}", f"{indent}\tCHANNELS {channels}"]
    for child in rig.children(joint):
        lines += _joint(rig, child, f"{indent}\t")
    return [*lines, f"{indent}}}"]
