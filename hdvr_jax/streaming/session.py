"""One more frame of a stream: state in, state out. A state is never changed, so that it may be gone on from again."""

import dataclasses
from typing import Any

import jax
import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax import cleaning
from hdvr_jax.clip_poses import LIFTED_SKELETON
from hdvr_jax.errors import InputError
from hdvr_jax.lifting import FADING_SECONDS
from hdvr_jax.recognition.stages import finite
from hdvr_jax.skeletons import get_mapping, get_skeleton
from hdvr_jax.streaming import bodies
from hdvr_jax.streaming.rates import between, due, nearest, passed
from hdvr_jax.streaming.records import Outcome, People, Recording
from hdvr_jax.streaming.state import ROUNDING, Arrays, State, seat

_FARTHEST = 1e6  # pixels
_LEAST_SECONDS = 1e-3  # between two frames, for their velocity


def step(state: State, people: People, seconds: float | None = None) -> tuple[State, dict[str, Outcome]]:
    """The state after one more frame, and what is known of every dancer, also of those out of sight for a while.

    Args:
        people: {id: (keypoints (J, 2) pixels, confidence (J,) 0 to 1)}; a joint is missing where its confidence is 0
            or anything of it is not finite, and a dancer without joints was not seen.
        seconds: Since the frame before; None for one frame at the recording's rate. Models are given the frames that
            would have come at their own rate in between, interpolated. A pause that is longer than dancers are
            remembered counts as long as that.
    Raises:
        InputError: `seconds` is no time; a field of another shape, or a place that cannot be one, which names the
            dancer; or weights so damaged that what they give is not finite.
    """
    recording = state.setup.recording
    seen = {id: _checked(id, *given, recording) for id, given in people.items()}
    seen = {id: given for id, given in seen.items() if given[1].any()}
    seconds = _duration(seconds, recording)
    state = seat(state, seen, seconds)
    points, confidence = np.full_like(state.rows["points"], np.nan), np.zeros(state.rows["age"].shape, np.float32)
    for id, given in seen.items():
        points[state.ids.index(id)], confidence[state.ids.index(id)] = given
    rows = _held(recording, state.rows, points, confidence, seconds)
    present = _present(recording, rows)
    now = {"points": rows["points"], "confidence": confidence, "trusted": _trusted(rows, confidence)}
    begun = state.frame > 0
    place = state.place + seconds * state.setup.fps if begun else 0.0
    shares = passed(state.place, place) if begun else [1.0]
    state = dataclasses.replace(state, rows={**rows, "before": now}, place=place)
    for share in shares:
        state = _advanced(state, between(rows["before"], now, share), present)
    found = {id: _outcome(state, row, bool(present[row])) for row, id in enumerate(state.ids) if id is not None}
    return dataclasses.replace(state, frame=state.frame + 1), found


def _duration(seconds: float | None, recording: Recording) -> float:
    if seconds is None:
        return 1 / recording.fps
    if not 0 <= seconds < np.inf:
        raise InputError(f"stream: {seconds:g} seconds since the frame before; expected 0 or more")
    return min(seconds, recording.forget_seconds + 1 / recording.fps)


def _checked(id: str, keypoints: Any, confidence: Any, recording: Recording) -> tuple[np.ndarray, np.ndarray]:
    joints = get_skeleton(recording.skeleton).joints
    points, given = np.array(keypoints, np.float32), np.array(confidence, np.float32)
    if points.shape != (len(joints), 2) or given.shape != (len(joints),):
        raise InputError(
            f"dancer {id}: keypoints {points.shape}, confidence {given.shape}; {recording.skeleton} has "
            f"({len(joints)}, 2) and ({len(joints)},)"
        )
    known = np.isfinite(points).all(-1) & np.isfinite(given) & (given > 0)
    points[~known] = np.nan
    if (np.abs(points) > _FARTHEST).any():
        joint = np.argwhere(np.abs(points) > _FARTHEST)[0, 0]
        raise InputError(
            f"dancer {id}: {joints[joint]} at {points[joint].tolist()} is beyond {_FARTHEST:.0e} and cannot be a place"
        )
    return points, np.where(known, np.clip(given, 0, 1), 0).astype(np.float32)


def _held(
    recording: Recording,
    rows: Arrays,
    points: Float[np.ndarray, "S J 2"],
    confidence: Float[np.ndarray, "S J"],
    seconds: float,
) -> Arrays:
    """The rows with the new places of joints, smoothed where asked for, and the last ones of those missing."""
    if recording.smoothing.method != cleaning.OFF:
        weights = cleaning.weights_of(confidence.astype(float), recording.smoothing)
        smooth = cleaning.OneEuro(**rows["smoothing"]).step(
            points.astype(float), weights, 1 / max(seconds, _LEAST_SECONDS), recording.smoothing
        )
        rows, points = {**rows, "smoothing": vars(smooth)}, smooth.points.astype(np.float32)
    known = np.isfinite(points).all(-1)
    held = np.where(known[..., None], points, rows["points"])
    trust = np.where(confidence > 0, confidence, rows["trust"])
    return {**rows, "points": held, "age": np.where(known, 0, rows["age"] + seconds), "trust": trust}


def _trusted(rows: Arrays, confidence: Float[np.ndarray, "S J"]) -> Float[np.ndarray, "S J"]:
    """Confidence for the lifter: of joints that are held it fades, as of those that a clip fills in."""
    faded = rows["trust"] * np.exp(-rows["age"] / FADING_SECONDS)
    return np.where(confidence > 0, confidence, faded).astype(np.float32)


