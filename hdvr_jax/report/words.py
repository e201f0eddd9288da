"""What the report says in sentences: what was seen, filled, put together and guessed, and how sure it is."""

import numpy as np

from hdvr_jax.movements import MovementType
from hdvr_jax.provenance import INTERPOLATED, MEASURED, MISSING, SYNTHESISED
from hdvr_jax.recognition.reasons import MOST_CAUSES
from hdvr_jax.recognition.results import Genre, ModelInfo, Movements, Reason, Recognition, TrackResult
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.tracking.results import Risk

_TOLD = 3  # reasons for the genre, and as many against it
_ALIKE = 0.5


def readable(name: str) -> str:
    """A name in code as words: left_knee -> left knee."""
    return name.replace("_", " ")


def title(name: str) -> str:
    """A name in code for display: hip_hop -> Hip hop; capitals that it has stay."""
    words = readable(name)
    return words[:1].upper() + words[1:]


def movement_label(kind: MovementType) -> str:
    """A movement type's name without the body part or side that it may start with, in small letters."""
    name, part = readable(kind.name), readable(kind.part)
    for known in (f"{part} ", f"{part.split()[0]} "):
        if name.lower().startswith(known) and len(name) > len(known):
            return name[len(known) :]
    return name[:1].lower() + name[1:]


def full_name(kind: MovementType) -> str:
    """A movement type's name where nothing around it tells the body part.

    Names of the vocabulary tell it themselves; those of a user's own labels, which have no rule, need not.
    """
    name, part = readable(kind.name), readable(kind.part)
    return name if kind.conditions or part in name.lower() else f"{part} {name}"


def share(part: float) -> str:
    """A share as percent, never rounding something to nothing or almost all to all."""
    percent = 100 * part
    if 0 < percent < 0.1:
        return "less than 0.1 %"
    if 99.9 < percent < 100:
        return "more than 99.9 %"
    return f"{percent:.1f} %" if percent % 1 else f"{percent:.0f} %"


def audit_words(recognition: Recognition) -> str:
    """A sentence on how sure it is that every track is one dancer."""
    risks = recognition.risks
    if risks is None:
        return "Who is who stands in the input; it was not checked."
    if not risks:
        return "No moment was found at which dancers could have been taken for each other."
    times = "once" if len(risks) == 1 else f"{len(risks)} times"
    worst = max(risks, key=lambda risk: risk.score)
    at = worst.start / recognition.tracks[0].given.fps
    most = f"most doubtful at {at:.1f} s (score {worst.score:.2f} of 1)"
    return f"Dancers could have been taken for each other {times}; {most}."


def risk_words(risk: Risk) -> str:
    """Why dancers could have been taken for each other."""
    return f"dancers {' and '.join(risk.tracks)} come close; a swap would fit best in frame {risk.frame}"


def provenance_words(result: TrackResult) -> list[str]:
    """Sentences on how the joints that the models read came about."""
    prepared = result.prepared
    names = get_skeleton(prepared.skeleton).joints
    kinds = prepared.provenance
    lifted = result.poses.lifted
    lines = [_measured(result, kinds)]
    if (kinds == INTERPOLATED).any():
        longest = max(longest_run(kinds[:, joint] == INTERPOLATED) for joint in range(len(names))) / prepared.fps
        then = " In 3D, the lifter completes them from the rest of the body, without relying on that." if lifted else ""
        lines.append(
            f"{share((kinds == INTERPOLATED).mean())} were missing for a short time and filled in on a straight line "
            f"between the frames around the gap (longest {longest:.2f} s).{then}"
        )
    made = [readable(name) for joint, name in enumerate(names) if (kinds[:, joint] == SYNTHESISED).any()]
    if made:
        lines.append(
            f"{share((kinds == SYNTHESISED).mean())} were put together from other joints, because the input has no "
            f"such joint: {', '.join(made)}."
        )
    if (kinds == MISSING).any():
        fate = (
            "their 3D position is the model's guess from the rest of the body and the frames around" if lifted else ""
        )
        worst = [readable(names[joint]) for joint in np.argsort(-(kinds == MISSING).mean(0))[:3]]
        worst = [name for name in worst if (kinds[:, names.index(name.replace(" ", "_"))] == MISSING).any()]
        lines.append(
            f"{share((kinds == MISSING).mean())} were not seen (most often: {', '.join(worst)})"
            + (f"; {fate}." if fate else " and stay empty.")
        )
    lines.append(_depth(result))
    return lines


