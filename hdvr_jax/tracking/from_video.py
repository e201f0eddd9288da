"""Tracking from detections and the video they were made from (HDVR, section 2.1)."""

from collections.abc import Iterator

import numpy as np
from jaxtyping import UInt8

from hdvr_jax.detections import Detections
from hdvr_jax.tracking import figures, pieces, tracks
from hdvr_jax.tracking.association import associate
from hdvr_jax.tracking.audit import audit
from hdvr_jax.tracking.from_keypoints import shown
from hdvr_jax.tracking.identities import resolve
from hdvr_jax.tracking.results import Tracking
from hdvr_jax.tracking.settings import Settings
from hdvr_jax.tracking.wardrobe import gather


def track_video(
    detections: Detections, frames: Iterator[UInt8[np.ndarray, "H W 3"]], settings: Settings | None = None
) -> Tracking:
    """Dancers through time from the people of every frame and the frames themselves.

    Args:
        detections: In pixels of the frames.
        frames: BGR images, one per frame of the detections; read once, none is kept.
    Returns:
        Tracks (none where nobody was found), the intervals in which two may have been swapped, and notes.
    """
    settings = settings or Settings()
    found = figures.measure(detections, settings)
    parts, choices = associate(found, settings)
    worn = gather(found, parts, frames, detections.skeleton)
    joined, doubtful = pieces.join(found, parts, worn, settings)
    joined, doubts = resolve(found, parts, joined, [*choices, *doubtful], worn, settings)
    kept, notes = shown(found, joined, settings)
    names = tracks.order(found, kept)
    return Tracking(tracks.build(detections, found, kept, names), audit(doubts, names), tuple(notes))
