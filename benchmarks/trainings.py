"""Trainings that several benchmarks make: train what is not trained yet, evaluate all seeds, remember the time."""

import json
import pathlib
import time
from typing import Any

from hdvr_jax import evaluation, loop
from hdvr_jax.configurations import normalise, write_json
from hdvr_jax.tables import Tables


def timed(config: Any, folder: pathlib.Path) -> float:
    """Trains what is not trained yet; the seconds that it took, loading, compilation and earlier sessions included.

    A training of another config in the same folder is refused.
    """
    record = folder / "seconds.json"
    before = json.loads(record.read_text()) if record.exists() else {"seconds": 0.0, "done": False}
    start, done = time.perf_counter(), False
    try:
        loop.train(config, folder)
        done = True
    finally:
        if not before["done"]:
            write_json(record, {"seconds": before["seconds"] + time.perf_counter() - start, "done": done})
    return json.loads(record.read_text())["seconds"]


def trained(config: Any, folder: pathlib.Path) -> tuple[list[Tables], float]:
    """(Tables of every seed's last step on the config's evaluation split, seconds that the training took: `timed`)."""
    config = normalise(config)
    seconds = timed(config, folder)
    return evaluation.evaluate_workdir(config, folder, "latest"), seconds
