"""Feeding windows of sequences beside VideoPose3D's generator."""

import functools
import importlib
from collections.abc import Iterator
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.speed.timing import Comparison, Timed, as_trained
from hdvr_jax.pipeline import Windows, train_batches
from hdvr_jax.poses import mirror
from hdvr_jax.runs import make_runs
from hdvr_jax.skeletons import get_skeleton

FRAMES, PAD, BATCH, BATCHES, SEQUENCES, LENGTH = 243, 121, 1024, 32, 40, 2000
MIRROR = get_skeleton("h36m17").mirror


def _sequences() -> list[dict[str, np.ndarray]]:
    rng, shapes = np.random.default_rng(0), {"keypoints": (LENGTH, 17, 2), "poses": (LENGTH, 17, 3)}
    return [
        {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()} for _ in range(SEQUENCES)
    ]


def ours(flip: bool) -> Timed:
    """The loop's batches; about half of them mirrored, which is done in the step."""
    windows = Windows(_sequences(), length=FRAMES, pad=(PAD, PAD), targets=("poses",), context=(PAD, PAD))
    runs, mirrored = make_runs(windows, [0], BATCH), jax.jit(_mirrored)

    def run() -> None:
        for batch in train_batches(windows, runs, 0, BATCHES):
            if flip:
                jax.block_until_ready(mirrored(batch["keypoints"], batch["poses"], batch["example"]))

    return run


def _mirrored(keypoints: Any, poses: Any, example: Any) -> tuple[Any, Any]:
    flip = jax.vmap(lambda index: jax.random.bernoulli(jax.random.fold_in(jax.random.key(0), index)))(example)
    return tuple(jnp.where(flip[:, None, None, None], mirror(x, MIRROR), x) for x in (keypoints, poses))


def theirs(flip: bool) -> Timed:
    """VideoPose3D's generator; mirrored windows are added, as in its training unless it is told not to."""
    left, right = ([i for i, j in enumerate(MIRROR) if sign * (i - j) > 0] for sign in (1, -1))
    poses, keypoints = ([sequence[name] for sequence in _sequences()] for name in ("poses", "keypoints"))
    batches = (
        importlib.import_module("common.generators")
        .ChunkedGenerator(
            BATCH, None, poses, keypoints, 1, pad=PAD, shuffle=True, endless=True, augment=flip, kps_left=left,
            kps_right=right, joints_left=left, joints_right=right,
        )
        .next_epoch()
    )  # fmt: skip

    def run() -> None:
        for _ in range(BATCHES):
            next(batches)

    return run


def comparisons() -> Iterator[Comparison]:
    """G."""
    for flip in (True, False):
        what = f"{BATCHES} batches of {BATCH} windows of {FRAMES} frames, {'half' if flip else 'none'} mirrored"
        yield Comparison(
            "G", what, functools.partial(as_trained, functools.partial(ours, flip)), functools.partial(theirs, flip), 1
        )
