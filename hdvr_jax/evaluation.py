"""Scores of a trained model over whole splits: sums and weights per sequence, divided once at the end."""

import collections
import dataclasses
import os
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import checkpoints, divisions, families, trained
from hdvr_jax.configurations import load_config
from hdvr_jax.errors import InputError
from hdvr_jax.families import Family
from hdvr_jax.pipeline import Windows, eval_batches, evaluation_windows, load_sequences
from hdvr_jax.tables import Row, Tables

Scorer = Callable[[Any, Any], Any]
AVERAGE = "(average)"


def make_scorer(family: Family) -> Scorer:
    """`(variables, batch) -> {name: (sum (B, ...), weight (B, ...))}`, compiled once per shape of batch."""

    def score(variables: Any, batch: Any) -> Any:
        batch = family.augment(batch, jax.random.key(0), False)
        scores = family.scores(family.predict(variables, batch), batch)

        def masked(x: Any) -> Any:
            real = batch["mask"].reshape(-1, *[1] * (x.ndim - 1)) > 0
            return jnp.where(real, x, 0)

        return jax.tree.map(masked, scores)

    return jax.jit(score)


def evaluate(
    family: Family,
    scorer: Scorer,
    models: Mapping[str, Any],
    windows: Windows,
    batch_size: int,
    groups: Sequence[str] = (),
    label: str = "",
) -> Tables:
    """Tables of the family's metrics over all windows, overall and by labels.

    A table by a label ends with the mean of its rows where it has several, as tables by action are published.

    Args:
      scorer: `make_scorer(family)`, which can be used again for other variables.
      models: {"": variables}; or {value: variables} of models that each score the sequences with that value of
        `label`. Sequences with other values are left out.
      windows: which cover what is to be counted once.
      groups: labels of the sequences (fields that `Family.prepare` returned as str).

    Raises:
      InputError: no sequence has such a label, or no model is for any of them, or a batch size below 1.
    """
    if batch_size < 1:
        raise InputError(f"config.evaluate.batch_size: expected 1 or more, got {batch_size}")
    _check_groups(windows, groups)
    scored = [index for index, labels in enumerate(windows.labels) if not label or labels.get(label) in models]
    if not scored:
        raise InputError(f"there is no sequence whose {label} is one of {', '.join(models)}")
    totals = _totals(scorer, models, windows, batch_size, label)
    overall = {"all": _row(family, totals, np.array(scored))}
    return {"overall": overall, **{group: _by_label(family, totals, windows, scored, group) for group in groups}}


def make_tally(family: Family) -> Scorer | None:
    """A scorer of what `Family.calibrate` reads; None for a family that chooses nothing."""
    return make_scorer(dataclasses.replace(family, scores=family.tally)) if family.tally else None


def calibrated(
    family: Family, tally: Scorer, variables: Any, windows: Windows, batch_size: int, label: str = "", value: str = ""
) -> Any:
    """The variables of one model with what the family chooses by the windows of a validation split.

    Args:
      tally: of `make_tally`.
      label, value: of the sequences that count, where the model is for some of them.
    """
    totals = _totals(tally, {value: variables}, windows, batch_size, label)
    return family.calibrate(variables, {name: (s.sum(0), w.sum(0)) for name, (s, w) in totals.items()})


def _check_groups(windows: Windows, groups: Sequence[str]) -> None:
    for group in groups:
        if not any(group in labels for labels in windows.labels):
            known = ", ".join(sorted({name for labels in windows.labels for name in labels}))
            raise InputError(f"cannot group by {group!r}: the sequences have the labels {known or 'none'}")


def _by_label(family: Family, totals: Any, windows: Windows, scored: Sequence[int], group: str) -> dict[str, Row]:
    """{value of the label: row}, and the mean of the rows where there are several."""
    members = collections.defaultdict(list)
    for index in scored:
        members[windows.labels[index].get(group, "")].append(index)
    rows = {value: _row(family, totals, np.array(members[value])) for value in sorted(members)}
    return {**rows, AVERAGE: _average(list(rows.values()))} if len(rows) > 1 else rows


def _average(rows: Sequence[Row]) -> Row:
    """The mean of every metric over rows, all sequences counted."""
    mean = {name: float(np.mean([row[name] for row in rows])) for name in rows[0]}
    return {**mean, "sequences": sum(row["sequences"] for row in rows)}


