"""Tracking from keypoints alone: who is who is told by place, velocity, pose and size."""

from collections.abc import Callable

import numpy as np
from jaxtyping import Int

from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.tracking import figures, pieces, tracks
from hdvr_jax.tracking.association import associate
from hdvr_jax.tracking.audit import audit
from hdvr_jax.tracking.identities import resolve
from hdvr_jax.tracking.joining import Seen, join
from hdvr_jax.tracking.merging import merged
from hdvr_jax.tracking.results import Tracking
from hdvr_jax.tracking.settings import Settings


def track_keypoints(detections: Detections, settings: Settings | None = None) -> Tracking:
    """Dancers through time from the people of every frame.

    The detector's own numbers (`detections.person`) count where they name one person of a frame at most; the order of
    people within a frame means nothing.

    Returns:
        Tracks (none where nobody was found), the intervals in which two may have been swapped, and notes.
    """
    return track(detections, settings or Settings())


def track(
    detections: Detections,
    settings: Settings,
    see: Callable[[figures.Figures, Int[np.ndarray, " N"]], Seen] | None = None,
) -> Tracking:
    """The same, given what says what a video shows of the pieces of track; None where there is no video."""
    found = figures.measure(detections, settings)
    parts, choices = associate(found, settings)
    seen = None if see is None else see(found, parts)
    joined, doubtful = join(found, parts, settings, seen)
    wardrobe = None if seen is None else seen.wardrobe
    choices = [*choices, *doubtful, *merged(found, parts, joined, settings)]
    joined, doubts = resolve(found, parts, joined, choices, wardrobe, settings)
    kept, notes = _shown(found, joined, settings)
    names = tracks.order(found, kept)
    notes = [*pieces.uncompared(parts), *notes]
    return Tracking(tracks.build(detections, found, kept, names), audit(doubts, names), tuple(notes))


def _shown(found: figures.Figures, joined: np.ndarray, settings: Settings) -> tuple[np.ndarray, list[str]]:
    """The dancers without noise and bystanders, and notes about those left out."""
    notes = []
    kept = pieces.without_ghosts(found, joined, settings)
    gone = np.unique(joined[kept != joined])
    if len(gone):
        notes.append(
            f"{len(gone)} short {'track' if len(gone) == 1 else 'tracks'} (under {settings.ghost_seconds:g} s, "
            f"{int((kept != joined).sum())} figures in all) left out as noise."
        )
    if found.crowd:
        notes.append(f"{found.crowd} figures left out: more than {settings.most_people} people in a frame.")
    if settings.bystanders:
        return kept, notes
    moving = pieces.without_bystanders(found, kept, settings)
    for name in np.unique(kept[kept != moving]):
        rows = kept == name
        place = ", ".join(f"{value:.4g}" for value in np.median(found.center[rows], axis=0))
        frames = f"{found.frame[rows][0]} to {found.frame[rows][-1]}"
        notes.append(
            f"Somebody at ({place}) in frames {frames} stands still and was left out (--bystanders keeps such people)."
        )
    return np.where(moving == NOBODY, NOBODY, kept), notes
