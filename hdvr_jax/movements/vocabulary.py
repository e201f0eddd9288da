"""The vocabulary of movement types: a table of names and kinematic rules, the project's own or a user's."""

import dataclasses
import functools
import os
import pathlib
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax import csv_rows
from hdvr_jax.errors import InputError
from hdvr_jax.movements.kinematics import signal_table
from hdvr_jax.skeletons import BODY_PARTS

PLANES = ("sagittal", "frontal", "transverse", "spatial", "temporal")
COMPARISONS = ("above", "below")
FIELDS = ("id", "name", "part", "plane", "description", "minimum_seconds", "signal", "comparison", "on", "off")
CONDITION_FIELDS = ("signal", "comparison", "on", "off")
EXTRA_CONDITIONS = ("2", "3")
EXTRA_FIELDS = tuple(field + suffix for suffix in EXTRA_CONDITIONS for field in CONDITION_FIELDS)
_DEFAULT = pathlib.Path(__file__).resolve().parent.parent / "data" / "movements.csv"


@dataclasses.dataclass(frozen=True)
class Condition:
    """`signal` beyond `on` starts the movement and holds until it is back behind `off` (hysteresis)."""

    signal: str
    comparison: str
    on: float
    off: float

    @property
    def sign(self) -> float:
        """1 for above, -1 for below: `sign * value > sign * on` switches on."""
        return 1.0 if self.comparison == "above" else -1.0


@dataclasses.dataclass(frozen=True)
class MovementType:
    """One movement type; all `conditions` must hold, for `minimum_seconds` at least."""

    id: str
    name: str
    part: str
    plane: str
    description: str
    minimum_seconds: float
    conditions: tuple[Condition, ...]


@dataclasses.dataclass(frozen=True)
class Vocabulary:
    """Movement types in the order of the label columns.

    Attributes:
        types: The movement types.
        mirror: For each type, the index of its mirror image (its own when it has no side).
    """

    types: tuple[MovementType, ...]
    mirror: tuple[int, ...]

    @property
    def ids(self) -> tuple[str, ...]:
        """Identifier of each type."""
        return tuple(entry.id for entry in self.types)

    @property
    def names(self) -> tuple[str, ...]:
        """Human-readable name of each type."""
        return tuple(entry.name for entry in self.types)

    @property
    def parts(self) -> tuple[str, ...]:
        """Body part of each type."""
        return tuple(entry.part for entry in self.types)

    @property
    def minimum_seconds(self) -> Float[np.ndarray, " M"]:
        """How long each type lasts at least."""
        return np.array([entry.minimum_seconds for entry in self.types])

    def indices(self, part: str) -> tuple[int, ...]:
        """Columns of the types of one body part."""
        return tuple(index for index, entry in enumerate(self.types) if entry.part == part)

    def index(self, identifier: str) -> int:
        """Column of a type; raises InputError when there is none of this id."""
        if identifier not in self.ids:
            raise InputError(f"the vocabulary has no movement type {identifier!r}")
        return self.ids.index(identifier)

    def __len__(self) -> int:
        return len(self.types)


def type_slots(vocabulary: Vocabulary) -> tuple[tuple[int, int], ...]:
    """(part, place among that part's types) of every movement type."""
    used = dict.fromkeys(BODY_PARTS, 0)
    slots = []
    for part in vocabulary.parts:
        slots.append((BODY_PARTS.index(part), used[part]))
        used[part] += 1
    return tuple(slots)


def load_vocabulary(path: str | os.PathLike | None = None) -> Vocabulary:
    """Reads a vocabulary, the project's 154 types by default.

    The file is CSV with the columns of `FIELDS` and, where wanted, those of `EXTRA_FIELDS` for a second and a third
    condition. A type whose id holds the word left needs a twin with right whose rule is its exact mirror image.

    Raises:
        InputError: names the file, the line and the field, and says what was expected.
    """
    return _load(str(_DEFAULT if path is None else path))


@functools.lru_cache(maxsize=8)
def _load_cached(path: str, _stamp: tuple[int, int]) -> Vocabulary:
    rows = csv_rows.read(path, "movement types", FIELDS, EXTRA_FIELDS)
    types, lines = [], {}
    for line, row in rows:
        entry = _parse(row, f"{path}, line {line}")
        if entry.id in lines:
            raise InputError(f"{path}, line {line}, field id: {entry.id!r} is already on line {lines[entry.id]}")
        lines[entry.id] = line
        types.append(entry)
    mirror = _mirror_map(types, lines, path)
    return Vocabulary(tuple(types), mirror)


