"""The few figures at the top of the page."""

import numpy as np

from hdvr_jax.provenance import MEASURED, MISSING
from hdvr_jax.recognition.results import TrackResult
from hdvr_jax.report.words import movement_label, readable, share
from hdvr_jax.skeletons import get_skeleton


def figures(result: TrackResult) -> list[dict[str, str]]:
    """Name, value and an explanation of each figure, in the order of the page."""
    made = [_genre(result), _movement(result), _travel(result), _reprojection(result), _seen(result)]
    return [{"name": name, "value": value, "more": more} for name, value, more in filter(None, made)]


def _genre(result: TrackResult) -> tuple[str, str, str] | None:
    if result.genre is None:
        return None
    order = np.argsort(-result.genre.overall)
    best, second = (result.genre.names[index] for index in order[:2]) if len(order) > 1 else (result.genre.names[0], "")
    then = f"next: {second} {share(round(float(result.genre.overall[order[1]]), 3))}" if second else ""
    return "Genre, whole clip", f"{best} {share(round(float(result.genre.overall[order[0]]), 3))}", then


def _movement(result: TrackResult) -> tuple[str, str, str]:
    movements = result.movements
    if not movements.segments:
        return "Most of the time", "None", "no movement was recognised"
    frames = movements.active.sum(0)
    most = int(frames.argmax())
    seconds = frames[most] / result.given.fps
    return (
        "Most of the time",
        movement_label(movements.types[most]).capitalize(),
        f"{readable(movements.types[most].part)}, {seconds:.1f} s",
    )


def _travel(result: TrackResult) -> tuple[str, str, str]:
    points = result.poses.upright()
    root = get_skeleton(result.poses.skeleton).root
    floor = points[:, root][:, [0, 2]]
    floor = floor[np.isfinite(floor).all(-1)]
    # Positions a quarter of a second apart: frame-to-frame noise would add up to metres.
    steps = floor[:: max(1, round(result.given.fps / 4))]
    length = float(np.linalg.norm(np.diff(steps, axis=0), axis=-1).sum()) if len(steps) > 1 else 0.0
    extent = np.ptp(floor, axis=0) if len(floor) else np.zeros(2)
    return "Way over the floor", f"{length:.1f} m", f"within {extent[0]:.1f} × {extent[1]:.1f} m"


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
