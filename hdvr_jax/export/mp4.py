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
from hdvr_jax.files import draft
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
    with draft(path, ".mp4") as place:
        with quiet():
            codec = next((name for name in _CODECS if _reads_back(name, place, fps, size)), None)
            if codec is None:
                raise InputError(
                    f"{path}: a video cannot be written there; this OpenCV has no mp4v encoder, or no room"
                )
            writer = _writer(codec, place, fps, size)
        try:
            yield writer.write
        finally:
            writer.release()


def _writer(codec: str, path: pathlib.Path, fps: float, size: tuple[int, int]) -> cv2.VideoWriter:
    return cv2.VideoWriter(str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), fps, size)


def _reads_back(codec: str, path: pathlib.Path, fps: float, size: tuple[int, int]) -> bool:
    """Whether a few frames that are written with a codec are there again when they are read; one is in memory."""
    writer = _writer(codec, path, fps, size)
    try:
        if not writer.isOpened():
            return False
        for number in range(_TRIAL_FRAMES):
            writer.write(_trial(number, size))
    finally:
        writer.release()
    capture = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
    try:
        whole = all(_is_near(capture.read()[1], _trial(number, size)) for number in range(_TRIAL_FRAMES))
        return whole and not capture.grab()
    finally:
        capture.release()


def _trial(number: int, size: tuple[int, int]) -> Image:
    return np.full((size[1], size[0], 3), 20 + 25 * number, np.uint8)


def _is_near(image: Image | None, expected: Image) -> bool:
    """Whether a picture that was read is the one that was written; None is a failure to read."""
    if image is None or image.shape != expected.shape:
        return False
    return cv2.norm(image, expected, cv2.NORM_L1) < _MOST_DIFFERENCE * expected.size
