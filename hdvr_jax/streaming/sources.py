"""Where a stream's frames come from: JSON lines of a pipe, or tracks that were recorded.

JSON lines: one frame a line, in order, as the frames of a camera,

    {"people": [{"id": "Ada", "keypoints": [[x, y, confidence], ...]}, ...]}

with a triple in pixels for every joint (null, or confidence 0, for a missing one). `id` names the same dancer in every
frame; it may be left out where there is never more than one. The first line may say what all are, in place of options:

    {"fps": 30, "image_size": [1280, 720], "skeleton": "coco17"}

Frames are taken to be 1 / fps apart, however they come. Where they are not, as of a detector that leaves out what it is
too slow for, every line says when its picture was taken, in seconds from any beginning:

    {"time": 12.345, "people": [...]}
"""

import dataclasses
import io
import json
import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from hdvr_jax import lifting
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.streaming.records import Frame, People, Recording

# Characters of a line; a frame of a hundred people with a whole body each is a third of that.
_LONGEST = 2_000_000
_HEADER = ("fps", "image_size", "skeleton")
_LARGEST = 1e9
# Seconds since 1970 are 2e9; times in milliseconds are beyond.
_LATEST = 1e11
_ALONE = "1"


def read_lines(file: io.TextIOBase, name: str, **given: Any) -> tuple[Recording, Iterator[Frame]]:
    """What a pipe of JSON lines tells about itself, and its frames, read as they are asked for.

    Args:
        name: Of the pipe or file, for errors.
        given: Fields of `Recording` that replace those of the first line.
    Raises:
        InputError: here, the first line does not fit or there is none, or it is not said how fast or large frames are;
            later, a line that is no frame. Names the line and the field.
    """
    first = _line(file, name, 1)
    if first is None:
        raise InputError(f"{name}: no frames")
    header = {} if "people" in first else first
    if unknown := sorted(set(header) - set(_HEADER)):
        raise InputError(f"{name}, line 1: {unknown[0]!r} is not known; expected people, or {', '.join(_HEADER)}")
    fields = {**header, **{field: value for field, value in given.items() if value is not None}}
    for field in ("fps", "image_size"):
        if field not in fields:
            raise InputError(f"{name}: nothing says the {field}; expected it on the first line or as an option")
    recording = Recording(**_typed(name, fields))
    recording.check()
    return recording, _frames(file, name, None if header else first, len(get_skeleton(recording.skeleton).joints))


def _typed(name: str, fields: dict[str, Any]) -> dict[str, Any]:
    size = fields["image_size"]
    if not isinstance(size, list | tuple) or len(size) != 2 or not all(map(_is_number, size)):
        raise InputError(f"{name}: image_size is {size}; expected [width, height]")
    if not _is_number(fields["fps"]):
        raise InputError(f"{name}: fps is {fields['fps']!r}; expected a number")
    found = {**fields, "fps": float(fields["fps"]), "image_size": (int(size[0]), int(size[1]))}
    return {**found, "skeleton": str(fields["skeleton"])} if "skeleton" in fields else found


def _is_number(value: Any, limit: float = _LARGEST) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < limit


def _line(file: io.TextIOBase, name: str, number: int) -> dict[str, Any] | None:
    """The next line that is not empty; None at the end."""
    try:
        while (text := file.readline(_LONGEST)) and not text.strip():
            continue
    except UnicodeDecodeError as error:
        raise InputError(f"{name}, line {number}: not UTF-8 ({error})") from error
    if not text:
        return None
    if len(text) >= _LONGEST:
        raise InputError(f"{name}, line {number}: longer than {_LONGEST} characters")
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{name}, line {number}: not whole JSON ({error})") from error
    if not isinstance(content, dict):
        raise InputError(f"{name}, line {number}: holds a {type(content).__name__}; expected an object")
    return content


def _frames(file: io.TextIOBase, name: str, first: dict[str, Any] | None, joints: int) -> Iterator[Frame]:
    number, content = (1, first) if first is not None else (2, _line(file, name, 2))
    begin, before = (content or {}).get("time"), -math.inf
    while content is not None:
        where = f"{name}, line {number}"
        time = content.get("time")
        if (time is None) != (begin is None):
            raise InputError(f"{where}: {'no' if time is None else 'a'} time, unlike the first frame")
        if time is not None and not (_is_number(time, _LATEST) and time >= before):
            raise InputError(f"{where}: time is {time!r}; expected seconds, and not before those of the line before")
        people = _people(content, where, joints)
        yield Frame(people) if time is None else Frame(people, time=float(time) - float(begin))
        number, before = number + 1, time
        content = _line(file, name, number)


def _people(content: dict[str, Any], where: str, joints: int) -> People:
    people = content.get("people")
    if not isinstance(people, list) or not all(isinstance(person, dict) for person in people):
        raise InputError(f"{where}: people is no list of objects")
    found: dict[str, tuple[Any, Any]] = {}
    for index, person in enumerate(people):
        if person.get("id") is None and len(people) > 1:
            raise InputError(f"{where}, person {index}: no id; expected one that is the same in every frame")
        id = str(_ALONE if person.get("id") is None else person["id"])
        if id in found:
            raise InputError(f"{where}, person {index}: id {id!r} is there twice")
        found[id] = _keypoints(person.get("keypoints"), f"{where}, person {id}", joints)
    return found


def _keypoints(values: Any, where: str, joints: int) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(values, list):
        raise InputError(f"{where}: no list of keypoints")
    try:
        with np.errstate(over="ignore"):
            triples = np.array([[None] * 3 if joint is None else joint for joint in values], float).astype(np.float32)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{where}: keypoints is not {joints} triples [x, y, confidence]") from None
    if triples.shape != (joints, 3):
        raise InputError(f"{where}: keypoints has shape {triples.shape}; expected ({joints}, 3)")
    return triples[:, :2], triples[:, 2]


def replay(tracks: Sequence[PoseTrack], source: str, **given: Any) -> tuple[Recording, Iterator[Frame]]:
    """Recorded 2D tracks as if they came from a camera now.

    The image of tracks without a size is taken to end where the keypoints do.

    Args:
        given: Fields of `Recording` besides those that the tracks have.
    Raises:
        InputError: 3D tracks, or tracks of different skeletons or frame rates.
    """
    first = tracks[0]
    for track in tracks:
        if track.keypoints.shape[-1] != 2:
            raise InputError(f"{source}: track {track.id} is 3D; a stream lifts 2D keypoints")
        if (track.skeleton, track.fps) != (first.skeleton, first.fps):
            raise InputError(f"{source}: tracks {first.id} and {track.id} differ in skeleton or frame rate")
    every = np.concatenate([track.keypoints.reshape(-1, 1, 2) for track in tracks])
    size = first.image_size or tuple(2 * np.asarray(lifting.guess_camera(None, every).center))
    fields = {field: value for field, value in given.items() if value is not None}
    recording = dataclasses.replace(Recording(first.fps, (int(size[0]), int(size[1])), first.skeleton), **fields)
    recording.check()
    return recording, (Frame(_shown(tracks, frame)) for frame in range(max(track.frames for track in tracks)))


def _shown(tracks: Sequence[PoseTrack], frame: int) -> People:
    return {track.id: (track.keypoints[frame], track.confidence[frame]) for track in tracks if frame < track.frames}
