"""How long frames of a stream take, stage by stage, and how fast they come."""

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np
from jaxtyping import Float

from hdvr_jax.streaming.camera import Clock
from hdvr_jax.streaming.records import Frame, Recording
from hdvr_jax.streaming.state import State

# What the stages of a state are called in tables.
_NAMES = {"lift": "lifting", "movements": "movements", "genre": "genre"}
_DEPARTURE, _ENOUGH_SECONDS, _ENOUGH_FRAMES = 0.1, 3.0, 20

Seconds = Float[np.ndarray, " T"]


@dataclasses.dataclass(frozen=True)
class Latency:
    """How long frames took.

    Attributes:
        seconds: Of each frame, from its picture (where there is none, its keypoints) to its results.
        fps: Of the recording.
        elapsed: Seconds of all together, with reading and writing.
        stages: {name: seconds of each frame}.
        skipped: Pictures that were not looked at.
        arrived: Frames a second that came; None where it cannot be told, or does not matter.
        interrupted: Whether the user ended the stream.
    """

    seconds: Seconds
    fps: float
    elapsed: float | None = None
    stages: Mapping[str, Seconds] = dataclasses.field(default_factory=dict)
    skipped: int = 0
    arrived: float | None = None
    interrupted: bool = False

    def words(self) -> str:
        """Median, 95th percentile and maximum, in a sentence and a line for each stage."""
        if not len(self.seconds):
            return "No frame came."
        share = 100 * (self.seconds > 1 / self.fps).mean()
        whole = "" if self.elapsed is None else f" {len(self.seconds) / self.elapsed:.1f} frames a second in all."
        if self.skipped:
            whole += f" {self.skipped} of {len(self.seconds) + self.skipped} pictures were skipped."
        begin = "picture" if "detection" in self.stages else "keypoints"
        return "\n".join(
            [
                f"{len(self.seconds)} frames; latency per frame from {begin} to results: {_told(self.seconds)}; "
                f"{share:.1f} % of the frames took longer than the {1000 / self.fps:.1f} ms between two.{whole}",
                *(f"  {name:<10} {_told(seconds)}" for name, seconds in self.stages.items()),
            ]
        )

    def to_json(self) -> dict[str, Any]:
        """The same as numbers, milliseconds."""
        found = {"frames": len(self.seconds), "skipped": self.skipped}
        if self.arrived is not None:
            found["frames_a_second"] = round(self.arrived, 2)
        if len(self.seconds):
            found["latency_ms"] = _numbers(self.seconds)
            found["stages_ms"] = {name: _numbers(seconds) for name, seconds in self.stages.items()}
        return found


def _numbers(seconds: Seconds) -> dict[str, float]:
    named = zip(("median", "p95", "max"), np.percentile(seconds, (50, 95, 100)))
    return {name: round(1000 * float(value), 2) for name, value in named}


def _told(seconds: Seconds) -> str:
    found = _numbers(seconds)
    return f"median {found['median']:.1f} ms, 95th percentile {found['p95']:.1f} ms, longest {found['max']:.1f} ms"


class Watch:
    """Measures a stream as it runs."""

    def __init__(self, recording: Recording, live: bool, clock: Clock) -> None:
        """Args: `live` as of `Stream`."""
        self._recording, self._live, self._clock = recording, live, clock
        self._began = self._first = self._came = self._before = clock()
        self._now: dict[str, float] = {}
        self._stages: dict[str, list[float]] = {}
        self._seconds: list[float] = []
        self._intervals, self._skipped, self._time = 0, 0, 0.0
        self._timed = self._warned = False

    def on(self, state: State) -> State:
        """The state with stages that are measured."""
        run = {stage: self._measured(_NAMES[stage], call) for stage, call in state.setup.run.items()}
        self._stages = {_NAMES[stage]: [] for stage in run}
        return dataclasses.replace(state, setup=dataclasses.replace(state.setup, run=run))

    def _measured(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def measured(*arguments: Any) -> Any:
            begun = self._clock()
            found = jax.block_until_ready(call(*arguments))
            self._now[name] = self._now.get(name, 0.0) + self._clock() - begun
            return found

        return measured

    def came(self, frame: Frame) -> None:
        """A frame came; what follows until `done` is done to it."""
        before, self._came = self._came, self._clock()
        self._intervals += 1
        if not self._seconds or self._came - self._before < (self._came - before) / 2:
            # The first frame, or one that had come before: how long such a one took says nothing about the rate.
            self._first, self._intervals = self._came, 0
        self._now = dict(frame.took)
        self._skipped += frame.skipped
        self._timed, self._time = frame.time is not None, frame.time or 0.0

    def done(self, frame: Frame) -> float:
        """Its results are there: the seconds that it took."""
        self._before = self._clock()
        self._seconds.append(self._before - (self._came if frame.arrived is None else frame.arrived))
        for name in {**self._now, **self._stages}:
            values = self._stages.setdefault(name, [0.0] * (len(self._seconds) - 1))
            values.append(self._now.get(name, 0.0))
        return self._seconds[-1]

    def arrived(self) -> float | None:
        """Frames a second that came, those skipped too; None where it does not matter or cannot be told.

        It matters where frames come from a camera. It can be told where they say their time, and else while all are
        waited for, longer than they are worked on: a source that is ready when it is asked may be as fast as it likes.
        """
        if self._timed:
            return (len(self._seconds) - 1 + self._skipped) / self._time if self._time > 0 else None
        known = self._live and self._enough(self._intervals, self._came - self._first)
        return self._intervals / (self._came - self._first) if known else None

    def _enough(self, frames: int, seconds: float) -> bool:
        return frames >= _ENOUGH_FRAMES and seconds >= _ENOUGH_SECONDS

    def warning(self) -> str | None:
        """What is wrong with the frame rate that was said; None where nothing is, and after it was told once."""
        rate, said = self.arrived(), self._recording.fps
        enough = self._enough(len(self._seconds), self._time) or not self._timed
        if self._warned or rate is None or not enough or abs(rate / said - 1) <= _DEPARTURE:
            return None
        self._warned = True
        what = f"frames come at {rate:.1f} a second, not at the {said:g} that the source or --fps says"
        if self._timed:
            return f"{what}; results follow the times at which they came"
        return f"{what}, and are taken to be {1000 / said:.1f} ms apart: give the right --fps, or every line its time"

    def latency(self) -> Latency:
        """All that was measured."""
        order = ("detection", "tracking", *_NAMES.values())
        stages = {name: np.array(self._stages[name]) for name in order if name in self._stages}
        elapsed = self._clock() - self._began
        return Latency(np.array(self._seconds), self._recording.fps, elapsed, stages, self._skipped, self.arrived())
