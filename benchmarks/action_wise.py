"""Joint against action-wise training (Bai 2021, tables I to III) on CMU's everyday actions.

    python -m benchmarks.action_wise [--workdir=work/action_wise] [--seeds=3] [--cheap=2] [--long=10]

Trains `configs/action_wise.py` at 1 and 27 frames with a cheap and a long budget (epochs over all actions), joint and
one model per action, the models of all actions and seeds in one program. Prints MPJPE, P-MPJPE and velocity error by
action, and the time-precision rate: what the error fell by from the joint model's after the cheap budget's first tenth,
per second of training. Stopped and started again, it goes on.
"""

import argparse
import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchmarks.trainings import trained
from configs import action_wise
from hdvr_jax import evaluation, families, pipeline, scripts
from hdvr_jax.action_wise import action_epochs, time_precision_rate
from hdvr_jax.tables import Tables, mean_and_deviation

METRICS = {"MPJPE, mm": "mpjpe_mm", "P-MPJPE, mm": "p_mpjpe_mm", "velocity error, mm a frame": "velocity_mm"}
ROWS = {"single_frame": "F=1", "frames_27": "F=27"}


def run(row: str, models: str, epochs: float, options: argparse.Namespace) -> tuple[list[Tables], float]:
    """`trained` on one budget."""
    config = action_wise.get_config(f"row={row},models={models},epochs={epochs}")
    config.num_seeds = options.seeds
    return trained(config, options.workdir / f"{row}_{models}_{epochs:g}")


def lines(metric: str, results: dict[tuple, tuple[list[Tables], float]]) -> Iterator[str]:
    """The table of one metric."""
    yield "| budget | models | " + " | ".join([*action_wise.ACTIONS, "average"]) + " |"
    yield "| --- " * (3 + len(action_wise.ACTIONS)) + "|"
    for (row, epochs, models), (tables, _) in results.items():
        means = mean_and_deviation(tables)[0]["action"]
        cells = [f"{means[action][metric]:.1f}" for action in action_wise.ACTIONS]
        yield f"| {ROWS[row]}, UE={epochs:g} | {models} | " + " | ".join([*cells, average(tables, metric)]) + " |"


def mean(tables: list[Tables], metric: str) -> float:
    """Over actions and seeds."""
    return float(np.mean([table["action"][evaluation.AVERAGE][metric] for table in tables]))


def average(tables: list[Tables], metric: str) -> str:
    """Mean over the actions: mean and deviation over the seeds."""
    means, deviations = (found["action"][evaluation.AVERAGE] for found in mean_and_deviation(tables))
    return f"{means[metric]:.1f} ± {deviations[metric]:.1f}"


def rates(results: dict[tuple, tuple[list[Tables], float]], reference: dict[str, list[Tables]]) -> Iterator[str]:
    """The table of averages, times and time-precision rates."""
    columns = ("budget", "models", "P-MPJPE, mm", "velocity, mm", "training of one model, s", "MPJPE TPR, mm/s")
    yield "| " + " | ".join((*columns, "velocity TPR, mm/s")) + " |"
    yield "| --- " * (len(columns) + 1) + "|"
    for (row, epochs, models), (tables, seconds) in results.items():
        one = seconds / len(tables) / (len(action_wise.ACTIONS) if models == "own" else 1)
        errors = [average(tables, metric) for metric in ("p_mpjpe_mm", "velocity_mm")]
        found = [
            time_precision_rate(mean(tables, metric), mean(reference[row], metric), one)
            for metric in ("mpjpe_mm", "velocity_mm")
        ]
        cells = [*errors, f"{one:.0f}", *(f"{rate:.2g}" for rate in found)]
        yield f"| {ROWS[row]}, UE={epochs:g} | {models} | " + " | ".join(cells) + " |"


def epoch_rows(unit: float) -> Iterator[str]:
    """What equations (1) and (2) give each action for `unit` epochs over all of them."""
    config = action_wise.get_config()
    family = families.build(config)
    frames = dict.fromkeys(action_wise.ACTIONS, 0)
    for sequence in pipeline.load_sequences(family, config.data, "train", {}):
        frames[sequence["action"]] += len(sequence["rays"])
    for action, count in action_epochs(frames, unit).items():
        yield f"| {action} | {frames[action]} | {count:g} |"


def main() -> None:
    """Trains what is not trained yet and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workdir", type=pathlib.Path, default=pathlib.Path("work/action_wise"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--cheap", type=float, default=2.0)
    parser.add_argument("--long", type=float, default=10.0)
    options = parser.parse_args()
    results: dict[tuple, Any] = {}
    reference = {}
    for row in ROWS:
        reference[row], _ = run(row, "joint", options.cheap / 10, options)
        for epochs in (options.cheap, options.long):
            for models in ("joint", "own"):
                results[row, epochs, models] = run(row, models, epochs, options)
    for title, metric in METRICS.items():
        print(f"\n{title}\n")
        print("\n".join(lines(metric, results)))
    print(f"\nEpochs by equations 1 and 2, UE={options.long:g}\n")
    print("| action | frames, all views | epochs |\n| --- | --- | --- |")
    print("\n".join(epoch_rows(options.long)))
    print("\nTime and time-precision rate\n")
    print("\n".join(rates(results, reference)))


if __name__ == "__main__":
    scripts.guarded(main)
