"""JSON files of other tools: whole, entry by entry, or only how they begin."""

import json
import pathlib
import re
from collections.abc import Iterator
from typing import Any, TextIO

from hdvr_jax.errors import InputError, reading
from hdvr_jax.keypoints.arrays import check_file

# Python's lists take about eight times a file's bytes; a list of entries is read one by one and may be larger.
_LARGEST = 2 * 2**30
_HEAD, _BLOCK = 1 << 16, 1 << 20
_MARKS = re.compile(r'"(?:[^"\\]|\\.)*(?:"|$)|[\[\]{},]', re.DOTALL)
_SPACE = re.compile(r"[ \t\r\n]*")
_CLOSING = {"[": "]", "{": "}"}


def load(path: pathlib.Path) -> Any:
    """What the file holds.

    Raises:
        InputError: missing, empty, larger than 2 GiB, or not one whole JSON value.
    """
    check_file(path)
    if (size := path.stat().st_size) > _LARGEST:
        raise InputError(f"{path}: {size / 2**30:.1f} GiB of JSON in one value; expected at most {_LARGEST >> 30} GiB")
    with reading(path, "a whole JSON file"):
        return json.loads(path.read_bytes())


def entries(path: pathlib.Path) -> Iterator[Any]:
    """The entries of the array that the file holds, in memory one at a time.

    Raises:
        InputError: as `load`, or the file holds no array.
    """
    check_file(path)
    with reading(path, "a whole JSON file"), path.open(encoding="utf-8-sig") as file:
        yield from _entries(file)


def holds_array(path: pathlib.Path) -> bool:
    """Whether the file begins as a JSON array does."""
    with path.open("rb") as file:
        return file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"["


def head(path: pathlib.Path) -> Any:
    """What the first 64 KiB of the file hold, without what they cut off; None where that is not JSON."""
    with path.open("rb") as file:
        text = file.read(_HEAD).decode("utf-8-sig", errors="ignore")
    open_marks: list[str] = []
    # Nothing but openings follow the last of these places, so what is open there is the beginning of what is open now.
    whole, depth = 0, 0
    for mark in _MARKS.finditer(text):
        found = mark.group()
        if found in _CLOSING:
            open_marks.append(_CLOSING[found])
        elif open_marks and found == open_marks[-1]:
            open_marks.pop()
            whole, depth = mark.end(), len(open_marks)
        elif found == ",":
            whole, depth = mark.start(), len(open_marks)
    try:
        return json.loads(text[:whole] + "".join(reversed(open_marks[:depth])))
    except (ValueError, RecursionError):
        return None


def _entries(file: TextIO) -> Iterator[Any]:
    scan = json.JSONDecoder().raw_decode
    buffer = file.read(_BLOCK).lstrip()
    if not buffer.startswith("["):
        raise ValueError("expected an array")
    place, count = 1, 0
    while True:
        start = _SPACE.match(buffer, place).end()
        if buffer[start : start + 1] == "]":
            return
        try:
            entry, end = scan(buffer, start)
            end = _SPACE.match(buffer, end).end()
            follows = buffer[end]
        except (IndexError, json.JSONDecodeError):
            follows = ""
        # The end of what has been read may cut a number in two that are numbers as well.
        if follows not in (",", "]"):
            more = file.read(max(_BLOCK, len(buffer) - place))
            if not more:
                raise ValueError(f"entry {count} is malformed or cut short")
            buffer, place = buffer[place:] + more, 0
            continue
        yield entry
        place, count = end + (follows == ","), count + 1
