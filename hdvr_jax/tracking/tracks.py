"""From pieces to the tracks that are returned."""

import numpy as np
from jaxtyping import Int

from hdvr_jax.detections import Detections
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.pieces import rows_of


def order(figures: Figures, pieces: Int[np.ndarray, " N"]) -> dict[int, str]:
    """Ids of the pieces: the most present is "1"; of equally present ones the first, then the larger."""
    found = rows_of(pieces)
    size = {name: float(figures.size[rows].sum()) for name, rows in found.items()}
    ranked = sorted(found, key=lambda name: (-len(found[name]), int(figures.frame[found[name][0]]), -size[name]))
    return {name: str(rank + 1) for rank, name in enumerate(ranked)}


def build(
    detections: Detections, figures: Figures, pieces: Int[np.ndarray, " N"], names: dict[int, str]
) -> list[PoseTrack]:
    """The tracks, in the order of their ids, on the recording's time line."""
    found = rows_of(pieces)
    tracks = []
    for piece, name in sorted(names.items(), key=lambda item: int(item[1])):
        rows = found[piece]
        points = np.full((figures.frames, *figures.points.shape[1:]), np.nan, np.float32)
        confidence = np.zeros(points.shape[:2], np.float32)
        # Somebody found in two halves has two figures in a frame: the fuller one comes last.
        for row in rows[np.argsort(figures.weight[rows].sum(1), kind="stable")]:
            seen, frame, source = figures.weight[row] > 0, figures.frame[row], figures.source[row]
            points[frame, seen] = detections.keypoints[source, seen]
            confidence[frame, seen] = detections.confidence[source, seen]
        given = {"confidence": confidence, "image_size": detections.image_size, "id": name}
        tracks.append(PoseTrack.from_points(points, detections.skeleton, detections.fps, **given))
    return tracks
