"""The state of a stream: what is remembered of every dancer, in the rows of arrays."""

import dataclasses
import functools
from collections.abc import Callable, Collection, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import cleaning, lifting
from hdvr_jax.errors import InputError
from hdvr_jax.movements import load_vocabulary
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.streaming import bodies, readers
from hdvr_jax.streaming import lifter as lifter_stage
from hdvr_jax.streaming.models import StreamModels
from hdvr_jax.streaming.records import Recording

STAGES = ("lift", "movements", "genre")
_UNSEEN = 1e9  # seconds since a joint was seen that never was
_MOST = 64  # rows
ROUNDING = 1e-6  # seconds, of times that were added up

Arrays = dict[str, Any]


@dataclasses.dataclass(frozen=True, eq=False)
class Setup:
    """What stays the same throughout a stream.

    Attributes:
        models, recording: As given.
        fps: At which the lifter runs.
        camera: As `lifter.step` takes it.
        run: The stages, compiled.
    """

    models: StreamModels
    recording: Recording
    fps: float
    camera: dict[str, Any]
    run: Mapping[str, Callable[..., Any]]

    def rows(self, slots: int) -> Arrays:
        """What is remembered of dancers of whom nothing was seen yet; the first axis of all arrays is the dancer."""
        joints, genre = len(get_skeleton(self.recording.skeleton).joints), self.models.genre
        nowhere = np.full((slots, joints, 2), np.nan, np.float32)
        found = {"poses": np.full((slots, 17, 3), np.nan, np.float32)}
        if "trajectory" in self.models.lifter.networks:
            found["trajectory"] = np.full((slots, 3), np.nan, np.float32)
        types = len(load_vocabulary())
        found["movements"] = np.zeros((slots, types), np.float32)
        unsure = np.zeros((slots, joints), np.float32)
        rows = {
            "points": nowhere,
            "age": np.full((slots, joints), _UNSEEN),
            "away": np.zeros(slots),
            "trust": unsure,
            "before": {"points": nowhere, "confidence": unsure, "trusted": unsure},
            "smoothing": vars(cleaning.OneEuro.start((slots, joints, 2))),
            "begins": {stage: np.ones(slots, bool) for stage in STAGES},
            "found": found,
        }
        if self.reads:
            rows["body"] = bodies.nobody(slots)
        if genre is not None:
            found["genre"] = np.full((slots, len(genre.names)), np.nan, np.float32)
            kept = int(np.ceil(self.fps / genre.fps)) + 2
            rows |= {"thinned": bodies.nobody(slots), "ready": np.zeros(slots, bool)}
            rows["recent"] = np.full((slots, kept, types), np.nan, np.float32)
        return rows

    def stages(self, slots: int) -> Arrays:
        """What the stages remember before the first frame; each resets the rows in which a dancer begins."""
        found = {"lift": lifter_stage.start(self.models.lifter, slots)}
        if self.reads:
            found["bodies"] = bodies.start(slots, self.fps)
        for name in ("movements", "genre"):
            if (model := getattr(self.models, name)) is not None:
                found[name] = readers.start(model, slots)
        return found

    @property
    def reads(self) -> bool:
        """Whether anything reads the poses."""
        return self.models.movements is not None or self.models.genre is not None


@dataclasses.dataclass(frozen=True, eq=False)
class State:
    """A stream after some frames.

    Attributes:
        setup: What stays the same.
        ids: Who has each row of the arrays; None where nobody has.
        rows, stages: As `Setup` makes them.
        frame, base: Frames so far, of the recording and of the lifter.
        place: Of the latest frame, counted in the lifter's frames since the first.
        pending: Frame of the genre model that waits for the movements nearest to it; -1 for none.
    """

    setup: Setup
    ids: tuple[str | None, ...]
    rows: Arrays
    stages: Arrays
    frame: int = 0
    base: int = 0
    place: float = 0.0
    pending: int = -1

    @property
    def occupied(self) -> np.ndarray:
        """(S,) which rows somebody has."""
        return np.array([id is not None for id in self.ids])


