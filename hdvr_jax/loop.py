"""The one training loop: data, steps, evaluation, checkpoints, scalars.

Reproducible and resumable to the bit: the state after step s depends on the config alone. Data and random keys of a
step are functions of the seed and the step, so a training that was killed goes on from its latest checkpoint as if
nothing had happened.
"""

import dataclasses
import importlib
import os
import pathlib
import sys
from collections.abc import Callable
from typing import Any

import jax
import numpy as np

from hdvr_jax import configurations, devices, divisions, evaluation, families, initial, pipeline, seeds, trained
from hdvr_jax.checkpoints import Checkpoints
from hdvr_jax.errors import InputError
from hdvr_jax.families import Family
from hdvr_jax.interrupts import Interrupted, Interrupts
from hdvr_jax.optimizers import make_optimizer
from hdvr_jax.progress import Progress
from hdvr_jax.runs import Run, make_runs, models_of, select, steps_per_epoch, values_of
from hdvr_jax.tables import mean_and_deviation
from hdvr_jax.update import Metrics, State, evaluation_variables, make_update

# The first batch's examples that give `init` its shapes.
_INIT_EXAMPLES = 2


@dataclasses.dataclass(frozen=True)
class _Training:
    """What stays the same through a training."""

    config: Any
    runs: tuple[Run, ...]
    family: Family
    windows: pipeline.Windows
    validation: pipeline.Windows | None
    scorer: evaluation.Scorer
    tally: evaluation.Scorer | None
    step: Callable[[State, Any, Any], tuple[State, Metrics]]
    init: Callable[[], State]


def train(config: Any, workdir: str | os.PathLike) -> None:
    """Trains `config` in `workdir`, from its latest checkpoint if there is one.

    Writes config.json, clips.json (what it has seen), checkpoints/ (latest and best) and tensorboard/; what earlier
    models said of the clips is kept in their workdirs (`hdvr_jax.remembered`).

    Raises:
      InputError: the config or the data cannot be used, the workdir belongs to another config, or a loss is not finite.
      Interrupted: by Ctrl-C, after saving.
    """
    config = configurations.normalise(config)
    _check(config)
    devices.enable_compile_cache()
    configurations.check_claim(workdir, config)
    # Of a training that cannot start nothing stays behind.
    begun = (pathlib.Path(workdir) / configurations.CHECKPOINT_FOLDER).exists()
    training, state = (None, None) if begun else _fresh(config)
    configurations.claim(workdir, config)
    with Checkpoints(workdir) as checkpoints:
        done = checkpoints.latest_step()
        # The length of epochs shows with the data.
        if training is None and (config.train.epochs or done < config.train.steps):
            training = _set_up(config)
        if training is None or done >= training.config.train.steps:
            print(f"training finished: {workdir} has all {done} steps (raise train.steps or epochs to continue)")
            return
        settle = divisions.check_clips if done else divisions.write_clips
        settle(workdir, training.windows.labels)
        like = jax.eval_shape(training.init)
        _check_metric(training, like)
        if done:
            state = checkpoints.restore(like)
        elif state is None:
            training, state = _fresh(config)
        verb, steps = "continuing" if done else "training", training.config.train.steps
        epochs = f" ({config.train.epochs:g} epochs)" if config.train.epochs else ""
        print(f"{verb} {config.name or config.family} in {workdir}, from step {done} of {steps}{epochs}")
        _run(training, state, done, checkpoints, pathlib.Path(workdir))


def _check(config: Any) -> None:
    for name in ("steps", "log_every", "eval_every", "checkpoint_every"):
        if config.train[name] < 1:
            raise InputError(f"config.train.{name}: expected 1 or more, got {config.train[name]}")
    if config.train.epochs < 0:
        raise InputError(f"config.train.epochs: expected 0 or more, got {config.train.epochs}")
    if config.train.models and not config.train.model_per:
        raise InputError("config.train.models: expected the label that has these values in train.model_per, got none")
    if config.num_seeds < 1:
        raise InputError(f"config.num_seeds: expected 1 or more, got {config.num_seeds}")
    if config.evaluate.mode not in ("min", "max"):
        raise InputError(f"config.evaluate.mode: {config.evaluate.mode!r} is neither 'min' nor 'max'")
    devices.check_batch_size(config.train.batch_size, jax.local_device_count())


