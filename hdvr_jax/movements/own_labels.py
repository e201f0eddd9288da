"""A user's own labels of recordings: a table of who does what when, at the two levels of HDVR's UID data set.

CSV with the columns
    clip    name of a clip, or of a recording: all dancers in it
    part    a body part of `hdvr_jax.skeletons.BODY_PARTS`; or "genre"
    type    the movement as the user calls it, or an id or name of the project's vocabulary; or the genre
    start, end  seconds from the beginning, `end` not included; empty for a genre

A clip that is labelled is labelled completely: what no line says does not happen. Of clips without a line nothing is
known.
"""

import dataclasses
import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from jaxtyping import Int

from hdvr_jax import csv_rows
from hdvr_jax.errors import InputError
from hdvr_jax.movements.vocabulary import MovementType, Vocabulary, load_vocabulary, swap_sides
from hdvr_jax.skeletons import BODY_PARTS

FIELDS = ("clip", "part", "type", "start", "end")
GENRE = "genre"


class Interval(NamedTuple):
    """A movement type (part, name as the user wrote it) from `start` to `end`, seconds."""

    part: str
    name: str
    start: float
    end: float


@dataclasses.dataclass(frozen=True)
class OwnLabels:
    """What a table says.

    Attributes:
        genres: {clip: genre}.
        movements: {clip: its intervals}; empty for a clip of which only the genre is told.
    """

    genres: Mapping[str, str]
    movements: Mapping[str, tuple[Interval, ...]]

    def types(self) -> tuple[str, ...]:
        """The movement types as "part/name", ordered by part and name: what `vocabulary` makes types of."""
        found = {(entry.part, entry.name) for own in self.movements.values() for entry in own}
        ordered = sorted(found, key=lambda entry: (BODY_PARTS.index(entry[0]), entry[1]))
        return tuple("/".join(entry) for entry in ordered)


def read(path: str | os.PathLike) -> OwnLabels:
    """Reads a table.

    Raises:
        InputError: names the file, the line and the field, and says what was expected.
    """
    genres: dict[str, str] = {}
    movements: dict[str, list[Interval]] = {}
    for line, row in csv_rows.read(path, "labels", FIELDS):
        where = f"{path}, line {line}"
        text = {field: row[field].strip() for field in FIELDS}
        for field in ("clip", "part", "type"):
            if not text[field]:
                raise InputError(f"{where}, field {field}: empty")
        if text["part"] == GENRE:
            if genres.setdefault(text["clip"], text["type"]) != text["type"]:
                raise InputError(f"{where}, field type: {text['clip']} has genre {genres[text['clip']]!r} already")
            continue
        if text["part"] not in BODY_PARTS:
            raise InputError(
                f"{where}, field part: {text['part']!r}; expected {GENRE} or one of {', '.join(BODY_PARTS)}"
            )
        start, end = (_seconds(text[field], f"{where}, field {field}") for field in ("start", "end"))
        if end <= start:
            raise InputError(f"{where}, field end: {end:g} is not after start ({start:g})")
        movements.setdefault(text["clip"], []).append(Interval(text["part"], text["type"], start, end))
    return OwnLabels(genres, {clip: tuple(found) for clip, found in movements.items()})


def vocabulary(types: Sequence[str]) -> Vocabulary:
    """A vocabulary of types written as "part/name"; the project's where there are none.

    An id or name of the project's vocabulary gives that type, rules and all; other types have no rules. A type whose
    other side is not among them is its own mirror image (see `symmetric`).
    """
    if not types:
        return load_vocabulary()
    known = {key: entry for entry in load_vocabulary().types for key in (entry.id, entry.name)}
    found = []
    for text in types:
        part, _, name = text.partition("/")
        given = known.get(name)
        found.append(given if given is not None and given.part == part else _new(part, name))
    columns = {entry.id: index for index, entry in enumerate(found)}
    return Vocabulary(tuple(found), tuple(columns.get(swap_sides(entry.id), i) for i, entry in enumerate(found)))


def symmetric(own: Vocabulary) -> bool:
    """Whether the mirror image of every type is a type: only then can examples be mirrored in training."""
    return all(swap_sides(entry.id) == own.types[twin].id for entry, twin in zip(own.types, own.mirror, strict=True))


def frames(
    labels: OwnLabels, own: Vocabulary, types: Sequence[str], names: Sequence[str], count: int, fps: float
) -> Int[np.ndarray, "T M"]:
    """Labels of one clip, int8: 1, 0, or -1 where nothing is known.

    Args:
        own, types: Of `vocabulary`.
        names: What the clip may be called in the table (its own name, its recording's).
        count: Frames of the clip.
        fps: Frames per second.
    """
    found = np.full((count, len(own)), -1, np.int8)
    intervals = [labels.movements[name] for name in dict.fromkeys(names) if name in labels.movements]
    if intervals:
        found[:] = 0
    time = (np.arange(count) + 0.5) / fps
    for entry in (entry for own_intervals in intervals for entry in own_intervals):
        column = list(types).index(f"{entry.part}/{entry.name}")
        found[(time >= entry.start) & (time < entry.end), column] = 1
    return found


def _new(part: str, name: str) -> MovementType:
    slug = re.sub(r"\W+", "_", name.lower()).strip("_")
    identifier = slug if slug.startswith(part) else f"{part}_{slug}"
    return MovementType(identifier, name, part, "spatial", f"{name}, as labelled by the user", 0.0, ())


def _seconds(text: str, where: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = np.nan
    if not (np.isfinite(value) and value >= 0):
        raise InputError(f"{where}: {text!r} is no time; expected seconds, 0 or more")
    return value
