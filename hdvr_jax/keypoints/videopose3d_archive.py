"""The archives that VideoPose3D's scripts write: `data_3d_*.npz` and `data_2d_*.npz` (Pavllo et al. 2019).

Each array of such an .npz is one pickled dictionary. `positions_3d` is {subject: {action: (T, J, 3)}}, metres, Z up;
`positions_2d` is {subject: {action: [(T, J, 2 or more) for every camera]}}, pixels, and `metadata` says which joints
those are. The dictionaries are read by the restricted unpickler (`safe_pickle`): arrays and plain values, nothing that
runs.
"""

import dataclasses
import hashlib
import io
import pathlib
import zipfile
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import safe_pickle
from hdvr_jax.keypoints.arrays import check_archive
from hdvr_jax.skeletons import Skeleton, get_mapping, get_skeleton

# Joint sets of published detections, told apart by their number of joints and which of them are on the left.
_LAYOUTS = ("h36m17", "coco17", "mpii16", "humaneva15", "humaneva20")
_HEADERS = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}


@dataclasses.dataclass(frozen=True)
class Archive:
    """One of the dictionaries, {subject: {action: what was recorded}}, and the file and field that it comes from."""

    path: pathlib.Path
    field: str
    content: dict[str, Any]

    def actions(self, subject: str) -> list[str]:
        """Names of a subject's actions, in the archive's order. Raises InputError for an unknown subject."""
        return list(self._of(subject))

    def get(self, subject: str, action: str) -> Any:
        """What was recorded of an action. Raises InputError for an unknown subject or action."""
        actions = self._of(subject)
        if action not in actions:
            raise InputError(f"{self.path}: {self.field} of subject {subject} has no action {action!r}")
        return actions[action]

    def _of(self, subject: str) -> dict[str, Any]:
        if subject not in self.content:
            known = ", ".join(sorted(map(str, self.content))) or "none"
            raise InputError(f"{self.path}: {self.field} has no subject {subject!r}; it has {known}")
        actions = self.content[subject]
        if not isinstance(actions, dict) or not all(isinstance(name, str) for name in actions):
            raise InputError(f"{self.path}: {self.field} of subject {subject} is not a dictionary of actions")
        return actions


@dataclasses.dataclass(frozen=True)
class Detections:
    """`positions_2d` of an archive and the skeleton that its metadata describe."""

    archive: Archive
    skeleton: str


def read_object(path: pathlib.Path, field: str) -> Any:
    """The dictionary (or other plain value) that an .npz holds as the pickled 0-d array `field`.

    Raises:
        InputError: missing, truncated or malformed file, no such field, a field that is not one pickled value, or a
            pickle that names anything but arrays, containers and scalars.
    """
    return _unpickled(path, field, 0).item()


def read_objects(path: pathlib.Path, field: str) -> np.ndarray:
    """The array `field` of plain values, with one axis or more, of an .npz. Raises InputError as `read_object`."""
    return _unpickled(path, field, None)


def _unpickled(path: pathlib.Path, field: str, axes: int | None) -> np.ndarray:
    """An array of objects with that many axes (None: one or more)."""
    check_archive(path)
    with safe_pickle.errors_of(path, f"a whole archive with a pickled {field}"), zipfile.ZipFile(path) as archive:
        if f"{field}.npy" in archive.namelist():
            with archive.open(f"{field}.npy") as file:
                shape, dtype = _header(file)
                if dtype != np.dtype(object) or (len(shape) != axes if axes is not None else not shape):
                    raise ValueError(f"{field} is an array of shape {shape}, type {dtype}")
                found = safe_pickle.RestrictedUnpickler(file, encoding="latin1").load()
                if not isinstance(found, np.ndarray) or found.shape != shape:
                    raise ValueError(f"{field} is not pickled as its header says")
                return found
    raise InputError(f"{path}: no {field}; expected an archive as VideoPose3D's scripts write them")


def read_archive(path: pathlib.Path, field: str) -> Archive:
    """The dictionary `field` of an archive. Raises InputError as `read_object`, or when it is not a dictionary."""
    content = read_object(path, field)
    if not isinstance(content, dict):
        raise InputError(f"{path}: {field} is a {type(content).__name__}; expected a dictionary of subjects")
    return Archive(path, field, content)


def read_detections(path: pathlib.Path) -> Detections:
    """The 2D archive at `path`. Raises InputError as `read_archive`, or when its metadata fit no known skeleton."""
    return Detections(read_archive(path, "positions_2d"), _layout(path, read_object(path, "metadata")))


def points_3d(archive: Archive, subject: str, action: str, joints: int) -> Float[np.ndarray, "T J 3"]:
    """One recorded motion, in metres, with the archive's joints and its Z up; T > 0.

    Raises:
        InputError: no such subject or action, or not an array (T, joints, 3) of numbers.
    """
    return _numbers(archive, archive.get(subject, action), (None, joints, 3), f"subject {subject}, action {action}")


