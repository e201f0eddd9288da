"""report.json: the complete result for programs.

Fields of the document (numbers that are unknown are null):

    schema      "hdvr_jax.report/1"; the number grows when a field changes its meaning or goes away
    files       names of the files written with this one; rigs of motion files among them: id of the dancer,
                mean_error_mm of the rig's joints (`hdvr_jax.export` adds both)
    source      name of the input; layout what it was read as; made_by the program
    notes       assumptions about the input, in sentences
    timings     seconds by stage
    models      stage, name, step (null for rules), scores and what they were measured on, entries (of a published
                checkpoint: what was read, and as what)
    movement_types  id, name, part and description of every movement type that could be named (the project's, or those
                of a user's own labels); `movement` below counts in this list
    floor       of all lifted dancers, where it was asked for and found, else null: up [x, y, z] in camera axes,
                camera_height in metres, tilt and roll of the camera in degrees, residual in metres, stances (about how
                many of a foot went into it), by_feet (share in which feet, not the bodies' mean upright direction,
                decide on the tilt, where they decide most and where least), rotation and translation:
                points_camera = rotation @ points + translation
    risks       audit of identities: intervals after which dancers may have been taken for each other: start_frame,
                end_frame (exclusive), start and end in seconds, tracks (ids), score (0 to 1), reason; null where the
                input said who is who
    tracks      one for each dancer, all in one space:
        id, fps, frames, image_size, input_skeleton, notes
        poses       skeleton, joints, frame ("camera": x right, y down, z forward; "world": y up, and
                    the floor at y = 0 where there is `floor`),
                    points [frame][joint][x, y, z] in metres, rounded to a millimetre; of refined poses
                    expected_error [frame][joint] in metres, by which joints are off in the mean relative to the hips,
                    as of a lifter that is right within about 5 cm (a note says so), else null
        input       keypoints [frame][joint][x, y] in pixels and confidence [frame][joint], as read; null for 3D input
        reprojection  points [frame][joint][x, y] in pixels, error_px and error_body by frame; null for 3D input
        provenance  kinds ("measured", ...), joints [frame][joint] as index into kinds, shares by kind, and sentences
        movements   source ("model" or "rules"), segments of movement, part, name, start_frame, end_frame (exclusive),
                    start and end in seconds, probability (mean)
        genre       names, overall, running [frame][genre]; null without a genre model.
                    reasons: the movements that moved the most probable genre most, strongest first: movement, part,
                    name, start_frame, end_frame (exclusive), start and end in seconds, occlusion and gradient (by how
                    much it moved the log odds, mean over the clip: when left out, and by gradients; below 0 against
                    the genre). Movements on whose sign both differ are left out. agreement: rank correlation of both
                    over all movements that were weighed. Empty and null where nothing was weighed
"""

import contextlib
import dataclasses
import gc
import json
from collections.abc import Iterator
from typing import Any

import numpy as np

from hdvr_jax.provenance import PROVENANCE_NAMES
from hdvr_jax.recognition.floor import Floor
from hdvr_jax.recognition.results import Movements, Reason, Recognition, Segment, TrackResult
from hdvr_jax.report.words import provenance_words, risk_words
from hdvr_jax.skeletons import get_skeleton

SCHEMA = "hdvr_jax.report/1"
_FRAMES_AT_ONCE = 1024


def document(recognition: Recognition, **more: Any) -> Iterator[str]:
    """The result as the module describes it, JSON in pieces, with the fields `more` after its schema.

    A few frames at a time: as Python's numbers a document takes several times the memory of its arrays.
    """
    head = json.dumps({"schema": SCHEMA, **more, **_about(recognition)}, allow_nan=False)
    yield head.removesuffix("}") + ', "tracks": ['
    for number, result in enumerate(recognition.tracks):
        yield ", " * (number > 0)
        yield from _json(_track(result))
    yield "]}"


@dataclasses.dataclass(frozen=True)
class _Frames:
    """Values (T, ...) of all frames, to be written as `plain` gives them; without `digits` they are whole numbers."""

    values: np.ndarray
    digits: int | None = None

    def json(self) -> Iterator[str]:
        """The list, in pieces."""
        yield "["
        for start in range(0, len(self.values), _FRAMES_AT_ONCE):
            block = self.values[start : start + _FRAMES_AT_ONCE]
            with _uncollected():
                rows = block.tolist() if self.digits is None else plain(block, self.digits)
                text = json.dumps(rows, allow_nan=False)
            yield ", " * (start > 0) + text[1:-1]
        yield "]"


def _json(value: Any) -> Iterator[str]:
    """What `json.dumps` gives, in pieces; within dicts there may be `_Frames`."""
    if isinstance(value, _Frames):
        yield from value.json()
    elif isinstance(value, dict):
        for number, (name, field) in enumerate(value.items()):
            yield f"{', ' if number else '{'}{json.dumps(name)}: "
            yield from _json(field)
        yield "}" if value else "{}"
    else:
        yield json.dumps(value, allow_nan=False)


