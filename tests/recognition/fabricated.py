"""A made-up dancer and a made-up recognition of her, for tests of what comes after recognition."""

import dataclasses

import numpy as np

from hdvr_jax import cameras
from hdvr_jax.movements import MovementType
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.recognition import stages
from hdvr_jax.recognition.floor import Floor
from hdvr_jax.recognition.results import (
    CAMERA,
    Genre,
    ModelInfo,
    Movements,
    Poses,
    Reason,
    Recognition,
    TrackResult,
    segments,
)
from hdvr_jax.skeletons import BODY_PARTS
from hdvr_jax.tracking.results import Risk

FPS = 30.0
CAMERA_USED = cameras.Perspective(np.float32([900, 900]), np.float32([640, 360]))
# Metres from the hips, x right, y up, z towards the viewer, in the order of h36m17; facing the viewer.
STANDING = np.float32(
    [
        *([0, 0, 0], [-0.12, 0, 0], [-0.12, -0.42, 0.02], [-0.12, -0.82, 0]),
        *([0.12, 0, 0], [0.12, -0.42, 0.02], [0.12, -0.82, 0]),
        *([0, 0.25, 0], [0, 0.5, 0], [0, 0.58, 0.1], [0, 0.72, 0]),
        *([0.18, 0.5, 0], [0.32, 0.25, 0], [0.36, 0, 0.05], [-0.18, 0.5, 0], [-0.32, 0.25, 0], [-0.36, 0, 0.05]),
    ]
)


def swaying(frames: int = 90) -> np.ndarray:
    """(T, 17, 3) metres in the camera frame: turning, bending and walking, 4 m in front of the camera."""
    time = np.arange(frames) / FPS
    turned = np.repeat(STANDING[None], frames, 0)
    angle = 0.7 * np.sin(2 * time)
    x, z = turned[..., 0].copy(), turned[..., 2].copy()
    turned[..., 0] = x * np.cos(angle)[:, None] + z * np.sin(angle)[:, None]
    turned[..., 2] = z * np.cos(angle)[:, None] - x * np.sin(angle)[:, None]
    turned[:, 12:14, 1] += 0.3 * np.sin(3 * time)[:, None] ** 2
    root = np.stack([0.5 * np.sin(time), 0.1 * np.cos(4 * time), -4 + 0.3 * np.cos(time)], -1)
    return ((turned + root[:, None]) * [1, -1, -1]).astype(np.float32)


def project(points: np.ndarray) -> np.ndarray:
    """Pixels of camera-frame points by CAMERA_USED."""
    return (CAMERA_USED.focal * points[..., :2] / points[..., 2:] + CAMERA_USED.center).astype(np.float32)


def seen(points: np.ndarray, id: str = "1") -> PoseTrack:
    """The 2D track of camera-frame points, with a short and a long gap where there are frames enough."""
    keypoints = project(points)
    keypoints[20:24, 13] = np.nan
    keypoints[30:75, 3] = np.nan
    return PoseTrack.from_points(keypoints, "h36m17", FPS, image_size=(1280, 720), id=id)


def _type(part: str, kind: str) -> MovementType:
    name = f"{part} {kind}".replace("_", " ").capitalize()
    return MovementType(f"{part}_{kind}", name, part, "spatial", f"A {kind}.", 0.1, ())


def movements(frames: int) -> Movements:
    """Two types for each part, some of them active at the same time."""
    types = tuple(_type(part, kind) for part in BODY_PARTS for kind in ("flexion", "circle"))
    phase = np.arange(frames)[:, None] + 7 * np.arange(len(types))
    active = phase % 40 < 25
    probabilities = np.where(active, 0.9, 0.1).astype(np.float32)
    return Movements(types, probabilities, active, segments(active, probabilities), "model")


def track_result(id: str = "1", frames: int = 90) -> TrackResult:
    """Everything about one dancer."""
    points = swaying(frames)
    given = seen(points, id)
    poses = Poses(
        "h36m17", points, CAMERA, project(points), np.full(frames, 2.5, np.float32), np.full(frames, 0.01, np.float32)
    )
    share = np.linspace(0.2, 0.8, frames, dtype=np.float32)
    running = np.stack([share, 1 - share], -1)
    danced = movements(frames)
    genre = Genre(("Tango", "Waltz"), running, running[-1], *reasons(danced))
    return TrackResult(given, given.fill_gaps(0.3), poses, danced, genre, ("The camera is assumed.",))


def reasons(danced: Movements) -> tuple[tuple[Reason, ...], float]:
    """Some of the movements, the first of them for a genre, the next against it, and so on; and how far both ways
    agree."""
    weights = (0.8, -0.5, 0.3, 0.1)
    told = danced.segments[-len(weights) :]
    found = (Reason(s.movement, s.start, s.end, weight, weight / 2) for s, weight in zip(told, weights))
    return tuple(found), 0.9


def three_dimensional(result: TrackResult) -> PoseTrack:
    """A dancer's poses as a 3D input: metres, y up."""
    return PoseTrack.from_points(result.poses.upright(), result.poses.skeleton, FPS)


def recognition(source: str = "clip.json", dancers: int = 2) -> Recognition:
    """A recognition of some dancers."""
    models = (ModelInfo("lifter", "made_up", 10, {"mpjpe_mm": 50.0}), ModelInfo("movements", "also_made_up"))
    tracks = tuple(track_result(str(number + 1)) for number in range(dancers))
    risks = (Risk(40, 52, 47, ("1", "2"), 0.62),) if dancers > 1 else None
    notes = ("30 frames per second.",)
    return Recognition(source, "keypoints of h36m17", tracks, models, notes, {"read": 0.1}, risks=risks)


def on_floor(result: Recognition) -> Recognition:
    """The same with a floor under it, 1 m below a camera that looks down a little."""
    tilt = np.deg2rad(10)
    floor = Floor(np.array([0, -np.cos(tilt), -np.sin(tilt)]), 1.0, 0.01, 12.0, (0.9, 0.8))
    tracks = (dataclasses.replace(track, poses=stages.on_floor(track.poses, floor)) for track in result.tracks)
    return dataclasses.replace(result, tracks=tuple(tracks), floor=floor)