def _measured(result: TrackResult, kinds: np.ndarray) -> str:
    given = result.given
    what = "detected in the image" if given.keypoints.shape[-1] == 2 else "given in 3D by the input"
    confidence = given.confidence[given.provenance == MEASURED]
    sure = f", with a median confidence of {np.median(confidence):.2f}" if confidence.size else ""
    frames, joints = kinds.shape
    return f"Of {frames * joints:,} joint positions, {share((kinds == MEASURED).mean())} were {what}{sure}."


def _depth(result: TrackResult) -> str:
    if not result.poses.lifted:
        return "The 3D positions are those of the input; nothing was lifted."
    return (
        "Depth is never measured: one camera cannot see it. All distances from the camera, and the size of the body, "
        "come from the lifter and its assumption of an average adult."
    )


def longest_run(flags: np.ndarray) -> int:
    """Length of the longest run of true values in a vector."""
    edges = np.diff(np.pad(flags.astype(np.int8), 1))
    lengths = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return int(lengths.max(initial=0))


def movement_caption(movements: Movements, models: tuple[ModelInfo, ...]) -> str:
    """How the movements were recognised."""
    count = len({segment.movement for segment in movements.segments})
    kinds = f"{count} of {len(movements.types)} movement types seen"
    if movements.source == "rules":
        return f"{kinds}; by kinematic rules on the 3D pose, not by a trained model"
    name = next((model.name for model in models if model.stage == "movements"), "")
    return f"{kinds}; by the trained model {name}".rstrip()


def reason_words(result: TrackResult) -> str:
    """A sentence on the strongest three movements for the genre and the strongest three against it; empty where
    nothing was weighed."""
    genre = result.genre
    if genre is None or not genre.reasons:
        return ""
    sides = [
        ", ".join(_moment(reason, result) for reason in [r for r in genre.reasons if sign * r.occlusion > 0][:_TOLD])
        for sign in (1, -1)
    ]
    told = [text for text in (sides[0] and f"because of: {sides[0]}", sides[1] and f"against it: {sides[1]}") if text]
    return f"{title(genre.names[genre.best])}, {'; '.join(told)}."


def _moment(reason: Reason, result: TrackResult) -> str:
    start, end = (at / result.given.fps for at in (reason.start, reason.end))
    name = full_name(result.movements.types[reason.movement])
    return f"{name[:1].lower()}{name[1:]} ({start:.1f}\u2013{end:.1f} s)"


def reason_caption(genre: Genre, movements: Movements) -> str:
    """What the numbers of the reasons are, how far both ways agree, and what they leave out."""
    count = len(movements.segments)
    longest = f"The {MOST_CAUSES} longest of {count:,} movements were weighed. " if count > MOST_CAUSES else ""
    alike = "alike" if genre.agreement >= _ALIKE else "differently here, so trust this list less"
    ranked = f" Leaving out and gradients rank the movements {alike} (rank correlation {genre.agreement:.2f})."
    return (
        "Numbers are log odds of the genre, mean over the clip, that are lost when the movement is left out; below 0 "
        f"they are won.{'' if np.isnan(genre.agreement) else ranked} Movements on whose direction the two ways differ "
        f"are not shown. {longest}Poses, where the model reads them too, are not explained."
    )


def scores_line(model: ModelInfo) -> str:
    """A model's scores in one line, and on what data."""
    if not model.scores:
        return "not evaluated"
    scores = ", ".join(f"{readable(name)} {value:.3g}" for name, value in sorted(model.scores.items()))
    return f"{model.scored_on}: {scores}" if model.scored_on else scores
