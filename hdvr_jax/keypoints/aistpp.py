"""AIST++ keypoints in their native layout: 2D detections of several synchronised cameras, and 3D.

Two schemas of keypoints2d have been published (github.com/google/aistplusplus_api, `aist_plusplus/loader.py`):
    arrays  keypoints2d (V, T, J, 3) pixels and score, det_scores (V, T), timestamps (T,) microseconds;
    lists   keypoints2d[view][frame] (people, J, 3), bboxes[view][frame] (people, 5), timestamps[view] (T_view,).
Joints are COCO-17 (J = 17), or COCO-WholeBody (J = 133), whose first 17 they are. NaN means that no one was seen.
keypoints3d files hold keypoints3d (triangulated) and keypoints3d_optim (bone lengths and motion regularised), both
(T, 17, 3) in centimetres.
"""

import dataclasses
import pathlib
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import aistpp_layout, safe_pickle
from hdvr_jax.keypoints.reading import Options, Reading, choose
from hdvr_jax.pose_track import PoseTrack

SKELETON, JOINTS, FPS = "coco17", 17, 60.0
_JOINT_COUNTS = (JOINTS, 133)
IMAGE_SIZE = (1920, 1080)
_MICROSECONDS = 1e6
# Timestamps that ask for this many frames for every one recorded are not timestamps.
_MAX_STRETCH = 20


@dataclasses.dataclass(frozen=True)
class Detections:
    """2D detections on one evenly spaced time line.

    Attributes:
        keypoints: (V, T, 17, 2) pixels, NaN where missing.
        confidence: (V, T, 17) in [0, 1], 0 where missing.
        fps: Frames per second.
        notes: What was assumed or repaired.
    """

    keypoints: Float[np.ndarray, "V T 17 2"]
    confidence: Float[np.ndarray, "V T 17"]
    fps: float
    notes: list[str]


def recognises(path: pathlib.Path) -> bool:
    """Whether the path is a pickle, or a folder laid out as AIST++."""
    if path.is_dir():
        return _keypoint_files(path) != []
    return safe_pickle.looks_like_pickle(path)


def read(path: pathlib.Path, options: Options) -> Reading:
    """One dancer: a view of 2D detections, or the published 3D, of one sequence.

    A folder holds many sequences: `options.clip` chooses (default the first that is not on the ignore list), and
    `options.view` chooses the camera (default the first).
    """
    notes: list[str] = []
    if path.is_dir():
        files = {file.stem: file for file in _keypoint_files(path)}
        skip = aistpp_layout.ignored(_root(path)) if options.clip is None else set()
        names = [name for name in files if name not in skip]
        if len(names) < len(files):
            notes.append(f"{len(files) - len(names)} sequences on the ignore list were left out.")
        if not names:
            raise InputError(f"{path}: no people in it: every sequence is on the ignore list")
        path = files[choose(names, options.clip, "sequence", path, notes)]
    elif options.clip is not None:
        choose([path.stem], options.clip, "sequence", path, notes)
    if path.stem in aistpp_layout.ignored(_root(path.parent)):
        notes.append(f"{path.stem} is on the ignore list of AIST++.")
    content = safe_pickle.load(path)
    if isinstance(content, dict) and "keypoints2d" in content:
        return _read_view(path, parse_detections(content, path), options, notes)
    return _read_points(path, content, options, notes)


def load_detections(path: pathlib.Path) -> Detections:
    """2D detections of every view in a keypoints2d file; raises InputError with the file and field."""
    return parse_detections(safe_pickle.load(path), path)


def load_points(path: pathlib.Path, field: str = "keypoints3d_optim") -> Float[np.ndarray, "T 17 3"]:
    """World points in metres from a keypoints3d file; raises InputError with the file and field."""
    return parse_points(safe_pickle.load(path), path, field)


def parse_points(content: Any, path: pathlib.Path, field: str) -> Float[np.ndarray, "T 17 3"]:
    """World points in metres from the content of a keypoints3d file."""
    points = _numbers(_field(content, field, path), path, field)
    if points.ndim != 3 or points.shape[1:] != (JOINTS, 3) or len(points) == 0:
        raise InputError(f"{path}: {field} has shape {points.shape}; expected (frames, {JOINTS}, 3)")
    return (points * aistpp_layout.CM).astype(np.float32)


