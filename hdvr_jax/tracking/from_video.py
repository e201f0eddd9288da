"""Tracking from detections and the video they were made from, in the three stages of HDVR (section 2.1).

1. Apart: figures continue pieces of track by motion, and the colours of every dancer are gathered.
2. Overlap: boxes meet and the detector loses a dancer. LDES follows from the last clear frame until it fails too.
3. Apart again: a piece that begins is joined to the dancer whose predicted place, LDES place and colours fit best, all
   pieces at once. Then every encounter is decided once more from the colours before and after it: the recording is
   known to its end, so later frames may speak for earlier ones.
"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Int, UInt8

from hdvr_jax.detections import Detections
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.from_keypoints import track
from hdvr_jax.tracking.joining import Seen
from hdvr_jax.tracking.pursuit import Pursuit
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

    def see(found: Figures, parts: Int[np.ndarray, " N"]) -> Seen:
        pursuit = Pursuit(found, parts, settings)
        worn = gather(found, parts, pursuit.watch(frames), detections.skeleton)
        return Seen(worn, pursuit.trails)

    return track(detections, settings, see)
