"""What a stream may come from: a camera, a video as if it came now, a pipe, or recorded keypoints."""

import contextlib
import dataclasses
import itertools
import pathlib
import sys
import time
from collections.abc import Iterable, Iterator
from typing import Any

import cv2
import numpy as np

from hdvr_jax import keypoints, recordings, tracking
from hdvr_jax.detection import landmarker
from hdvr_jax.detection.bundle import default_bundle
from hdvr_jax.detection.people import SKELETON, Find, Settings, found_next, shrunk
from hdvr_jax.errors import InputError
from hdvr_jax.opencv import quiet
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.streaming import sources
from hdvr_jax.streaming.camera import Clock, Shot, newest
from hdvr_jax.streaming.records import Frame, Recording, Stream
from hdvr_jax.tracking import live
from hdvr_jax.video import open_video

PIPE = "-"
_JOINTS = len(get_skeleton(SKELETON).joints)
_CAMERA, _FILE = "camera", "file"
_CAMERA_RATE, _MOST_DIGITS = 30.0, 3
_NOBODY_LEFT_OUT = (
    "Everybody who is seen is in the results, also who never moves: the past does not tell who will dance. A "
    "recognition of the whole clip leaves bystanders out."
)
_PIPED_LAYOUT = ' (the first line can name the joint set: {"fps": 30, "image_size": [1280, 720], "skeleton": "coco17"})'
_WHOLE_FILE = "Who is who in a file of keypoints was found from the whole of it; a stream would know its past alone."


def open_input(source: pathlib.Path, options: dict[str, Any], detector: pathlib.Path | None, **given: Any) -> Stream:
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
        # Nobody is left out of these streams, with or without the option.
        heeded = ("fps", "bystanders", "image_size" if kind == PIPE else "format")
        for name in (name for name, value in options.items() if value is not None and name not in heeded):
            way = _PIPED_LAYOUT if (kind, name) == (PIPE, "layout") else ""
            raise InputError(f"{source}: option {name} does not apply to a {'pipe' if kind == PIPE else kind}{way}")
    if kind == PIPE:
        recording, frames = sources.read_lines(sys.stdin, "standard input", fps=fps, image_size=size, **given)
        return Stream(recording, frames, live=True, notes=(_NOBODY_LEFT_OUT,))
    if kind == _CAMERA:
        return _filmed(int(str(source)), fps, detector, given)
    if kind == recordings.VIDEO:
        video = open_video(source, fps)
        shots = map(Shot, video)
        first = next(shots, None)
        return _watched(first, itertools.chain([first], shots), video.fps, detector, given)
    reading = keypoints.read(source, **options)
    recording, frames = sources.replay(reading.tracks, str(source), **given)
    # A file that says who is who was not tracked.
    tracked = () if reading.risks is None else (_WHOLE_FILE,)
    return Stream(recording, frames, notes=(*reading.notes, *tracked))


def check_there(source: pathlib.Path) -> None:
    """Raises InputError for a file that is not there; a pipe or a camera shows when it is opened."""
    if not (str(source) == PIPE or _is_camera(source)):
        keypoints.check_there(source)


def _is_camera(source: pathlib.Path) -> bool:
    return str(source).isdecimal() and len(str(source)) <= _MOST_DIGITS and not source.exists()


def _kind(source: pathlib.Path, format: str | None) -> str:
    if str(source) == PIPE:
        return PIPE
    if _is_camera(source):
        return _CAMERA
    return recordings.VIDEO if recordings.is_video(source, format) else _FILE


def _filmed(number: int, fps: float | None, detector: pathlib.Path | None, given: dict[str, Any]) -> Stream:
    """The pictures of a camera, the newest whenever the detector is ready for one."""
    with quiet():
        capture = cv2.VideoCapture(number)
    if not capture.isOpened():
        raise InputError(f"camera {number}: cannot be opened")
    rate = capture.get(cv2.CAP_PROP_FPS)
    shots = newest(capture, f"camera {number}")
    # The first picture tells the size only: it is old when models are ready for one.
    return _watched(next(shots, None), shots, fps or (rate if 1 <= rate <= 240 else _CAMERA_RATE), detector, given)


def _watched(
    first: Shot | None, shots: Iterator[Shot], fps: float, detector: pathlib.Path | None, given: dict[str, Any]
) -> Stream:
    landmarker.check_installed()
    file = detector or default_bundle(lambda text: print(text, file=sys.stderr))
    if first is None:
        raise InputError("the stream gives no picture")
    recording = Recording(fps, first.picture.shape[1::-1], SKELETON, **given)
    recording.check()
    frames = people_in(shots, landmarker.open_landmarker(file, Settings()), recording)
    return Stream(recording, frames, notes=(_NOBODY_LEFT_OUT,))


def people_in(
    shots: Iterable[Shot],
    finder: contextlib.AbstractContextManager[Find],
    recording: Recording,
    clock: Clock = time.perf_counter,
) -> Iterator[Frame]:
    """The people of each picture, by an id that is the same through time.

    Where pictures are left out, the whole of a picture is searched as often as before in pictures, less often in time.
    """
    settings, fps = Settings(), recording.fps
    # Who is out of sight for as long as models remember comes back as the same.
    state = live.Live(SKELETON, fps, tracking.Settings(memory_seconds=recording.forget_seconds))
    scale = shrunk(np.zeros((*recording.image_size[::-1], 3), np.uint8), settings.shorter_side)[1]
    every = max(1, round(settings.search_seconds * fps))
    trial, places, first = state, [], None
    for _ in range(2):  # what is loaded at its first use is loaded before the first picture
        trial, _ = live.step(trial, np.ones((1, _JOINTS, 2), np.float32), np.ones((1, _JOINTS), np.float32))
    with finder as find:
        for number, shot in enumerate(shots):
            begun = clock()
            first = first or shot
            frame = _frame(shot, first, begun)
            small = shrunk(shot.picture, settings.shorter_side)[0]
            found, places = found_next(small, find, places, settings, anew=number % every == 0)
            detected = clock()
            if frame.time is not None:
                state = dataclasses.replace(state, frame=max(state.frame, round(frame.time * fps)))
            found = found * np.array([scale, scale, 1], np.float32)
            confidence = np.clip(found[..., 2], 0, 1).astype(np.float32)
            state, ids = live.step(state, found[..., :2].astype(np.float32), confidence)
            people = {id: (person[:, :2], trust) for id, person, trust in zip(ids, found, confidence) if id is not None}
            took = {"detection": detected - begun, "tracking": clock() - detected}
            yield dataclasses.replace(frame, people=people, took=took)


def _frame(shot: Shot, first: Shot, now: float) -> Frame:
    """A frame without its people; `first` is the first picture that was looked at."""
    if shot.arrived is None:
        return Frame({}, arrived=now)
    # What came before the first picture was awaited, not skipped.
    return Frame({}, shot.arrived - first.arrived, shot.arrived, skipped=0 if shot is first else shot.skipped)
