"""The stages of a recognition for one dancer: each takes what the one before it returned."""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax import cameras
from hdvr_jax.errors import InputError
from hdvr_jax.movements import Vocabulary, annotate, hysteresis, load_vocabulary
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import MISSING
from hdvr_jax.recognition import floor
from hdvr_jax.recognition.clips import seen_clip
from hdvr_jax.recognition.models import Lifted, Reader
from hdvr_jax.recognition.placement import place
from hdvr_jax.recognition.results import CAMERA, WORLD, Genre, Movements, Poses, segments

# The joint set of poses, movements and report.
SKELETON = "h36m17"
# Movement models scale their probabilities so that this is the decision.
DECISION = 0.5

Clip = Mapping[str, Any]


def given_poses(prepared: PoseTrack) -> Poses:
    """The poses of a 3D input, as they are."""
    return Poses(prepared.skeleton, prepared.keypoints, WORLD)


def lift(
    lifter: Callable[[Clip], Lifted], filled: PoseTrack, prepared: PoseTrack, camera: cameras.Perspective
) -> Poses:
    """Lifts a 2D track and places it before the camera; frames in which nothing is seen or filled get no pose."""
    lifted = lifter(seen_clip(filled, camera))
    poses = finite(lifted.poses, "lifter")
    poses[~present(prepared)] = np.nan
    trajectory = None if lifted.trajectory is None else finite(lifted.trajectory, "lifter")
    placed = place(poses, prepared, camera, trajectory)
    if lifted.expected_error is None:
        return placed
    off = np.where(placed.posed()[:, None], lifted.expected_error, np.float32(np.nan))
    return dataclasses.replace(placed, expected_error=off)


def find_floor(poses: Sequence[Poses], fps: Sequence[float]) -> floor.Floor | None:
    """The floor under all lifted dancers of one camera; None where there is none or no foot is known."""
    lifted = [(pose.points, rate) for pose, rate in zip(poses, fps) if pose.frame == CAMERA]
    return floor.estimate(*zip(*lifted), SKELETON) if lifted else None


def on_floor(poses: Poses, found: floor.Floor | None) -> Poses:
    """Lifted poses in the floor's world; their projection is that of before."""
    if found is None or poses.frame != CAMERA:
        return poses
    return dataclasses.replace(poses, points=found.to_world(poses.points), frame=WORLD)


def present(prepared: PoseTrack) -> Bool[np.ndarray, " T"]:
    """Frames in which any joint is known."""
    return (prepared.provenance != MISSING).any(1)


def movements_by_model(reader: Reader, clip: Clip, poses: Poses, fps: float) -> Movements:
    """Movements by the trained model; none where there is no pose."""
    probabilities = finite(reader.run(clip), "movement model") * poses.posed()[:, None]
    active = hysteresis.steady(probabilities > DECISION, reader.vocabulary.minimum_seconds, fps)
    return _movements(reader.vocabulary, probabilities, active, "model")


def movements_by_rules(poses: Poses, fps: float) -> Movements:
    """Movements by the kinematic annotator: certain or absent, never in between."""
    labels, _ = annotate(poses.upright(), fps, poses.skeleton)
    return _movements(load_vocabulary(), labels.astype(np.float32), labels, "rules")


def _movements(
    vocabulary: Vocabulary, probabilities: Float[np.ndarray, "T M"], active: Bool[np.ndarray, "T M"], source: str
) -> Movements:
    return Movements(vocabulary.types, probabilities, active, segments(active, probabilities), source)


def genre(reader: Reader, clip: Clip, movements: Movements) -> Genre:
    """Genre of the whole clip, and of its beginning up to every frame."""
    found = reader.run({**clip, "movements": movements.probabilities})
    running, overall = (finite(found[name], "genre model") for name in ("running", "overall"))
    return Genre(tuple(found["names"]), running, overall)


def finite(values: Any, model: str) -> np.ndarray:
    """A model's output as a new float32 array; raises InputError where it is not finite, which no report may hide."""
    values = np.array(values, np.float32)
    if not np.isfinite(values).all():
        share = 100 * (1 - np.isfinite(values).mean())
        raise InputError(f"the {model}'s output is not finite ({share:.0f} % of it); its weights are damaged")
    return values
