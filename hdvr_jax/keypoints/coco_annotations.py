"""Annotations of people in the layout of COCO (cocodataset.org, "Data Format": Keypoint Detection), one object.

    images       id, file_name; width and height where they are told; frames in the order that the names count them, by
                 id where there are no names
    annotations  people: image_id, keypoints x0, y0, v0, x1, ... pixels, num_keypoints; track_id of some tools, of CVAT
                 within `attributes`; iscrowd, bbox, segmentation are not read
    categories   id, name; names of the joints, `keypoints`, by which people are told from other things

v is 0 for what is not labelled, 1 for what is hidden and 2 for what is visible, or a confidence. Pictures of several
videos or folders in one file are several recordings, of which the longest is taken unless the user names one.
"""

import pathlib
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import coco_results, frame_files, json_text, layouts, words
from hdvr_jax.keypoints.people import Person, Source, gathered, size_of
from hdvr_jax.keypoints.reading import Found, Options, Reading
from hdvr_jax.skeletons import get_skeleton

_UNNAMED = (*coco_results.LAYOUTS, "mpii16")
# Seventeen points are COCO's in COCO's format, unless names or the user say otherwise.
LAYOUTS = (*_UNNAMED, "h36m17")


def recognises(path: pathlib.Path) -> bool:
    """Whether the file is an object with images, or with people who have an image and keypoints."""
    found = frame_files.head(path)
    if not isinstance(found, dict):
        return False
    image, person = (frame_files.first(found.get(name)) for name in ("images", "annotations"))
    return coco_results.is_person(person) or (isinstance(image, dict) and {"id", "file_name"} <= image.keys())


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The people of the recording `options.clip`, by default the longest.

    Raises:
        InputError: no such recording, a malformed entry, an undecided layout, or nobody.
    """
    notes: list[str] = []
    content = json_text.load(path)
    if not isinstance(content, dict) or not isinstance(content.get("annotations"), list):
        raise InputError(f"{path}: no list annotations; expected an object with images and annotations of people")
    images = _images(path, content)
    numbers = _frames(path, images, options, notes)
    names, others = _categories(content.get("categories"))
    entries = _without_categories(_entries(path, content["annotations"], images), others, notes)
    people = _with_confidence(list(_people(path, entries, numbers)), notes)
    possible = _UNNAMED if options.layout is None else LAYOUTS
    # Points of the feet may stand beside those that are named.
    if options.layout is None and all(len(person.points) == len(names) for person in people):
        known = layouts.by_names(names, LAYOUTS)
        possible = (known,) if known else possible
        people = _without_others(people, names, known, notes) if known else people
    sizes = {size_of(images[id].get("width"), images[id].get("height")) for id in numbers}
    size = sizes.pop() if len(sizes) == 1 else None
    source = Source(path, options, possible, notes, image_size=size)
    return gathered(source, people, list(numbers.values()))


def _images(path: pathlib.Path, content: dict[str, Any]) -> dict[int, dict[str, Any]]:
    """The images by id; of a file without a list of them, those that people are in."""
    listed = content.get("images")
    if not listed:
        listed = [{"id": entry.get("image_id")} for entry in content["annotations"] if isinstance(entry, dict)]
    images = {}
    for index, image in enumerate(listed if isinstance(listed, list) else [None]):
        id = image.get("id") if isinstance(image, dict) else None
        if isinstance(id, bool) or not isinstance(id, int) or not 0 <= id < 10**18:
            raise InputError(f"{path}: image {index} has the id {id!r}; expected a whole number")
        images[id] = image
    if not images:
        raise InputError(f"{path}: no people in it: the lists are empty")
    return images


def _frames(
    path: pathlib.Path, images: dict[int, dict[str, Any]], options: Options, notes: list[str]
) -> dict[int, int]:
    """{image: frame} of the recording chosen; raises InputError where none can be, as names alone tell of them."""
    names = [image.get("file_name") for image in images.values()]
    if not all(isinstance(name, str) and name for name in names):
        if options.clip is not None:
            raise InputError(f"{path}: option clip does not apply: not every image has a file_name")
        return {id: id for id in images}
    chosen = frame_files.of_recording(names, options.clip, path, notes)
    ids = list(images)
    return {ids[index]: frame for index, frame in chosen.items()}


def _entries(path: pathlib.Path, entries: Sequence[Any], images: dict[int, Any]) -> Iterator[tuple[str, dict]]:
    """(where it stands, annotation) of all that have joints; raises InputError for one of no image."""
    for index, entry in enumerate(entries):
        where = f"{path}: annotation {index}"
        if not isinstance(entry, dict) or "image_id" not in entry:
            raise InputError(f"{where}: no image_id; expected a person")
        # Crowds and people too small for joints have boxes alone.
        if not entry.get("keypoints"):
            continue
        image = entry["image_id"]
        if isinstance(image, bool) or not isinstance(image, int) or image not in images:
            raise InputError(f"{where}: image_id is {image!r}; expected the id of one of the images")
        yield where, entry


def _without_categories(
    entries: Iterable[tuple[str, dict]], others: dict[str, str], notes: list[str]
) -> Iterator[tuple[str, dict]]:
    """The annotations of people, and at last a note on what the others were."""
    left_out = set()
    for where, entry in entries:
        name = others.get(str(entry.get("category_id")))
        if name is None:
            yield where, entry
        else:
            left_out.add(name)
    coco_results.note_others(left_out, notes)


def _people(path: pathlib.Path, entries: Iterable[tuple[str, dict]], frames: dict[int, int]) -> Iterator[Person]:
    for where, entry in entries:
        # Other images are those of another recording.
        if entry["image_id"] in frames:
            attributes = entry.get("attributes")
            track = entry.get("track_id", attributes.get("track_id") if isinstance(attributes, dict) else None)
            frame = frames[entry["image_id"]]
            yield Person(frame, coco_results.joints(entry, where), coco_results.single(track))


def _with_confidence(people: list[Person], notes: list[str]) -> list[Person]:
    """The people with COCO's visibilities 0, 1 and 2 as confidences; numbers of another kind stay."""
    found = {float(value) for person in people for value in np.unique(person.points[:, 2])}
    if not found <= {0.0, 1.0, 2.0} or 2.0 not in found:
        return people
    notes.append("Visibilities 0, 1 (hidden) and 2 were read as confidences 0, 0.5 and 1.")
    return [person._replace(points=person.points * [1, 1, 0.5]) for person in people]


