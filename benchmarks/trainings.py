"""Trainings that several benchmarks make: train what is not trained yet, evaluate all seeds, remember the time."""

import json
import pathlib
import time
from typing import Any

from hdvr_jax import checkpoints, evaluation, families, loop, pipeline
from hdvr_jax.configurations import normalise, write_json
from hdvr_jax.tables import Tables


def trained(config: Any, folder: pathlib.Path) -> tuple[list[Tables], float]:
    """(Tables of every seed's last step on the config's evaluation split, seconds that the training took).

    A training that was stopped goes on; one that is done is only evaluated.
    """
    config, record = normalise(config), folder / "seconds.json"
    if not record.exists():
        start = time.perf_counter()
        loop.train(config, folder)
        write_json(record, time.perf_counter() - start)
    family = families.build(config)
    sequences = pipeline.load_sequences(family, config.data, config.evaluate.split, {})
    windows = pipeline.evaluation_windows(family, config.evaluate, sequences)
    how = (config.evaluate.batch_size, config.evaluate.groups, config.train.model_per)
    scorer, found = evaluation.make_scorer(family), []
    for seed in range(config.num_seeds):
        _, variables = checkpoints.restore_models(folder, "latest", seed)
        found.append(evaluation.evaluate(family, scorer, variables, windows, *how))
    return found, json.loads(record.read_text())
