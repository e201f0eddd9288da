"""Results in the layout of COCO's keypoint challenge (cocodataset.org, "Results Format"): one list of people.

    image_id      number of the image; taken as the frame's number
    category_id   1, a person; others are left out
    keypoints     x0, y0, c0, x1, y1, c1, ... pixels; c is a confidence, or COCO's visibility 0, 1 or 2
    score         of the person; not read
    track_id      or `idx`: number of the person, where a tracker gave one

    foot_kpts     six more points, where COCO-WholeBody's are kept apart; those of face and hands are not read

The layout has no joint set: 17 points are COCO's, 26 and 136 are Halpe's, 133 are COCO-WholeBody's.
"""

import pathlib
from collections.abc import Iterator
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import frame_files, json_text, words
from hdvr_jax.keypoints.arrays import check_file
from hdvr_jax.keypoints.people import Person, Source, gathered, number_of, triples
from hdvr_jax.keypoints.reading import Found, Options, Reading

LAYOUTS = ("coco17", "coco23", "halpe26", "halpe136", "wholebody133")


def recognises(path: pathlib.Path) -> bool:
    """Whether the file is a list of people, each with the number of an image."""
    entry = frame_files.first(frame_files.head(path))
    return is_person(entry) and not isinstance(entry["image_id"], str)


def is_person(entry: Any) -> bool:
    """Whether an entry has the fields that make it one of this layout."""
    return isinstance(entry, dict) and {"image_id", "keypoints"} <= entry.keys()


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The people of a file.

    Raises:
        InputError: a malformed entry, an undecided layout, or nobody.
    """
    notes: list[str] = []
    check_file(path)
    images, people = listed(path, notes)
    for image in images:
        if isinstance(image, bool) or not isinstance(image, int) or not 0 <= image < 10**18:
            raise InputError(f"{path}: image_id is {image!r}; expected a whole number, that of the frame")
    people = [person._replace(frame=image) for person, image in zip(people, images, strict=True)]
    return gathered(Source(path, options, LAYOUTS, notes), people, images)


def listed(path: pathlib.Path, notes: list[str]) -> tuple[list[Any], list[Person]]:
    """(image_id, person) of every entry; the frame of a person is its place in the list.

    Raises:
        InputError: no list, an entry without image or keypoints, or nobody.
    """
    others: set[str] = set()
    found = list(_people(path, others))
    note_others(others, notes)
    if not found:
        raise InputError(f"{path}: no people in it: the list is empty")
    images, people = zip(*found, strict=True)
    return list(images), list(people)


def note_others(categories: set[str], notes: list[str]) -> None:
    """Adds a note on the categories whose entries were left out, where there are any."""
    if categories:
        told = words.listed(sorted(name[:20] for name in categories), 5)
        notes.append(f"Entries of categories {told} were left out: they are no people.")


def _people(path: pathlib.Path, others: set[str]) -> Iterator[tuple[Any, Person]]:
    if not json_text.holds_array(path):
        raise InputError(f"{path}: expected a list of people, each with image_id and keypoints")
    for index, entry in enumerate(json_text.entries(path)):
        where = f"{path}: entry {index}"
        if not is_person(entry):
            raise InputError(f"{where}: no image_id or no keypoints; expected a person")
        if entry.get("category_id", 1) not in (1, "1", "person", None):
            others.add(str(entry["category_id"]))
            continue
        number = single(entry.get("idx", entry.get("track_id")))
        yield entry["image_id"], Person(index, joints(entry, where), number)


def joints(entry: dict[str, Any], where: str) -> Float[np.ndarray, "J 3"]:
    """The joints of a person, with those of the feet where they have a field of their own."""
    body = triples(entry["keypoints"], where)
    return np.concatenate([body, triples(entry["foot_kpts"], where, "foot_kpts")]) if entry.get("foot_kpts") else body


def single(value: Any) -> int:
    """The number of a person from a number or from nested lists that hold it, once or repeated; NOBODY otherwise."""
    open_lists, found = [value], set()
    while open_lists and len(found) < 2:
        inner = open_lists.pop()
        if isinstance(inner, list):
            open_lists.extend(inner)
        else:
            found.add(number_of(inner))
    return found.pop() if len(found) == 1 else number_of(None)
