"""Movements of body parts from 2D, lifted and true 3D: F-scores overall and by part (HDVR, Hu & Ahuja 2021, table 2).

    python -m benchmarks.movements [--workdir=work/recognition] [--data=choreo,cmu] [--inputs=2d,3d_lifted,3d_true]
        [--seeds=3]

Trains what is not trained yet, the lifters (for 12,000 steps) too, and prints two tables of the test split, mean and
deviation over the seeds, with the minutes that training all seeds took. "Sure" leaves out the frames in which an
observer could not tell (`data.label_doubt` = 1), for models that were trained on all frames. Stopped and started again,
it goes on.
"""

import argparse
import pathlib
from collections.abc import Mapping
from typing import Any

from benchmarks.trainings import trained
from configs import lifter_choreo, lifter_cmu, movements_choreo, movements_cmu
from hdvr_jax import evaluation, loop, scripts
from hdvr_jax.skeletons import BODY_PARTS
from hdvr_jax.tables import mean_and_deviation

_CONFIGS = {"choreo": movements_choreo, "cmu": movements_cmu}
_LIFTERS = {"choreo": lifter_choreo, "cmu": lifter_cmu}
_LIFTER_STEPS = 12_000
_NAMES = {"2d": "2D", "3d_lifted": "lifted 3D", "3d_true": "true 3D"}

Found = tuple[Mapping[str, float], Mapping[str, float]]  # means and deviations over the seeds
Scores = tuple[Found, Found, float]  # everywhere, where an observer could be sure; seconds of the training


def lifter(data: str, workdir: pathlib.Path) -> str:
    """Workdir of the lifter of a dataset, which is trained first where it is not."""
    folder = workdir / f"{data}_lifter"
    config = _LIFTERS[data].get_config()
    config.train.steps = min(config.train.steps, _LIFTER_STEPS)
    loop.train(config, folder)
    return str(folder)


def config_of(data: str, inputs: str, options: argparse.Namespace) -> Any:
    """The config of a row."""
    upstream = lifter(data, options.workdir) if inputs == "3d_lifted" else ""
    config = _CONFIGS[data].get_config(f"inputs={inputs},lifter={upstream}")
    config.num_seeds = options.seeds
    return config


def folder(data: str, inputs: str, options: argparse.Namespace) -> pathlib.Path:
    """Workdir of a row."""
    return options.workdir / f"{data}_movements_{inputs}"


def scores(data: str, inputs: str, options: argparse.Namespace) -> Scores:
    """Scores of a row, trained first where it is not."""
    config, workdir = config_of(data, inputs, options), folder(data, inputs, options)
    everywhere, seconds = trained(config, workdir)
    config.data.label_doubt = 1.0
    sure = evaluation.evaluate_workdir(config, workdir, "latest")
    found = (tuple(part["overall"]["all"] for part in mean_and_deviation(found)) for found in (everywhere, sure))
    return *found, seconds


def cell(found: Found, name: str) -> str:
    """Mean and deviation of a score."""
    return f"{found[0][name]:.3f} ± {found[1][name]:.3f}"


def overall(data: str, found: Mapping[str, Scores]) -> list[str]:
    """Rows of the table over all parts."""
    return [
        f"| {data} | {_NAMES[inputs]} | "
        + " | ".join(cell(how, name) for how in both for name in ("macro_f", "micro_f"))
        + f" | {seconds / 60:.0f} |"
        for inputs, (*both, seconds) in found.items()
    ]


def by_part(data: str, found: Mapping[str, Scores]) -> list[str]:
    """Rows of the table by part, all inputs beside each other: macro and micro, means over the seeds, and the number of
    positive labels, which are those of every view."""
    columns = [mean for (mean, _), *_ in found.values()]
    return [
        f"| {data} | {part.replace('_', ' ')} | "
        + " | ".join(f"{found[f'f/{part}']:.3f} / {found[f'micro_f/{part}']:.3f}" for found in columns)
        + " | "
        + " / ".join(f"{found[f'support/{part}']:.0f}" for found in columns)
        + " |"
        for part in BODY_PARTS
    ]


def main() -> None:
    """Trains what is not trained yet and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workdir", type=pathlib.Path, default=pathlib.Path("work/recognition"))
    parser.add_argument("--data", default="choreo,cmu")
    parser.add_argument("--inputs", default=",".join(_NAMES))
    parser.add_argument("--seeds", type=int, default=3)
    options = parser.parse_args()
    inputs, first, second = options.inputs.split(","), [], []
    for data in options.data.split(","):
        found = {kind: scores(data, kind, options) for kind in inputs}
        first, second = [*first, *overall(data, found)], [*second, *by_part(data, found)]
    print("\n| data | input | macro-F | micro-F | macro-F, sure | micro-F, sure | minutes |\n|" + " --- |" * 7)
    print("\n".join(first))
    print("\n| data | part | " + " | ".join(_NAMES[kind] for kind in inputs) + " | support |")
    print("|" + " --- |" * (len(inputs) + 3) + "\n" + "\n".join(second))


if __name__ == "__main__":
    scripts.guarded(main)
