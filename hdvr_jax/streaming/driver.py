"""Runs a stream: frames in, what was recognised out, and how long each frame took."""

import dataclasses
import io
import json
import time
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax.movements import load_vocabulary
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.streaming.models import StreamModels
from hdvr_jax.streaming.records import Outcome, Recording
from hdvr_jax.streaming.session import People, step
from hdvr_jax.streaming.state import State, start

OnFrame = Callable[[int, dict[str, Outcome], float], None]
_DECISION = 0.5


@dataclasses.dataclass(frozen=True)
class Latency:
    """How long frames took.

    Attributes:
        seconds: Of each frame, from its keypoints to its results.
        fps: Of the recording.
        elapsed: Seconds of all together, with reading, detecting and writing.
    """

    seconds: Float[np.ndarray, " T"]
    fps: float
    elapsed: float | None = None

    def words(self) -> str:
        """Median and 95th percentile, in a sentence."""
        if not len(self.seconds):
            return "No frame came."
        median, late = 1000 * np.percentile(self.seconds, (50, 95))
        share = 100 * (self.seconds > 1 / self.fps).mean()
        whole = "" if self.elapsed is None else f" {len(self.seconds) / self.elapsed:.1f} frames a second in all."
        return (
            f"{len(self.seconds)} frames; latency per frame from keypoints to results: median {median:.1f} ms, 95th "
            f"percentile {late:.1f} ms; {share:.1f} % of the frames took longer than the {1000 / self.fps:.1f} ms "
            f"between two.{whole}"
        )


def run(
    frames: Iterable[People], recording: Recording, models: StreamModels, on_frame: OnFrame, *, dancers: int = 2
) -> Latency:
    """Recognises frame by frame until there are no more, the user interrupts, or nobody reads the results.

    Args:
        frames: Dancers by id, as `step` takes them.
        on_frame: Called with the number of the frame, what is known of each dancer, and the seconds that it took.
        dancers: For how many to compile before the first frame; with more, compiling interrupts the stream.
    Raises:
        InputError: as `start` and `step`.
    """
    state = _warm(start(models, recording, dancers))
    seconds: list[float] = []
    started = time.perf_counter()
    try:
        for number, people in enumerate(frames):
            begun = time.perf_counter()
            state, found = step(state, people)
            seconds.append(time.perf_counter() - begun)
            on_frame(number, found, seconds[-1])
    except (KeyboardInterrupt, BrokenPipeError):
        pass  # whoever reads the results has gone, which ends a stream as well
    return Latency(np.array(seconds), recording.fps, time.perf_counter() - started)


def _warm(state: State) -> State:
    """The state as it was, after all stages were compiled by frames that nobody keeps."""
    recording, trial = state.setup.recording, state
    joints = len(get_skeleton(recording.skeleton).joints)
    somebody = {"": (np.ones((joints, 2), np.float32), np.ones(joints, np.float32))}
    slowest = min(model.fps or recording.fps for model in _models(state))
    for _ in range(int(np.ceil(recording.fps / slowest)) + 2):
        trial, _ = step(trial, somebody)
    return state


def _models(state: State) -> list[Any]:
    models = state.setup.models
    return [model for model in (models.lifter, models.movements, models.genre) if model is not None]


def json_writer(file: io.TextIOBase, models: StreamModels) -> OnFrame:
    """What writes one line of JSON for each frame, at once: `frame`, `ms`, and `people`, each with `id`, `pose` (null
    out of sight), perhaps `trajectory`, `movements` {type: probability} of those that are danced, `genre` {name:
    probability}."""
    types = [entry.id for entry in load_vocabulary().types]
    names = models.genre.names if models.genre is not None else ()

    def write(number: int, found: dict[str, Outcome], seconds: float) -> None:
        people = [{"id": id, **_fields(outcome, types, names)} for id, outcome in found.items()]
        print(json.dumps({"frame": number, "ms": round(1000 * seconds, 2), "people": people}), file=file, flush=True)

    return write


def _fields(outcome: Outcome, types: list[str], names: tuple[str, ...]) -> dict[str, Any]:
    seen = bool(np.isfinite(outcome.pose).all())
    found: dict[str, Any] = {"pose": _rounded(outcome.pose, 4) if seen else None}
    if outcome.trajectory is not None:
        found["trajectory"] = _rounded(outcome.trajectory, 4) if seen else None
    if outcome.movements is not None:
        danced = np.flatnonzero(outcome.movements > _DECISION)
        found["movements"] = {types[index]: round(float(outcome.movements[index]), 3) for index in danced}
    if outcome.genre is not None:
        found["genre"] = dict(zip(names, _rounded(outcome.genre, 4)))
    return found


def _rounded(values: np.ndarray, digits: int) -> list:
    return np.round(values.astype(float), digits).tolist()