def _load(path: str) -> Vocabulary:
    try:
        status = os.stat(path)
    except OSError as error:
        raise InputError(f"cannot read the vocabulary {path}: {error.strerror}") from error
    # Keyed by time and size of the file, so that an edited one is read again.
    return _load_cached(path, (status.st_mtime_ns, status.st_size))


def _parse(row: dict[str, Any], where: str) -> MovementType:
    text = {field: value.strip() for field, value in row.items()}
    for field in ("id", "name", "description"):
        if not text[field]:
            raise InputError(f"{where}, field {field}: empty")
    _one_of(text, "part", BODY_PARTS, where)
    _one_of(text, "plane", PLANES, where)
    minimum = _number(text, "minimum_seconds", where)
    if minimum < 0:
        raise InputError(f"{where}, field minimum_seconds: {minimum:g} is negative; expected seconds")
    conditions = [_condition(text, "", where)]
    for suffix in EXTRA_CONDITIONS:
        given = {field + suffix: text.get(field + suffix, "") for field in CONDITION_FIELDS}
        if any(given.values()):
            conditions.append(_condition(given, suffix, where))
    return MovementType(
        text["id"], text["name"], text["part"], text["plane"], text["description"], minimum, tuple(conditions)
    )


def _condition(text: dict[str, str], suffix: str, where: str) -> Condition:
    _one_of(text, f"signal{suffix}", tuple(signal_table()), where)
    _one_of(text, f"comparison{suffix}", COMPARISONS, where)
    on, off = _number(text, f"on{suffix}", where), _number(text, f"off{suffix}", where)
    condition = Condition(text[f"signal{suffix}"], text[f"comparison{suffix}"], on, off)
    if condition.sign * on < condition.sign * off:
        side = "not above" if condition.sign > 0 else "not below"
        raise InputError(
            f"{where}, field off{suffix}: {off:g}; with '{condition.comparison}' it must be {side} on ({on:g})"
        )
    return condition


def _one_of(text: dict[str, str], field: str, allowed: tuple[str, ...], where: str) -> None:
    if text[field] not in allowed:
        raise InputError(f"{where}, field {field}: unknown {text[field]!r}; expected one of {', '.join(allowed)}")


def _number(text: dict[str, str], field: str, where: str) -> float:
    try:
        value = float(text[field])
    except ValueError:
        value = np.nan
    if not np.isfinite(value):
        raise InputError(f"{where}, field {field}: {text[field]!r} is not a finite number")
    return value


def swap_sides(text: str) -> str:
    """The text with left and right exchanged, in names whose words are joined by underscores."""
    swap = {"left": "right", "right": "left"}
    return "_".join(swap.get(word, word) for word in text.split("_"))


def mirrored_condition(condition: Condition) -> Condition:
    """The condition that holds in the mirror exactly when `condition` holds."""
    if not signal_table()[condition.signal].lateral:
        return dataclasses.replace(condition, signal=swap_sides(condition.signal))
    other = "below" if condition.comparison == "above" else "above"
    return Condition(condition.signal, other, -condition.on, -condition.off)


def _mirror_map(types: list[MovementType], lines: dict[str, int], path: str) -> tuple[int, ...]:
    columns = {entry.id: index for index, entry in enumerate(types)}
    for entry in types:
        where, twin = f"{path}, line {lines[entry.id]}", swap_sides(entry.id)
        if twin not in columns:
            raise InputError(f"{where}, field id: {entry.id!r} has no twin {twin!r} for the other side")
        other = types[columns[twin]]
        expected = {
            "part": swap_sides(entry.part),
            "minimum_seconds": entry.minimum_seconds,
            "conditions": tuple(mirrored_condition(condition) for condition in entry.conditions),
        }
        for field, value in expected.items():
            if getattr(other, field) != value:
                raise InputError(f"{where}, field {field}: not the mirror image of {twin!r} on line {lines[twin]}")
    return tuple(columns[swap_sides(entry.id)] for entry in types)
