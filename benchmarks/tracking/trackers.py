"""The trackers of the table, each on the same detections and pictures of a scene."""

import dataclasses
import functools
import importlib
import pathlib
import tempfile
import time
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from benchmarks.tracking import audit, boxes, drawing, rivals, scores
from benchmarks.tracking.scenes import Scene
from benchmarks.tracking.sightings import Sightings, sight
from hdvr_jax.detections import Detections
from hdvr_jax.provenance import INTERPOLATED
from hdvr_jax.tracking.results import Tracking

Counts = dict[str, float]


@dataclasses.dataclass(frozen=True)
class Work:
    """A scene made ready: a video of it, where one is needed, what is detected and where the dancers are."""

    scene: Scene
    video: pathlib.Path
    sightings: Sightings
    true: Float[np.ndarray, "D T 17 2"]

    def pictures(self) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
        """The frames of the video."""
        capture = cv2.VideoCapture(str(self.video))
        while (read := capture.read())[0]:
            yield read[1]
        capture.release()


class _Watch:
    """Pictures, and the seconds of CPU time that it took to read them."""

    def __init__(self, pictures: Iterator[np.ndarray]):
        self._pictures, self.seconds = pictures, 0.0

    def __iter__(self) -> Iterator[np.ndarray]:
        return self

    def __next__(self) -> np.ndarray:
        begin = time.process_time()
        try:
            return next(self._pictures)
        finally:
            self.seconds += time.process_time() - begin


def film(scene: Scene, video: pathlib.Path) -> None:
    """Draws a scene into a video file (motion JPEG)."""
    writer = cv2.VideoWriter(str(video), cv2.VideoWriter_fourcc(*"MJPG"), scene.fps, scene.view.image_size)
    for picture in drawing.draw(scene):
        writer.write(picture)
    writer.release()


def run(scene: Scene, names: list[str], contrib: pathlib.Path | None) -> dict[str, Counts]:
    """Counts of every tracker on a scene; without `contrib`, CSRT is left out."""
    with tempfile.TemporaryDirectory() as folder:
        work = Work(scene, pathlib.Path(folder) / f"{scene.name}.avi", sight(scene), scene.seen()[0])
        if set(names) & {"csrt", "video", "always"}:
            film(scene, work.video)
        rows = {}
        for name in names:
            if name == "csrt":
                rows |= {name: _csrt(work, contrib)} if contrib else {}
            elif name == "truth":
                rows[name] = _rival(work, lambda _: true_tracks(work.sightings))
            elif name in RIVALS:
                rows[name] = _rival(work, RIVALS[name])
            else:
                rows[name] = _ours(work, OURS[name](work))
        return rows


def track_boxes(tracking: Tracking, frames: int) -> Float[np.ndarray, "K T 4"]:
    """The boxes of tracks."""
    found = np.full((len(tracking.tracks), frames, 4), np.nan)
    for number, track in enumerate(tracking.tracks):
        sure = np.where(track.provenance == INTERPOLATED, 1.0, track.confidence)
        found[number] = boxes.around(track.keypoints, sure)
    return found


def true_tracks(sightings: Sightings) -> Float[np.ndarray, "D T 4"]:
    """What a tracker that knew who is who would make of the detections: the best that there is to reach."""
    found = sightings.detections
    tracks = np.full((*sightings.visible.shape, 4), np.nan)
    tracks[sightings.dancer, found.frame] = boxes.around(found.keypoints, found.confidence)
    return tracks


def _rival(work: Work, track: Callable[[Detections], np.ndarray]) -> Counts:
    begin = time.process_time()
    found = track(work.sightings.detections)
    return _counts(work, found, time.process_time() - begin)


def _csrt(work: Work, contrib: pathlib.Path) -> Counts:
    found, seconds = rivals.csrt(work.video, boxes.around(work.true[:, 0]), contrib)
    return _counts(work, found, seconds)


def _ours(work: Work, timed: tuple[Tracking, float]) -> Counts:
    tracking, seconds = timed
    counts = _counts(work, track_boxes(tracking, work.scene.frames), seconds)
    return counts | audit.count(tracking, work.true, work.scene.fps)


def _counts(work: Work, found: np.ndarray, seconds: float) -> Counts:
    counts = scores.count(boxes.around(work.true), found, work.scene.fps)
    return counts | {"seconds": seconds, "frames": float(work.scene.frames)}


def _from_keypoints(work: Work) -> tuple[Tracking, float]:
    tracking = importlib.import_module("hdvr_jax.tracking")
    begin = time.process_time()
    found = tracking.track_keypoints(work.sightings.detections)
    return found, time.process_time() - begin


def _from_video(work: Work, **settings: object) -> tuple[Tracking, float]:
    """The time to read the pictures does not count."""
    tracking = importlib.import_module("hdvr_jax.tracking")
    watch = _Watch(work.pictures())
    begin = time.process_time()
    found = tracking.track_video(work.sightings.detections, watch, tracking.Settings(**settings))
    return found, time.process_time() - begin - watch.seconds


RIVALS: dict[str, Callable[[Detections], np.ndarray]] = {
    "iou": lambda detections: rivals.by_overlap(detections, moving=False),
    "sort": lambda detections: rivals.by_overlap(detections, moving=True),
}
OURS: dict[str, Callable[[Work], tuple[Tracking, float]]] = {
    "keypoints": _from_keypoints,
    "video": _from_video,
    "always": functools.partial(_from_video, follow_always=True),
}
TITLES = {
    "iou": "IoU + Hungarian",
    "sort": "the same with constant velocity",
    "csrt": "CSRT",
    "keypoints": "ours, from keypoints",
    "video": "ours, from video",
    "always": "the same, LDES in every frame",
    "truth": "the detections, rightly named",
}
