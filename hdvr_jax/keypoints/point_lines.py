"""Text with a frame a line, as choreAI's classifier reads it: 51 numbers between commas, or spaces: x, y and confidence
of COCO-17.

The text holds the frames of one person or, end to end, of clips of the same length. It tells neither rate nor size of
the images, nor where one clip ends: several people of one image would be lines of several frames.
"""

import pathlib

import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.arrays import check_file
from hdvr_jax.keypoints.people import Person, Source, gathered
from hdvr_jax.keypoints.reading import Found, Options, Reading

LAYOUTS = ("coco17",)
_JOINTS = 17
_LONGEST_LINE = 10_000


def recognises(path: pathlib.Path) -> bool:
    """Whether the first line of a text file is 51 numbers."""
    if not path.is_file() or path.suffix.lower() not in (".txt", ".csv"):
        return False
    with path.open("rb") as file:
        return numbers(file.readline(_LONGEST_LINE).decode(errors="replace")) is not None


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The person of a file; lines of zeros alone are frames without anybody.

    Raises:
        InputError: a line of anything but 51 numbers, or nobody.
    """
    check_file(path)
    try:
        lines = path.read_text("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: not a text of numbers ({error})") from None
    while lines and not lines[-1].strip():
        lines.pop()
    people = []
    for frame, line in enumerate(lines):
        values = numbers(line)
        if values is None:
            raise InputError(
                f"{path}: line {frame + 1} has {len(_fields(line))} fields; expected {3 * _JOINTS} numbers between "
                "commas or spaces"
            )
        if values.any():
            people.append(Person(frame, values, 0))
    return gathered(Source(path, options, LAYOUTS, []), people, list(range(len(lines))), start=0)


def _fields(line: str) -> list[str]:
    line = line.strip().removesuffix(",")
    return line.split("," if "," in line else None)


def numbers(line: str) -> np.ndarray | None:
    """(17, 3) the numbers of a line, None where it holds anything else."""
    try:
        values = np.array([float(field) for field in _fields(line)])
    except ValueError:
        return None
    return values.reshape(_JOINTS, 3) if len(values) == 3 * _JOINTS else None