def points_2d(
    detections: Detections, subject: str, action: str, cameras: tuple[str, ...], frames: int, target: str
) -> tuple[Float[np.ndarray, "V T J 2"], Float[np.ndarray, "V T J"]]:
    """Detections of every camera, in pixels, on the joints of skeleton `target`, and their confidence.

    Some videos have more frames than the motion: what is beyond `frames` is left out, as the published code does. A
    third number per joint is its confidence (cut to 0..1); without one it is 1. Missing points are NaN with 0.

    Raises:
        InputError: no such subject or action, another number of cameras, fewer frames, or malformed arrays.
    """
    archive, where = detections.archive, f"subject {subject}, action {action}"
    views = archive.get(subject, action)
    if not isinstance(views, list | tuple | np.ndarray) or len(views) != len(cameras):
        count = len(views) if hasattr(views, "__len__") else "no list"
        raise InputError(f"{archive.path}: {archive.field} of {where}: expected {len(cameras)} cameras, found {count}")
    mapping = get_mapping(detections.skeleton, target)
    points, confidence = [], []
    for view, camera in zip(views, cameras, strict=True):
        place = f"{where}, camera {camera}"
        found = _numbers(archive, view, (None, len(get_skeleton(detections.skeleton).joints), None), place)
        if len(found) < frames or found.shape[2] < 2:
            raise InputError(
                f"{archive.path}: {archive.field} of {place}: shape {found.shape}; expected {frames} frames or more "
                "and 2 numbers or more per joint"
            )
        found = found[:frames]
        seen = np.isfinite(found[..., :2]).all(-1)
        trust = np.clip(np.nan_to_num(found[..., 2]), 0, 1) if found.shape[2] > 2 else np.ones(seen.shape, np.float32)
        points.append(mapping.apply(found[..., :2]))
        confidence.append(mapping.confidence(np.where(seen, trust, 0).astype(np.float32)))
    return np.stack(points), np.stack(confidence)


def frames_kept(frames: int, subset: float = 1.0, downsample: int = 1) -> slice:
    """Which frames of a sequence the published training code keeps.

    Args:
        frames: Length of the sequence.
        subset: Share to keep, as one contiguous piece; where it begins is a hash of the length.
        downsample: Every how many frames one is kept.
    """
    if subset >= 1:
        return slice(0, frames, downsample)
    count = round(frames // downsample * subset) * downsample
    start = _hashed(frames - count + 1, str(frames))
    return slice(start, start + count, downsample)


def _hashed(limit: int, text: str) -> int:
    """A number in 0..limit that `text` decides."""
    raw = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "little")
    return int(raw / (2**32 - 1) * limit)


def _header(file: io.BufferedIOBase) -> tuple[tuple[int, ...], np.dtype]:
    """Shape and type of the .npy that `file` is at the beginning of; ValueError, of one line, for anything else."""
    try:
        shape, _, dtype = _HEADERS[np.lib.format.read_magic(file)](file)
    except (ValueError, KeyError) as error:
        raise ValueError(f"no .npy header: {str(error).splitlines()[0]}") from error
    return shape, dtype


def _numbers(archive: Archive, value: Any, shape: tuple[int | None, ...], where: str) -> Float[np.ndarray, "T J D"]:
    """`value` as float32; InputError unless it is a non-empty numeric array of `shape` (None: any length)."""
    wanted = ", ".join("any" if size is None else str(size) for size in shape)
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "fiu":
        found = f"type {value.dtype}" if isinstance(value, np.ndarray) else type(value).__name__
        raise InputError(f"{archive.path}: {archive.field} of {where}: {found}; expected numbers of shape ({wanted})")
    fits = value.ndim == len(shape) and all(want in (None, size) for want, size in zip(shape, value.shape, strict=True))
    if not fits or value.size == 0:
        raise InputError(
            f"{archive.path}: {archive.field} of {where}: shape {value.shape}; expected ({wanted}), not empty"
        )
    return value.astype(np.float32)


def _layout(path: pathlib.Path, metadata: Any) -> str:
    """Name of the skeleton whose joints `metadata` describe."""
    try:
        count = int(metadata["num_joints"])
        left, right = (frozenset(map(int, side)) for side in metadata["keypoints_symmetry"])
    except (TypeError, KeyError, ValueError) as error:
        raise InputError(f"{path}: metadata lack num_joints or the two lists of keypoints_symmetry") from error
    for name in _LAYOUTS:
        skeleton = get_skeleton(name)
        if (count, left, right) == (len(skeleton.joints), _side(skeleton, "left_"), _side(skeleton, "right_")):
            return name
    raise InputError(
        f"{path}: metadata describe {count} joints, left {sorted(left)}, right {sorted(right)}; "
        f"known layouts: {', '.join(_LAYOUTS)}"
    )


def _side(skeleton: Skeleton, prefix: str) -> frozenset[int]:
    return frozenset(index for index, joint in enumerate(skeleton.joints) if joint.startswith(prefix))
