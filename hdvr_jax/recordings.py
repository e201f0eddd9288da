"""A recording, from a video or from a file of keypoints or motion, to dancers through time."""

import contextlib
import dataclasses
import importlib
import os
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from jaxtyping import UInt8

from hdvr_jax import keypoints
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import people
from hdvr_jax.keypoints.reading import Found, Reading
from hdvr_jax.meter import Meter
from hdvr_jax.video import Video, open_video
from hdvr_jax.video import is_video as is_film

VIDEO = "video"
_NO_VIDEO = (".json", ".npz", ".pkl", ".bvh", ".txt", ".csv")
Picture = UInt8[np.ndarray, "H W 3"]
Watch = Callable[[str], contextlib.AbstractContextManager]


@dataclasses.dataclass(frozen=True)
class Recording:
    """What was read.

    Attributes:
        reading: The dancers.
        video: Of the same recording; None where there is none.
        first: Frame of the video that is the first of the tracks.
    """

    reading: Reading
    video: Video | None = None
    first: int = 0

    def frames(self) -> Iterator[Picture] | None:
        """The video's pictures, BGR, one for each frame of the tracks."""
        return None if self.video is None else self.video.frames_from(self.first)


def is_video(path: pathlib.Path, format: str | None) -> bool:
    """Whether a path is to be read as a video: because its format is said to be that, or by what it is."""
    if format is not None:
        return format == VIDEO
    # Damaged files of these kinds could pass for a film by their first bytes.
    return path.suffix.lower() not in _NO_VIDEO and is_film(path)


def read(
    path: str | os.PathLike,
    watch: Watch,
    *,
    video: str | os.PathLike | None = None,
    detector: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    **options: Any,
) -> Recording:
    """Reads a recording. In a video people are found and followed first.

    Args:
        path: A video, or what `keypoints.read` takes.
        watch: Called with the name of each stage; the stage runs inside what it returns.
        video: The video that a detector's file was made of. Its dancers are then told apart by what they wear too.
        detector: Weights of the detector; None takes the usual ones.
        cache: Folder for finished parts of a detection.
        options: Of `keypoints.read`; of these a video takes fps and format.
    Raises:
        InputError: as `keypoints.read`, `video.open_video` and `detection.detect`; an option that does not apply.
    """
    path, format = pathlib.Path(path), options.get("format")
    if is_video(path, format):
        given = [name for name, value in options.items() if value is not None and name not in ("fps", "format")]
        for name in [*given, *(["video"] if video else [])]:
            raise InputError(f"{path}: option {name} does not apply to a video")
        return _from_video(path, watch, options.get("fps"), detector, cache)
    with watch("read"):
        reading = keypoints.read(path, **options)
        if video is None:
            return Recording(reading)
        film = open_video(video)
        if reading.found is None:
            return Recording(reading, film)
        reading = _with_film(path, reading.found.people.image_size, film, options)
    return _followed(reading.found, film, path, watch)


def _with_film(path: pathlib.Path, size: tuple[int, int] | None, film: Video, options: dict[str, Any]) -> Reading:
    """What is read with the rate and size of a video: files of detectors hardly ever say them."""
    given = {name: value for name, value in options.items() if value is not None}
    if "image_size" not in given and size not in (None, people.IMAGE_SIZE, film.image_size):
        there, here = (" x ".join(map(str, found)) for found in (size, film.image_size))
        raise InputError(f"{path}: was made of images of {there} pixels, and {film.path} has {here}; expected the same")
    return keypoints.read(path, **{"fps": film.fps, "image_size": film.image_size, **given})


def _from_video(
    path: pathlib.Path,
    watch: Watch,
    fps: float | None,
    detector: str | os.PathLike | None,
    cache: str | os.PathLike | None,
) -> Recording:
    film, notes = open_video(path, fps), []
    with watch("detect"):
        detection = importlib.import_module("hdvr_jax.detection")
        found = detection.detect(path, notes, fps=fps, bundle=detector, cache=cache)
    return _followed(Found(found, tuple(notes)), film, path, watch)


def _followed(found: Found, film: Video, path: pathlib.Path, watch: Watch) -> Recording:
    # Detectors count frames from 0 or 1; a file that begins later leaves out the beginning of its video.
    first = found.people.first if found.people.first > 1 else 0
    notes = [f"The keypoints begin at frame {first} of {film.path.name}."] if first else []
    if film.frames is not None and film.frames < first + found.people.frames:
        notes.append(f"{film.path.name} has {film.frames} frames, fewer than the keypoints are of.")
    with watch("track"):
        # Imported where it is needed: it brings scipy, a part of a second of every start.
        track = importlib.import_module("hdvr_jax.tracking").track_video
        tracking = track(found.people, _told(film.frames_from(first), found.people.frames))
    reading = people.followed(found, tracking, path)
    notes += [note for note in film.notes if note not in reading.notes]
    return Recording(dataclasses.replace(reading, notes=[*reading.notes, *notes]), film, first)


def _told(frames: Iterator[Picture], count: int) -> Iterator[Picture]:
    """The frames, with a line on the console from time to time."""
    meter = Meter(sys.stderr, count, what="tracking")
    meter.start(0)
    for number, frame in enumerate(frames, 1):
        yield frame
        meter.report(number)
