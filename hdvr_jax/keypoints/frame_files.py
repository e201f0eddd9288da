"""Folders with a file for every frame, and the frame numbers in names."""

import collections
import itertools
import os
import pathlib
import re
from collections.abc import Sequence
from typing import Any

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import json_text
from hdvr_jax.keypoints.reading import choose

_NUMBER = re.compile(r"[0-9]{1,18}")
# A numbering that asks for this many frames for every one that is there, beyond some, is not one of frames.
_MAX_STRETCH, _ANY_STRETCH = 50, 10_000
# How many files without people are looked into for what the others hold.
_MOST_EMPTY = 1000


def names(folder: pathlib.Path, suffix: str) -> list[str]:
    """The names of a folder's own regular files of that suffix, hidden ones left out, sorted.

    Raises:
        InputError: a link that leads out of the folder.
    """
    found = []
    with os.scandir(folder) as listing:
        for entry in listing:
            if not entry.name.lower().endswith(suffix) or entry.name.startswith("."):
                continue
            if _links_inside(folder, folder / entry.name) if entry.is_symlink() else entry.is_file():
                found.append(entry.name)
    return sorted(found)


def _links_inside(folder: pathlib.Path, link: pathlib.Path) -> bool:
    """Whether a link leads to a file; InputError where that is somewhere else."""
    if link.is_file() and folder.resolve() not in link.resolve().parents:
        raise InputError(f"{link}: a link that leads out of its folder; expected the file itself")
    return link.is_file()


def head(path: pathlib.Path) -> Any:
    """How a JSON file begins, or the first of a folder's JSON files that holds anything; None where none does."""
    if path.is_dir():
        try:
            found = names(path, ".json")
        except InputError:
            return None
        recordings = [recording for recording, _ in numbered(_stems(found))]
        longest = next(iter(_by_size(recordings)), None)
        frames = (path / name for name, recording in zip(found, recordings) if recording == longest)
        begins = map(json_text.head, itertools.islice(frames, _MOST_EMPTY))
        return next(filter(None, begins), None)
    return json_text.head(path) if path.is_file() and path.suffix.lower() in (".json", "") else None


def first(value: Any) -> Any:
    """The first entry of a list that is not empty; None where there is none."""
    return next((entry for entry in value if entry), None) if isinstance(value, list) else None


def numbered(names: Sequence[str]) -> list[tuple[str, int]]:
    """(recording, frame number) of every name.

    Of the numbers in a name, the last one that differs among names of the same wording is that of the frame; what is
    left of the name is that of the recording. Where there is no number, names are frames in their order.
    """
    wordings = [_NUMBER.sub("#", name) for name in names]
    parts = [[int(number) for number in _NUMBER.findall(name)] for name in names]
    together: dict[str, list[list[int]]] = collections.defaultdict(list)
    for wording, numbers in zip(wordings, parts, strict=True):
        together[wording].append(numbers)
    if not any(parts):
        order = {name: number for number, name in enumerate(dict.fromkeys(names))}
        return [("all", order[name]) for name in names]
    place = {wording: _frame_place(numbers) for wording, numbers in together.items()}
    return [
        (_without(name, place[wording]), numbers[place[wording]] if numbers else 0)
        for name, wording, numbers in zip(names, wordings, parts, strict=True)
    ]


def of_recording(
    names: Sequence[str],
    clip: str | None,
    path: pathlib.Path,
    notes: list[str],
    called: Sequence[str] | None = None,
) -> dict[int, int]:
    """{position in `names`: frame number} of a recording that names tell of, by default the longest.

    Args:
        called: What the names are of, in errors; a frame may have several names that are called the same. Default the
            names.
    Raises:
        InputError: no recording `clip`, or two of other names for one frame.
    """
    pairs, called = numbered(names), called or names
    recordings = _by_size([recording for recording, _ in pairs])
    chosen = choose(recordings, clip, "recording", path, notes)
    frames = {index: number for index, (recording, number) in enumerate(pairs) if recording == chosen}
    taken: dict[int, str] = {}
    for index, number in frames.items():
        if taken.setdefault(number, called[index]) != called[index]:
            raise InputError(f"{path}: {taken[number]} and {called[index]} are both frame {number}")
    return frames


def in_order(folder: pathlib.Path, suffix: str, clip: str | None, notes: list[str]) -> list[tuple[int, pathlib.Path]]:
    """(frame number, file) of a folder's recording, in the order of the numbers.

    Raises:
        InputError: no such files, no such recording, two files for one frame, or a link out of the folder.
    """
    found = names(folder, suffix)
    if not found:
        raise InputError(f"{folder}: no {suffix} files in it")
    frames = of_recording(_stems(found), clip, folder, notes, found)
    return sorted((number, folder / found[index]) for index, number in frames.items())


def _stems(found: list[str]) -> list[str]:
    return [os.path.splitext(name)[0] for name in found]


def time_line(
    path: pathlib.Path, numbers: Sequence[int], notes: list[str], start: int | None = None
) -> tuple[int, int]:
    """(number of the first frame, how many frames) of a recording that has frames of these numbers.

    Args:
        start: Where the numbering is known to begin, unless a frame lies before it; default the lowest number.
    Raises:
        InputError: no frames, or numbers too far apart to be those of frames.
    """
    present = set(numbers)
    if not present:
        raise InputError(f"{path}: no people in it: no frames")
    beginning = min(present) if start is None else min(start, *present)
    count = max(present) - beginning + 1
    if count > _MAX_STRETCH * len(present) + _ANY_STRETCH:
        raise InputError(
            f"{path}: frame numbers go from {beginning} to {max(present)}, but only {len(present)} frames are there"
        )
    if beginning > 1:
        notes.append(f"Frames are numbered from {beginning}, which is frame 0 here.")
    if count > len(present):
        notes.append(f"{count - len(present)} of {count} frames are left out of the numbering: nobody is in them.")
    return beginning, count


def _by_size(recordings: Sequence[str]) -> list[str]:
    """The recordings, that of the most frames first."""
    return [recording for recording, _ in collections.Counter(recordings).most_common()]


def _frame_place(numbers: list[list[int]]) -> int:
    """Which of the numbers counts frames: the last that differs, or the last."""
    return max((place for place, column in enumerate(zip(*numbers)) if len(set(column)) > 1), default=-1)


def _without(name: str, place: int) -> str:
    """The name with a star for the number at that place."""
    spans = [match.span() for match in _NUMBER.finditer(name)]
    if not spans:
        return name
    begin, end = spans[place]
    return f"{name[:begin]}*{name[end:]}"