def _present(recording: Recording, rows: Arrays) -> Bool[np.ndarray, " S"]:
    """In which rows a joint of the models' skeleton is known, seen or held for no longer than the limit."""
    known = rows["age"] <= recording.max_hold_seconds + ROUNDING
    points = np.where(known[..., None], rows["points"], np.float32(np.nan))
    mapped = get_mapping(recording.skeleton, LIFTED_SKELETON).apply(points)
    return np.isfinite(mapped).all(-1).any(-1)


def _advanced(state: State, frame: dict[str, np.ndarray], present: Bool[np.ndarray, " S"]) -> State:
    """The state after one more frame at the lifter's rate, of `points` (S, J, 2), `confidence` and `trusted` (S, J)."""
    setup, rows = state.setup, state.rows
    lifter, skeleton, fresh = setup.models.lifter, setup.recording.skeleton, rows["begins"]["lift"]
    seen = get_mapping(skeleton, lifter.skeleton).confidence(frame["trusted"])
    stage, found = setup.run["lift"](
        lifter.variables, setup.camera, state.stages["lift"],
        {"points": frame["points"], "confidence": seen, "fresh": fresh},
    )  # fmt: skip
    found = {name: np.array(value) for name, value in found.items()}
    for value in found.values():
        finite(value[state.occupied], "lifter")
    rows = {**rows, "found": rows["found"] | found, "begins": rows["begins"] | {"lift": ~state.occupied}}
    state = dataclasses.replace(state, rows=rows, stages={**state.stages, "lift": stage})
    if setup.reads:
        state = _read(state, frame, present, fresh)
    return dataclasses.replace(state, base=state.base + 1)


def _read(state: State, frame: dict[str, np.ndarray], present: np.ndarray, fresh: np.ndarray) -> State:
    """The state after the movement and genre models have read the newest poses."""
    mapping = get_mapping(state.setup.recording.skeleton, LIFTED_SKELETON)
    measured = np.where(frame["confidence"][..., None] > 0, frame["points"], np.float32(np.nan))
    stage, body = bodies.step(
        state.stages["bodies"],
        state.base,
        {
            "points": mapping.apply(frame["points"]),
            "measured": mapping.apply(measured),
            "visible": mapping.confidence(frame["confidence"]),
            "poses": state.rows["found"]["poses"],
            "present": present,
            "fresh": fresh,
        },
    )

    def begun(before: np.ndarray, now: np.ndarray) -> np.ndarray:
        return np.where(fresh.reshape(-1, *[1] * (now.ndim - 1)), now, before)

    before = jax.tree.map(begun, state.rows["body"], body)
    state = dataclasses.replace(state, rows={**state.rows, "body": body}, stages={**state.stages, "bodies": stage})
    if state.setup.models.movements is not None:
        state = _moved(state, before, body)
    return state if state.setup.models.genre is None else _styled(state, before, body, present)


def _moved(state: State, before: Arrays, body: Arrays) -> State:
    model = state.setup.models.movements
    for share in due(state.base, state.setup.fps, model.fps):
        state, found = _run(state, "movements", between(before, body, share), state.occupied)
        state = dataclasses.replace(state, rows={**state.rows, "found": {**state.rows["found"], "movements": found}})
    return state


def _styled(state: State, before: Arrays, body: Arrays, present: np.ndarray) -> State:
    """The state after the genre model, if one of its frames and all movements that are nearest to it have come."""
    model, fps, rows = state.setup.models.genre, state.setup.fps, state.rows
    recent = np.roll(rows["recent"], -1, 1)
    recent[:, -1] = np.where(state.occupied[:, None], rows["found"]["movements"] * present[:, None], np.nan)
    rows, pending = {**rows, "recent": recent}, state.pending
    for share in due(state.base, fps, model.fps):
        rows |= {"thinned": between(before, body, share), "ready": state.occupied}
        pending = int(np.floor(state.base * model.fps / fps + 1e-6))
    state = dataclasses.replace(state, rows=rows, pending=pending)
    if pending < 0 or ("movements" in model.streams and nearest(state.base + 1, fps, model.fps) <= pending):
        return state
    kept = range(min(state.base + 1, recent.shape[1]))
    own = [-1 - back for back in kept if nearest(state.base - back, fps, model.fps) == pending]
    known = np.isfinite(recent[:, own])
    total = np.where(known, recent[:, own], 0).sum(1)
    movements = (total / np.maximum(known.sum(1), 1)).astype(np.float32)
    state, genre = _run(state, "genre", {**rows["thinned"], "movements": movements}, rows["ready"])
    genre = np.where(rows["ready"][:, None], genre, rows["found"]["genre"])
    found = {**state.rows["found"], "genre": genre}
    return dataclasses.replace(state, rows={**state.rows, "found": found}, pending=-1)


def _run(state: State, stage: str, frame: Arrays, ready: np.ndarray) -> tuple[State, np.ndarray]:
    """The state after a model has read a frame, and what it gives; rows that are `ready` have begun then."""
    model, begins = getattr(state.setup.models, stage), state.rows["begins"]
    after, found = state.setup.run[stage](model.variables, state.stages[stage], frame, begins[stage])
    found = np.array(found)
    finite(found[ready], f"{stage} model")
    rows = {**state.rows, "begins": {**begins, stage: begins[stage] & ~ready}}
    return dataclasses.replace(state, rows=rows, stages={**state.stages, stage: after}), found


def _outcome(state: State, row: int, present: bool) -> Outcome:
    found = {name: values[row] for name, values in state.rows["found"].items()}
    nowhere = np.float32(1.0 if present else np.nan)
    genre = found.get("genre")
    return Outcome(
        pose=found["poses"] * nowhere,
        trajectory=found["trajectory"] * nowhere if "trajectory" in found else None,
        movements=found["movements"] * np.float32(present) if state.setup.models.movements is not None else None,
        genre=None if genre is None or np.isnan(genre).any() else genre,
    )
