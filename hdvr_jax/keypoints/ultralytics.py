"""Ultralytics' pose results (docs.ultralytics.com, `Results.to_json` and `Results.save_txt`).

JSON: for every frame a list of objects, in one file (a list of such lists, or of their texts, or of one frame) or in a
folder with a file each:
    name, class   "person", 0; others are left out
    keypoints     {"x": [...], "y": [...], "visible": [...]} pixels, or shares of the image with `normalize=True`
    track_id      number of the person, from `model.track`
    confidence, box  not read
Labels: a folder of .txt files, VIDEO_N.txt for frame N from 1; frames without people have none. A line is a person,
"class x y width height px0 py0 visible0 px1 ... [confidence] [number]", shares of the image throughout. 17 points are
COCO's. Older versions put joints of which they are less than half sure at 0, 0: those are missing.
"""

import json
import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax.detections import NOBODY
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import frame_files, json_text, point_lines
from hdvr_jax.keypoints.people import Person, Source, gathered, number_of, numbers
from hdvr_jax.keypoints.reading import Found, Options, Reading

LAYOUTS = ("coco17", "halpe26", "wholebody133")
_BOX, _JOINTS = 5, 17
_LONGEST_LINE = 10_000


def recognises(path: pathlib.Path) -> bool:
    """Whether a file, or the first of a folder, holds objects with keypoints as x and y, or is a label of a pose."""
    labels = _labels(path)
    if labels:
        with labels[0].open("rb") as file:
            line = file.readline(_LONGEST_LINE).decode(errors="replace")
        return point_lines.numbers(line) is None and len(_floats(line)) >= _BOX + 2 * _JOINTS
    found = frame_files.head(path)
    entry = frame_files.first(found)
    if isinstance(entry, str):
        return '"keypoints"' in entry and '"box"' in entry
    entry = frame_files.first(entry) if isinstance(entry, list) else entry
    return isinstance(entry, dict) and isinstance(entry.get("keypoints"), dict) and "box" in entry


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The people of a file or folder; `options.clip` chooses among recordings by the names of files.

    Raises:
        InputError: a malformed entry or line, or nobody.
    """
    notes: list[str] = []
    if _labels(path):
        return _read_labels(path, options, notes)
    if path.is_dir():
        files = frame_files.in_order(path, ".json", options.clip, notes)
        frames = ((number, json_text.load(file)) for number, file in files)
    else:
        frames = enumerate(_frames_of(path))
    seen: list[int] = []
    people = list(_people(path, frames, seen, notes))
    if not people:
        raise InputError(f"{path}: no people in it: {len(seen)} frames without keypoints")
    return gathered(Source(path, options, LAYOUTS, notes, shares=None), people, seen)


def _frames_of(path: pathlib.Path) -> Iterator[Any]:
    """The frames of a file, one at a time."""
    if not json_text.holds_array(path):
        raise InputError(f"{path}: expected a list of frames")
    if isinstance(frame_files.first(json_text.head(path)), dict):
        yield json_text.load(path)
        return
    for number, entry in enumerate(json_text.entries(path)):
        yield _parsed(entry, f"{path}: frame {number}")


def _parsed(entry: Any, where: str) -> Any:
    """A frame that was saved as a text within the text, as an object."""
    if not isinstance(entry, str):
        return entry
    try:
        return json.loads(entry)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not a whole JSON text ({error})") from None


def _people(
    path: pathlib.Path, frames: Iterable[tuple[int, Any]], seen: list[int], notes: list[str]
) -> Iterator[Person]:
    """The people of (number, content) of every frame; the numbers of frames are added to `seen`."""
    others = 0
    for number, frame in frames:
        seen.append(number)
        where = f"{path}: frame {number}"
        if not isinstance(frame, list) or not all(isinstance(entry, dict) for entry in frame):
            raise InputError(f"{where} is not a list of objects; expected people")
        for entry in frame:
            points = entry.get("keypoints")
            if entry.get("name", "person") != "person" or points is None:
                others += 1
                continue
            if not isinstance(points, dict) or not {"x", "y"} <= points.keys():
                raise InputError(f"{where}: keypoints have no x or no y")
            yield Person(number, _points(points, where), number_of(entry.get("track_id")))
    if others:
        notes.append(f"Objects that are no people or have no keypoints were left out: {others}.")


def _points(keypoints: dict[str, Any], where: str) -> Float[np.ndarray, "J 3"]:
    columns = [numbers(keypoints[name], where, f"keypoints.{name}") for name in ("x", "y")]
    visible = keypoints.get("visible")
    columns.append(np.ones(columns[0].shape) if visible is None else numbers(visible, where, "keypoints.visible"))
    if columns[0].ndim != 1 or not columns[0].size or any(column.shape != columns[0].shape for column in columns):
        shapes = ", ".join(str(column.shape) for column in columns)
        raise InputError(f"{where}: keypoints x, y, visible have shapes {shapes}; expected one number per joint")
    return np.stack(columns, -1)


def _labels(path: pathlib.Path) -> list[pathlib.Path]:
    """The labels of a folder without JSON, or the file if it is one."""
    if not path.is_dir():
        return [path] if path.is_file() and path.suffix.lower() == ".txt" else []
    try:
        return [] if frame_files.names(path, ".json") else [path / name for name in frame_files.names(path, ".txt")]
    except InputError:
        return []


def _read_labels(path: pathlib.Path, options: Options, notes: list[str]) -> Found | Reading:
    files = frame_files.in_order(path, ".txt", options.clip, notes) if path.is_dir() else [(1, path)]
    people = [person for number, file in files for person in _lines(number, file)]
    numbers = [number for number, _ in files]
    return gathered(Source(path, options, LAYOUTS, notes, shares=True), people, numbers, start=1)


def _lines(number: int, path: pathlib.Path) -> Iterator[Person]:
    """The people of a label; raises InputError for a line of another form."""
    try:
        lines = path.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text of numbers ({error})") from None
    for line, text in enumerate(lines):
        if not text.strip():
            continue
        found = np.array(_floats(text))
        body = len(found) - _BOX
        width = 3 if body >= 3 * _JOINTS else 2
        if body - width * _JOINTS not in (0, 1, 2):
            raise InputError(
                f"{path}: line {line + 1} has {len(found)} numbers; expected a class, a box and {_JOINTS} joints of 2 "
                "or 3 numbers, then at most a confidence and a number of the person"
            )
        points = found[_BOX : _BOX + width * _JOINTS].reshape(_JOINTS, width)
        points = points if width == 3 else np.concatenate([points, np.ones((_JOINTS, 1))], 1)
        if found[0] == 0:
            yield Person(number, points, _track(found[_BOX + width * _JOINTS :]))


def _track(rest: Float[np.ndarray, " R"]) -> int:
    """The person's number, the last of what follows the joints; one alone below 1 is a confidence."""
    whole = len(rest) > 0 and (len(rest) == 2 or rest[-1] >= 1) and np.isfinite(rest[-1])
    return number_of(float(rest[-1])) if whole else NOBODY


def _floats(text: str) -> list[float]:
    """The numbers of a line; none where something else is in it."""
    try:
        return [float(part) for part in text.split()]
    except ValueError:
        return []
