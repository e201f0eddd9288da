"""Tables that users write, as CSV with a header."""

import csv
import os
from collections.abc import Collection

from hdvr_jax.errors import InputError


def read(
    path: str | os.PathLike, what: str, required: Collection[str], optional: Collection[str] = ()
) -> list[tuple[int, dict[str, str]]]:
    """(line, row) of every row of a table, one at least; what is left out of a short row is "".

    Args:
        what: What the rows are, for errors.
        required, optional: Columns.
    Raises:
        InputError: no such file, not CSV, other columns, fields beyond the header, or no row.
    """
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file, restval="")
            header = list(reader.fieldnames or ())
            rows = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = getattr(error, "strerror", None) or error
        raise InputError(f"cannot read the {what} {path}: {reason}") from error
    missing = [field for field in required if field not in header]
    unknown = [field for field in header if field not in (*required, *optional)]
    if missing or unknown:
        wrong = f"lacks {', '.join(missing)}" if missing else f"has unknown {', '.join(unknown)}"
        raise InputError(f"{path}, line 1: the header {wrong}; expected {','.join((*required, *optional))}")
    for line, row in rows:
        if None in row:
            raise InputError(f"{path}, line {line}: more fields than the header; quote a text that holds commas")
    if not rows:
        raise InputError(f"{path}: no {what}; expected one per line below the header")
    return rows
