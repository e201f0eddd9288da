"""The project's own track files, .npz and .json, one schema for both.

    format   "hdvr-tracks"
    version  1
    tracks   one entry per dancer, on one time line
        keypoints   (frames, joints, 2 or 3): pixels from the image's upper left corner, x right and y down, or metres
                    with Y up; NaN (null in JSON) is missing
        confidence  (frames, joints) in [0, 1]; may be left out: 1 where the joint is there. Without provenance, a 2D
                    joint of confidence 0 is missing, and so is one at (0, 0), where detectors put what they miss
        provenance  (frames, joints): 0 measured, 1 interpolated, 2 synthesised, 3 missing; may be left out
        skeleton    a name that `hdvr_jax.skeletons` knows, which gives the order of the joints (coco17, body25, ...)
        fps         frames per second
        image_size  [width, height] or null
        id          text, different for every track; may be left out: the track's number, from 0

JSON holds exactly this. In an .npz, where arrays are flat, track N's fields are named `N/keypoints` and so on, with an
`image_size` of [0, 0] for unknown; no field is a Python object.
"""

import dataclasses
import json
import os
import pathlib
from typing import Any

import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.files import whole_file
from hdvr_jax.keypoints import json_text
from hdvr_jax.keypoints.arrays import check_file, npz_names, open_npz
from hdvr_jax.keypoints.reading import Options, Reading
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import MISSING, PROVENANCE_NAMES

FORMAT, VERSION = "hdvr-tracks", 1
_REQUIRED = ("keypoints", "skeleton", "fps")
_FIELDS = (*_REQUIRED, "confidence", "provenance", "image_size", "id")


def recognises(path: pathlib.Path) -> bool:
    """Whether the file carries the mark of this format."""
    if path.suffix.lower() == ".npz":
        return {"format", "version"} <= npz_names(path)
    if not path.is_file() or path.suffix.lower() != ".json":
        return False
    return not json_text.holds_array(path) and f'"{FORMAT}"'.encode() in path.read_bytes()


def read(path: pathlib.Path, options: Options) -> Reading:
    """The tracks of a file.

    Raises:
        InputError: not of this format or version, a field that is missing or does not fit, or two tracks with one id;
            names track and field.
    """
    check_file(path)
    content = _from_arrays(path, open_npz(path)) if path.suffix.lower() == ".npz" else _from_json(path)
    if content.get("format") != FORMAT or content.get("version") != VERSION:
        found = f"{content.get('format')!r} version {content.get('version')!r}"
        raise InputError(f"{path}: format {found}; expected {FORMAT!r} version {VERSION}")
    entries = content.get("tracks")
    if not isinstance(entries, list):
        raise InputError(f"{path}: no list of tracks")
    if not entries:
        raise InputError(f"{path}: no people in it: the list of tracks is empty")
    tracks = [_track(path, number, entry, options.fps) for number, entry in enumerate(entries)]
    _check_together(path, tracks)
    _check_ids(path, tracks)
    notes = [f"Frame rate {options.fps:g} was given; the file has {entries[0]['fps']}."] if options.fps else []
    return Reading(tracks, notes)


def write(path: str | os.PathLike, tracks: list[PoseTrack]) -> None:
    """Writes tracks to `path` (.npz or .json), whole or not at all; reading gives back the same float32 values.

    Raises:
        InputError: another suffix, no tracks, a track that contradicts itself, or two with one id.
    """
    path = pathlib.Path(path)
    if path.suffix not in (".npz", ".json"):
        raise InputError(f"{path}: tracks are written as .npz or .json")
    if not tracks:
        raise InputError(f"{path}: no tracks to write")
    for track in tracks:
        track.validate()
    _check_together(path, tracks)
    _check_ids(path, tracks)
    with whole_file(path) as file:
        if path.suffix == ".npz":
            np.savez_compressed(file, **_to_arrays(tracks))
        else:
            file.write(_to_json(tracks).encode())


def _check_ids(path: pathlib.Path, tracks: list[PoseTrack]) -> None:
    """Raises InputError when an id names two tracks: dancers are chosen and reported by it."""
    first: dict[str, int] = {}
    for number, track in enumerate(tracks):
        if (earlier := first.setdefault(track.id, number)) != number:
            raise InputError(f"{path}: tracks {earlier} and {number} have the same id {track.id!r}; expected another")


def _check_together(path: pathlib.Path, tracks: list[PoseTrack]) -> None:
    """Raises InputError where tracks cannot be of one recording."""
    for number, track in enumerate(tracks):
        if track.fps != tracks[0].fps:
            raise InputError(f"{path}: track {number}: fps is {track.fps:g}; expected {tracks[0].fps:g} as in track 0")
        if track.keypoints.shape[-1] != tracks[0].keypoints.shape[-1]:
            raise InputError(f"{path}: track {number} is {track.keypoints.shape[-1]}D; expected what track 0 is")


def _to_arrays(tracks: list[PoseTrack]) -> dict[str, np.ndarray]:
    arrays = {"format": np.array(FORMAT), "version": np.array(VERSION), "tracks": np.array(len(tracks))}
    for number, track in enumerate(tracks):
        for field in _FIELDS:
            value = getattr(track, field)
            arrays[f"{number}/{field}"] = np.array((0, 0) if value is None else value)
    return arrays


