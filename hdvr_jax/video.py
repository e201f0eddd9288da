"""Video files as frames on a time line of constant rate."""

import math
import os
import pathlib
import statistics
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from jaxtyping import UInt8

from hdvr_jax.errors import InputError
from hdvr_jax.opencv import quiet
from hdvr_jax.pose_track import check_fps

# Plausible frame rates, and the one that is taken where a file names another.
_SLOWEST, _FASTEST, _USUAL = 1.0, 300.0, 30.0
_PROBED = 60
# Seconds. Times that jump further forward or back are those of files joined together, or damage.
_LONGEST_HOLE, _LARGEST_STEP_BACK = 60.0, 1.0
# Damage makes single reads fail; after so many in a row the rest of the file is given up.
_READS_THAT_FAIL = 300
_MOST_FRAMES = 10**8
_SUFFIXES = (".3gp", ".avi", ".flv", ".gif", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts", ".mxf")
_SUFFIXES += (".ogv", ".ts", ".vob", ".webm", ".wmv", ".y4m")


class Video:
    """A video file, read from its beginning as often as wanted; one frame at a time is in memory.

    Attributes:
        path: The file.
        fps: Frames per second of the time line.
        image_size: (width, height) in pixels, after the rotation that the file asks for.
        at_own_pace: Whether frames come at the rate of the file, and fit its sound.
        notes: What was assumed, one sentence each; complete after a pass through all frames.
    """

    def __init__(self, path: str | os.PathLike, fps: float | None = None):
        """Raises InputError as `open_video`."""
        self.path = pathlib.Path(path)
        self.notes: list[str] = []
        capture = _open(self.path)
        try:
            self.image_size, times, announced, turned = _probe(capture, self.path)
        finally:
            capture.release()
        if turned:
            self.notes.append(f"Frames are turned by {turned} degrees, as {self.path.name} says.")
        self.fps, self._timed, self.at_own_pace, note = _rate(times, announced[0], fps, self.path.name)
        self.notes += [note] if note else []
        self._announced = _plausible_count(announced[1])
        # Counts of frames are often a duration times the rate that the file names.
        stretch = self.fps / announced[0] if self._timed else 1.0
        self._expected = None if self._announced is None else max(1, round(self._announced * stretch))
        self._counted: int | None = None

    @property
    def frames(self) -> int | None:
        """Frames on the time line: what the file announces until all were read, None where it announces nothing."""
        return self._expected if self._counted is None else self._counted

    def __enter__(self) -> "Video":
        return self

    def __exit__(self, *error: object) -> None:
        """Nothing stays open between passes."""

    def __iter__(self) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
        """All frames, BGR."""
        return self.frames_from(0)

    def frames_from(self, first: int) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
        """Frames `first` and later, BGR: the same as of a pass through all, without converting those before.

        Raises:
            InputError: the file can no longer be read.
        """
        capture = _open(self.path)
        try:
            yield from self._pass(capture, first)
        finally:
            capture.release()

    def _pass(self, capture: Any, first: int) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
        line = TimeLine(self.fps)
        kept, begin, read = None, 0, 0
        for seconds in _times(capture, self._announced):
            slot = line.slot(seconds if self._timed else read / self.fps)
            read += 1
            yield from _repeated(kept, begin, slot, first)
            # The first of the frames that fall on one place is kept.
            if slot > begin or read == 1:
                wanted = slot + _LONGEST_HOLE * self.fps >= first
                kept = self._retrieve(capture, kept) if wanted else None
                begin = slot
        yield from _repeated(kept, begin, begin + 1, first)
        self._finish(read, begin + 1, line)

    def _retrieve(self, capture: Any, before: Any) -> UInt8[np.ndarray, "H W 3"] | None:
        """The frame that was grabbed; where it cannot be decoded, the one before."""
        import cv2

        decoded, image = capture.retrieve()
        if not decoded or image is None:
            return before
        return image if image.shape[1::-1] == self.image_size else cv2.resize(image, self.image_size)

    def _finish(self, read: int, frames: int, line: "TimeLine") -> None:
        """Notes what only a whole pass tells."""
        if self._counted is None:
            self.notes += line.notes(read, frames)
            if self._expected is not None and frames < 0.98 * self._expected - 1:
                self.notes.append(
                    f"{self.path.name} announces {self._expected} frames but ends after {frames}: "
                    "it is truncated or damaged."
                )
        self._counted = frames


def open_video(path: str | os.PathLike, fps: float | None = None) -> Video:
    """A video file in any container and codec that OpenCV reads.

    Args:
        path: The file.
        fps: Takes the frames as they come, at this rate, whatever times the file gives them; None trusts the file.

    Raises:
        InputError: no such file, not a video, or not a single frame can be read.
    """
    return Video(path, fps)


def is_video(path: str | os.PathLike) -> bool:
    """Whether a file is to be read as a video: by its name, or because it can be opened as one."""
    path = pathlib.Path(path)
    if path.is_file() and path.suffix.lower() in _SUFFIXES:
        return True
    try:
        _open(path).release()
    except InputError:
        return False
    return True


class TimeLine:
    """Places frames with times on a line of constant rate.

    A frame stands from its own place to the next frame's: it is repeated where that is further than one place, and
    left out where it is none. So time stays right, and frames that come evenly are taken one by one.
    """

    def __init__(self, fps: float):
        self._fps, self._shift = fps, 0.0
        self._last: float | None = None
        self._slot = 0
        self._repeated = self._left_out = self._jumps = 0

    def slot(self, seconds: float) -> int:
        """The place of the next frame, from its time; never before the last one's."""
        if self._last is None:
            self._shift, self._last = -seconds, 0.0
            return 0
        if not -_LARGEST_STEP_BACK <= seconds + self._shift - self._last <= _LONGEST_HOLE:
            self._shift = self._last + 1 / self._fps - seconds
            self._jumps += 1
        self._last = max(self._last, seconds + self._shift)
        before, self._slot = self._slot, math.floor(self._last * self._fps + 0.5)
        self._left_out += self._slot == before
        self._repeated += max(0, self._slot - before - 1)
        return self._slot

    def notes(self, read: int, frames: int) -> list[str]:
        """What happened to the frames, in words."""
        notes = []
        if self._repeated or self._left_out:
            notes.append(
                f"Frames come at varying times: of {read} frames {self._left_out} were left out and {self._repeated} "
                f"places filled by the frame before, for {frames} frames at {self._fps:g} frames/s."
            )
        if self._jumps:
            notes.append(f"Times of the frames jump at {self._jumps} places; what follows was joined on.")
        return notes


def _repeated(
    image: UInt8[np.ndarray, "H W 3"] | None, begin: int, end: int, first: int
) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
    if image is not None:
        for _ in range(max(begin, first), end):
            yield image


def _open(path: pathlib.Path) -> Any:
    if not path.is_file():
        raise InputError(f"{path}: {'a folder' if path.is_dir() else 'no such file'}; expected a video file")
    try:
        with path.open("rb") as file:
            head = file.read(512)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror})") from error
    # Text is no video, but may be a playlist, which would open other files.
    if not head or (head.isascii() and head.decode("ascii").replace("\n", "").replace("\r", "").isprintable()):
        raise InputError(f"{path}: {'text' if head else 'an empty file'}; expected a video file")
    with quiet():
        import cv2

        capture = cv2.VideoCapture(str(path.resolve()), cv2.CAP_FFMPEG)
    if not capture.isOpened():
        raise InputError(f"{path}: not a video that can be read (no known format, no pictures in it, or cut off)")
    # Builds of OpenCV differ in whether they turn frames by default.
    capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 1)
    return capture


