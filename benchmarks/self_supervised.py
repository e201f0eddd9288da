"""Lifting learnt without 3D: the ablations of Li's thesis (tables 3.1, 3.2, 4.1 and 4.2) and what goes beyond.

    python -m benchmarks.self_supervised [--data=aistpp,cmu] [--tables=3.1,3.2,beyond,4.1,4.2] [--skip=c05]
        [--seeds=3] [--channels=128] [--steps=1500] [--temporal_channels=128] [--temporal_steps=1500]
        [--dictionary_steps=6000] [--workdir=work/self_supervised]

Trains what is not trained yet, the dictionaries of chapter 4 too, and prints a table for each of these and for each
dataset: AIST++, ch03 after ch01, ch02, ch05 and ch06, or the test takes of CMU filmed by four virtual cameras; one view
at a time, the twelve joints that every source measures, mean and deviation over the seeds, minutes of training them (of
chapter 4 without the dictionary's, of which all seeds of a row start from the first).
The thesis trains 1,024 channels for 300 epochs; the budget here is what --channels and --steps say. `--skip=none` has
AIST++'s camera c05, which is out of step, among the others in training and test. Stopped and started again, it goes on.
"""

import argparse
import dataclasses
import importlib
import pathlib
from collections.abc import Iterator
from typing import Any

from benchmarks.machine import machine
from benchmarks.trainings import timed, trained
from configs.self_supervised_common import DATA
from hdvr_jax import scripts
from hdvr_jax.tables import mean_and_deviation

METRICS = ("body_mpjpe_mm", "body_n_mpjpe_mm", "body_p_mpjpe_mm", "body_velocity_mm")


@dataclasses.dataclass(frozen=True)
class Row:
    """A row of a table: what the thesis calls it, the config, its row there, and further arguments of it."""

    title: str
    config: str
    row: str
    extra: str = ""
    temporal: bool = False
    dictionary: str = ""

    @property
    def name(self) -> str:
        """For the workdir: the same training in two tables is one."""
        return "_".join((self.config, self.row, *filter(None, (self.extra.replace("=", "_").replace(",", "_"),))))


_DA = Row("Trans_Reproj+DA", "reprojection", "trans_reproj_da")
_FRAMES = "backbone=residual,virtual=0"
_CF = Row("Baseline+CF", "factorization", "cf", _FRAMES, dictionary="hierarchical")
TABLES = {
    "3.1": (
        Row("Reproj", "reprojection", "reproj"),
        Row("Reproj+ADV", "reprojection", "reproj_adv"),
        Row("Trans_Reproj", "reprojection", "trans_reproj"),
        _DA,
    ),
    "3.2": (
        Row("ResLinear", "reprojection", "res_linear"),
        dataclasses.replace(_DA, title="Ours (four blocks)"),
        Row("TemporalDilated", "reprojection", "temporal_dilated", temporal=True),
    ),
    "beyond": (
        Row("root as published", "reprojection", "published_root"),
        Row("the same, no pre-training", "reprojection", "no_pretraining"),
        Row("squared errors", "reprojection", "squared"),
        Row("fitted root", "reprojection", "fitted_root"),
        Row("fitted root, virtual views", "reprojection", "fitted_root_da"),
        Row("the same, temporal", "reprojection", "fitted_temporal", temporal=True),
        Row("the same, estimated extrinsics", "reprojection", "fitted_temporal", "extrinsics=estimated", temporal=True),
    ),
    "4.1": (
        Row("Baseline", "factorization", "baseline", _FRAMES),
        Row("Baseline+HD", "factorization", "hd", _FRAMES, dictionary="hierarchical"),
        Row("Baseline+ADV", "factorization", "adv", _FRAMES, dictionary="hierarchical"),
        _CF,
    ),
    "4.2": (
        Row("dictionary alone, one level", "dictionary", "single_level"),
        Row("dictionary alone, hierarchical", "dictionary", "hierarchical"),
        Row("Ours-SD", "factorization", "sd", _FRAMES, dictionary="single_level"),
        dataclasses.replace(_CF, title="Ours"),
        Row("Ours+DA", "factorization", "cf", "backbone=residual", dictionary="hierarchical"),
        Row("Ours+DA, temporal", "factorization", "cf", "", True, "hierarchical"),
    ),
}


def config_of(data: str, row: Row, options: argparse.Namespace) -> Any:
    """The config of a row."""
    arguments = [f"data={data}", f"row={row.row}", f"skip={options.skip}", row.extra]
    if row.config == "dictionary":
        arguments.append(f"steps={options.dictionary_steps}")
    else:
        sizes = (
            (options.temporal_channels, options.temporal_steps) if row.temporal else (options.channels, options.steps)
        )
        arguments += [f"channels={sizes[0]}", f"steps={sizes[1]}"]
    if row.dictionary:
        arguments.append(f"dictionary={workdir_of(data, _learning(row), options)}")
    config = importlib.import_module(f"configs.{row.config}").get_config(",".join(filter(None, arguments)))
    config.num_seeds = options.seeds
    return config


def _learning(row: Row) -> Row:
    """The training of the dictionary that a row starts from."""
    return Row("", "dictionary", row.dictionary)


def workdir_of(data: str, row: Row, options: argparse.Namespace) -> pathlib.Path:
    """Workdir of a row."""
    return options.workdir / f"{data}_{row.name}_without_{options.skip}_{options.seeds}"


def lines(data: str, rows: tuple[Row, ...], options: argparse.Namespace) -> Iterator[str]:
    """A table, a line as soon as its row is trained."""
    yield "| row | MPJPE, mm | N-MPJPE | P-MPJPE | velocity | minutes |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for row in rows:
        if row.dictionary:
            timed(config_of(data, _learning(row), options), workdir_of(data, _learning(row), options))
        tables, seconds = trained(config_of(data, row, options), workdir_of(data, row, options))
        mean, spread = (found["overall"]["all"] for found in mean_and_deviation(tables))
        cells = [f"{mean[metric]:.1f} ± {spread[metric]:.1f}" for metric in METRICS]
        yield f"| {row.title} | {' | '.join(cells)} | {seconds / 60:.0f} |"


def main() -> None:
    """Trains what is not trained yet and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workdir", type=pathlib.Path, default=pathlib.Path("work/self_supervised"))
    parser.add_argument("--data", default="aistpp,cmu")
    parser.add_argument("--tables", default=",".join(TABLES))
    parser.add_argument("--skip", default="c05")
    for name, default in (("seeds", 3), ("channels", 128), ("steps", 1500), ("temporal_channels", 128)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--temporal_steps", type=int, default=1500)
    parser.add_argument("--dictionary_steps", type=int, default=6000)
    options = parser.parse_args()
    for option, known in (("data", DATA), ("tables", TABLES)):
        if unknown := [name for name in getattr(options, option).split(",") if name not in known]:
            parser.error(f"--{option}: {unknown[0]!r} is none of {', '.join(known)}")
    print(f"{machine()}; {options.seeds} seeds, {options.channels} channels, {options.steps} steps; temporal "
          f"{options.temporal_channels} channels, {options.temporal_steps} steps")  # fmt: skip
    for data in options.data.split(","):
        for table in options.tables.split(","):
            print(f"\n{data}, table {table}\n")
            for line in lines(data, TABLES[table], options):
                print(line, flush=True)


if __name__ == "__main__":
    scripts.guarded(main)