def _check_metric(training: _Training, like: State) -> None:
    """A misspelt metric shows before the first step, not at the first evaluation."""
    if training.validation is None:
        return
    settings, count = training.config.evaluate, len(training.runs)
    variables = jax.eval_shape(lambda state: select(evaluation_variables(state), 0, count), like)
    evaluation.check_metric(
        training.family, training.scorer, variables, training.validation, settings.batch_size, settings.metric
    )


def _set_up(config: Any) -> _Training:
    """Loads the data and puts everything together that `_run` needs."""
    count, data, settings = jax.local_device_count(), config.data, config.train
    family = families.build(config)
    upstream = trained.load_upstream(config.upstream.to_dict())
    windows = pipeline.training_windows(family, data, pipeline.load_sequences(family, data, data.train_split, upstream))
    chosen = range(config.seed, config.seed + config.num_seeds)
    runs = make_runs(
        windows,
        chosen,
        settings.batch_size,
        unlabelled=data.unlabelled,
        label=settings.model_per,
        values=values_of(config),
    )
    epoch = steps_per_epoch(runs)
    config = _with_steps(config, epoch)
    optimizer = make_optimizer(config.optim, config.train.steps, epoch)
    update = make_update(families.build(config, devices.axis_name(count)), optimizer, config.optim.ema)
    several = len(runs) > 1
    if several:
        update = seeds.over_seeds(update, sequential=jax.default_backend() == "cpu")
    example = pipeline.batch_at(windows, runs[:1], 0)
    example = {name: value[:_INIT_EXAMPLES] for name, value in example.items()}
    return _Training(
        config=config,
        runs=runs,
        family=families.build(config),
        windows=windows,
        validation=_validation_windows(config, family, upstream),
        scorer=evaluation.make_scorer(family),
        tally=evaluation.make_tally(family),
        step=devices.make_step(update, count, batch_axis=int(several)),
        init=lambda: seeds.init_states(family, optimizer, example, [run.seed for run in runs], config.optim.ema),
    )


def _fresh(config: Any) -> tuple[_Training, State]:
    """A training and its first state."""
    # What it starts from is read first: data may take minutes.
    weights = initial.weights(config.train)
    training = _set_up(config)
    return training, initial.started(training.init(), weights)


def _with_steps(config: Any, epoch: int) -> Any:
    """The config with `train.steps` for its `train.epochs`, where it has any."""
    if not config.train.epochs:
        return config
    config = configurations.normalise(config)
    config.train.steps = max(1, round(config.train.epochs * epoch))
    return config


def _validation_windows(config: Any, family: Family, upstream: Any) -> pipeline.Windows | None:
    if not config.data.validation_split:
        return None
    sequences = pipeline.load_sequences(family, config.data, config.data.validation_split, upstream)
    return pipeline.evaluation_windows(family, config.evaluate, sequences)


def _run(training: _Training, state: State, done: int, checkpoints: Checkpoints, workdir: pathlib.Path) -> None:
    """Steps from `done` to the end."""
    settings = training.config.train
    steps = settings.steps
    keys = seeds.keys([run.seed for run in training.runs])
    batches = pipeline.train_batches(training.windows, training.runs, done, steps - done)
    writer = _writer(workdir)
    progress = Progress(done, steps, sys.stdout)
    history: list[Metrics] = []
    with Interrupts() as interrupts:
        for step, batch in enumerate(batches, done + 1):
            state, metrics = training.step(state, batch, keys)
            history.append(metrics)
            # Read once: a signal may come at any point of what follows.
            stopping = interrupts.requested and step < steps
            evaluating = training.validation is not None and _due(step, settings.eval_every, steps)
            saving = evaluating or stopping or _due(step, settings.checkpoint_every, steps)
            if saving or _due(step, settings.log_every, steps):
                scalars = _summary(history, step, training.runs, workdir)
                rate = progress.report(step, scalars["loss"])
                writer.write_scalars(step, {f"train/{k}": v for k, v in scalars.items()} | {"steps_per_second": rate})
                history = []
            if saving:
                devices.assert_replicated(state)
                state = _calibrated(training, state) if evaluating else state
                score = _evaluate(training, state, step, writer, progress) if evaluating else float("inf")
                checkpoints.save(state, step, score)
                progress.restart()
            if stopping:
                writer.close()
                raise Interrupted(f"stopped at step {step} of {steps}; saved. The same command continues from there")
    writer.close()
    progress.note(f"training finished: {steps} steps in {workdir}")