def _categories(categories: Any) -> tuple[list[str], dict[str, str]]:
    """(Names of the joints of people, names of the categories that are others, by id).

    People are the category "person", else the first that has joints, and those with the same joints; where there is no
    such category, everything is.
    """
    listed = [entry for entry in categories if isinstance(entry, dict)] if isinstance(categories, list) else []
    named = [entry for entry in listed if str(entry.get("name")).lower() == "person"]
    jointed = [entry for entry in listed if _joints(entry)]
    person = next(iter([*(entry for entry in jointed if entry in named), *jointed, *named]), None)
    if person is None:
        return [], {}
    kind = _joints(person) or person.get("name")
    others = [entry for entry in listed if (_joints(entry) or entry.get("name")) != kind]
    names = [name.lower().replace(" ", "_").replace("-", "_") for name in _joints(person)]
    return names, {str(entry.get("id")): str(entry.get("name")) for entry in others}


def _joints(category: dict[str, Any]) -> list[str]:
    names = category.get("keypoints")
    return [str(name) for name in names] if isinstance(names, list) else []


def _without_others(people: list[Person], names: list[str], layout: str, notes: list[str]) -> list[Person]:
    """The people without points that the file calls otherwise than the layout does, such as PoseTrack's head_bottom."""
    joints = get_skeleton(layouts.get_layout(layout).skeleton).joints
    other = [place for place, (given, known) in enumerate(zip(names, joints)) if given != known]
    notes.append(f"The file's names of joints are those of {layout}.")
    if not other:
        return people
    notes.append(f"Left out, as {layout} has other points there: {words.listed(names[place] for place in other)}.")
    kept = np.ones((len(names), 1))
    kept[other] = 0
    return [person._replace(points=person.points * kept) for person in people]
