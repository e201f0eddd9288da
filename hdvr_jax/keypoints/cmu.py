"""Packs of CMU motion capture: an .npz of `(frames, joints, 3)` arrays, one per clip, in metres, Y up.

Beside the clips stand `joint_names`, `fps`, `up`, `unit` and `meta`, a JSON text with an entry per clip (genre, CMU
take "subject_take", description, `pair` for dancers who were captured together). Source: mocap.cs.cmu.edu.

Frame 0 of a clip is usually not motion: the conversion to BVH put the rig's reference pose there, arms out, facing +Z.
"""

import dataclasses
import json
import pathlib

import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.arrays import npz_names, open_npz
from hdvr_jax.keypoints.reading import Options, Reading, choose, reference_frames
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_skeleton

SKELETON = "cmu25"
# A reference pose has its hips along +X to rounding, and straight level arms.
_HIPS_ALONG_X, _ARMS_ALONG_X = 0.9999, 0.98
_NOT_CLIPS = ("joint_names", "fps", "up", "unit", "meta")


@dataclasses.dataclass(frozen=True)
class CmuClip:
    """One dancer's capture.

    Attributes:
        name: The clip's name in its pack.
        points: (T, 25, 3) metres, Y up, joints in the order of skeleton "cmu25".
        fps: Frames per second.
        subject: CMU subject number, as text.
        take: The capture session's take; partners who were captured together share it.
        genre: Dance genre, "" for everyday actions.
        description: What CMU says was done, "" if nothing.
        dropped: How many frames of reference pose before frame 0 were left out.
    """

    name: str
    points: np.ndarray
    fps: float
    subject: str
    take: str
    genre: str
    description: str
    dropped: int = 0


def recognises(path: pathlib.Path) -> bool:
    """Whether the file holds what a pack must hold."""
    return path.suffix == ".npz" and {"joint_names", "fps", "meta"} <= npz_names(path)


def read(path: pathlib.Path, options: Options) -> Reading:
    """One recording of a pack as 3D tracks: `options.clip` is a clip's name, or a take's for all who danced it."""
    clips = load_pack(path, drop_reference=options.drop_first_frame is not False)
    notes = ["Motion capture, metres, Y up."]
    together = {clip.take: [other for other in clips if other.take == clip.take] for clip in clips}
    if options.clip in together:
        chosen = together[options.clip]
    else:
        name = choose([clip.name for clip in clips], options.clip, "clip", path, notes)
        chosen = [clip for clip in clips if clip.name == name]
    if chosen[0].dropped:
        notes.append(f"{chosen[0].dropped} frame(s) of reference pose at the beginning were left out.")
    if options.fps:
        notes.append(f"Frame rate {options.fps:g} was given; the file says {chosen[0].fps:g}.")
    return Reading([PoseTrack.from_points(c.points, SKELETON, options.fps or c.fps, id=c.name) for c in chosen], notes)


def load_pack(path: pathlib.Path, drop_reference: bool = True) -> list[CmuClip]:
    """Every clip of a pack, in the file's order.

    Args:
        drop_reference: Leave out the reference pose that clips begin with.
    Raises:
        InputError: a field is missing or does not fit; names the clip.
    """
    arrays = open_npz(path)
    for field in ("joint_names", "fps", "meta"):
        if field not in arrays:
            raise InputError(f"{path}: no array {field}; expected a CMU pack")
    order = _joint_order(path, [str(name) for name in arrays["joint_names"].ravel()])
    fps = _frame_rate(path, arrays["fps"])
    for field, expected in (("unit", "m"), ("up", "Y")):
        if field in arrays and str(arrays[field]) != expected:
            raise InputError(f"{path}: {field} is {arrays[field]}; expected {expected}")
    meta = _meta(path, str(arrays["meta"]))
    names = [name for name in arrays if name not in _NOT_CLIPS]
    if not names:
        raise InputError(f"{path}: no people in the pack; expected at least one clip")
    clips = [_clip(path, name, arrays[name], order, fps, meta.get(name, {})) for name in names]
    return [_without_reference(clip) for clip in clips] if drop_reference else clips


def _clip(path: pathlib.Path, name: str, points: np.ndarray, order: list[int], fps: float, meta: dict) -> CmuClip:
    joints = len(order)
    if points.ndim != 3 or points.shape[1:] != (joints, 3) or points.dtype.kind != "f" or not len(points):
        raise InputError(
            f"{path}: clip {name} is {points.dtype} {points.shape}; expected floats of (frames, {joints}, 3)"
        )
    capture = str(meta.get("cmu") or name.removeprefix("cmu_"))
    genre, pair = str(meta.get("genre") or ""), meta.get("pair")
    return CmuClip(
        name=name,
        points=points[:, order].astype(np.float32),
        fps=fps,
        subject=capture.split("_")[0],
        take=f"{genre}_{pair}" if pair else capture,
        genre=genre,
        description=str(meta.get("desc") or ""),
    )


def _without_reference(clip: CmuClip) -> CmuClip:
    """The clip without the reference pose that it begins with, if it does."""
    leading = reference_frames(_is_reference(clip.points), clip.fps)
    return dataclasses.replace(clip, points=clip.points[leading:], dropped=leading)


def _is_reference(points: np.ndarray) -> np.ndarray:
    """(T,) whether each frame has the hips exactly along +X and both arms nearly so."""
    index = get_skeleton(SKELETON).index

    def along_x(end: str, start: str) -> np.ndarray:
        line = points[:, index(end)] - points[:, index(start)]
        return line[:, 0] / np.maximum(np.linalg.norm(line, axis=-1), 1e-6)

    arms = np.minimum(along_x("left_wrist", "left_shoulder"), along_x("right_shoulder", "right_wrist"))
    return (along_x("left_hip", "right_hip") > _HIPS_ALONG_X) & (arms > _ARMS_ALONG_X)


def _joint_order(path: pathlib.Path, names: list[str]) -> list[int]:
    """Indices that bring the file's joints into the skeleton's order."""
    wanted = get_skeleton(SKELETON).aliases
    if sorted(names) != sorted(wanted):
        odd = sorted(set(names) ^ set(wanted))
        raise InputError(
            f"{path}: joint_names has {len(names)} joints that differ from skeleton {SKELETON}'s {len(wanted)}"
            f" ({', '.join(odd[:5]) or 'repeated names'})"
        )
    return [names.index(joint) for joint in wanted]


def _frame_rate(path: pathlib.Path, value: np.ndarray) -> float:
    if value.size != 1 or value.dtype.kind not in "iuf" or not 0 < float(value.ravel()[0]) < np.inf:
        raise InputError(f"{path}: fps is {value.tolist()!r}; expected one positive number")
    return float(value.ravel()[0])


def _meta(path: pathlib.Path, text: str) -> dict:
    try:
        meta = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{path}: meta is not JSON ({error})") from error
    if not isinstance(meta, dict) or not all(isinstance(entry, dict) for entry in meta.values()):
        raise InputError(f"{path}: meta is not a JSON object with an object per clip")
    return meta
