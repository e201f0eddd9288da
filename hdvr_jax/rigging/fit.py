"""From 3D poses to a rig that moves: constant bone lengths, a rotation for every joint, a moving root.

Every bone keeps its direction in space, exactly; what the poses' bones change in length, the rig leaves out. The full
rotation of a joint needs a second direction beside its bone:

    pelvis              the line of the hips, then the lower spine
    lower, upper spine  the lines of hips and shoulders; the line of the shoulders
    collar bones        the upper spine
    elbow, knee, head   the plane in which upper and lower bone bend (the face bends forward on the neck)

Near a straight limb that plane is not known: the twist of the frames around is carried over.
"""

import dataclasses
from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.rigging import turning
from hdvr_jax.rigging.proportions import Points, fitted_rig
from hdvr_jax.rigging.rig import Rig, RiggedMotion, anatomy
from hdvr_jax.skeletons import get_skeleton

SKELETON = "h36m17"
# A bend of 15 degrees: with bones of 25 cm and joints that err by 1 cm, its plane is known to about 10 degrees.
_LEAST_BEND = np.sin(np.radians(15))
# About 3 degrees: the lines of hips, shoulders and spine are seldom so near to each other.
_LEAST_ANGLE = 0.05
# Two bends this far apart in time are of one plane.
_SAME_PLANE_SECONDS = 0.15
_HIPS, _SHOULDERS = ("right_hip", "left_hip"), ("right_shoulder", "left_shoulder")


@dataclasses.dataclass(frozen=True)
class _Aim:
    """What gives a joint's rotation.

    Attributes:
        along: Start and end of what it carries.
        beside: Lines whose mean is the second direction.
        hinge: Joints at both ends and in the middle of a bend, whose normal is the second direction.
        normal: The normal at rest, (3,).
    """

    along: tuple[str, str]
    beside: tuple[tuple[str, str], ...] = ()
    hinge: tuple[str, str, str] | None = None
    normal: tuple[float, float, float] | None = None