def _totals(
    scorer: Scorer, models: Mapping[str, Any], windows: Windows, batch_size: int, label: str
) -> dict[str, tuple[Any, Any]]:
    """{name: (sum, weight)} as float64 with a leading axis of sequences."""
    totals: dict[str, tuple[Any, Any]] = {}
    for value, variables in models.items():
        chosen = windows.having(label, value) if label else None
        for batch in eval_batches(windows, batch_size, chosen):
            for name, pair in jax.device_get(scorer(variables, batch)).items():
                if name not in totals:
                    totals[name] = tuple(np.zeros((len(windows.labels), *x.shape[1:])) for x in pair)
                for total, values in zip(totals[name], pair):
                    np.add.at(total, batch["sequence"], values.astype(np.float64))
    return totals


def _row(family: Family, totals: dict[str, tuple[Any, Any]], members: np.ndarray) -> Row:
    summed = {name: (total[members].sum(0), weight[members].sum(0)) for name, (total, weight) in totals.items()}
    return {"sequences": len(members), **{name: float(value) for name, value in family.summarise(summed).items()}}


def evaluate_workdir(config: Any, workdir: str | os.PathLike, step: str | int) -> list[Tables]:
    """Tables of every seed of a training, on the split and by the labels of `config.evaluate`.

    Args:
      config: of the training, or of `configurations.for_evaluation`.
    """
    family, settings = families.build(config), config.evaluate
    scorer = make_scorer(family)
    upstream = trained.load_upstream(config.upstream.to_dict())
    sequences = load_sequences(family, config.data, settings.split, upstream)
    windows = evaluation_windows(family, settings, sequences)
    how, found = (settings.batch_size, settings.groups, config.train.get("model_per", "")), []
    for index in range(config.num_seeds):
        _, models = checkpoints.restore_models(workdir, step, index)
        found.append(evaluate(family, scorer, models, windows, *how))
    return found


def seen_by_models(config: Any, workdir: str | os.PathLike) -> list[str]:
    """Sentences on the models whose training has seen what `divisions.described` calls unseen; empty where none has.

    They are the model itself, the one that its training started from, and those that it reads (`config.upstream`).

    Args:
      config, workdir: as in `evaluate_workdir`.
    """
    training = load_config(workdir).train
    others = {"this model": str(workdir), "initial model": training.get("initial", "")}
    others |= {f"initial {part}": folder for part, folder in training.get("initial_parts", {}).items()}
    others |= {f"upstream {stage}": folder for stage, folder in config.upstream.items()}
    told = [_seen_by(config, who, folder) for who, folder in others.items() if folder]
    return [sentence for sentence in told if sentence]


def _seen_by(config: Any, who: str, folder: str) -> str:
    try:
        other = load_config(folder).data
        clips = divisions.of_training(folder)
        seen = divisions.seen_before(config.data, config.evaluate.split, other, clips)
    except InputError as error:
        return f"{who} ({folder}): what its training has seen is not known ({error})"
    if not seen:
        return ""
    shares = ", ".join(f"{label} ({count} of {total})" for label, (count, total) in seen.items())
    if divisions.divided_alike(config.data, other):
        return f"{who} ({folder}): the files have changed since its training, which has seen {shares} of what is unseen"
    scheme = other.get("splitting", "")
    how = f"{scheme}, seed {other.get('split_seed', 0)}" if scheme else "the dataset's own division"
    how += "" if other.train_split == "train" else f", trained on {other.train_split}"
    how += "" if other.options == config.data.options else ", other options"
    return f"{who} ({folder}): divided otherwise ({how}); of what is unseen here it has seen {shares}"


def check_metric(family: Family, scorer: Scorer, variables: Any, windows: Windows, batch_size: int, name: str) -> None:
    """Raises InputError unless `evaluate` will give this overall metric; computes only shapes of `variables`."""
    shapes = jax.eval_shape(scorer, variables, next(eval_batches(windows, batch_size)))
    totals = {term: tuple(np.zeros(x.shape) for x in pair) for term, pair in shapes.items()}
    metric({"overall": {"all": _row(family, totals, np.arange(0))}}, name)


def metric(tables: Tables, name: str) -> float:
    """One overall metric.

    Raises:
      InputError: there is no metric of that name.
    """
    row = tables["overall"]["all"]
    if name not in row:
        raise InputError(f"config.evaluate.metric: there is no {name!r}; there are {', '.join(list(row)[1:])}")
    return row[name]
