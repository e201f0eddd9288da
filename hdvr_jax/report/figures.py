"""The few figures at the top of the page."""

import numpy as np

from hdvr_jax.provenance import MEASURED, MISSING
from hdvr_jax.recognition.floor import Floor
from hdvr_jax.recognition.results import TrackResult
from hdvr_jax.report.words import movement_label, readable, share, title
from hdvr_jax.skeletons import get_skeleton


def figures(result: TrackResult, floor: Floor | None = None) -> list[dict[str, str]]:
    """Name, value and an explanation of each figure, in the order of the page."""
    made = [_genre(result), _movement(result), _floor(result), _camera(floor), _reprojection(result), _seen(result)]
    return [{"name": name, "value": value, "more": more} for name, value, more in filter(None, made)]


def _genre(result: TrackResult) -> tuple[str, str, str] | None:
    if result.genre is None:
        return None
    order = np.argsort(-result.genre.overall)
    told = [f"{title(result.genre.names[at])} {share(round(float(result.genre.overall[at]), 3))}" for at in order[:2]]
    return "Genre, whole clip", told[0], f"next: {told[1]}" if len(told) > 1 else ""


def _movement(result: TrackResult) -> tuple[str, str, str]:
    movements = result.movements
    if not movements.segments:
        return "Most of the time", "None", "no movement was recognised"
    frames = movements.active.sum(0)
    most = int(frames.argmax())
    seconds = frames[most] / result.given.fps
    return (
        "Most of the time",
        title(movement_label(movements.types[most])),
        f"{readable(movements.types[most].part)}, {seconds:.1f} s",
    )


def _floor(result: TrackResult) -> tuple[str, str, str]:
    """How much floor the hips use: width and depth, without the outermost hundredth of the frames."""
    points = result.poses.upright()
    across = points[:, get_skeleton(result.poses.skeleton).root][:, [0, 2]]
    across = across[np.isfinite(across).all(-1)]
    if not len(across):
        return "Floor covered", "unknown", "no pose in any frame"
    width, depth = np.percentile(across, 99, axis=0) - np.percentile(across, 1, axis=0)
    more = "width × depth of the hips' way" + (", depth estimated" if result.poses.lifted else "")
    return "Floor covered", f"{width:.1f} × {depth:.1f} m", more


def _camera(floor: Floor | None) -> tuple[str, str, str] | None:
    if floor is None:
        return None
    side = "down" if floor.tilt >= 0 else "up"
    return "Camera", f"{floor.camera_height:.2f} m", f"above the floor, looks {side} by {abs(floor.tilt):.1f}\u00b0"


def _reprojection(result: TrackResult) -> tuple[str, str, str] | None:
    poses = result.poses
    if poses.error_px is None or not np.isfinite(poses.error_px).any():
        return None
    pixels, body = np.nanmedian(poses.error_px), np.nanmedian(poses.error_body)
    return "Reprojection error", f"{pixels:.1f} px", f"median; {100 * body:.1f} % of body size"


def _seen(result: TrackResult) -> tuple[str, str, str]:
    given = result.given.provenance
    empty = int((given == MISSING).all(1).sum())
    more = f"{empty} of {len(given)} frames without any" if empty else "some joint in every frame"
    return "Joints seen", share(round(float((given == MEASURED).mean()), 3)), more
