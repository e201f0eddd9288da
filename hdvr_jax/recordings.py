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
from hdvr_jax.footage import Footage
from hdvr_jax.keypoints import outside
from hdvr_jax.keypoints.people import followed
from hdvr_jax.keypoints.reading import Film, Found, Options, Reading
from hdvr_jax.meter import Meter
from hdvr_jax.video import Video, open_video
from hdvr_jax.video import is_video as is_film

VIDEO = "video"
# A hundredth of a second in ten: less than anybody hears.
_SAME_PACE = 1e-3
_SAME_RATE = 1e-2
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

    def footage(self) -> Footage | None:
        """The video's pictures from the tracks' first frame on, with its sound where that fits the tracks."""
        if self.video is None:
            return None
        frames, name = self.video.frames_from(self.first), self.video.path.name
        if not self.video.at_own_pace:
            return Footage(frames, silent=f"the pace of {name} is not known, or replaced by --fps")
        for track in self.reading.tracks:
            if abs(track.fps / self.video.fps - 1) >= _SAME_PACE:
                return Footage(frames, silent=f"{name} has {self.video.fps:g} frames/s, the dancers {track.fps:g}")
        return Footage(frames, (self.video.path, self.first / self.video.fps))


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
        options: Of `keypoints.read`; of these a video takes fps, format and bystanders.
    Raises:
        InputError: as `keypoints.read`, `video.open_video` and `detection.detect`; an option that does not apply.
    """
    path, format = pathlib.Path(path), options.pop("format", None)
    given = Options(**options)
    if is_video(path, format):
        for name in [*given.given(), *(["video"] if video else [])]:
            if name not in ("fps", "bystanders"):
                raise InputError(f"{path}: option {name} does not apply to a video")
        return _from_video(path, watch, given, detector, cache)
    film = None if video is None else open_video(video)
    if film is not None:
        # Files of detectors hardly ever say rate and size of their video.
        given = dataclasses.replace(given, film=Film(film.path.name, film.fps, film.image_size))
    with watch("read"):
        found = keypoints.load(path, given, format)
    if isinstance(found, Reading):
        told = [] if film is None else _beside(found, film, path)
        return Recording(dataclasses.replace(found, notes=[*found.notes, *told]), film)
    return _followed(found, film, path, given, watch)


def _from_video(
    path: pathlib.Path,
    watch: Watch,
    options: Options,
    detector: str | os.PathLike | None,
    cache: str | os.PathLike | None,
) -> Recording:
    film, notes = open_video(path, options.fps), []
    with watch("detect"):
        detection = importlib.import_module("hdvr_jax.detection")
        found = detection.detect(path, notes, fps=options.fps, bundle=detector, cache=cache)
    return _followed(Found(found, tuple(notes)), film, path, options, watch)


def _followed(found: Found, film: Video | None, path: pathlib.Path, options: Options, watch: Watch) -> Recording:
    if film is None:
        with watch("track"):
            return Recording(followed(found, path, options))
    # Detectors count frames from 0 or 1; a file that begins later leaves out the beginning of its video.
    first = found.people.first if found.people.first > 1 else 0
    notes = [f"The keypoints begin at frame {first} of {film.path.name}."] if first else []
    notes += _too_short(film, first + found.people.frames)
    pictures = _of_size(film, first, found.people.image_size)
    with watch("track"):
        reading = followed(found, path, options, _told(pictures, found.people.frames))
    notes += [note for note in film.notes if note not in reading.notes]
    return Recording(dataclasses.replace(reading, notes=[*reading.notes, *notes]), film, first)


def _beside(reading: Reading, film: Video, path: pathlib.Path) -> list[str]:
    """What does not fit between dancers who were told apart before and the video that they are said to be of."""
    notes = _too_short(film, max(track.frames for track in reading.tracks))
    rate = reading.tracks[0].fps
    if abs(rate / film.fps - 1) > _SAME_RATE:
        notes.append(
            f"{path.name} has {rate:g} frames/s and {film.path.name} {film.fps:g}: they are laid together frame by "
            "frame."
        )
    # Tracks of images of known size are drawn at the size of the video.
    unsized = [track for track in reading.tracks if track.image_size is None and track.keypoints.shape[-1] == 2]
    if unsized:
        points = np.concatenate([track.keypoints.reshape(-1, 2) for track in unsized])
        way = f"image_size in {path.name}"
        notes += outside.notes(points, film.image_size, f"the images of {film.path.name}", way)
    return notes


def _too_short(film: Video, frames: int) -> list[str]:
    if film.frames is None or film.frames >= frames:
        return []
    return [f"{film.path.name} has {film.frames} frames, fewer than the keypoints are of: later ones have no picture."]


def _of_size(film: Video, first: int, size: tuple[int, int] | None) -> Iterator[Picture]:
    """The frames as large as the images that the keypoints are in, where that is told."""
    if size in (None, film.image_size):
        return film.frames_from(first)
    cv2 = importlib.import_module("cv2")
    return (cv2.resize(frame, size, interpolation=cv2.INTER_AREA) for frame in film.frames_from(first))


def _told(frames: Iterator[Picture], count: int) -> Iterator[Picture]:
    """The frames, with a line on the console from time to time."""
    meter = Meter(sys.stderr, count, what="tracking")
    meter.start(0)
    for number, frame in enumerate(frames, 1):
        yield frame
        meter.report(number)