def _aims() -> dict[str, _Aim]:
    """Of every joint that turns. Elbows bend forward, knees backward, the head backward on the nose."""
    aims = {
        "Hips": _Aim(_HIPS, (("hip", "spine"),)),
        "Spine": _Aim(("hip", "spine"), (_HIPS, _SHOULDERS)),
        "Spine1": _Aim(("spine", "thorax"), (_SHOULDERS,)),
        **_limb("Neck", "Head", ("thorax", "nose", "head"), (-1.0, 0.0, 0.0)),
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        name = side.capitalize()
        arm = (f"{side}_shoulder", f"{side}_elbow", f"{side}_wrist")
        leg = (f"{side}_hip", f"{side}_knee", f"{side}_ankle")
        aims[f"{name}Shoulder"] = _Aim(("thorax", arm[0]), (("spine", "thorax"),))
        aims |= _limb(f"{name}Arm", f"{name}ForeArm", arm, (0.0, -sign, 0.0))
        aims |= _limb(f"{name}UpLeg", f"{name}Leg", leg, (1.0, 0.0, 0.0))
    return aims


def _limb(upper: str, lower: str, joints: tuple[str, str, str], normal: tuple[float, float, float]) -> dict[str, _Aim]:
    return {
        upper: _Aim(joints[:2], hinge=joints, normal=normal),
        lower: _Aim(joints[1:], hinge=joints, normal=normal),
    }


def fit(track: PoseTrack) -> RiggedMotion:
    """The rig that follows a dancer's 3D poses best, bone by bone.

    Missing joints and frames are filled: `RiggedMotion.known` tells which frames had none. Nothing in it is NaN.

    Args:
        track: 3D, metres: x right, y up, z towards the viewer.
    Raises:
        InputError: a 2D track, or one without any frame in which both hips are known.
    """
    if track.keypoints.shape[-1] != 3:
        raise InputError(f"track {track.id}: 2D keypoints; expected 3D poses to rig")
    if not has_pose(track):
        raise InputError(f"track {track.id}: no frame has a pose with both hips; expected one at least, to rig it")
    points = _by_joint(track)
    known = _posed(points)
    rig = fitted_rig(points)
    frames = np.arange(track.frames)
    root = np.stack([np.interp(frames, frames[known], column[known]) for column in points["hip"].T], -1)
    return RiggedMotion(rig, _turns(rig, points, track.fps), root, known, track.fps, track.id)


def has_pose(track: PoseTrack) -> bool:
    """Whether a 3D track has a frame from which `fit` can begin."""
    return bool(_posed(_by_joint(track)).any())


def fit_error(motion: RiggedMotion, track: PoseTrack) -> Float[np.ndarray, "T J"]:
    """Distance, metres, of every joint of the poses (h36m17) from the rig's; NaN where the poses have none."""
    places = motion.positions()
    node = {joint: motion.rig.names.index(name) for name, joint in anatomy().items()}
    return np.stack(
        [np.linalg.norm(places[:, node[joint]] - given, axis=-1) for joint, given in _by_joint(track).items()], -1
    )


def _posed(points: Points) -> Bool[np.ndarray, " T"]:
    """Frames in which the pelvis is known."""
    return np.isfinite(np.concatenate([points[joint] for joint in ("hip", *_HIPS)], axis=-1)).all(-1)


def _by_joint(track: PoseTrack) -> Points:
    points = track.to_skeleton(SKELETON).keypoints.astype(float)
    return {joint: points[:, index] for index, joint in enumerate(get_skeleton(SKELETON).joints)}


def _turns(rig: Rig, points: Points, fps: float) -> Float[np.ndarray, "T N 3 3"]:
    """Rotation of every joint in its parent's axes."""
    frames, aims = len(points["hip"]), _aims()
    rest = {joint: rig.rest[rig.names.index(name)] for name, joint in anatomy().items()}
    turns = np.tile(np.eye(3), (frames, len(rig.names), 1, 1))
    facing: list[np.ndarray] = []
    for joint, (name, parent) in enumerate(zip(rig.names, rig.parents)):
        held = facing[parent] if parent >= 0 else np.tile(np.eye(3), (frames, 1, 1))
        if name in aims:
            turns[:, joint] = _turn(aims[name], held, points, rest, fps)
        facing.append(held @ turns[:, joint])
    return turns


def _turn(
    aim: _Aim, held: Float[np.ndarray, "T 3 3"], points: Points, rest: dict[str, np.ndarray], fps: float
) -> Float[np.ndarray, "T 3 3"]:
    """Rotation of one joint in its parent's axes.

    Args:
        held: Rotation of its parent in space.
        rest: Place of every joint of the poses in the rest pose.
    """
    along, straight = _line(points, aim.along), _line(rest, aim.along)
    known = np.isfinite(along).all(-1) & np.isfinite(straight).all()
    if not known.any():
        return np.tile(np.eye(3), (len(held), 1, 1))
    along = np.where(known[:, None], np.einsum("tji,tj->ti", held, along), straight)
    swung = turning.swing(np.broadcast_to(straight, along.shape), along)
    if aim.hinge:
        bend = np.cross(*(_line(points, pair) for pair in zip(aim.hinge, aim.hinge[1:])))
        normal, sine, least = np.array(aim.normal), np.linalg.norm(bend, axis=-1), _LEAST_BEND
    else:
        bend, normal = (sum(_line(places, pair) for pair in aim.beside) for places in (points, rest))
        sine, least = np.linalg.norm(np.cross(along, np.einsum("tji,tj->ti", held, bend)), axis=-1), _LEAST_ANGLE
    across = np.where((known & (sine > least))[:, None], np.einsum("tji,tj->ti", held, bend), np.nan)
    detour = turning.detour(swung, along, straight, normal)
    angle = turning.twist(swung, along, across, normal) + detour
    if aim.hinge:
        angle = turning.steady(angle, sine, _SAME_PLANE_SECONDS * fps)
    return turning.fill_turns(turning.about(along, turning.fill_angles(angle) - detour) @ swung, known)


def _line(places: Mapping[str, Float[np.ndarray, "*T 3"]], pair: tuple[str, str]) -> Float[np.ndarray, "*T 3"]:
    """Direction from one joint to another; NaN where there is none."""
    return turning.unit(places[pair[1]] - places[pair[0]])
