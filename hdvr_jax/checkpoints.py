"""States on disk, with orbax: the latest and the best of a training.

A checkpoint holds two items. `model`: the variables to evaluate and to use (with averaged parameters where the config
has an average). `training`: the rest of the state. It is written whole or not at all: a killed training leaves the one
before. The step is the position in the data and in the random keys; nothing more is needed to resume exactly.
"""

import contextlib
import os
import pathlib
from collections.abc import Iterator
from types import TracebackType
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import orbax.checkpoint as ocp
from orbax.checkpoint import checkpoint_managers

from hdvr_jax import configurations, runs
from hdvr_jax.configurations import CHECKPOINT_FOLDER as FOLDER
from hdvr_jax.errors import InputError
from hdvr_jax.update import State, evaluation_variables

_ITEMS = ("model", "training")


def _score(metrics: Any) -> float:
    return metrics["score"]


def _manager(folder: pathlib.Path, *, read_only: bool) -> ocp.CheckpointManager:
    keep = [checkpoint_managers.LatestN(1), checkpoint_managers.BestN(get_metric_fn=_score, reverse=True, n=1)]
    options = ocp.CheckpointManagerOptions(
        preservation_policy=checkpoint_managers.AnyPreservationPolicy(keep),
        best_fn=_score,
        best_mode="min",
        enable_async_checkpointing=False,
        create=not read_only,
        read_only=read_only,
    )
    return ocp.CheckpointManager(folder.resolve() / FOLDER, options=options, item_names=_ITEMS)


class Checkpoints:
    """The checkpoints of one workdir, for the training that writes them."""

    def __init__(self, workdir: str | os.PathLike):
        self._folder = pathlib.Path(workdir)
        self._manager = _manager(self._folder, read_only=False)

    def __enter__(self) -> "Checkpoints":
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._manager.close()

    def latest_step(self) -> int:
        """Steps done at the latest checkpoint, 0 where there is none."""
        return self._manager.latest_step() or 0

    def save(self, state: State, step: int, score: float = float("inf")) -> None:
        """Writes a checkpoint, and drops those that are neither the latest nor the best.

        Args:
          state: finite everywhere; with a leading axis of seeds where there are several.
          score: to choose the best by, lower is better; infinite where the state was not evaluated.

        Raises:
          InputError: a number in it is not finite. Nothing was written.
        """
        state = jax.device_get(state)
        for path, leaf in jax.tree_util.tree_leaves_with_path(state):
            if not np.isfinite(leaf).all():
                name = jax.tree_util.keystr(path)
                raise InputError(f"{name} is not finite after step {step}; this state was not saved")
        training = {"step": state.step, "opt_state": state.opt_state}
        if state.ema:
            training["params"] = state.variables["params"]
        items = {
            "model": ocp.args.StandardSave(evaluation_variables(state)),
            "training": ocp.args.StandardSave(training),
        }
        score = float(score) if np.isfinite(score) else float("inf")
        if step not in self._manager.all_steps():
            self._manager.save(step, args=ocp.args.Composite(**items), metrics={"score": score})

    def restore(self, like: State) -> State:
        """The latest state.

        Args:
          like: a state of the same config; only its shapes are read.

        Raises:
          InputError: it cannot be read, or is not of this config's shapes.
        """
        like = jax.tree.map(lambda x: np.zeros(x.shape, x.dtype), like)
        training = {"step": like.step, "opt_state": like.opt_state}
        if like.ema:
            training["params"] = like.ema
        targets = {"model": like.variables, "training": training}
        found = _restore(self._manager, self._folder, self.latest_step(), targets)
        # A copy, because the step gives the state's buffers to the next one.
        found = jax.tree.map(lambda x: jnp.array(x, copy=True), found)
        model, training = found["model"], found["training"]
        if not like.ema:
            return State(training["step"], model, training["opt_state"], {})
        variables = {**model, "params": training["params"]}
        return State(training["step"], variables, training["opt_state"], model["params"])