@contextlib.contextmanager
def _uncollected() -> Iterator[None]:
    """Without Python's collector of cycles, which looks through all that there is again and again while a million lists
    are made."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _about(recognition: Recognition) -> dict[str, Any]:
    """What is not about one dancer."""
    return {
        "source": recognition.source,
        "layout": recognition.layout,
        "made_by": "hdvr_jax",
        "notes": list(recognition.notes),
        "timings": {stage: round(seconds, 3) for stage, seconds in recognition.timings.items()},
        "floor": _floor(recognition.floor),
        "models": [
            {
                "stage": m.stage,
                "name": m.name,
                "step": m.step,
                "scores": {k: plain(v) for k, v in m.scores.items()},
                "scored_on": m.scored_on,
                "entries": list(m.entries),
            }
            for m in recognition.models
        ],
        "movement_types": [
            {"id": kind.id, "name": kind.name, "part": kind.part, "description": kind.description}
            for kind in recognition.tracks[0].movements.types
        ],
        "risks": _risks(recognition),
    }


def _floor(floor: Floor | None) -> dict[str, Any] | None:
    if floor is None:
        return None
    names = ("up", "camera_height", "tilt", "roll", "residual", "stances", "by_feet")
    rotation, translation = floor.to_camera()
    fields = {name: plain(getattr(floor, name)) for name in names}
    return {**fields, "rotation": plain(rotation), "translation": plain(translation)}


def _risks(recognition: Recognition) -> list[dict[str, Any]] | None:
    if recognition.risks is None:
        return None
    fps = recognition.tracks[0].given.fps
    return [
        {
            "start_frame": risk.start,
            "end_frame": risk.end,
            "start": plain(risk.start / fps, 3),
            "end": plain(risk.end / fps, 3),
            "tracks": list(risk.tracks),
            "score": plain(risk.score, 4),
            "reason": risk_words(risk),
        }
        for risk in recognition.risks
    ]


def plain(values: Any, digits: int = 6) -> Any:
    """Numbers and arrays as JSON values, rounded; non-finite becomes None."""
    array = np.asarray(values, np.float64)
    if array.ndim == 0:
        return round(float(array), digits) if np.isfinite(array) else None
    rounded = np.round(array, digits)
    if np.isfinite(rounded).all():
        return rounded.tolist()
    holes = rounded.astype(object)
    holes[~np.isfinite(rounded)] = None
    return holes.tolist()


def _track(result: TrackResult) -> dict[str, Any]:
    given, poses = result.given, result.poses
    return {
        "id": given.id,
        "fps": given.fps,
        "frames": given.frames,
        "image_size": None if given.image_size is None else list(given.image_size),
        "input_skeleton": given.skeleton,
        "notes": list(result.notes),
        "poses": {
            "skeleton": poses.skeleton,
            "joints": list(get_skeleton(poses.skeleton).joints),
            "frame": poses.frame,
            "points": _Frames(poses.points, 3),
            "expected_error": None if poses.expected_error is None else _Frames(poses.expected_error, 3),
        },
        **_image(result),
        "provenance": {
            "kinds": list(PROVENANCE_NAMES),
            "joints": _Frames(result.prepared.provenance),
            "shares": {
                name: plain((result.prepared.provenance == kind).mean(), 4)
                for kind, name in enumerate(PROVENANCE_NAMES)
            },
            "sentences": provenance_words(result),
        },
        "movements": _movements(result.movements, given.fps),
        "genre": _genre(result),
    }


def _image(result: TrackResult) -> dict[str, Any]:
    poses = result.poses
    if not poses.lifted:
        return {"input": None, "reprojection": None}
    return {
        "input": {"keypoints": _Frames(result.given.keypoints, 1), "confidence": _Frames(result.given.confidence, 3)},
        "reprojection": {
            "points": _Frames(poses.projected, 1),
            "error_px": _Frames(poses.error_px, 2),
            "error_body": _Frames(poses.error_body, 4),
        },
    }


def _movements(movements: Movements, fps: float) -> dict[str, Any]:
    return {
        "source": movements.source,
        "segments": [
            {**_interval(s, movements, fps), "probability": plain(s.probability, 4)} for s in movements.segments
        ],
    }


def _interval(found: Segment | Reason, movements: Movements, fps: float) -> dict[str, Any]:
    kind = movements.types[found.movement]
    return {
        "movement": found.movement,
        "part": kind.part,
        "name": kind.name,
        "start_frame": found.start,
        "end_frame": found.end,
        "start": plain(found.start / fps, 3),
        "end": plain(found.end / fps, 3),
    }


def _genre(result: TrackResult) -> dict[str, Any] | None:
    if result.genre is None:
        return None
    return {
        "names": list(result.genre.names),
        "overall": plain(result.genre.overall, 4),
        "running": _Frames(result.genre.running, 4),
        "reasons": [
            {
                **_interval(reason, result.movements, result.given.fps),
                "occlusion": plain(reason.occlusion, 4),
                "gradient": plain(reason.gradient, 4),
            }
            for reason in result.genre.reasons
        ],
        "agreement": plain(result.genre.agreement, 3),
    }
