"""The line on the console that says how far a training is, how fast it goes and how long it still takes."""

import io
import time
from collections.abc import Callable


def duration(seconds: float) -> str:
    """Seconds as "0:42", "12:05" or "3:07:12"."""
    total = max(0, round(seconds))
    hours, minutes, rest = total // 3600, total % 3600 // 60, total % 60
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


class Progress:
    """Prints one line per report: over the last one on a terminal, below it elsewhere.

    Time before a `restart` (evaluation, say) does not count towards the rate.
    """

    def __init__(self, start: int, steps: int, stream: io.TextIOBase, clock: Callable[[], float] = time.monotonic):
        self._steps, self._stream, self._clock = steps, stream, clock
        self._step, self._time = start, clock()
        self._rate = 0.0

    def report(self, step: int, loss: float) -> float:
        """Prints where the training is at `step`; returns steps per second since the last report or `restart`."""
        now = self._clock()
        if step > self._step:
            self._rate = (step - self._step) / max(now - self._time, 1e-9)
        self._step, self._time = step, now
        left = duration((self._steps - step) / self._rate) if self._rate else "?"
        self._write(f"step {step}/{self._steps}  loss {loss:.5g}  {self._rate:.2f} steps/s  {left} left")
        return self._rate

    def restart(self) -> None:
        """Leaves the time since the last report out: it was not spent on steps."""
        self._time = self._clock()

    def note(self, text: str) -> None:
        """Prints a line of its own."""
        self._stream.write(f"\r\x1b[K{text}\n" if self._stream.isatty() else f"{text}\n")
        self._stream.flush()

    def _write(self, text: str) -> None:
        if self._stream.isatty():
            self._stream.write(f"\r\x1b[K{text}" + ("\n" if self._step >= self._steps else ""))
            self._stream.flush()
        else:
            self.note(text)
