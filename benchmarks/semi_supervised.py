"""Semi-supervised against supervised-only training, by the share of labelled takes (Pavllo et al. 2019, section 6.4).

    python -m benchmarks.semi_supervised [--workdir=work/semi] [--seeds=3] [--steps=5000] [--data=cmu_mocap,aistpp]

Trains `configs/semi_supervised.py` on 1, 5, 10 and 50 % of the CMU takes, and on AIST++ with the labels of one clip,
with the unlabelled sequences and without them: the same network, steps and labelled examples in each step. Prints
N-MPJPE (protocol 3, in which the paper compares), MPJPE and P-MPJPE of the test split, mean and deviation over the
seeds. Stopped and started again, it goes on.
"""

import argparse
import pathlib
from collections.abc import Iterator
from typing import Any

from benchmarks.trainings import trained
from configs import semi_supervised
from hdvr_jax import scripts
from hdvr_jax.tables import mean_and_deviation

SHARES = (0.01, 0.05, 0.1, 0.5)
METRICS = ("n_mpjpe_mm", "mpjpe_mm", "p_mpjpe_mm")


def experiments(data: str) -> Iterator[tuple[str, str]]:
    """(What is labelled, argument of the config)."""
    if data == "aistpp":
        yield "AIST++ ch01, tested on ch03", "data=aistpp"
    else:
        yield from ((f"{share:.0%} of the CMU takes", f"share={share}") for share in SHARES)


def row(argument: str, options: argparse.Namespace) -> str:
    """Cells of one training: mean and deviation of each metric."""
    config = semi_supervised.get_config(argument)
    config.num_seeds, config.train.steps = options.seeds, options.steps
    config.train.eval_every = config.train.checkpoint_every = options.steps
    prefix = "body_" if config.data.dataset == "aistpp" else ""
    tables, _ = trained(config, options.workdir / argument.replace(",", "_").replace("=", "-"))
    mean, deviation = (found["overall"]["all"] for found in mean_and_deviation(tables))
    return " | ".join(f"{mean[prefix + name]:.1f} ± {deviation[prefix + name]:.1f}" for name in METRICS)


def main() -> None:
    """Trains what is not trained yet and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workdir", type=pathlib.Path, default=pathlib.Path("work/semi"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=5000)
    parser.add_argument("--data", default="cmu_mocap,aistpp")
    options: Any = parser.parse_args()
    results = []
    for data in options.data.split(","):
        for labelled, argument in experiments(data):
            for kind, more in (("supervised only", ",unlabelled=0.0"), ("semi-supervised", "")):
                results.append(f"| {labelled} | {kind} | {row(argument + more, options)} |")
    print("\n| labelled | training | N-MPJPE | MPJPE | P-MPJPE |\n| --- | --- | --- | --- | --- |")
    print("\n".join(results))


if __name__ == "__main__":
    scripts.guarded(main)
