"""The whole recognition: keypoints in, everything that the report shows out."""

import contextlib
import dataclasses
from collections.abc import Callable, Sequence

from hdvr_jax import cameras, cleaning
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.reading import Reading
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import MISSING
from hdvr_jax.recognition import reasons, stages
from hdvr_jax.recognition.clips import camera_of, posed_clip, usable
from hdvr_jax.recognition.floor import words as floor_words
from hdvr_jax.recognition.models import Models, Reader, how_to_train
from hdvr_jax.recognition.results import Genre, ModelInfo, Movements, Poses, Recognition, TrackResult
from hdvr_jax.recognition.settings import Settings
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.tracking.results import Risk

Watch = Callable[[str], contextlib.AbstractContextManager]
RULES = ModelInfo("movements", "kinematic rules")
_SHORT_SECONDS = 0.5


@dataclasses.dataclass(frozen=True)
class Prepared:
    """A dancer ready for the models.

    Attributes:
        given: The track as read.
        filled: The same with short gaps filled, and smoothed where that was asked for.
        reduced: `filled` on the models' skeleton.
        camera: Of a 2D track; None for 3D.
        notes: What was assumed.
    """

    given: PoseTrack
    filled: PoseTrack
    reduced: PoseTrack
    camera: cameras.Perspective | None
    notes: tuple[str, ...]


def _unwatched(stage: str) -> contextlib.AbstractContextManager:
    del stage
    return contextlib.nullcontext()


def recognise(
    reading: Reading, models: Models, settings: Settings, source: str, watch: Watch = _unwatched
) -> Recognition:
    """Recognises every dancer of a recording.

    Args:
        reading: From `hdvr_jax.keypoints.read`.
        models: From `load`.
        settings: The user's choices.
        source: Name of the input, for the report and for errors.
        watch: Called with the name of each stage; the stage runs inside what it returns.
    Raises:
        InputError: nothing in the input can be used, or a 2D input and no lifter.
    """
    tracks, left_out = usable(reading.tracks, settings, source)
    with watch("prepare"):
        dancers = [prepare(track, reading.tracks, settings) for track in tracks]
    with watch("lift"):
        poses = [_poses(dancer, models, source) for dancer in dancers]
    dancers, poses, without = _with_poses(dancers, poses, source)
    with watch("floor") if settings.floor else contextlib.nullcontext():
        floor = stages.find_floor(poses, [dancer.given.fps for dancer in dancers]) if settings.floor else None
        standing = [stages.on_floor(pose, floor) for pose in poses]
    with watch("movements"):
        moved = [_movements(*of_one, models) for of_one in zip(dancers, poses, standing)]
    with watch("genre"):
        genres = [_genre(*of_one, models) for of_one in zip(dancers, poses, moved)]
    with watch("reasons") if models.genre and models.genre.explain else contextlib.nullcontext():
        genres = [_with_reasons(*of_one, models) for of_one in zip(dancers, poses, moved, genres)]
    results = tuple(
        TrackResult(dancer.given, dancer.reduced, pose, movement, genre, dancer.notes)
        for dancer, pose, movement, genre in zip(dancers, standing, moved, genres)
    )
    used = _used(models, results)
    assumed = [models.notes[model.stage] for model in used if model.stage in models.notes]
    told = floor_words(floor) if settings.floor else ()
    notes = (*reading.notes, *left_out, *without, *assumed, *told, *_unused(models, results))
    return Recognition(source, layout(tracks), results, used, notes, floor=floor, risks=_risks(reading, tracks))


def _with_poses(
    dancers: Sequence[Prepared], poses: Sequence[Poses], source: str
) -> tuple[list[Prepared], list[Poses], list[str]]:
    """Those who have a pose in any frame, and notes about the others.

    Raises:
        InputError: nobody has.
    """
    kept = [pair for pair in zip(dancers, poses) if pair[1].posed().any()]
    if not kept:
        raise InputError(
            f"{source}: too little is seen for a 3D pose in any frame; expected four joints of trunk and limbs or "
            "more, in different places"
        )
    names = [dancer.given.id for dancer, pose in zip(dancers, poses) if not pose.posed().any()]
    notes = [f"Track {id} was left out: too little of the body is seen for a 3D pose in any frame." for id in names]
    return [dancer for dancer, _ in kept], [pose for _, pose in kept], notes


def _risks(reading: Reading, tracks: Sequence[PoseTrack]) -> tuple[Risk, ...] | None:
    """The audit of identities, as far as it is about the dancers chosen."""
    if reading.risks is None:
        return None
    chosen = {track.id for track in tracks}
    return tuple(risk for risk in reading.risks if chosen & set(risk.tracks))


def layout(tracks: Sequence[PoseTrack]) -> str:
    """What the input was read as, in words."""
    kind = "2D keypoints" if tracks[0].keypoints.shape[-1] == 2 else "3D joints"
    return f"{kind}, {tracks[0].skeleton} ({len(get_skeleton(tracks[0].skeleton).joints)} joints)"