def _times(capture: Any, announced: int | None) -> Iterator[float]:
    """Grabs frame after frame; yields each one's time in seconds, as the file gives it."""
    import cv2

    read = failed = 0
    while failed < _READS_THAT_FAIL and (not failed or (announced is not None and read < announced)):
        if capture.grab():
            read, failed = read + 1, 0
            yield capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
        else:
            failed += 1


def _probe(capture: Any, path: pathlib.Path) -> tuple[tuple[int, int], list[float], tuple[float, float], int]:
    """(width, height), times of the first frames, rate and number of frames that the file announces, its rotation."""
    import cv2

    announced = (capture.get(cv2.CAP_PROP_FPS), capture.get(cv2.CAP_PROP_FRAME_COUNT))
    size, times = None, []
    for seconds in _times(capture, _plausible_count(announced[1])):
        if size is None:
            found, image = capture.retrieve()
            size = image.shape[1::-1] if found and image is not None else None
        times.append(seconds)
        if len(times) == _PROBED:
            break
    if size is None:
        raise InputError(f"{path}: no frame of the video can be read")
    return size, times, announced, round(capture.get(cv2.CAP_PROP_ORIENTATION_META)) % 360


def _plausible_count(count: float) -> int | None:
    return int(count) if 0 < count < _MOST_FRAMES else None


def _rate(times: list[float], announced: float, wanted: float | None, name: str) -> tuple[float, bool, bool, str]:
    """Rate of the time line, whether the frames' times count, whether the rate is the file's own, and a note if any."""
    if wanted is not None:
        check_fps(wanted, name)
        return float(wanted), False, False, f"{wanted:g} frames/s as given; {name} says {announced:g}."
    measured = _measured_rate(times)
    plausible = bool(_SLOWEST <= announced <= _FASTEST)
    if measured is None and plausible:
        untimed = f"{name} gives no times of its frames; took {announced:g} frames/s." if len(times) > 1 else ""
        return announced, False, True, untimed
    if measured is not None and plausible and abs(measured / announced - 1) < 0.02:
        return announced, True, True, ""
    if measured is not None and _SLOWEST <= measured <= _FASTEST:
        note = f"{name} says {announced:g} frames/s; its frames follow each other at {measured:.2f}, which was taken."
        return round(measured, 2), True, True, note
    guessed = f"{name} says {announced:g} frames/s, which cannot be; took {_USUAL:g} (say the right one as fps)."
    return _USUAL, False, False, guessed


def _measured_rate(times: Iterable[float]) -> float | None:
    """Frames per second from the usual distance of frames, None where times do not run forward."""
    steps = np.diff(list(times))
    ahead = steps[steps > 0]
    if not ahead.size or ahead.size < 0.5 * len(steps):
        return None
    usual = statistics.median(ahead.tolist())
    # Some containers round times to milliseconds, which the mean of the usual distances evens out.
    return float(1 / np.mean(ahead[np.abs(ahead / usual - 1) < 0.5]))
