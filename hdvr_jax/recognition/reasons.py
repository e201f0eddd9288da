"""Why this genre: the movements that moved it, as far as two ways of weighing them agree."""

import dataclasses
from typing import Any

from hdvr_jax import attribution
from hdvr_jax.recognition.models import Reader
from hdvr_jax.recognition.results import Genre, Movements, Reason
from hdvr_jax.recognition.stages import finite

LONGEST_SECONDS = 300.0  # of a recording; each movement costs a run of the model over all of it
MOST_CAUSES = 200  # the longest
_MOST = 12
_LEAST = 0.01  # log odds; a hundredth moves a probability by a quarter of a percent at most

TOO_LONG = (
    f"What spoke for a genre was not weighed: that is done for recordings of up to {LONGEST_SECONDS / 60:.0f} minutes."
)


def weighable(reader: Reader, movements: Movements, fps: float) -> bool:
    """Whether the model can say what moved it, and the recording is short enough."""
    return reader.explain is not None and len(movements.active) <= LONGEST_SECONDS * fps


def with_reasons(genre: Genre, reader: Reader, clip: Any, movements: Movements) -> Genre:
    """The genre with its reasons.

    Args:
        genre: From `stages.genre`.
        reader: The genre model; its `explain` is not None.
        clip: What `genre` was told of.
        movements: Of the dancer; every segment is a possible reason.
    """
    chosen = sorted(movements.segments, key=lambda segment: segment.start - segment.end)[:MOST_CAUSES]
    if not chosen:
        return genre
    causes = [(segment.movement, segment.start, segment.end) for segment in chosen]
    found = reader.explain({**clip, "movements": movements.probabilities}, causes, genre.best)
    weights = finite(found, "genre model")
    reasons = [Reason(*cause, float(out), float(along)) for cause, out, along in zip(causes, *weights, strict=True)]
    agreed = [one for one in reasons if one.occlusion * one.gradient > 0 and abs(one.occlusion) >= _LEAST]
    agreed = sorted(agreed, key=lambda one: (-abs(one.occlusion), one.start))[:_MOST]
    return dataclasses.replace(genre, reasons=tuple(agreed), agreement=attribution.agreement(weights))
