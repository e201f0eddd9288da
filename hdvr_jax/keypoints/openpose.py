"""OpenPose's JSON (github.com/CMU-Perceptual-Computing-Lab/openpose, doc/02_output.md), a file for every frame.

    version   1.0 to 1.3
    people    a list
        pose_keypoints_2d  x0, y0, c0, x1, y1, c1, ... of 25 (BODY_25, BODY_25B), 18 (COCO), 15 (MPI, MPI_4_layers) or
                           135 points (BODY_135); 0, 0, 0 where one is missing; `pose_keypoints` in version 1.0
        person_id          [-1] unless people were tracked
        hand_..., face_... not read

Coordinates are pixels, or shares of the image from 0 to 1 or from -1 to 1 (`--keypoint_scale`). BODY_25 and BODY_25B
cannot be told apart by number: the one is taken under which limbs have plausible lengths. One file may also be one
frame, a list of frames, or an object of frames by image name. Pose2Sim (github.com/perfanalytics/pose2sim) writes the
points of other detectors this way: 17 or 133 of COCO, 26 of Halpe.
"""

import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

from hdvr_jax.detections import NOBODY
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import frame_files, json_text
from hdvr_jax.keypoints.people import Person, Source, gathered, number_of, triples
from hdvr_jax.keypoints.reading import Found, Options, Reading

LAYOUTS = ("body25", "body25b", "coco18", "mpi15", "body135", "coco17", "wholebody133", "halpe26")
_POSE = ("pose_keypoints_2d", "pose_keypoints", "joints")
_NOT_READ = ("hand_left_keypoints_2d", "hand_right_keypoints_2d", "face_keypoints_2d")


def recognises(path: pathlib.Path) -> bool:
    """Whether a file, or the first of a folder, is a frame of OpenPose or begins with one."""
    found = frame_files.head(path)
    return is_frame(found, "people") or is_frame(frame_files.first(found), "people")


def is_frame(value: Any, field: str) -> bool:
    """Whether `value` is an object whose `field` is a list."""
    return isinstance(value, dict) and isinstance(value.get(field), list)


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The people of a folder of frames, `options.clip` choosing among recordings, or of one file.

    Raises:
        InputError: a malformed frame, an undecided layout, or nobody.
    """
    notes: list[str] = []
    if path.is_dir():
        files = frame_files.in_order(path, ".json", options.clip, notes)
        frames = ((number, file, json_text.load(file)) for number, file in files)
    else:
        listed = _frames_of(path)
        files = [(number, path) for number in range(len(listed))]
        frames = ((number, path, frame) for number, frame in enumerate(listed))
    if not files:
        raise InputError(f"{path}: no people in it: the list of frames is empty")
    people = list(people_of(frames, "people", notes))
    source = Source(path, options, LAYOUTS, notes, shares=None)
    return gathered(source, people, [number for number, _ in files])


def people_of(frames: Iterable[tuple[int, pathlib.Path, Any]], field: str, notes: list[str]) -> Iterator[Person]:
    """The people of (number, file, content) of every frame; raises InputError that names the file, frame and field."""
    left_out, bodiless = False, 0
    for number, file, content in frames:
        if not is_frame(content, field):
            raise InputError(f"{file}: frame {number}: no list {field}; expected a frame as OpenPose writes it")
        for person in content[field]:
            where = f"{file}: frame {number}"
            if not isinstance(person, dict):
                raise InputError(f"{where}: {field} holds a {type(person).__name__}; expected objects")
            pose = next((person[name] for name in _POSE if person.get(name)), None)
            left_out = left_out or any(person.get(name) for name in _NOT_READ)
            if pose is None:
                bodiless += 1
                continue
            yield Person(number, triples(pose, where, "pose_keypoints_2d"), _id(person.get("person_id")))
    if left_out:
        notes.append("Points of hands and faces were left out.")
    if bodiless:
        notes.append(f"Entries without points of the body were left out: {bodiless}.")


def _frames_of(path: pathlib.Path) -> list[Any]:
    """The frames of a file of one or several."""
    content = json_text.load(path)
    return content if isinstance(content, list) else [content]


def _id(value: Any) -> int:
    return number_of(value[0] if value else NOBODY) if isinstance(value, list) else number_of(value)
