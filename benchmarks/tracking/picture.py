"""Rows of pictures of scenes with the tracks that were found."""

import colorsys
import importlib
import pathlib

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from benchmarks.tracking import boxes, drawing
from benchmarks.tracking.scenes import Scene
from benchmarks.tracking.scores import crossings
from benchmarks.tracking.sightings import sight
from benchmarks.tracking.trackers import track_boxes
from hdvr_jax.errors import InputError
from hdvr_jax.files import whole_file

_PICTURES = 4
_STEP = 0.6  # seconds between pictures
_WIDTH = 1400  # pixels of a row


def write(chosen: list[Scene], path: pathlib.Path) -> None:
    """Writes a PNG or JPEG, by the name's ending, with a row of pictures of every scene."""
    rows = [strip(scene) for scene in chosen]
    sizes = [(_WIDTH, round(row.shape[0] * _WIDTH / row.shape[1])) for row in rows]
    rows = [cv2.resize(row, size, interpolation=cv2.INTER_AREA) for row, size in zip(rows, sizes)]
    done, data = cv2.imencode(path.suffix or ".png", np.concatenate(rows, 0))
    if not done:
        raise InputError(f"{path}: the picture could not be encoded")
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as file:
        file.write(data.tobytes())


def strip(scene: Scene) -> UInt8[np.ndarray, "H W 3"]:
    """Pictures of a scene's first crossing, with boxes and numbers of the tracks from keypoints."""
    tracking = importlib.import_module("hdvr_jax.tracking").track_keypoints(sight(scene).detections)
    found = track_boxes(tracking, scene.frames)
    wanted = _moments(scene)
    pictures = drawing.draw(scene)
    return np.concatenate([annotated(picture, found[:, t]) for t, picture in enumerate(pictures) if t in wanted], 1)


def annotated(picture: UInt8[np.ndarray, "H W 3"], found: Float[np.ndarray, "K 4"]) -> UInt8[np.ndarray, "H W 3"]:
    """The picture with the boxes of tracks, each in its own colour and with its number, from 1."""
    picture = picture.copy()
    for number, box in enumerate(found):
        if not np.isfinite(box).all():
            continue
        left, top, right, bottom = np.round(box).astype(int).tolist()
        colour = tuple(255 * value for value in colorsys.hsv_to_rgb(number * 0.381966 % 1, 0.9, 1.0))
        cv2.rectangle(picture, (left, top), (right, bottom), colour, 2)
        cv2.putText(picture, str(number + 1), (left + 2, top - 5), cv2.FONT_HERSHEY_SIMPLEX, 0.7, colour, 2)
    return picture


def _moments(scene: Scene) -> list[int]:
    """Frames around the middle of the first crossing, or of the scene."""
    met = crossings(boxes.around(scene.seen()[0]), scene.fps)
    middle = sum(min(met)) // 2 if met else scene.frames // 2
    moments = middle + np.round((np.arange(_PICTURES) - (_PICTURES - 1) / 2) * _STEP * scene.fps).astype(int)
    return sorted(set(np.clip(moments, 0, scene.frames - 1).tolist()))
