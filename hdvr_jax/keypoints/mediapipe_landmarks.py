"""Pose landmarks of MediaPipe saved as JSON (ai.google.dev/edge/mediapipe, "Pose landmark detection guide").

MediaPipe writes no file itself, so what people write of its results is read: a list of frames, {"frames": [...]}, one
frame, or a folder with a file for every frame. A frame is a list of 33 landmarks, a list of people's, null or [] for
nobody, or an object that has either as landmarks, pose_landmarks or poseLandmarks, and world landmarks beside them. A
landmark is {"x", "y", "z", "visibility"} or a list in that order.
    image   x and y as shares of the image's width and height, so that its size is needed
    world   metres around the middle of the hips, x to the right, y down, z away from the camera; here Y up
"""

import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax.axes import upright
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import frame_files, json_text
from hdvr_jax.keypoints.people import Person, Source, gathered, numbers
from hdvr_jax.keypoints.reading import Found, Options, Reading, choose

LAYOUTS = ("mediapipe33",)
_FIELDS = {
    "image": ("pose_landmarks", "poseLandmarks", "landmarks"),
    "world": ("pose_world_landmarks", "poseWorldLandmarks", "worldLandmarks", "world_landmarks"),
}
_INNER = ("landmark", "landmarks")
_JOINTS = 33


def recognises(path: pathlib.Path) -> bool:
    """Whether a file, or a folder's first that is not empty, holds lists of 33 landmarks."""
    found = frame_files.head(path)
    if isinstance(found, dict) and isinstance(found.get("frames"), list):
        found = found["frames"]
    candidates = [found, *([entry for entry in found if entry][:1] if isinstance(found, list) else [])]
    return any(_is_person(person) for frame in candidates for kind in _FIELDS for person in _people(frame, kind))


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The people of a file or folder; `options.view` chooses "image" or "world" where there are both.

    Raises:
        InputError: a frame that is neither, other than 33 landmarks, several people in world landmarks, or nobody.
    """
    notes: list[str] = []
    if path.is_dir():
        files = frame_files.in_order(path, ".json", options.clip, notes)
        frames = ((number, json_text.load(file)) for number, file in files)
    else:
        frames = enumerate(_frames_of(path))
    seen, times = [], []
    people: dict[str, list[Person]] = {kind: [] for kind in _FIELDS}
    for number, frame in frames:
        seen.append(number)
        times.append(frame.get("timestamp_ms") if isinstance(frame, dict) else None)
        for kind, found in people.items():
            found += [Person(number, _points(one, kind, f"{path}: frame {number}")) for one in _people(frame, kind)]
    kinds = [kind for kind, found in people.items() if found]
    if not kinds:
        raise InputError(f"{path}: no people in it: {len(seen)} frames without landmarks")
    kind = choose(kinds, options.view, "view", path, notes)
    if kind == "world":
        notes.append("World landmarks: metres around the middle of the hips, turned to Y up.")
    source = Source(path, options, LAYOUTS, notes, fps=_frame_rate(times), shares=kind == "image")
    return gathered(source, people[kind], seen)


def _frames_of(path: pathlib.Path) -> Iterator[Any]:
    """The frames of a file, of a list one at a time."""
    if json_text.holds_array(path) and not _is_person(json_text.head(path)):
        frames = json_text.entries(path)
    else:
        content = json_text.load(path)
        several = isinstance(content, dict) and isinstance(content.get("frames"), list)
        frames = content["frames"] if several else [content]
    for number, frame in enumerate(frames):
        if frame is not None and not isinstance(frame, list | dict):
            raise InputError(f"{path}: frame {number} is a {type(frame).__name__}; expected landmarks")
        yield frame


def _people(frame: Any, kind: str) -> list[Any]:
    """The people of a frame, each as the file has it."""
    if isinstance(frame, dict):
        found = next((frame[name] for name in _FIELDS[kind] if frame.get(name)), None)
    else:
        found = frame if kind == "image" else None
    if isinstance(found, dict):
        found = _landmarks(found)
    if not isinstance(found, list) or not found:
        return []
    return [found] if _is_person(found) else [_landmarks(person) for person in found if person]


def _landmarks(person: Any) -> Any:
    """The list of landmarks of a person who is an object with one; others as they are."""
    if isinstance(person, dict):
        return next((person[name] for name in _INNER if name in person), person)
    return person


def _is_person(value: Any) -> bool:
    """Whether `value` is a list of 33 landmarks."""
    if not isinstance(value, list) or len(value) != _JOINTS:
        return False
    if isinstance(value[0], dict):
        return {"x", "y"} <= value[0].keys()
    return isinstance(value[0], list) and 2 <= len(value[0]) <= 5 and not isinstance(value[0][0], list | dict)


def _points(person: Any, kind: str, where: str) -> Float[np.ndarray, "33 D"]:
    """x, y and visibility, or x, y, z and visibility."""
    if not isinstance(person, list) or len(person) != _JOINTS:
        count = len(person) if isinstance(person, list) else type(person).__name__
        raise InputError(f"{where}: {count} landmarks; expected {_JOINTS}")
    rows = [_row(landmark) for landmark in person]
    found = numbers(rows, where, "landmarks")
    if found.ndim != 2 or found.shape[1] != 4:
        raise InputError(f"{where}: landmarks have shape {found.shape}; expected x, y, z and visibility")
    if kind == "world":
        return np.concatenate([upright(found[:, :3]), found[:, 3:]], 1)
    return found[:, [0, 1, 3]]


def _row(landmark: Any) -> list[Any]:
    if isinstance(landmark, dict):
        return [landmark.get("x"), landmark.get("y"), landmark.get("z", 0.0), landmark.get("visibility", 1.0)]
    if not isinstance(landmark, list):
        return [landmark]
    return [*landmark, 0.0, 1.0] if len(landmark) == 2 else [*landmark, 1.0][:4]


def _frame_rate(times: list[Any]) -> float | None:
    """From the frames' times in milliseconds, where every frame has one and they increase."""
    if len(times) < 2 or not all(isinstance(time, int | float) and abs(time) < 1e12 for time in times):
        return None
    steps = np.diff(np.array(times, np.float64))
    return round(float(1000 / np.median(steps)), 3) if (steps > 0).all() else None
