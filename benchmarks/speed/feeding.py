"""Feeding windows of sequences beside VideoPose3D's generator."""

import importlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.speed.timing import Timed
from hdvr_jax.pipeline import Windows, train_batches
from hdvr_jax.runs import make_runs

PARTS = ("G",)
FRAMES, PAD, BATCH, BATCHES, SEQUENCES, LENGTH = 243, 121, 1024, 8, 40, 2000


def comparisons(torch: Any, chosen: list[str]) -> Iterator[tuple[str, str, Timed, Timed, int]]:
    """(Part, what, ours, theirs, repetitions in one timing)."""
    del torch
    if "G" not in chosen:
        return
    rng = np.random.default_rng(0)
    keypoints = [rng.normal(size=(LENGTH, 17, 2)).astype(np.float32) for _ in range(SEQUENCES)]
    poses = [rng.normal(size=(LENGTH, 17, 3)).astype(np.float32) for _ in range(SEQUENCES)]
    sequences = [{"keypoints": k, "poses": p} for k, p in zip(keypoints, poses)]
    windows = Windows(sequences, length=FRAMES, pad=(PAD, PAD))
    runs = make_runs(windows, [0], BATCH)
    generator = importlib.import_module("common.generators").ChunkedGenerator(
        BATCH, None, poses, keypoints, 1, pad=PAD, shuffle=True, endless=True
    )
    batches = generator.next_epoch()

    def ours() -> None:
        for batch in train_batches(windows, runs, 0, BATCHES):
            assert batch["keypoints"].shape == (BATCH, FRAMES, 17, 2)

    def theirs() -> None:
        for _ in range(BATCHES):
            next(batches)

    yield "G", f"{BATCHES} batches of {BATCH} windows of {FRAMES} frames", ours, theirs, 1
