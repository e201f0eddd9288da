"""The line on the console that says how far a pass through a video, or other work in equal pieces, is."""

import io
import sys
import time
from collections.abc import Callable

from hdvr_jax.progress import Progress, duration

_SECONDS = 2.0


class Meter(Progress):
    """Frames done, frames a second and the time that is left; one line every few seconds."""

    def __init__(
        self,
        stream: io.TextIOBase,
        frames: int | None = None,
        clock: Callable[[], float] = time.monotonic,
        what: str = "detection",
        unit: str = "frame",
    ):
        """Args: `frames` in all, or other units, None where nobody knows; `what` is being done."""
        super().__init__(0, frames or sys.maxsize, stream, clock)
        self._known, self._what, self._unit = frames is not None, what, unit
        self._first = 0
        self._begin = self._told = self._time

    def start(self, done: int) -> None:
        """Begins to count; `done` frames were done before."""
        self._first = done
        self._begin = self._told = self._clock()
        if done:
            self.note(f"{self._what} goes on after {done} {self._unit}s that were kept")

    def report(self, done: int) -> None:
        """Says, from time to time, that `done` frames are done."""
        now = self._clock()
        if now - self._told < _SECONDS:
            return
        self._told = now
        rate = (done - self._first) / max(now - self._begin, 1e-9)
        total = f"/{self._steps}  {duration(max(0, self._steps - done) / rate)} left" if self._known and rate else ""
        self._write(f"{self._what}  {rate:.1f} {self._unit}s/s  {self._unit} {done}{total}")

    def end(self, done: int) -> None:
        """Says that all is done."""
        seconds = max(self._clock() - self._begin, 1e-9)
        self.note(f"{self._what}  {done} {self._unit}s, {(done - self._first) / seconds:.1f} {self._unit}s/s")
