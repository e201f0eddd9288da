"""Tables of metrics: over seeds, as text, and as JSON."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from jaxtyping import Float

Row = dict[str, float]
# {"overall": {"all": row}, label: {value of the label: row}}; a row starts with the number of its sequences.
Tables = dict[str, dict[str, Row]]
_MOST_COLUMNS = 10


def mean_and_deviation(tables: Sequence[Tables]) -> tuple[Tables, Tables]:
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

    A line is a row of the table, or a metric where there are more metrics than rows and than fit side by side. The
    matrices of the overall row follow as tables of their own.
    """
    blocks = []
    for group, rows in tables.items():
        names = [name for name in next(iter(rows.values())) if name != "sequences" and not _cell(name)]
        lines = [[group, "sequences", *names]]
        for value, row in rows.items():
            deviation = spread[group][value] if spread else {}
            cells = [_number(row[name], deviation.get(name)) for name in names]
            lines.append([value or "(none)", str(int(row["sequences"])), *cells])
        if len(names) > max(len(rows), _MOST_COLUMNS):
            lines = [list(column) for column in zip(*lines)]
        blocks.append(_block(lines))
    for name, (labels, values) in matrices(tables["overall"]["all"]).items():
        numbers = [[f"{value:.4g}" if value else "." for value in line] for line in values]
        blocks.append(_block([[name, *labels], *([label, *line] for label, line in zip(labels, numbers))]))
    return "\n\n".join(blocks)


def matrices(row: Row) -> dict[str, tuple[list[str], Float[np.ndarray, "G G"]]]:
    """{name: (labels, values)} of the square matrices in a row: the metrics called name/line/column, complete."""
    cells = {found: value for name, value in row.items() if (found := _cell(name))}
    result = {}
    for name in dict.fromkeys(name for name, _, _ in cells):
        labels = list(dict.fromkeys(line for found, line, _ in cells if found == name))
        result[name] = (labels, np.array([[cells[name, line, column] for column in labels] for line in labels]))
    return result


def _cell(name: str) -> tuple[str, ...] | None:
    parts = tuple(name.split("/"))
    return parts if len(parts) == 3 else None


def _block(lines: list[list[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*lines)]
    return "\n".join("  ".join(_aligned(line, widths)).rstrip() for line in lines)


def _aligned(line: list[str], widths: list[int]) -> list[str]:
    return [line[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(line[1:], widths[1:]))]


def _number(value: float, deviation: float | None) -> str:
    if not np.isfinite(value):
        return "-"
    digits = 1 if abs(value) >= 10 else 3
    text = f"{value:.{digits}f}"
    return text if deviation is None else f"{text} ± {deviation:.{digits}f}"


def to_json(seeds: Sequence[int], found: Sequence[Tables]) -> dict[str, Any]:
    """Mean, deviation and the tables of every seed, with null where a number is not finite, which JSON cannot say."""
    mean, deviation = mean_and_deviation(found)
    named = {"mean": mean, "deviation": deviation, **{f"seed {seed}": table for seed, table in zip(seeds, found)}}
    return {name: _finite(table) for name, table in named.items()}


def _finite(tables: Tables) -> Any:
    return {
        group: {
            value: {name: number if np.isfinite(number) else None for name, number in row.items()}
            for value, row in rows.items()
        }
        for group, rows in tables.items()
    }
