"""Pictures of a training and of its scores: learning curves and confusion matrices."""

import os
import pathlib

import numpy as np
from matplotlib import figure, ticker
from tensorboard.backend.event_processing import event_accumulator
from tensorboard.util import tensor_util

from hdvr_jax.errors import InputError
from hdvr_jax.tables import Tables, matrices

Curve = tuple[list[int], list[float]]


def draw(folder: str | os.PathLike, workdir: str | os.PathLike, tables: Tables, metric: str) -> None:
    """Writes learning_curves.png of the training in `workdir` and one picture of every matrix in the overall row.

    Raises:
        InputError: the folder cannot be written.
    """
    folder = pathlib.Path(folder)
    made = {"learning_curves": learning_curves(read_curves(workdir), metric)}
    made |= {name: matrix(name, *found) for name, found in matrices(tables["overall"]["all"]).items()}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, drawn in made.items():
            drawn.savefig(folder / f"{name}.png", dpi=120)
    except OSError as error:
        raise InputError(f"{folder}: cannot be written ({error.strerror})") from error


def read_curves(workdir: str | os.PathLike) -> dict[str, Curve]:
    """{name: (steps, values)} of all that a training wrote to TensorBoard; where it was resumed, the later run's."""
    folder = pathlib.Path(workdir) / "tensorboard"
    if not folder.is_dir():
        return {}
    events = event_accumulator.EventAccumulator(str(folder), size_guidance={event_accumulator.TENSORS: 0})
    events.Reload()
    curves = {}
    for name in events.Tags()["tensors"]:
        # Floats only: clu also keeps texts there.
        found = [(event.step, tensor_util.make_ndarray(event.tensor_proto)) for event in events.Tensors(name)]
        latest = {step: float(value) for step, value in found if value.shape == () and value.dtype.kind == "f"}
        if latest:
            curves[name] = (sorted(latest), [latest[step] for step in sorted(latest)])
    return curves


def learning_curves(curves: dict[str, Curve], metric: str) -> figure.Figure:
    """The loss in training and `metric` in validation over the steps; empty axes where nothing was recorded."""
    drawn = figure.Figure(figsize=(9, 3.2), layout="constrained")
    for axes, name in zip(drawn.subplots(1, 2), ("train/loss", f"validation/{metric}")):
        if name in curves:
            axes.plot(*curves[name], marker="o" if len(curves[name][0]) < 40 else None, markersize=3, color="#1f3b73")
        axes.set(xlabel="step", title=name)
        axes.xaxis.set_major_locator(ticker.MaxNLocator(6, integer=True))
        axes.grid(alpha=0.3)
    return drawn


def matrix(name: str, labels: list[str], values: np.ndarray) -> figure.Figure:
    """Shares of every line in colour, the counts as numbers."""
    side = 2.2 + 0.55 * len(labels)
    drawn = figure.Figure(figsize=(side + 0.6, side), layout="constrained")
    axes = drawn.subplots()
    shares = values / np.maximum(values.sum(1, keepdims=True), 1e-9)
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1)
    for (line, column), value in np.ndenumerate(values):
        colour = "white" if shares[line, column] > 0.6 else "black"
        axes.text(column, line, f"{value:.3g}" if value else "", ha="center", va="center", color=colour, fontsize=8)
    words = [label.replace("_", " ") for label in labels]
    axes.set_xticks(range(len(words)), words, rotation=45, ha="right", rotation_mode="anchor")
    axes.set_yticks(range(len(words)), words)
    axes.set(xlabel="recognised", ylabel="true", title=name)
    return drawn
