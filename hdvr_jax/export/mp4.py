"""Videos as .mp4, in the best codec that this OpenCV writes.

H.264 plays everywhere, browsers included, but builds of OpenCV without its encoder are common; MPEG-4 Part 2 plays in
players. Builds also differ in whether they tell that they cannot: a codec is taken when a trial reads back as what was
written.
"""

import contextlib
import os
import pathlib
from collections.abc import Callable, Iterator

import cv2
import numpy as np
from jaxtyping import UInt8

from hdvr_jax.errors import InputError
from hdvr_jax.files import writer_mark
from hdvr_jax.opencv import quiet

Image = UInt8[np.ndarray, "H W 3"]
_CODECS = ("avc1", "mp4v")
_TRIAL_FRAMES = 8
_MOST_DIFFERENCE = 12  # grey levels, mean


@contextlib.contextmanager
def whole_video(path: str | os.PathLike, fps: float, size: tuple[int, int]) -> Iterator[Callable[[Image], None]]:
    """A function that appends a frame (BGR) to a video; it takes the name `path` when the block ends, or is gone.

    Args:
        size: (width, height) in pixels, both even.
    Raises:
        InputError: no encoder, or the file cannot be written.
    """
    path = pathlib.Path(path)
    draft = path.with_name(f".{path.stem}.{writer_mark()}.part.mp4")
    try:
        with quiet():
            codec = next((name for name in _CODECS if _reads_back(name, draft, fps, size)), None)
            if codec is None:
                raise InputError(
                    f"{path}: a video cannot be written there; this OpenCV has no mp4v encoder, or no room"
                )
            writer = _writer(codec, draft, fps, size)
        try:
            yield writer.write
        finally:
            writer.release()
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _writer(codec: str, path: pathlib.Path, fps: float, size: tuple[int, int]) -> cv2.VideoWriter:
    return cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), fps, size)


def _reads_back(codec: str, path: pathlib.Path, fps: float, size: tuple[int, int]) -> bool:
    """Whether a few frames that are written with a codec are there again when they are read."""
    frames = [np.full((size[1], size[0], 3), 20 + 25 * number, np.uint8) for number in range(_TRIAL_FRAMES)]
    writer = _writer(codec, path, fps, size)
    try:
        if not writer.isOpened():
            return False
        for frame in frames:
            writer.write(frame)
    finally:
        writer.release()
    found = _frames(path)
    return len(found) == len(frames) and all(
        image.shape == frame.shape and np.abs(image - frame.astype(float)).mean() < _MOST_DIFFERENCE
        for image, frame in zip(found, frames)
    )


def _frames(path: pathlib.Path) -> list[Image]:
    capture, found = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG), []
    try:
        while len(found) <= _TRIAL_FRAMES and (read := capture.read())[0]:
            found.append(read[1])
    finally:
        capture.release()
    return found
