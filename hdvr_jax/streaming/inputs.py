"""What a stream may come from: a camera, a video as if it came now, a pipe, or recorded keypoints."""

import contextlib
import pathlib
import sys
from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import numpy as np
from jaxtyping import UInt8

from hdvr_jax import keypoints, recordings, tracking
from hdvr_jax.detection import landmarker
from hdvr_jax.detection.bundle import default_bundle
from hdvr_jax.detection.people import SKELETON, Find, Settings, found_in, shrunk
from hdvr_jax.errors import InputError
from hdvr_jax.streaming import sources
from hdvr_jax.streaming.records import Recording
from hdvr_jax.streaming.session import People
from hdvr_jax.tracking import live
from hdvr_jax.video import open_video

PIPE = "-"
_CAMERA, _FILE = "camera", "file"
_CAMERA_RATE, _MOST_DIGITS = 30.0, 3
Picture = UInt8[np.ndarray, "H W 3"]


def open_input(
    source: pathlib.Path, options: dict[str, Any], detector: pathlib.Path | None, **given: Any
) -> tuple[Recording, Iterator[People]]:
    """What is told of a stream, and its frames, read as they are asked for.

    Args:
        source: "-" for JSON lines on standard input, the number of a camera, a video, or what `keypoints.read` takes.
        options: Of `keypoints.read`; None where the user said nothing.
        detector: Weights for videos and cameras; None takes the usual ones.
        given: Fields of `Recording`.
    Raises:
        InputError: as `sources`, `keypoints.read`, `open_video` and the detector; a camera that gives no picture.
    """
    fps, size = options.get("fps"), options.get("image_size")
    kind = _kind(source, options.get("format"))
    if kind != _FILE:
        heeded = ("fps", "image_size") if kind == PIPE else ("fps", "format")
        for name in (name for name, value in options.items() if value is not None and name not in heeded):
            raise InputError(f"{source}: option {name} does not apply to a {'pipe' if kind == PIPE else kind}")
    if kind == PIPE:
        return sources.read_lines(sys.stdin, "standard input", fps=fps, image_size=size, **given)
    if kind == _CAMERA:
        pictures, rate = _camera(int(str(source)))
        return _watched(pictures, fps or rate, detector, given)
    if kind == recordings.VIDEO:
        video = open_video(source, fps)
        return _watched(iter(video), video.fps, detector, given)
    return sources.replay(keypoints.read(source, **options).tracks, str(source), **given)


def _kind(source: pathlib.Path, format: str | None) -> str:
    if str(source) == PIPE:
        return PIPE
    if str(source).isdecimal() and len(str(source)) <= _MOST_DIGITS and not source.exists():
        return _CAMERA
    return recordings.VIDEO if recordings.is_video(source, format) else _FILE


def _watched(
    pictures: Iterator[Picture], fps: float, detector: pathlib.Path | None, given: dict[str, Any]
) -> tuple[Recording, Iterator[People]]:
    landmarker.check_installed()
    file = detector or default_bundle(lambda text: print(text, file=sys.stderr))
    first = next(pictures, None)
    if first is None:
        raise InputError("the stream gives no picture")
    recording = Recording(fps, first.shape[1::-1], SKELETON, **given)
    recording.check()
    return recording, people_in(_joined(first, pictures), landmarker.open_landmarker(file, Settings()), recording)


def people_in(
    pictures: Iterable[Picture], finder: contextlib.AbstractContextManager[Find], recording: Recording
) -> Iterator[People]:
    """The people of each picture, BGR, by an id that is the same through time."""
    settings, fps = Settings(), recording.fps
    # Who is out of sight for as long as models remember comes back as the same.
    following = tracking.Settings(memory_seconds=recording.forget_seconds)
    state = live.Live(SKELETON, fps, following)
    scale = shrunk(np.zeros((*recording.image_size[::-1], 3), np.uint8), settings.shorter_side)[1]
    small = (shrunk(picture, settings.shorter_side)[0] for picture in pictures)
    with finder as find:
        for found in found_in(small, find, settings, max(1, round(settings.search_seconds * fps))):
            found = found * np.array([scale, scale, 1], np.float32)
            confidence = np.clip(found[..., 2], 0, 1).astype(np.float32)
            state, ids = live.step(state, found[..., :2].astype(np.float32), confidence)
            yield {id: (person[:, :2], trust) for id, person, trust in zip(ids, found, confidence) if id is not None}


def _camera(number: int) -> tuple[Iterator[Picture], float]:
    """Pictures of a camera, and how many it gives a second."""
    capture = cv2.VideoCapture(number)
    if not capture.isOpened():
        raise InputError(f"camera {number}: cannot be opened")
    rate = capture.get(cv2.CAP_PROP_FPS)
    return _pictures(capture), rate if 1 <= rate <= 240 else _CAMERA_RATE


def _pictures(capture: cv2.VideoCapture) -> Iterator[Picture]:
    try:
        while (read := capture.read())[0]:
            yield read[1]
    finally:
        capture.release()


def _joined(first: Picture, others: Iterator[Picture]) -> Iterator[Picture]:
    yield first
    yield from others
