"""The content of the page, as the scripts of the page read it."""

from typing import Any

import numpy as np

from hdvr_jax.movements import MovementType, hysteresis
from hdvr_jax.provenance import MISSING
from hdvr_jax.recognition.results import ModelInfo, Recognition, TrackResult
from hdvr_jax.report.figures import figures
from hdvr_jax.report.packing import pack, pack_bytes
from hdvr_jax.report.words import (
    audit_words,
    movement_caption,
    movement_label,
    provenance_words,
    reason_caption,
    reason_words,
    risk_words,
    scores_line,
    title,
)
from hdvr_jax.skeletons import BODY_PARTS, get_skeleton

_MILLIMETRE = 0.001
_TENTH_PIXEL = 0.1
_PROBABILITY = 1 / 250


def payload(recognition: Recognition) -> dict[str, Any]:
    """Everything that the page shows, free of NaN; arrays are packed by `packing`."""
    first = recognition.tracks[0].movements
    used = {name for track in recognition.tracks for name in (track.poses.skeleton, track.given.skeleton)}
    return {
        "source": {"name": recognition.source, "layout": recognition.layout},
        "madeBy": "hdvr_jax",
        "parts": list(BODY_PARTS),
        "movementTypes": movement_types(first.types),
        "skeletons": {name: _skeleton(name) for name in sorted(used)},
        "models": [_model(model) for model in recognition.models],
        "notes": list(recognition.notes),
        "floor": recognition.floor is not None,
        "tracks": [_track(track, recognition) for track in recognition.tracks],
        "audit": audit_words(recognition),
        "risks": _risks(recognition),
    }


def movement_types(kinds: tuple[MovementType, ...]) -> list[dict[str, Any]]:
    """Label, part, description and rank within the part (which chooses the colour) of every type."""
    types: list[dict[str, Any]] = []
    ranks = dict.fromkeys(BODY_PARTS, 0)
    for kind in kinds:
        about = {"label": movement_label(kind), "part": kind.part, "description": kind.description}
        types.append({**about, "rank": ranks[kind.part]})
        ranks[kind.part] += 1
    return types


def bones(name: str) -> list[list[int]]:
    """Pairs of joints to draw a line between.

    A skeleton without trunk joints hangs its shoulders on the nose; they are drawn joined to each other instead, and
    the hips likewise.
    """
    skeleton = get_skeleton(name)
    across = [["left_shoulder", "right_shoulder"], ["left_hip", "right_hip"]]
    if "nose" not in skeleton.joints or skeleton.root != skeleton.index("nose"):
        return [list(bone) for bone in skeleton.bones]
    pairs = [[skeleton.joints[child], skeleton.joints[parent]] for child, parent in skeleton.bones]
    kept = [pair for pair in pairs if not (pair[0].endswith("shoulder") and pair[1] == "nose")]
    return [[skeleton.index(child), skeleton.index(parent)] for child, parent in kept + across]


def floor_height(points: np.ndarray) -> float | None:
    """Height of the floor under upright points (T, J, 3): the level that the lowest joints come back to.

    Half of the frames of a dance have a foot on the floor, so the floor is at the median of the lowest joint; jumps
    are above it, and noise below.
    """
    height = points[..., 1]
    seen = np.isfinite(height).any(1)
    if not seen.any():
        return None
    return float(np.median(np.nanmin(height[seen], 1)))


def _skeleton(name: str) -> dict[str, Any]:
    skeleton = get_skeleton(name)
    sides = [{"left": "l", "right": "r"}.get(joint.split("_")[0], "c") for joint in skeleton.joints]
    return {
        "joints": list(skeleton.joints),
        "bones": bones(name),
        "sides": sides,
        "root": skeleton.root,
    }


def _model(model: ModelInfo) -> dict[str, str]:
    trained = "not trained here" if model.step is None else f"{model.step:,} steps"
    scores = "" if model.step is None else scores_line(model)
    return {"stage": model.stage, "name": model.name, "trained": trained, "scores": scores}


def _track(result: TrackResult, recognition: Recognition) -> dict[str, Any]:
    points = result.poses.upright()
    floor = recognition.floor if result.poses.lifted else None
    return {
        "label": f"Dancer {result.given.id}",
        "frames": result.given.frames,
        "fps": result.given.fps,
        "skeleton": result.poses.skeleton,
        "lifted": result.poses.lifted,
        "seen": _seen(result),
        "points": pack(points, _MILLIMETRE),
        "floor": floor_height(points) if floor is None else 0.0,
        "provenance": pack_bytes(result.prepared.provenance),
        "confidence": pack_bytes(result.prepared.confidence, _PROBABILITY),
        "figures": figures(result, floor),
        "words": provenance_words(result),
        "notes": list(result.notes),
        "movements": {
            "source": result.movements.source,
            "caption": movement_caption(result.movements, recognition.models),
            "segments": [[s.movement, s.start, s.end, round(s.probability, 3)] for s in result.movements.segments],
        },
        "genre": _genre(result),
        **_image(result),
    }


def _risks(recognition: Recognition) -> list[dict[str, Any]]:
    """The audit of identities, with the places of its dancers among the tracks."""
    places = {result.given.id: place for place, result in enumerate(recognition.tracks)}
    return [
        {
            "start": risk.start,
            "end": risk.end,
            "tracks": [places[id] for id in risk.tracks if id in places],
            "score": round(risk.score, 3),
            "reason": risk_words(risk),
        }
        for risk in recognition.risks or ()
    ]


def _seen(result: TrackResult) -> list[list[int]]:
    """Runs of frames (start, end) in which any joint was measured."""
    seen = (result.given.provenance != MISSING).any(1)
    _, starts, ends = hysteresis.runs(seen[:, None])
    return np.stack([starts, ends], -1).tolist()


def _genre(result: TrackResult) -> dict[str, Any] | None:
    if result.genre is None:
        return None
    return {
        "names": [title(name) for name in result.genre.names],
        "best": result.genre.best,
        "probabilities": pack_bytes(result.genre.running, _PROBABILITY),
        "caption": "probability of each genre given what was danced up to that moment",
        "reasons": [[r.movement, r.start, r.end, round(r.occlusion, 3)] for r in result.genre.reasons],
        "reasonWords": reason_words(result),
        "reasonCaption": reason_caption(result.genre, result.movements),
    }


def _image(result: TrackResult) -> dict[str, Any]:
    """The 2D side: input, reprojection and the error between them; None for 3D inputs."""
    poses = result.poses
    if not poses.lifted:
        return dict.fromkeys(("input", "inputSkeleton", "size", "reprojection", "errorPx", "errorBody"))
    return {
        "input": pack(result.given.keypoints, _TENTH_PIXEL),
        "inputSkeleton": result.given.skeleton,
        "size": None if result.given.image_size is None else list(result.given.image_size),
        "reprojection": pack(poses.projected, _TENTH_PIXEL),
        "errorPx": pack(poses.error_px, 0.01),
        "errorBody": pack(poses.error_body, 0.0001),
    }
