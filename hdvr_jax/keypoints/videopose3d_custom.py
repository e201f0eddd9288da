"""2D detections of custom videos for VideoPose3D (github.com/facebookresearch/VideoPose3D, INFERENCE.md), as .npz.

Two files, both of pickled arrays that the restricted unpickler reads:
    inference/infer_video_d2.py (Detectron2) and infer_video.py write one per video:
        boxes      for every frame [[], (people, 5)]: corners and score; [] where nobody is
        keypoints  for every frame [[], (people, 4, 17)]: x, y, logit and probability of COCO's joints
        metadata   {"w", "h"}
    data/prepare_data_2d_custom.py writes data_2d_custom_NAME.npz, the best person of every frame with gaps filled:
        positions_2d  {video: {"custom": [(T, 17, 2)]}}
        metadata      layout, and video_metadata {video: {"w", "h"}}
The archives of 2D detections that VideoPose3D publishes are read as the second, a recording for every action.
"""

import pathlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import videopose3d_archive
from hdvr_jax.keypoints.arrays import npz_names
from hdvr_jax.keypoints.people import Person, Source, gathered, numbers, size_of
from hdvr_jax.keypoints.reading import Found, Options, Reading, choose

_OF_VIDEO, _OF_VIDEOS = {"boxes", "keypoints", "metadata"}, {"positions_2d", "metadata"}
LAYOUTS = ("coco17",)


def recognises(path: pathlib.Path) -> bool:
    """Whether an archive has the fields of either file."""
    names = npz_names(path)
    return names >= _OF_VIDEO or names >= _OF_VIDEOS


def read(path: pathlib.Path, options: Options) -> Found | Reading:
    """The people of a video: `options.clip` chooses it, and `options.view` a camera, where a file has several.

    Raises:
        InputError: a malformed archive, a pickle of anything but plain values, or nobody.
    """
    notes: list[str] = []
    if npz_names(path) >= _OF_VIDEOS:
        return _read_best(path, options, notes)
    frames = videopose3d_archive.read_objects(path, "keypoints")
    people = list(_people(path, frames))
    size = _size(videopose3d_archive.read_object(path, "metadata"))
    source = Source(path, options, LAYOUTS, notes, image_size=size)
    return gathered(source, people, range(len(frames)), start=0)


def _people(path: pathlib.Path, frames: np.ndarray) -> Iterator[Person]:
    for number, frame in enumerate(frames):
        where = f"{path}: frame {number}"
        if not isinstance(frame, Sequence | np.ndarray) or len(frame) < 2 or not hasattr(frame[1], "__len__"):
            raise InputError(f"{where}: keypoints is not a pair of lists; expected [[], people]")
        for person in frame[1]:
            found = numbers(person, where)
            if found.ndim != 2 or len(found) not in (3, 4) or not found.shape[1]:
                raise InputError(f"{where}: keypoints of a person have shape {found.shape}; expected (4, 17)")
            yield Person(number, found[[0, 1, -1]].T)


def _read_best(path: pathlib.Path, options: Options, notes: list[str]) -> Found | Reading:
    found = videopose3d_archive.read_detections(path)
    content = found.archive.content
    actions = {subject: found.archive.actions(subject) for subject in content}
    pairs = {
        subject if len(names) == 1 else f"{subject}/{action}": (subject, action)
        for subject, names in actions.items()
        for action in names
    }
    if not pairs:
        raise InputError(f"{path}: no people in it: positions_2d is empty")
    subject, action = pairs[choose(list(pairs), options.clip, "recording", path, notes)]
    views = found.archive.get(subject, action)
    lengths = [len(view) for view in views if hasattr(view, "__len__")] if isinstance(views, list | tuple) else []
    if not lengths or len(lengths) != len(views):
        raise InputError(f"{path}: positions_2d of {subject}, {action}: expected a list with an array for every camera")
    names = tuple(str(view) for view in range(len(views)))
    view = names.index(choose(list(names), options.view, "view", path, notes))
    frames = min(lengths)
    points, trust = videopose3d_archive.points_2d(found, subject, action, names, frames, found.skeleton)
    values = np.concatenate([points[view], trust[view][..., None]], -1).astype(np.float64)
    size = _size(_of_video(videopose3d_archive.read_object(path, "metadata"), subject))
    source = Source(path, options, (found.skeleton,), notes, image_size=size)
    people = [Person(number, person) for number, person in enumerate(values)]
    return gathered(source, people, range(frames), start=0)


def _of_video(metadata: Any, video: str) -> Any:
    videos = metadata.get("video_metadata") if isinstance(metadata, dict) else None
    return videos.get(video) if isinstance(videos, dict) else None


def _size(metadata: Any) -> tuple[int, int] | None:
    """Width and height, where both are told."""
    return size_of(metadata.get("w"), metadata.get("h")) if isinstance(metadata, dict) else None
