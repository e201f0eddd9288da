"""Runs a stream: frames in, what was recognised out, and how long each frame took."""

import dataclasses
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.streaming.camera import Clock
from hdvr_jax.streaming.latency import Latency, Watch
from hdvr_jax.streaming.models import StreamModels
from hdvr_jax.streaming.records import Frame, Outcome, Stream
from hdvr_jax.streaming.session import step
from hdvr_jax.streaming.state import State, start

DANCERS = 4
OnFrame = Callable[[int, Frame, dict[str, Outcome], float], None]


def run(
    stream: Stream,
    models: StreamModels,
    on_frame: OnFrame,
    *,
    dancers: int = DANCERS,
    warn: Callable[[str], None] | None = None,
    clock: Clock = time.perf_counter,
) -> Latency:
    """Recognises frame by frame until there are no more, the user interrupts, or nobody reads the results.

    Args:
        on_frame: Called with the number of the frame, the frame, what is known of each dancer, and the seconds that it
            took.
        dancers: For how many to compile before the first frame; with more, compiling interrupts the stream.
        warn: Is told, once, when frames come at another rate than was said; standard error where None.
        clock: In seconds; that of `Frame.arrived`.
    Raises:
        InputError: as `start` and `step`.
    """
    state = _warm(start(models, stream.recording, dancers))
    watch, before = Watch(stream.recording, stream.live, clock), 0.0
    state = watch.on(state)
    try:
        for number, frame in enumerate(stream.frames):
            watch.came(frame)
            state, found = step(state, frame.people, None if frame.time is None else frame.time - before)
            before = frame.time or 0.0
            on_frame(number, frame, found, watch.done(frame))
            if (warning := watch.warning()) is not None:
                (warn or _print)(warning)
    except KeyboardInterrupt:
        return dataclasses.replace(watch.latency(), interrupted=True)
    except BrokenPipeError:
        pass  # whoever reads the results has gone, which ends a stream as well
    return watch.latency()


def _print(warning: str) -> None:
    print(f"warning: {warning}", file=sys.stderr, flush=True)


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
