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
        source = figures.source[rows]
        points[figures.frame[rows]] = detections.keypoints[source]
        confidence[figures.frame[rows]] = np.nan_to_num(detections.confidence[source])
        points[confidence <= 0] = np.nan
        given = {"confidence": confidence, "image_size": detections.image_size, "id": name}
        tracks.append(PoseTrack.from_points(points, detections.skeleton, detections.fps, **given))
    return tracks
