"""AlphaPose's results (github.com/MVIG-SJTU/AlphaPose, docs/output.md; `write_json` in alphapose/utils/pPose_nms.py).

A list of people as in COCO's results (see `coco_results`), with
    image_id   name of the image; "0.jpg", "1.jpg", ... for the frames of a video. Frames without people are missing.
    idx        number of the person: 1, [1.0] or [[1.0], [1.0]] by version, the same for all without tracking, or absent
    keypoints  17 points of COCO, 26 or 136 of Halpe (MotionBERT reads this file with 26)
    box, score not read
or, with `--format cmu` or `open`, an object with a frame for every image name: {"version", "bodies": [{"joints"}]} or
{"version", "people": [{"pose_keypoints_2d"}]}, 18 points in OpenPose's order; `sep-json` holds the frames one by one.
"""

import pathlib
import re
from typing import Any

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import coco_results, frame_files, json_text, openpose
from hdvr_jax.keypoints.people import Person, Source, gathered
from hdvr_jax.keypoints.reading import Found, Options, Reading

_FIELDS = ("bodies", "people")
# How images are named when AlphaPose takes the frames from a video itself, beginning with 0.
_OF_VIDEO = re.compile(r"(0|[1-9][0-9]*)\.(jpg|png)")


def recognises(path: pathlib.Path) -> bool:
    """Whether the file is a list of people with names of images, or frames of bodies or by image."""
    found = frame_files.head(path)
    entry = frame_files.first(found)
    if coco_results.is_person(entry):
        return isinstance(entry["image_id"], str)
    return openpose.is_frame(found, "bodies") or _field(found) is not None


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The people of a file, or of a folder of frames; `options.clip` chooses where image names tell of several.

    Raises:
        InputError: a malformed entry, an undecided layout, or nobody.
    """
    notes: list[str] = []
    if path.is_dir():
        files = frame_files.in_order(path, ".json", options.clip, notes)
        contents = ((number, file, json_text.load(file)) for number, file in files)
        people = list(openpose.people_of(contents, "bodies", notes))
        numbers, layouts, start = [number for number, _ in files], openpose.LAYOUTS, None
    else:
        numbers, people, layouts, start = _of_file(path, options, notes)
    return gathered(Source(path, options, layouts, notes), people, numbers, start)


def _of_file(
    path: pathlib.Path, options: Options, notes: list[str]
) -> tuple[list[int], list[Person], tuple[str, ...], int | None]:
    """(numbers of the frames, people, possible layouts, where the numbering begins if known)."""
    if json_text.holds_array(path):
        images, unplaced = coco_results.listed(path, notes)
        names = [str(image) for image in images]
        frames = frame_files.of_recording(names, options.clip, path, notes)
        people = [unplaced[index]._replace(frame=number) for index, number in frames.items()]
        return list(frames.values()), people, coco_results.LAYOUTS, _start(names)
    content = json_text.load(path)
    if openpose.is_frame(content, "bodies"):
        return [0], list(openpose.people_of([(0, path, content)], "bodies", notes)), openpose.LAYOUTS, None
    field = _field(content)
    if field is None:
        raise InputError(f"{path}: expected a list of people, or an object of frames with {' or '.join(_FIELDS)}")
    names = list(content)
    frames = frame_files.of_recording(names, options.clip, path, notes)
    contents = ((number, path, content[names[index]]) for index, number in frames.items())
    people = list(openpose.people_of(contents, field, notes))
    return list(frames.values()), people, openpose.LAYOUTS, _start(names)


def _field(content: Any) -> str | None:
    """Under which name the frames of an object by image have their people; None where it is none."""
    frame = next(iter(content.values()), None) if isinstance(content, dict) else None
    return next((field for field in _FIELDS if openpose.is_frame(frame, field)), None)


def _start(names: list[str]) -> int | None:
    return 0 if all(_OF_VIDEO.fullmatch(name) for name in names) else None
