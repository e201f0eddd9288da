"""The file of a stream's results: lines of JSON, written as they are found.

The first line says what the others are of and in what units (`header`). A line for each frame follows:

    {"frame": 12, "time": 0.4, "ms": 3.1, "people": [{"id": "Ada", "pose": [[x, y, z], ...],
     "trajectory": [x, y, z], "movements": {type: probability}, "genre": {name: probability}}]}

`time` is seconds since the first frame, `ms` the milliseconds from the frame's picture (of a stream of keypoints, from
those) to its results; `skipped` is there where pictures were left out before it. `pose` and `trajectory` are null while
a dancer is out of sight; `movements` are those that are danced. `trajectory`, `movements` and `genre` are there where
models tell them, `genre` from its first frame on. A last line, {"end": ...}, sums up how long frames took. Every line
is handed to the operating system at once. A stream that is killed has no last line, and may end within a line:
`read_results` leaves that out.
"""

import contextlib
import io
import json
import os
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from hdvr_jax.clip_poses import LIFTED_SKELETON
from hdvr_jax.errors import InputError
from hdvr_jax.movements import load_vocabulary
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.streaming import driver
from hdvr_jax.streaming.latency import Latency
from hdvr_jax.streaming.models import StreamModels
from hdvr_jax.streaming.records import Frame, Outcome, Stream

FORMAT, VERSION = "hdvr-stream", 1
# Of a probability; movements below are not told.
_DECISION = 0.5
# How results begin, and how those of the version without a header did.
_BEGINNINGS = (json.dumps({"format": FORMAT})[:-1].encode(), b'{"frame":')
_LONGEST = 10_000_000  # characters of a line


def write(stream: Stream, models: StreamModels, file: io.TextIOBase) -> Latency:
    """Recognises a stream into a file; how long its frames took. Arguments and errors as of `driver.run`."""
    _put(file, header(stream, models))
    types = [entry.id for entry in load_vocabulary().types]
    names, fps = (models.genre.names if models.genre is not None else ()), stream.recording.fps

    def told(number: int, frame: Frame, found: dict[str, Outcome], seconds: float) -> None:
        at = number / fps if frame.time is None else frame.time
        line = {"frame": number, "time": round(at, 4), "ms": round(1000 * seconds, 2)}
        line |= {"skipped": frame.skipped} if frame.skipped else {}
        _put(file, {**line, "people": [{"id": id, **fields(one, types, names)} for id, one in found.items()]})

    latency = driver.run(stream, models, told)
    # Nobody may be reading any more, which is how a stream ends as well.
    with contextlib.suppress(BrokenPipeError):
        _put(file, {"end": latency.to_json()})
    return latency


def header(stream: Stream, models: StreamModels) -> dict[str, Any]:
    """What a reader of the lines must know: joints, units, axes, models, and the names of movements and genres."""
    recording, skeleton = stream.recording, get_skeleton(LIFTED_SKELETON)
    found = {
        "format": FORMAT,
        "version": VERSION,
        "fps": recording.fps,
        "image_size": list(recording.image_size),
        "focal_px": round(float(recording.camera().focal[0]), 3),
        "keypoints": recording.skeleton,
        "skeleton": {"name": LIFTED_SKELETON, "joints": list(skeleton.joints), "parents": list(skeleton.parents)},
        "units": {"pose": "m", "trajectory": "m", "time": "s", "ms": "ms"},
        "axes": "of the camera: x right, y down, z away; poses are about the hip, a trajectory is where the hip is",
        "models": models.described(),
        "decision": _DECISION,
        "smoothing": recording.smoothing.method,
        "notes": list(stream.notes),
    }
    if models.movements is not None:
        found["movements"] = [
            {"id": entry.id, "name": entry.name, "part": entry.part} for entry in load_vocabulary().types
        ]
    if models.genre is not None:
        found["genres"] = list(models.genre.names)
    return found


def _put(file: io.TextIOBase, line: dict[str, Any]) -> None:
    # Newline and all at once: an interrupt between two writes would leave a line that another is added to.
    file.write(json.dumps(line) + "\n")
    file.flush()


def fields(outcome: Outcome, types: list[str], names: tuple[str, ...]) -> dict[str, Any]:
    """What a line tells of a dancer; `types` and `names` are those of the movements and genres."""
    seen = bool(np.isfinite(outcome.pose).all())
    found: dict[str, Any] = {"pose": _rounded(outcome.pose, 4) if seen else None}
    if outcome.trajectory is not None:
        found["trajectory"] = _rounded(outcome.trajectory, 4) if seen else None
    if outcome.movements is not None:
        danced = np.flatnonzero(outcome.movements > _DECISION)
        found["movements"] = {types[index]: round(float(outcome.movements[index]), 3) for index in danced}
    if outcome.genre is not None:
        found["genre"] = dict(zip(names, _rounded(outcome.genre, 4)))
    return found


def _rounded(values: np.ndarray, digits: int) -> list:
    return np.round(values.astype(float), digits).tolist()


def is_replaceable(path: pathlib.Path) -> bool:
    """Whether a file is not there, empty, or the results of an earlier stream."""
    if not path.exists():
        return True
    with path.open("rb") as file:
        head = file.read(max(map(len, _BEGINNINGS)))
    return not head or head.startswith(_BEGINNINGS)


def read_results(path: str | os.PathLike) -> Iterator[dict[str, Any]]:
    """The lines of a file of results: the header, frames, and the end of a stream that was not killed.

    A last line that was cut short is left out.

    Raises:
        InputError: the file cannot be read or is none of a stream, or a line in its middle is damaged or longer than
            any; names the line.
    """
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            number = 0
            while (text := file.readline(_LONGEST)).endswith("\n"):
                number += 1
                yield _parsed(text, f"{path}, line {number}", number == 1)
            if len(text) == _LONGEST:
                raise InputError(f"{path}, line {number + 1}: longer than {_LONGEST} characters")
            if number == 0:
                raise InputError(f"{path}: no whole line; expected results of a stream")
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error


def _parsed(text: str, where: str, first: bool) -> dict[str, Any]:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"{where}: not whole JSON ({error})") from error
    expected = ("format",) if first else ("frame", "end")
    if not isinstance(line, dict) or not any(name in line for name in expected):
        raise InputError(f"{where}: expected results of a stream, an object with {' or '.join(expected)}")
    if first and (line["format"], line.get("version")) != (FORMAT, VERSION):
        found = f"{line['format']!r}, version {line.get('version')!r}"
        raise InputError(f"{where}: is of format {found}; expected {FORMAT!r}, version {VERSION}")
    return line
