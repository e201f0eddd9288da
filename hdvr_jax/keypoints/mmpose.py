"""MMPose's predictions (github.com/open-mmlab/mmpose, version 1), as JSON.

The inferencer's `pred_out_dir` (mmpose/apis/inferencers) holds for a video [{"frame_id", "instances": [...]}, ...], and
for images a file each with a list of instances; `--save-predictions` of demo/topdown_demo_with_mmdet.py writes
{"meta_info", "instance_info"} around either. An instance is
    keypoints         [[x, y], ...] pixels
    keypoint_scores   [confidence, ...]
    bbox, bbox_score  not read
    track_id          number of the person, where a tracker gave one
`meta_info.keypoint_id2name` names the joints; without it 17 points are COCO's or Human3.6M's.
"""

import pathlib
from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import frame_files, json_text, layouts
from hdvr_jax.keypoints.people import Person, Source, gathered, number_of, numbers
from hdvr_jax.keypoints.reading import Found, Options, Reading

LAYOUTS = ("coco17", "h36m17", "halpe26", "halpe136", "wholebody133", "mpii16")


def recognises(path: pathlib.Path) -> bool:
    """Whether a file, or a folder's first that is not empty, holds instances with scores of keypoints."""
    found = frame_files.head(path)
    if isinstance(found, dict):
        return "instance_info" in found
    entry = frame_files.first(found)
    entry = frame_files.first(entry) if isinstance(entry, list) else entry
    return isinstance(entry, dict) and not {"instances", "keypoint_scores"}.isdisjoint(entry)


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The people of a video's file or of a folder with a file for every image.

    Raises:
        InputError: a malformed instance, 3D predictions, an undecided layout, or nobody.
    """
    notes: list[str] = []
    if path.is_dir():
        files = frame_files.in_order(path, ".json", options.clip, notes)
        names = _content(files[0][1])[0]
        frames = ((number, list(_content(file)[1])) for number, file in files)
    else:
        names, entries = _content(path)
        frames = _numbered(path, entries)
    seen: list[int] = []
    people = list(_people(path, frames, seen))
    if not seen:
        raise InputError(f"{path}: no people in it: the list of frames is empty")
    known = layouts.by_names(names, LAYOUTS) if options.layout is None else None
    if known:
        notes.append(f"The file's names of joints are those of {known}.")
    source = Source(path, options, (known,) if known else LAYOUTS, notes, usual="coco17")
    return gathered(source, people, seen)


def _content(path: pathlib.Path) -> tuple[list[str], Iterable[Any]]:
    """(names of the joints, if told; the frames or instances)."""
    if json_text.holds_array(path):
        return [], json_text.entries(path)
    content = json_text.load(path)
    if not isinstance(content, dict) or not isinstance(content.get("instance_info"), list):
        raise InputError(f"{path}: expected a list of frames, or an object with the list instance_info")
    meta = content.get("meta_info")
    names = meta.get("keypoint_id2name") if isinstance(meta, dict) else None
    in_order = sorted(names.items(), key=lambda pair: _number(pair[0])) if isinstance(names, dict) else []
    return [str(name) for _, name in in_order], content["instance_info"]


def _number(text: str) -> int:
    """The number that a JSON object's key is; 0 for another key."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _numbered(path: pathlib.Path, entries: Iterable[Any]) -> Iterator[tuple[int, Any]]:
    """(number, instances) of the frames of a file: by frame_id where there is one, else in order.

    Where the first entry is an instance, the file is one frame.
    """
    for index, entry in enumerate(entries := iter(entries)):
        if isinstance(entry, dict) and "keypoints" in entry and index == 0:
            yield 0, [entry, *entries]
            return
        if not isinstance(entry, dict):
            yield index, entry
            continue
        number = number_of(entry.get("frame_id", index))
        if number < 0 or "instances" not in entry:
            raise InputError(f"{path}: entry {index} has no instances or no number as frame_id")
        yield number, entry["instances"]


def _people(path: pathlib.Path, frames: Iterable[tuple[int, Any]], seen: list[int]) -> Iterator[Person]:
    """The people of (number, instances) of every frame; the numbers of frames are added to `seen`."""
    for number, instances in frames:
        seen.append(number)
        where = f"{path}: frame {number}"
        if not isinstance(instances, list):
            raise InputError(f"{where}: instances is a {type(instances).__name__}; expected a list")
        for instance in instances:
            if not isinstance(instance, dict) or "keypoints" not in instance:
                raise InputError(f"{where}: an instance has no keypoints")
            track = instance.get("track_id")
            yield Person(number, _points(instance, where), number_of(track))


def _points(instance: dict[str, Any], where: str) -> Float[np.ndarray, "J 3"]:
    points = numbers(instance["keypoints"], where)
    if points.ndim != 2 or points.shape[1] not in (2, 3) or not len(points):
        raise InputError(f"{where}: keypoints has shape {points.shape}; expected x and y of every joint")
    scores = instance.get("keypoint_scores")
    if points.shape[1] == 3 and scores is not None:
        raise InputError(f"{where}: keypoints are 3D poses; expected the 2D keypoints that they were lifted from")
    if points.shape[1] == 3:
        return points
    trust = np.ones(len(points)) if scores is None else numbers(scores, where, "keypoint_scores")
    if trust.shape != points.shape[:1]:
        raise InputError(f"{where}: keypoint_scores has shape {trust.shape}; expected ({len(points)},)")
    return np.concatenate([points, trust[:, None]], 1)
