"""BVH motion files as 3D tracks in metres, Y up."""

import dataclasses
import pathlib

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import bvh_motion
from hdvr_jax.keypoints.bvh_names import REQUIRED, conventions, plain_name
from hdvr_jax.keypoints.reading import Options, Reading, reference_frames
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import MISSING, SYNTHESISED
from hdvr_jax.skeletons import get_skeleton

UNITS = {"m": 1.0, "cm": 0.01, "mm": 0.001, "inch": 0.0254}
# A body's largest extent at rest (its height, or its arm span) in metres: the usual one, and what is believed at all.
_USUAL_EXTENT, _LEAST_EXTENT, _MOST_EXTENT = 1.7, 1.0, 2.6
# Joints of frame 0 lie within this share of the body's extent from the rest pose when it is a reference pose.
_REST_SHARE = 0.06


def recognises(path: pathlib.Path) -> bool:
    """Whether the file begins as BVH files do, or is named as one."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return path.suffix.lower() == ".bvh" or b"HIERARCHY" in file.read(64).upper()


def read(path: pathlib.Path, options: Options) -> Reading:
    """One dancer's 3D track, on skeleton "cmu25" or, from other rigs, "h36m17".

    Raises:
        InputError: a malformed file, joint names of no known convention, or lengths that fit no unit.
    """
    motion, notes = bvh_motion.load(path), []
    scale = _scale(path, motion, options.unit, notes)
    points = bvh_motion.world_points(motion)
    if motion.extra_rows:
        notes.append(f"{motion.extra_rows} frames beyond the declared number were left out.")
    if leading := _leading(motion, points, options.drop_first_frame):
        notes.append(f"{leading} frame(s) of reference pose at the beginning were left out.")
    declared = round(1 / motion.frame_time, 2)
    fps = options.fps or declared
    notes.append(f"{declared:g} frames per second declared" + (f"; {fps:g} was given." if options.fps else "."))
    skeleton, joints, made = _to_skeleton(path, [plain_name(name) for name in motion.names], points[leading:] * scale)
    track = PoseTrack.from_points(joints, skeleton, fps, id=path.stem)
    provenance = np.where(np.isin(np.arange(joints.shape[1]), made), SYNTHESISED, track.provenance)
    provenance = np.where(track.provenance == MISSING, MISSING, provenance).astype(np.int8)
    return Reading([dataclasses.replace(track, provenance=provenance)], notes)


def _scale(path: pathlib.Path, motion: bvh_motion.Motion, unit: str | None, notes: list[str]) -> float:
    """Metres per unit of the file: as given, or the unit that makes the rest pose most like a person's."""
    if unit is not None and unit not in UNITS:
        raise InputError(f"unit {unit!r} is not known; expected {', '.join(UNITS)}")
    extent = float(np.ptp(bvh_motion.rest_points(motion), axis=0).max())
    if unit is None:
        unit = min(UNITS, key=lambda name: abs(np.log(max(extent, 1e-9) * UNITS[name] / _USUAL_EXTENT)))
        if not _LEAST_EXTENT <= extent * UNITS[unit] <= _MOST_EXTENT:
            raise InputError(f"{path}: the rest pose is {extent:g} units large, in no unit a person; give the unit")
        notes.append(f"Lengths read as {unit}: the rest pose is then {extent * UNITS[unit]:.2f} m large.")
    return UNITS[unit]


def _leading(motion: bvh_motion.Motion, points: Float[np.ndarray, "T N 3"], wanted: bool | None) -> int:
    """How many first frames to leave out: as asked, or those that show the rest pose before the motion begins.

    Args:
        points: Node positions in the file's units.
    """
    if wanted is not None:
        return int(wanted and len(points) > 1)
    rest = bvh_motion.rest_points(motion)
    away = np.linalg.norm(points - points[:, :1] - (rest - rest[0]), axis=-1).max(-1)
    return reference_frames(away < _REST_SHARE * np.ptp(rest, axis=0).max(), 1 / motion.frame_time)


def _to_skeleton(
    path: pathlib.Path, names: list[str], points: Float[np.ndarray, "T N 3"]
) -> tuple[str, Float[np.ndarray, "T J 3"], list[int]]:
    """(skeleton, its joints, which of them were combined from others)."""
    for convention, table in conventions().items():
        if all(table[joint] in names for joint in REQUIRED):
            place = {joint: names.index(name) for joint, name in table.items() if name in names}
            if convention == "daz" and len(place) == len(table):
                return "cmu25", points[:, list(place.values())], []
            return _to_h36m17({joint: points[:, index] for joint, index in place.items()})
    raise InputError(
        f"{path}: joints {', '.join(names[:8])}, ... follow no known naming; known: {', '.join(conventions())}"
    )


def _to_h36m17(known: dict[str, np.ndarray]) -> tuple[str, Float[np.ndarray, "T 17 3"], list[int]]:
    """H36M-17 by the project's definitions, from joints by anatomical name; without a crown, head and nose are NaN."""
    made = {
        "hip": (known["left_hip"] + known["right_hip"]) / 2,
        "thorax": (known["left_shoulder"] + known["right_shoulder"]) / 2,
    }
    made["spine"] = (made["hip"] + made["thorax"]) / 2
    crown = known.get("head", np.full_like(made["hip"], np.nan))
    # The same ratio as in the mappings between skeletons: these rigs have no face.
    made["nose"] = 0.55 * crown + 0.45 * made["thorax"]
    joints = get_skeleton("h36m17").joints
    points = np.stack([{**known, "head": crown, **made}[joint] for joint in joints], axis=1)
    return "h36m17", points, [joints.index(joint) for joint in made]
