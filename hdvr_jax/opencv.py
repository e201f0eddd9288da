"""OpenCV without messages of its own."""

import contextlib
import os
from collections.abc import Iterator

# FFmpeg's level of messages below which it prints none.
_NONE = "-8"


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """While videos are opened in here, neither OpenCV nor the FFmpeg in it prints anything.

    FFmpeg asks for its level once in a process; the environment's own choice is kept.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", _NONE)
    import cv2

    level = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(level)