def _restore(manager: ocp.CheckpointManager, folder: pathlib.Path, step: int, targets: dict[str, Any]) -> Any:
    args = {name: ocp.args.StandardRestore(target) for name, target in targets.items()}
    try:
        found = dict(manager.restore(step, args=ocp.args.Composite(**args)).items())
    except Exception as error:  # Damage shows as any of a dozen types of orbax, tensorstore and JSON.
        first = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
        raise InputError(f"{folder / FOLDER / str(step)}: the checkpoint cannot be restored ({first})") from error
    for name, target in targets.items():
        if target is not None:
            _check_shapes(f"{folder / FOLDER / str(step)}: {name}", found[name], target)
    return found


def _check_shapes(where: str, found: Any, target: Any) -> None:
    """orbax gives arrays of any shape back."""
    for (path, leaf), wanted in zip(jax.tree_util.tree_leaves_with_path(found), jax.tree.leaves(target), strict=True):
        if leaf.shape != wanted.shape:
            name = jax.tree_util.keystr(path)
            raise InputError(f"{where}{name} cannot be restored: it is {leaf.shape}, expected {wanted.shape}")


def restore_for_inference(workdir: str | os.PathLike, step: str | int = "best", seed_index: int = 0) -> tuple[Any, Any]:
    """The config and the variables of a trained model. Imports neither TensorFlow nor clu.

    Args:
      step: "best" (by the validation metric), "latest", or a number of steps of which there is a checkpoint.
      seed_index: which of the config's `num_seeds` seeds.

    Returns:
      (config, variables); the variables are NumPy arrays.

    Raises:
      InputError: not a workdir, no such checkpoint or seed, it cannot be read, or a seed has a model for each action.
    """
    config, models = restore_models(workdir, step, seed_index)
    if config.train.get("model_per", ""):
        raise InputError(f"{workdir} has a model for each of {', '.join(models)}; expected a training of one model")
    return config, models[""]


def restore_models(
    workdir: str | os.PathLike, step: str | int = "best", seed_index: int = 0
) -> tuple[Any, dict[str, Any]]:
    """The config and {value of `train.model_per`: variables} of a seed; arguments as in `restore_for_inference`."""
    folder = pathlib.Path(workdir)
    config = configurations.load_config(folder)
    if not 0 <= seed_index < config.num_seeds:
        raise InputError(f"{folder} has {config.num_seeds} seed(s); there is no seed number {seed_index}")
    with _reader(folder) as manager:
        variables = _restore(manager, folder, _choose(manager, folder, step), {"model": None})["model"]
    return config, runs.models_of(variables, seed_index, config)


def resolve_step(workdir: str | os.PathLike, step: str | int) -> int:
    """The number of steps of "best", "latest" or a number; errors as in `restore_for_inference`."""
    with _reader(pathlib.Path(workdir)) as manager:
        return _choose(manager, pathlib.Path(workdir), step)


@contextlib.contextmanager
def _reader(folder: pathlib.Path) -> Iterator[ocp.CheckpointManager]:
    if not (folder / FOLDER).is_dir():
        raise InputError(f"{folder}: there is no checkpoint; expected the workdir of a training")
    manager = _manager(folder, read_only=True)
    try:
        yield manager
    finally:
        manager.close()


def _choose(manager: ocp.CheckpointManager, folder: pathlib.Path, step: str | int) -> int:
    steps = sorted(manager.all_steps())
    if not steps:
        raise InputError(f"{folder}: there is no checkpoint yet")
    if step == "latest":
        return steps[-1]
    if step == "best":
        scores = {step: (manager.metrics(step) or {}).get("score", float("inf")) for step in steps}
        # Where nothing was evaluated, the latest is as good as any.
        return min(reversed(steps), key=scores.__getitem__)
    if str(step).isdecimal() and int(step) in steps:
        return int(step)
    raise InputError(f"{folder}: no checkpoint {step!r}; there are {', '.join(map(str, steps))}, best and latest")