def start(models: StreamModels, recording: Recording, dancers: int = 1) -> State:
    """The state before the first frame.

    Args:
        dancers: For how many there is room. It grows when more come, which takes as long as compiling does.
    Raises:
        InputError: the recording makes no sense, or is too slow for the genre model.
    """
    recording.check()
    fps = models.lifter.fps or recording.fps
    if models.genre is not None and models.genre.fps > fps:
        raise InputError(f"stream: {fps:g} frames per second; the genre model needs {models.genre.fps:g}")
    pixels = recording.camera()
    view = {name: np.asarray(getattr(pixels, name))[None] for name in ("focal", "center")}
    view |= {"distortion": np.zeros((1, 5), np.float32), "image_size": np.array([recording.image_size])}
    camera = {"pixels": pixels, "screen": lifting.screen_camera(view, 0)}
    # What stays the same is a static argument, so that another stream of the same models compiles nothing.
    lift = jax.jit(lifter_stage.step, static_argnames=("model", "skeleton", "fps"))
    run = {"lift": functools.partial(lift, models.lifter, recording.skeleton, fps)}
    for name in ("movements", "genre"):
        if (model := getattr(models, name)) is not None:
            run[name] = functools.partial(jax.jit(readers.step, static_argnames="model"), model)
    setup = Setup(models, recording, fps, camera, run)
    return State(setup, (None,) * dancers, setup.rows(dancers), setup.stages(dancers))


def seat(state: State, seen: Collection[str], seconds: float) -> State:
    """The state with rows for those seen: who was away for long loses theirs, who is new gets a free one.

    Where no more rows may be made, whoever is away loses theirs at once.

    Args:
        seconds: Since the frame before.
    Raises:
        InputError: too many dancers at a time.
    """
    if len(seen) > _MOST:
        raise InputError(f"stream: {len(seen)} dancers in a frame; expected {_MOST} or fewer")
    away = np.where([id in seen for id in state.ids], 0, state.rows["away"] + seconds)
    known = sum(id is not None for id in {*state.ids, *seen})
    limit = state.setup.recording.forget_seconds + ROUNDING if known <= _MOST else 0
    ids = [None if away_for > limit else id for id, away_for in zip(state.ids, away)]
    state = dataclasses.replace(state, rows={**state.rows, "away": away})
    new = [id for id in seen if id not in ids]
    if (lacking := len(new) - ids.count(None)) > 0:
        # Few numbers of rows are ever compiled.
        ids += [None] * (min(_MOST, 1 << (len(ids) + lacking - 1).bit_length()) - len(ids))
        state = _grown(state, len(ids))
    for id in new:
        ids[ids.index(None)] = id
    state = dataclasses.replace(state, ids=tuple(ids))
    begins = np.array([id in new for id in ids]) | ~state.occupied
    if not begins.any():
        return state

    def reset(kept: np.ndarray, blank: np.ndarray) -> np.ndarray:
        return np.where(begins.reshape(-1, *[1] * (kept.ndim - 1)), blank, kept)

    return dataclasses.replace(state, rows=jax.tree.map(reset, state.rows, state.setup.rows(len(ids))))


def _grown(state: State, slots: int) -> State:
    """The state with more rows, the new ones blank."""
    rows, stages = state.setup.rows(slots), state.setup.stages(slots)
    return dataclasses.replace(
        state, rows=jax.tree.map(_laid_into, state.rows, rows), stages=jax.tree.map(_laid_into, state.stages, stages)
    )


def _laid_into(old: Any, blank: Any) -> Any:
    """The array of blanks with the smaller one at its beginning."""
    found = np.array(blank)
    found[tuple(slice(0, size) for size in np.shape(old))] = np.asarray(old)
    return found if isinstance(old, np.ndarray) else jnp.asarray(found)