def _due(step: int, every: int, steps: int) -> bool:
    return step % every == 0 or step == steps


def _writer(workdir: pathlib.Path) -> Any:
    # Imported here: clu brings TensorFlow.
    return importlib.import_module("clu.metric_writers").SummaryWriter(str(workdir / "tensorboard"))


def _summary(history: list[Metrics], step: int, runs: tuple[Run, ...], workdir: pathlib.Path) -> dict[str, float]:
    """Means of the metrics since the last report, up to `step`; those of every run where there are several.

    Raises:
      InputError: a sum is not finite; names the first such step and the terms.
    """
    found = jax.device_get(history)
    for index, metrics in enumerate(found, step - len(found) + 1):
        if broken := [name for name, (total, _) in metrics.items() if not np.isfinite(total).all()]:
            raise InputError(
                f"step {index}: not finite: {', '.join(sorted(broken))}. The training was stopped; "
                f"{workdir} keeps its checkpoints from before"
            )
    scalars = {}
    for name in found[0]:
        total, weight = (np.sum([np.asarray(m[name][i], np.float64) for m in found], 0) for i in (0, 1))
        values = np.divide(total, weight, out=np.full_like(total, np.nan), where=weight > 0)
        scalars[name] = float(np.mean(values))
        if len(runs) > 1:
            scalars |= {f"{name}/{run.name}": float(value) for run, value in zip(runs, values)}
    return scalars


def _calibrated(training: _Training, state: State) -> State:
    """The state with what the family chooses on the validation split, for every run by itself."""
    if training.tally is None:
        return state
    config, count = training.config, len(training.runs)
    variables = evaluation_variables(jax.device_get(state))
    how = (training.validation, config.evaluate.batch_size, config.train.model_per)
    found = [
        evaluation.calibrated(training.family, training.tally, select(variables, index, count), *how, run.value)
        for index, run in enumerate(training.runs)
    ]
    joined = jax.tree.map(lambda *x: np.stack(x), *found) if count > 1 else found[0]
    # In place of the old ones on every device, so that the step need not be compiled again.
    placed = {
        name: jax.tree.map(lambda new, old: jax.device_put(new, old.sharding), tree, state.variables[name])
        for name, tree in joined.items()
        if name != "params"
    }
    return state.replace(variables={**state.variables, **placed})


def _evaluate(training: _Training, state: State, step: int, writer: Any, progress: Progress) -> float:
    """Evaluates on the validation split; returns the score that the best checkpoint is chosen by, lower is better."""
    config, settings = training.config, training.config.evaluate
    variables = evaluation_variables(jax.device_get(state))
    tables = [
        evaluation.evaluate(
            training.family,
            training.scorer,
            models_of(variables, index, config),
            training.validation,
            settings.batch_size,
            label=config.train.model_per,
        )
        for index in range(config.num_seeds)
    ]
    mean, _ = mean_and_deviation(tables)
    value = evaluation.metric(mean, settings.metric)
    scalars = {f"validation/{name}": number for name, number in mean["overall"]["all"].items()}
    writer.write_scalars(step, scalars)
    progress.note(f"step {step}  validation {settings.metric} {value:.5g}")
    return value if settings.mode == "min" else -value