def prepare(track: PoseTrack, together: Sequence[PoseTrack], settings: Settings) -> Prepared:
    """Smooths, fills gaps, changes the skeleton, and decides on a camera, which the tracks of a recording share."""
    cleaned, notes = cleaning.clean(track, cleaning.Settings(settings.smoothing, settings.max_gap_seconds))
    filled = cleaned.fill_gaps(settings.max_gap_seconds)
    reduced = filled.to_skeleton(stages.SKELETON)
    notes = (*notes, *_too_short(track))
    if settings.smoothing != cleaning.OFF:
        notes = (f"Keypoints were smoothed ({settings.smoothing}) before lifting.", *notes)
    if track.keypoints.shape[-1] == 3:
        return Prepared(track, filled, reduced, None, notes)
    camera, note = camera_of(track, together, settings)
    return Prepared(track, filled, reduced, camera, (note, *notes))


def _too_short(track: PoseTrack) -> tuple[str, ...]:
    """A sentence about a dancer of whom there is too little for models that were trained on seconds of dance."""
    seen = int((track.provenance != MISSING).any(1).sum())
    seconds = seen / track.fps
    if seconds >= _SHORT_SECONDS:
        return ()
    frames = f"{seen} frame{'s' if seen > 1 else ''}"
    said = "movements, genre and its reasons say little of less than half a second"
    return (f"This dancer is seen in {frames} alone ({seconds:.2f} s): {said}.",)


def _poses(dancer: Prepared, models: Models, source: str) -> Poses:
    if dancer.camera is None:
        return stages.given_poses(dancer.reduced)
    if models.lifter is None:
        raise InputError(f"{source}: 2D keypoints, and {models.folder} has no lifter; {how_to_train(models.folder)}")
    return stages.lift(models.lifter, dancer.filled, dancer.reduced, dancer.camera)


def _movements(dancer: Prepared, poses: Poses, standing: Poses, models: Models) -> Movements:
    """Movements by the model, which was trained on poses as a camera sees them, or by rules on the standing dancer."""
    if not _can_read(models.movements, dancer):
        return stages.movements_by_rules(standing, dancer.given.fps)
    clip = posed_clip(dancer.reduced, poses, dancer.camera)
    return stages.movements_by_model(models.movements, clip, poses, dancer.given.fps)


def _genre(dancer: Prepared, poses: Poses, movements: Movements, models: Models) -> Genre | None:
    if not _can_read(models.genre, dancer):
        return None
    return stages.genre(models.genre, posed_clip(dancer.reduced, poses, dancer.camera), movements)


def _with_reasons(
    dancer: Prepared, poses: Poses, movements: Movements, genre: Genre | None, models: Models
) -> Genre | None:
    if genre is None or not reasons.weighable(models.genre, movements, dancer.given.fps):
        return genre
    clip = posed_clip(dancer.reduced, poses, dancer.camera)
    return reasons.with_reasons(genre, models.genre, clip, movements)


def _can_read(reader: Reader | None, dancer: Prepared) -> bool:
    return reader is not None and not (reader.needs_image and dancer.camera is None)


def _used(models: Models, results: Sequence[TrackResult]) -> tuple[ModelInfo, ...]:
    """The models, and rules, that the results come from."""
    by_stage = {
        "lifter": any(result.poses.lifted for result in results),
        "movements": any(result.movements.source == "model" for result in results),
        "genre": any(result.genre is not None for result in results),
    }
    found = tuple(models.infos[stage] for stage, used in by_stage.items() if used)
    return found if by_stage["movements"] else (*found, RULES)


def _unused(models: Models, results: Sequence[TrackResult]) -> tuple[str, ...]:
    """Sentences on what was not recognised by a model, and why."""
    notes = []
    if models.refines and not any(result.poses.lifted for result in results):
        notes.append("Nothing was refined (--refine), because poses of 3D input are kept as they are.")
    if any(result.movements.source == "rules" for result in results):
        why = "cannot read this input" if models.movements else f"is not in {models.folder}"
        notes.append(f"Movements are named by kinematic rules, because a trained movement model {why}.")
    if any(result.genre is None for result in results):
        why = "cannot read this input" if models.genre else f"is not in {models.folder}"
        notes.append(f"There is no genre, because a trained genre model {why}.")
    for names in {result.genre.names for result in results if result.genre is not None}:
        known = ", ".join(name.replace("_", " ") for name in names)
        notes.append(f"Genre is chosen among those that the model knows ({known}); it cannot name another.")
    told = [result for result in results if result.genre is not None and models.genre.explain is not None]
    if not all(reasons.weighable(models.genre, result.movements, result.given.fps) for result in told):
        notes.append(reasons.TOO_LONG)
    return tuple(notes)
