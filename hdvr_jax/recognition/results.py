"""What recognition gives: plain, immutable records that the report and the exporters read."""

import dataclasses
from collections.abc import Mapping

import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax import axes
from hdvr_jax.movements import MovementType, hysteresis
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.recognition.floor import Floor
from hdvr_jax.tracking.results import Risk

CAMERA, WORLD = "camera", "world"


@dataclasses.dataclass(frozen=True)
class Poses:
    """3D poses of one dancer.

    Attributes:
        skeleton: Name of the joint set.
        points: (T, J, 3) metres; NaN where there is no pose.
        frame: CAMERA (x right, y down, z forward; what the lifter gives) or WORLD (Y up; what 3D files hold, and what
            an estimated floor makes of lifted poses).
        projected: (T, J, 2) pixels, the poses projected back onto the image; None without a 2D input.
        error_px: (T,) mean distance of projected from given joints, over the joints given; NaN where none is.
        error_body: (T,) the same, divided by the size of the dancer in the image.
        expected_error: (T, J) metres by which joints are off in the mean, relative to the hips; None where nothing was
            refined.
    """

    skeleton: str
    points: Float[np.ndarray, "T J 3"]
    frame: str
    projected: Float[np.ndarray, "T J 2"] | None = None
    error_px: Float[np.ndarray, " T"] | None = None
    error_body: Float[np.ndarray, " T"] | None = None
    expected_error: Float[np.ndarray, "T J"] | None = None

    @property
    def lifted(self) -> bool:
        """Whether they come from an image."""
        return self.projected is not None

    def posed(self) -> Bool[np.ndarray, " T"]:
        """Frames that have a pose."""
        return np.isfinite(self.points).all(-1).any(1)

    def upright(self) -> Float[np.ndarray, "T J 3"]:
        """Points with x right, y up and z towards the viewer, metres."""
        return axes.upright(self.points) if self.frame == CAMERA else self.points


@dataclasses.dataclass(frozen=True)
class Segment:
    """One movement type from `start` (frame) up to but not including `end`; `probability` is its mean."""

    movement: int
    start: int
    end: int
    probability: float


@dataclasses.dataclass(frozen=True)
class Movements:
    """Movements of one dancer.

    Attributes:
        types: The M movement types that the model or the rules know: the project's, or a user's own.
        probabilities: (T, M) in [0, 1]; 0 or 1 when they come from rules.
        active: (T, M) whether the type is recognised in the frame.
        segments: Runs of `active`, ordered by start.
        source: "model" or "rules".
    """

    types: tuple[MovementType, ...]
    probabilities: Float[np.ndarray, "T M"]
    active: Bool[np.ndarray, "T M"]
    segments: tuple[Segment, ...]
    source: str


@dataclasses.dataclass(frozen=True)
class Reason:
    """A movement that moved the genre: of one type from `start` (frame) up to but not including `end`.

    `occlusion` and `gradient` are by how much it moved the genre's log odds (`hdvr_jax.attribution`), above 0 for the
    genre and below 0 against it.
    """

    movement: int
    start: int
    end: int
    occlusion: float
    gradient: float


@dataclasses.dataclass(frozen=True)
class Genre:
    """Genre of one dancer's clip.

    Attributes:
        names: G genre names.
        running: (T, G) probabilities given what was danced up to each frame; rows sum to 1.
        overall: (G,) probabilities given the whole clip.
        reasons: Movements that moved the most probable genre of the whole clip, for and against it, the strongest
            first; only those about whose direction both ways of weighing agree. Empty where nothing was weighed.
        agreement: Rank correlation of both ways over all movements that were weighed; NaN where that tells nothing.
    """

    names: tuple[str, ...]
    running: Float[np.ndarray, "T G"]
    overall: Float[np.ndarray, " G"]
    reasons: tuple[Reason, ...] = ()
    agreement: float = float("nan")

    @property
    def best(self) -> int:
        """Index of the most probable genre of the whole clip."""
        return int(self.overall.argmax())


@dataclasses.dataclass(frozen=True)
class TrackResult:
    """All that was recognised of one dancer.

    Attributes:
        given: The track as it was read.
        prepared: The same on the model's skeleton with short gaps filled: what the models read.
        poses, movements, genre: The stages' results; genre is None without a genre model.
        notes: What was assumed about this dancer, in sentences.
    """

    given: PoseTrack
    prepared: PoseTrack
    poses: Poses
    movements: Movements
    genre: Genre | None
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class ModelInfo:
    """Where a stage's results come from: config name, training step, its scores and the data they were measured on, as
    far as they are known; and of a published checkpoint what was read of it, and as what."""

    stage: str
    name: str
    step: int | None = None
    scores: Mapping[str, float] = dataclasses.field(default_factory=dict)
    scored_on: str = ""
    entries: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Recognition:
    """The whole result for one input.

    Attributes:
        source: Name of the input file or folder.
        layout: What the input was read as, in words.
        tracks: One result for each dancer.
        models: Models and rules used, in order of the stages.
        floor: Estimated floor, on which the poses of all dancers then stand (y = 0); None without.
        notes: What was assumed about the input, in sentences.
        timings: Seconds by stage.
        risks: Audit of identities: where dancers may have been taken for each other; None where the input says who is
            who.
    """

    source: str
    layout: str
    tracks: tuple[TrackResult, ...]
    models: tuple[ModelInfo, ...]
    notes: tuple[str, ...] = ()
    timings: Mapping[str, float] = dataclasses.field(default_factory=dict)
    floor: Floor | None = None
    risks: tuple[Risk, ...] | None = None


def segments(active: Bool[np.ndarray, "T M"], probabilities: Float[np.ndarray, "T M"]) -> tuple[Segment, ...]:
    """Runs of consecutive active frames of every movement type, ordered by start frame."""
    columns, starts, ends = hysteresis.runs(active)
    found = [
        Segment(int(movement), int(start), int(end), float(probabilities[start:end, movement].mean()))
        for movement, start, end in zip(columns, starts, ends)
    ]
    return tuple(sorted(found, key=lambda segment: (segment.start, segment.movement)))
