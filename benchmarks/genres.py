"""Dance genre from poses and movements: the six rows of HDVR's table (Hu & Ahuja 2021, table 3), choreAI's classifier,
and what a division at random makes of the first.

    python -m benchmarks.genres [--workdir=work/recognition] [--data=choreo,cmu] [--rows=...] [--seeds=3]
        [--size=half]

Rows on choreo are compared at half the budget of the config; --size=full gives all of it. Trains what is not trained
yet, lifters and movement models (`benchmarks.movements`) too, and prints macro-F, accuracy and calibration error of the
test split, mean and deviation over the seeds, and the minutes that training them took. Movements are those of the first
seed. Stopped and started again, it goes on.
"""

import argparse
import pathlib
from typing import Any

from benchmarks import movements
from benchmarks.trainings import timed, trained
from configs import choreai, genre_choreo, genre_cmu
from hdvr_jax import evaluation, scripts, splits
from hdvr_jax.tables import Tables, mean_and_deviation

_CONFIGS = {"choreo": genre_choreo, "cmu": genre_cmu}
# streams, inputs, HDVR's F-score on UID
ROWS = {
    "2D poses": ("poses2d", "2d", 0.44),
    "3D poses": ("poses3d", "3d_lifted", 0.47),
    "movements (2D)": ("movements", "2d", 0.50),
    "movements (3D)": ("movements", "3d_lifted", 0.55),
    "2D poses + movements (2D)": ("poses2d+movements", "2d", 0.73),
    "3D poses + movements (3D)": ("poses3d+movements", "3d_lifted", 0.86),
}
RANDOM = "random windows"
CHOREAI = {"choreAI's classifier": "proper", "choreAI's classifier as published": "published"}


def movement_model(data: str, inputs: str, options: argparse.Namespace) -> str:
    """Workdir of the movement model that a row reads, which is trained first where it is not."""
    folder = movements.folder(data, inputs, options)
    timed(movements.config_of(data, inputs, options), folder)
    return str(folder)


def size(data: str, options: argparse.Namespace) -> str:
    """The size of the config of a dataset; that of CMU is quick enough as it is."""
    return options.size if data == "choreo" else "full"


def config_of(data: str, row: str, options: argparse.Namespace) -> Any:
    """The config of a row."""
    if row in CHOREAI:
        config = choreai.get_config(f"training={CHOREAI[row]}")
    else:
        streams, inputs, _ = ROWS[row]
        arguments = [f"size={size(data, options)}", f"streams={streams}", f"inputs={inputs}"]
        if inputs == "3d_lifted":
            arguments.append(f"lifter={movements.lifter(data, options.workdir)}")
        if "movements" in streams:
            arguments.append(f"movements={movement_model(data, inputs, options)}")
        config = _CONFIGS[data].get_config(",".join(arguments))
    config.num_seeds = options.seeds
    return config


def folder(data: str, row: str, options: argparse.Namespace) -> pathlib.Path:
    """Workdir of a row."""
    name = "".join(letter if letter.isalnum() else "_" for letter in row).strip("_")
    return options.workdir / f"{data}_genre_{size(data, options)}_{name}"


def line(data: str, row: str, options: argparse.Namespace) -> str:
    """A row of the table."""
    tables, seconds = trained(config_of(data, row, options), folder(data, row, options))
    published = f"{ROWS[row][2]:.2f}" if row in ROWS else ""
    return f"| {data} | {row} | {scores(tables)} | {seconds / 60:.0f} | {published} |"


def scores(tables: list[Tables]) -> str:
    """Cells of the means and deviations over the seeds."""
    found = tuple(part["overall"]["all"] for part in mean_and_deviation(tables))
    return " | ".join(movements.cell(found, metric) for metric in ("macro_f", "accuracy", "calibration_error"))


def leak(data: str, options: argparse.Namespace) -> list[str]:
    """Rows of the same model by the honest division and by random windows, both told from pieces of two seconds."""
    row = next(iter(ROWS))
    honest, random = (config_of(data, row, options) for _ in range(2))
    timed(honest, folder(data, row, options))
    honest.data.piece_seconds = splits.PIECE_SECONDS
    random.data.splitting = splits.RANDOM_WINDOW
    tables = {
        "unseen": evaluation.evaluate_workdir(honest, folder(data, row, options), "latest"),
        RANDOM: trained(random, folder(data, f"{row} {RANDOM}", options))[0],
    }
    return [f"| {data} | {row} | {how} | {scores(found)} |" for how, found in tables.items()]


def main() -> None:
    """Trains what is not trained yet and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workdir", type=pathlib.Path, default=pathlib.Path("work/recognition"))
    parser.add_argument("--data", default="choreo,cmu")
    parser.add_argument("--rows", default="", help="names of rows, joined by commas; all by default")
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--size", default="half", choices=("half", "full"), help="of configs/genre_choreo.py")
    options = parser.parse_args()
    lines, leaks = [], []
    for data in options.data.split(","):
        # choreAI's config is for the built-in dances.
        rows = [*ROWS, *(CHOREAI if data == "choreo" else ())]
        asked = options.rows.split(",") if options.rows else [*rows, RANDOM]
        lines += [line(data, row, options) for row in rows if row in asked]
        leaks += leak(data, options) if RANDOM in asked else []
    header = "| data | reads | macro-F | accuracy | calibration error | minutes | HDVR on UID (published) |"
    print(f"\n{header}\n|" + " --- |" * 7)
    print("\n".join(lines))
    if leaks:
        print("\n| data | reads | clips are divided | macro-F | accuracy | calibration error |\n|" + " --- |" * 6)
        print("\n".join(leaks))


if __name__ == "__main__":
    scripts.guarded(main)