def _from_arrays(path: pathlib.Path, arrays: dict[str, np.ndarray]) -> dict[str, Any]:
    """The nested form of flat arrays."""
    top = {name: arrays[name].tolist() for name in ("format", "version", "tracks") if name in arrays}
    count = top.get("tracks")
    if not isinstance(count, int) or not 0 <= count <= len(arrays):
        raise InputError(f"{path}: tracks is {count!r}; expected the number of tracks")
    entries = [
        {field: arrays[f"{number}/{field}"] for field in _FIELDS if f"{number}/{field}" in arrays}
        for number in range(count)
    ]
    return {**top, "tracks": entries}


def _to_json(tracks: list[PoseTrack]) -> str:
    entries = [
        {
            "id": track.id,
            "skeleton": track.skeleton,
            "fps": track.fps,
            "image_size": None if track.image_size is None else [int(size) for size in track.image_size],
            "keypoints": _shortest(track.keypoints),
            "confidence": _shortest(track.confidence),
            "provenance": track.provenance.tolist(),
        }
        for track in tracks
    ]
    return json.dumps({"format": FORMAT, "version": VERSION, "tracks": entries}, allow_nan=False)


def _shortest(values: np.ndarray) -> list:
    """Nested lists of numbers with nine digits, enough to give back the same float32; None for NaN."""
    if values.ndim > 1:
        return [_shortest(value) for value in values]
    return [float(f"{value:.9g}") if np.isfinite(value) else None for value in values]


def _from_json(path: pathlib.Path) -> dict[str, Any]:
    content = json_text.load(path)
    if not isinstance(content, dict):
        raise InputError(f"{path}: holds a {type(content).__name__}; expected an object")
    return content


def _track(path: pathlib.Path, number: int, entry: Any, fps: float | None) -> PoseTrack:
    where = f"{path}: track {number}"
    if not isinstance(entry, dict):
        raise InputError(f"{where} is not an object")
    for field in _REQUIRED:
        if field not in entry:
            raise InputError(f"{where}: no field {field}")
    for field in entry:
        if field not in _FIELDS:
            raise InputError(f"{where}: unknown field {field!r}; expected {', '.join(_FIELDS)}")
    rate = _array(where, "fps", entry["fps"])
    if rate.shape != ():
        raise InputError(f"{where}: fps has shape {rate.shape}; expected one number")
    confidence = None if entry.get("confidence") is None else _array(where, "confidence", entry["confidence"])
    if confidence is not None and ((confidence < 0) | (confidence > 1)).any():
        odd = confidence[(confidence < 0) | (confidence > 1)][0]
        raise InputError(f"{where}: confidence {odd:g}; expected 0 to 1")
    points = _array(where, "keypoints", entry["keypoints"])
    if points.ndim == 3:
        _check_units(where, points)
        points = _without_missed(points, confidence) if entry.get("provenance") is None else points
    track = PoseTrack.from_points(
        points,
        str(entry["skeleton"]),
        fps or float(rate),
        confidence=confidence,
        image_size=_image_size(where, entry.get("image_size")),
        id=str(number if entry.get("id") is None else entry["id"]),
    )
    if entry.get("provenance") is None:
        return track
    return _with_provenance(where, track, _array(where, "provenance", entry["provenance"]))


def _check_units(where: str, points: np.ndarray) -> None:
    """Raises InputError for x, y and confidence in one array, and for shares of the image."""
    known = points[np.isfinite(points).all(-1)]
    if not len(known):
        return
    last, rest = known[:, 2:], np.abs(known[:, :2]).max()
    if last.size and rest > 20 and last.min() >= 0 and last.max() <= 1:
        raise InputError(f"{where}: keypoints look like x, y and confidence; expected confidence as a field of its own")
    if not last.size and len(known) > 1 and 0 < rest <= 1:
        raise InputError(f"{where}: keypoints all lie within 1 pixel, like shares of the image; expected pixels")


def _without_missed(points: np.ndarray, confidence: np.ndarray | None) -> np.ndarray:
    """2D points with NaN where a detector saw nothing: at (0, 0), or with no confidence."""
    if points.shape[-1] != 2:
        return points
    missed = (points == 0).all(-1)
    if confidence is not None and confidence.shape == missed.shape:
        missed |= confidence == 0
    return np.where(missed[..., None], np.nan, points)


def _image_size(where: str, value: Any) -> tuple[int, int] | None:
    size = np.zeros(2) if value is None else _array(where, "image_size", value)
    if size.shape != (2,) or not (np.isfinite(size) & (size >= 0)).all():
        raise InputError(f"{where}: image_size is {value}; expected [width, height]")
    return (int(size[0]), int(size[1])) if size.all() else None


def _with_provenance(where: str, track: PoseTrack, given: np.ndarray) -> PoseTrack:
    """The track with provenance taken over from the file; what has no position stays MISSING."""
    if given.shape != track.provenance.shape or not np.isin(given, range(len(PROVENANCE_NAMES))).all():
        raise InputError(f"{where}: provenance is not {track.provenance.shape} of numbers 0 to 3")
    provenance = np.where(track.provenance == MISSING, MISSING, given).astype(np.int8)
    return dataclasses.replace(track, provenance=provenance)


def _array(where: str, field: str, values: Any) -> np.ndarray:
    try:
        array = np.array(values, float)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{where}: {field} is not a regular array of numbers") from None
    return array