def parse_detections(content: Any, path: pathlib.Path) -> Detections:
    """Detections from the content of a keypoints2d file of either schema."""
    raw, notes = _field(content, "keypoints2d", path), []
    if isinstance(raw, np.ndarray) and raw.dtype.kind in "fiu":
        values = _checked(raw, path)
        stamps = _numbers(content["timestamps"], path, "timestamps") if "timestamps" in content else None
        per_view = [stamps] * len(values)
    else:
        values, per_view = _flatten_people(content, path, notes)
    fps, frames = _time_line(per_view, [len(view) for view in values], path, notes)
    total = 1 + max(int(index.max(initial=0)) for index in frames)
    laid = np.full((len(values), total, JOINTS, 3), np.nan, np.float32)
    for view, (points, index) in enumerate(zip(values, frames, strict=True)):
        laid[view, index] = points[:, :JOINTS]
    points, scores = laid[..., :2], laid[..., 2]
    seen = np.isfinite(laid).all(-1)
    confidence = np.where(seen, np.clip(scores, 0, 1), 0).astype(np.float32)
    return Detections(np.where(seen[..., None], points, np.nan).astype(np.float32), confidence, fps, notes)


def _checked(values: np.ndarray, path: pathlib.Path) -> np.ndarray:
    if values.ndim != 4 or values.shape[2] not in _JOINT_COUNTS or values.shape[3] != 3:
        raise InputError(f"{path}: keypoints2d has shape {values.shape}; expected (views, frames, 17 or 133, 3)")
    if 0 in values.shape[:2]:
        raise InputError(f"{path}: no people in it: keypoints2d has shape {values.shape}")
    return values


def _flatten_people(content: dict, path: pathlib.Path, notes: list[str]) -> tuple[list[np.ndarray], list]:
    """The person with the highest box score in every frame of the list schema: (T_view, J, 3) per view.

    AIST++ shows one dancer; the choice is that of its own preprocessing.
    """
    views, crowded, found = [], 0, 0
    boxes = content.get("bboxes")
    for view, frames in enumerate(_sequence(content["keypoints2d"], path)):
        chosen = []
        for frame, people in enumerate(_sequence(frames, path)):
            person, count = _best_person(people, _box_scores(boxes, view, frame), f"{path}: view {view} frame {frame}")
            crowded, found = crowded + (count > 1), found + (count > 0)
            chosen.append(person)
        views.append(np.array(chosen, np.float32).reshape(-1, JOINTS, 3))
    if not found:
        raise InputError(f"{path}: no people in it: every frame of keypoints2d is empty")
    if crowded:
        notes.append(f"{crowded} frames show several people; the one with the highest box score was taken.")
    stamps = content.get("timestamps")
    return views, [None] * len(views) if stamps is None else [_numbers(s, path, "timestamps") for s in stamps]


def _sequence(values: Any, where: str | pathlib.Path) -> Any:
    if not isinstance(values, list | tuple | np.ndarray):
        raise InputError(f"{where}: keypoints2d holds a {type(values).__name__}; expected an array, or lists of frames")
    return values


def _best_person(people: Any, scores: np.ndarray | None, where: str) -> tuple[np.ndarray, int]:
    """The (17, 3) keypoints of one frame's best person (NaN without people), and how many people there were."""
    if len(_sequence([] if people is None else people, where)) == 0:
        return np.full((JOINTS, 3), np.nan, np.float32), 0
    try:
        values = np.array(list(people), float)
    except (TypeError, ValueError):
        raise InputError(f"{where}: keypoints2d is not numbers of one shape per person") from None
    if values.ndim != 3 or values.shape[1] not in _JOINT_COUNTS or values.shape[2] != 3:
        raise InputError(f"{where}: keypoints2d is {values.shape}; expected (people, 17 or 133, 3)")
    if scores is None or len(scores) != len(values):
        scores = values[:, :JOINTS, 2].mean(-1)
    return values[int(np.argmax(scores)), :JOINTS], len(values)


def _box_scores(boxes: Any, view: int, frame: int) -> np.ndarray | None:
    try:
        return np.array([box[4] for box in boxes[view][frame]], float)
    except (TypeError, IndexError, ValueError, KeyError):
        return None


