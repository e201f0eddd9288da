"""Made-up people as detectors find them, and their files in the layouts of many tools."""

import json
import pathlib
from collections.abc import Iterable

import numpy as np

from hdvr_jax.skeletons import get_mapping

# A standing person on COCO's joints, metres from the feet up.
_STANDING = """0 1.6  .03 1.64  -.03 1.64  .08 1.62  -.08 1.62  .18 1.4  -.18 1.4  .25 1.1  -.25 1.1  .28 .85  -.28 .85
.1 .9  -.1 .9  .12 .5  -.12 .5  .12 .08  -.12 .08"""
STANDING = np.array(_STANDING.split(), float).reshape(17, 2)
PIXELS = 200.0


def dancers(people: int = 2, frames: int = 30, skeleton: str = "coco17") -> np.ndarray:
    """(people, frames, J, 2) pixels: everybody sways and lifts the arms, 300 pixels apart, in 1280 x 720."""
    time = np.arange(frames) / 30
    swing = np.sin(2 * np.pi * time)[:, None]
    points = np.repeat(STANDING[None], frames, 0)
    points[:, :, 0] += 0.1 * swing * STANDING[:, 1]
    points[:, [9, 10], 1] += 0.3 * (1 + swing)
    image = np.stack([150 + PIXELS * points[..., 0], 650 - PIXELS * points[..., 1]], -1)
    standing = np.stack([image + np.array([300, 5]) * number for number in range(people)])
    if skeleton == "coco17":
        return standing
    mapped = get_mapping("coco17", skeleton).apply(standing)
    # Feet, which COCO lacks, beside the ankles.
    feet = np.isnan(mapped).any(-1)
    ankle = standing[:, :, 15, None]
    return np.where(feet[..., None], ankle + np.array([12.0, 14.0]), mapped)


def flat(points: np.ndarray, confidence: float = 0.9) -> list[float]:
    """x, y, c of every joint; 0, 0, 0 where a joint is missing."""
    seen = np.isfinite(points).all(-1)
    filled = np.concatenate([points, np.full((len(points), 1), confidence)], -1)
    return np.where(seen[:, None], filled, 0).round(3).ravel().tolist()


def dump(path: pathlib.Path, content: object) -> pathlib.Path:
    """Writes JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
    return path


def openpose_frame(people: Iterable[np.ndarray], field: str = "people", pose: str = "pose_keypoints_2d") -> dict:
    """One frame as OpenPose writes it."""
    return {
        "version": 1.3,
        field: [{"person_id": [-1], pose: flat(points), "face_keypoints_2d": []} for points in people],
    }


def openpose(folder: pathlib.Path, points: np.ndarray, first: int = 0) -> pathlib.Path:
    """A folder of OpenPose's JSON; the order of people alternates from frame to frame."""
    for frame in range(points.shape[1]):
        people = points[:: -1 if frame % 2 else 1, frame]
        dump(folder / f"clip_{frame + first:012d}_keypoints.json", openpose_frame(people))
    return folder


def alphapose(path: pathlib.Path, points: np.ndarray, **fields: object) -> pathlib.Path:
    """AlphaPose's list, with `fields` in every entry; a callable is given the person and the frame."""
    entries = [
        {
            "image_id": f"{frame}.jpg",
            "category_id": 1,
            "keypoints": flat(points[person, frame]),
            "score": 2.9,
            **{name: value(person, frame) if callable(value) else value for name, value in fields.items()},
        }
        for frame in range(points.shape[1])
        for person in range(len(points))
    ]
    return dump(path, entries)


def mmpose_instances(points: np.ndarray) -> list[dict]:
    """The instances of one frame, (people, J, 2)."""
    return [
        {
            "keypoints": person.round(3).tolist(),
            "keypoint_scores": [0.8] * len(person),
            "bbox": [[0.0, 0.0, 9.0, 9.0]],
            "bbox_score": 0.9,
        }
        for person in points
    ]


def mediapipe_person(points: np.ndarray, size: tuple[int, int] = (1280, 720)) -> list[dict]:
    """33 landmarks, shares of the image."""
    shares = points / size
    return [{"x": float(x), "y": float(y), "z": -0.1, "visibility": 0.7} for x, y in shares]


def ultralytics_frame(points: np.ndarray, *, tracked: bool = False) -> list[dict]:
    """One frame's objects, (people, J, 2)."""
    return [
        {
            "name": "person",
            "class": 0,
            "confidence": 0.9,
            "box": {"x1": 0.0, "y1": 0.0, "x2": 9.0, "y2": 9.0},
            **({"track_id": number + 1} if tracked else {}),
            "keypoints": {"x": person[:, 0].tolist(), "y": person[:, 1].tolist(), "visible": [0.9] * len(person)},
        }
        for number, person in enumerate(points)
    ]


def ultralytics_line(points: np.ndarray, size: tuple[int, int], *rest: float) -> str:
    """A line of a label: class, box, joints as shares, and what follows."""
    shares = np.concatenate([points / size, np.full((len(points), 1), 0.9)], -1)
    return " ".join(f"{value:g}" for value in [0, 0.5, 0.5, 0.2, 0.6, *shares.ravel(), *rest])


def detectron(path: pathlib.Path, points: np.ndarray, empty: tuple[int, ...] = ()) -> pathlib.Path:
    """What infer_video_d2.py writes, with nobody in the frames `empty`."""
    count = points.shape[1]
    boxes, keypoints = np.empty((2, count, 2), object)
    for frame in range(count):
        people = np.zeros((len(points), 4, 17), np.float32)
        people[:, :2] = points[:, frame].transpose(0, 2, 1)
        people[:, 3] = 0.6
        boxes[frame, 0], keypoints[frame, 0] = [], []
        boxes[frame, 1] = [] if frame in empty else np.ones((len(points), 5), np.float32)
        keypoints[frame, 1] = [] if frame in empty else people
    np.savez_compressed(path, boxes=boxes, segments=None, keypoints=keypoints, metadata={"w": 1280, "h": 720})
    return path
