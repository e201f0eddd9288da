"""Scores of a trained model over whole splits: sums and weights per sequence, divided once at the end."""

import collections
from collections.abc import Callable, Sequence
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.families import Family
from hdvr_jax.pipeline import Windows, eval_batches

Row = dict[str, float]
# {"overall": {"all": row}, label: {value of the label: row}}; a row starts with the number of its sequences.
Tables = dict[str, dict[str, Row]]
Scorer = Callable[[Any, Any], Any]
_MOST_COLUMNS = 10


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
    family: Family, scorer: Scorer, variables: Any, windows: Windows, batch_size: int, groups: Sequence[str] = ()
) -> Tables:
    """Tables of the family's metrics over all windows, overall and by labels.

    Args:
      scorer: `make_scorer(family)`, which can be used again for other variables.
      windows: which cover what is to be counted once.
      groups: labels of the sequences (fields that `Family.prepare` returned as str).

    Raises:
      InputError: no sequence has such a label.
    """
    for group in groups:
        if not any(group in labels for labels in windows.labels):
            known = ", ".join(sorted({name for labels in windows.labels for name in labels}))
            raise InputError(f"cannot group by {group!r}: the sequences have the labels {known or 'none'}")
    totals = _totals(scorer, variables, windows, batch_size)
    everything = np.arange(len(windows.labels))
    tables = {"overall": {"all": _row(family, totals, everything)}}
    for group in groups:
        members = collections.defaultdict(list)
        for index, labels in enumerate(windows.labels):
            members[labels.get(group, "")].append(index)
        tables[group] = {value: _row(family, totals, np.array(members[value])) for value in sorted(members)}
    return tables


def _totals(scorer: Scorer, variables: Any, windows: Windows, batch_size: int) -> dict[str, tuple[Any, Any]]:
    """{name: (sum, weight)} as float64 with a leading axis of sequences."""
    totals: dict[str, tuple[Any, Any]] = {}
    for batch in eval_batches(windows, batch_size):
        for name, pair in jax.device_get(scorer(variables, batch)).items():
            if name not in totals:
                totals[name] = tuple(np.zeros((len(windows.labels), *x.shape[1:])) for x in pair)
            for total, values in zip(totals[name], pair):
                np.add.at(total, batch["sequence"], values.astype(np.float64))
    return totals


def _row(family: Family, totals: dict[str, tuple[Any, Any]], members: np.ndarray) -> Row:
    summed = {name: (total[members].sum(0), weight[members].sum(0)) for name, (total, weight) in totals.items()}
    return {"sequences": len(members), **{name: float(value) for name, value in family.summarise(summed).items()}}


def metric(tables: Tables, name: str) -> float:
    """One overall metric.

    Raises:
      InputError: there is no metric of that name.
    """
    row = tables["overall"]["all"]
    if name not in row:
        raise InputError(f"config.evaluate.metric: there is no {name!r}; there are {', '.join(list(row)[1:])}")
    return row[name]


def over_seeds(tables: Sequence[Tables]) -> tuple[Tables, Tables]:
    """Mean and standard deviation (of the sample; 0 for one) over the tables of several seeds."""

    def reduced(function: Callable[[np.ndarray], Any]) -> Tables:
        return {
            group: {
                value: {name: float(function(np.array([t[group][value][name] for t in tables]))) for name in row}
                for value, row in rows.items()
            }
            for group, rows in tables[0].items()
        }

    return reduced(np.mean), reduced(lambda x: x.std(ddof=1) if len(x) > 1 else 0.0)


def format_tables(tables: Tables, spread: Tables | None = None) -> str:
    """The tables as text; with `spread`, every number as "mean ± deviation".

    A line is a row of the table, or a metric where there are more metrics than rows and than fit side by side; then
    metrics that are 0 in every row (confusions that never happened) are left out.
    """
    blocks = []
    for group, rows in tables.items():
        names = [name for name in next(iter(rows.values())) if name != "sequences"]
        turned = len(names) > max(len(rows), _MOST_COLUMNS)
        if turned:
            names = [name for name in names if any(row[name] != 0 for row in rows.values())]
        lines = [[group, "sequences", *names]]
        for value, row in rows.items():
            deviation = spread[group][value] if spread else {}
            cells = [_number(row[name], deviation.get(name)) for name in names]
            lines.append([value or "(none)", str(int(row["sequences"])), *cells])
        if turned:
            lines = [list(column) for column in zip(*lines)]
        widths = [max(map(len, column)) for column in zip(*lines)]
        blocks.append("\n".join("  ".join(_aligned(line, widths)).rstrip() for line in lines))
    return "\n\n".join(blocks)


def _aligned(line: list[str], widths: list[int]) -> list[str]:
    return [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]


def _number(value: float, deviation: float | None) -> str:
    if not np.isfinite(value):
        return "-"
    digits = 1 if abs(value) >= 10 else 3
    text = f"{value:.{digits}f}"
    return text if deviation is None else f"{text} ± {deviation:.{digits}f}"


def to_json(tables: Tables) -> Any:
    """The tables with null where a number is not finite, which JSON cannot say."""
    return {
        group: {
            value: {name: number if np.isfinite(number) else None for name, number in row.items()}
            for value, row in rows.items()
        }
        for group, rows in tables.items()
    }