def _time_line(
    per_view: list[np.ndarray | None], lengths: list[int], path: pathlib.Path, notes: list[str]
) -> tuple[float, list[np.ndarray]]:
    """Frame rate, and per view the frame number of every entry, from timestamps in microseconds."""
    plain = [np.arange(length) for length in lengths]
    for stamps, length in zip(per_view, lengths, strict=True):
        if stamps is not None and stamps.shape != (length,):
            raise InputError(f"{path}: timestamps has shape {stamps.shape}; expected ({length},)")
    steps = [np.diff(stamps) for stamps in per_view if stamps is not None and len(stamps) > 1]
    if not steps:
        notes.append(f"No usable timestamps; assumed {FPS:g} frames per second, as AIST++ has.")
        return FPS, plain
    if not all((step > 0).all() for step in steps):
        raise InputError(f"{path}: timestamps do not increase from frame to frame")
    measured = _MICROSECONDS / float(np.median(np.concatenate(steps)))
    fps = FPS if abs(measured - FPS) < 0.05 else round(measured, 3)
    start = min(stamps[0] for stamps in per_view if stamps is not None and len(stamps))
    frames = [np.rint((stamps - start) * fps / _MICROSECONDS).astype(np.int64) for stamps in per_view]
    longest = 1 + max(int(index.max(initial=0)) for index in frames)
    if longest > _MAX_STRETCH * max(lengths):
        raise InputError(f"{path}: timestamps span {longest} frames at {fps:g} fps, but only {max(lengths)} are there")
    if longest > max(lengths):
        notes.append(f"Timestamps skip {longest - max(lengths)} frames, which are missing.")
    return fps, frames


def _read_view(path: pathlib.Path, detections: Detections, options: Options, notes: list[str]) -> Reading:
    notes = notes + detections.notes
    names = aistpp_layout.view_names(len(detections.keypoints))
    view = choose(names, options.view, "view", path, notes)
    size = IMAGE_SIZE
    if (camera := aistpp_layout.load_views(_root(path.parent), path.stem, notes).get(view)) is not None:
        size = camera.image_size
    else:
        notes.append("Image size 1920 x 1080 assumed, that of AIST videos.")
    fps = _frame_rate(detections.fps, options, notes)
    index = names.index(view)
    track = PoseTrack.from_points(
        detections.keypoints[index],
        SKELETON,
        fps,
        confidence=detections.confidence[index],
        image_size=size,
        id=f"{path.stem}/{view}",
    )
    return Reading([track], notes)


def _read_points(path: pathlib.Path, content: Any, options: Options, notes: list[str]) -> Reading:
    fields = [name for name in ("keypoints3d_optim", "keypoints3d") if isinstance(content, dict) and name in content]
    if not fields:
        found = f"fields {', '.join(map(str, content))}" if isinstance(content, dict) else type(content).__name__
        raise InputError(
            f"{path}: a pickle of {found}; expected keypoints2d, keypoints3d or keypoints3d_optim, as in AIST++'s"
        )
    if options.view is not None:
        raise InputError(f"{path}: holds 3D points, which have no view")
    notes.append(f"3D points {fields[0]}, read as centimetres.")
    points = parse_points(content, path, fields[0])
    return Reading([PoseTrack.from_points(points, SKELETON, _frame_rate(FPS, options, notes), id=path.stem)], notes)


def _frame_rate(found: float, options: Options, notes: list[str]) -> float:
    if options.fps is None:
        notes.append(f"{found:g} frames per second.")
        return found
    notes.append(f"Frame rate {options.fps:g} was given; the file has {found:g}.")
    return options.fps


def _field(content: Any, field: str, path: pathlib.Path) -> Any:
    if not isinstance(content, dict):
        raise InputError(f"{path}: holds a {type(content).__name__}; expected a dictionary with {field}")
    if field not in content:
        raise InputError(f"{path}: no field {field}; it has {', '.join(map(str, content)) or 'none'}")
    return content[field]


def _numbers(values: Any, path: pathlib.Path, field: str) -> np.ndarray:
    try:
        return np.asarray(values, float)
    except (TypeError, ValueError):
        raise InputError(f"{path}: {field} is not an array of numbers") from None


def _root(folder: pathlib.Path) -> pathlib.Path:
    """The AIST++ root of a folder that is the root or its keypoints folder."""
    return folder.parent if folder.name in ("keypoints2d", "keypoints3d") else folder


def _keypoint_files(folder: pathlib.Path) -> list[pathlib.Path]:
    """Keypoint pickles of an AIST++ root or keypoints folder, 2D before 3D."""
    root = _root(folder)
    kinds = ["keypoints2d", "keypoints3d"] if folder == root else [folder.name]
    for kind in kinds:
        if found := sorted((root / kind).glob("*.pkl")):
            return found
    return []
