"""Pictures of a source that does not wait: always the newest, so that whoever is too slow for it does not fall behind.

A thread of its own reads the camera, and each picture takes the place of the one before where nobody has asked for
that. What the driver of the camera keeps in its queue is so never older than a picture.
"""

import dataclasses
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

from jaxtyping import UInt8
from numpy import ndarray

from hdvr_jax.errors import InputError

PATIENCE, FAREWELL = 10.0, 1.0  # seconds

Picture = UInt8[ndarray, "H W 3"]
Clock = Callable[[], float]


@dataclasses.dataclass(frozen=True)
class Shot:
    """A picture as it comes.

    Attributes:
        picture: BGR.
        arrived: When, in seconds of a clock; None where pictures wait to be read and are at a constant rate.
        skipped: Pictures that came since the one before and were not asked for.
    """

    picture: Picture
    arrived: float | None = None
    skipped: int = 0


class _Slot:
    """Room for one picture, between the thread that reads and the one that asks."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._shot: Shot | None = None
        self._ended = self._given_up = False
        self._error: Exception | None = None

    def put(self, picture: Picture, arrived: float) -> bool:
        """Keeps the picture in place of the last one; tells whether anybody will ask for more."""
        with self._changed:
            skipped = 0 if self._shot is None else self._shot.skipped + 1
            self._shot = Shot(picture, arrived, skipped)
            self._changed.notify()
            return not self._given_up

    def take(self, name: str, patience: float) -> Shot | None:
        """The newest picture, once there is one that was not taken yet; None after the last."""
        with self._changed:
            if not self._changed.wait_for(lambda: self._shot is not None or self._ended, patience):
                raise InputError(f"{name}: gave no picture for {patience:g} seconds")
            if self._shot is None and self._error is not None:
                raise InputError(f"{name}: cannot be read ({self._error})") from self._error
            shot, self._shot = self._shot, None
            return shot

    def end(self, error: Exception | None = None) -> None:
        """Nothing more will be put."""
        with self._changed:
            self._ended, self._error = True, error
            self._changed.notify()

    def give_up(self) -> None:
        """Nothing more will be taken."""
        with self._changed:
            self._given_up = True


def newest(
    capture: Any,
    name: str,
    *,
    clock: Clock = time.perf_counter,
    patience: float = PATIENCE,
    farewell: float = FAREWELL,
) -> Iterator[Shot]:
    """The newest picture whenever one is asked for, each at most once, from a `cv2.VideoCapture` or its like.

    Args:
        name: Of the camera, for errors.
        patience: Seconds without a picture after which it is given up.
        farewell: Seconds that it has to finish a picture at the end; one that hangs is left behind.
    Raises:
        InputError: later; no picture comes, or reading fails.
    """
    slot = _Slot()
    reader = threading.Thread(target=_read, args=(capture, slot, clock), name=name, daemon=True)
    reader.start()
    try:
        while (shot := slot.take(name, patience)) is not None:
            yield shot
    finally:
        slot.give_up()
        reader.join(farewell)


def _read(capture: Any, slot: _Slot, clock: Clock) -> None:
    """Reads until there is nothing more or nobody wants it, and releases the camera, which no other thread may do."""
    error = None
    try:
        while (read := capture.read())[0] and slot.put(read[1], clock()):
            continue
    except Exception as raised:  # whatever it was, it is told by the thread that waits for a picture
        error = raised
    finally:
        capture.release()
        slot.end(error)
