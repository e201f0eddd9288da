"""What the streams of a genre model read of clips: poses and movements of each view, as sequences.

Symbols: T frames, M movement types.
"""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hdvr_jax import clip_poses, filming
from hdvr_jax.clips import labels, single_views
from hdvr_jax.errors import InputError
from hdvr_jax.movements import Vocabulary

RAW, FLAT = "keypoints", ("features2d", "poses2d")
STREAMS = (RAW, *FLAT, "poses3d", "movements")
# Those that a 3D input does not have.
IMAGE_STREAMS = (RAW, *FLAT)
MOVEMENTS = ("model", "annotator")
POSES = ("points", "visible", "root")


@dataclasses.dataclass(frozen=True)
class Reader:
    """What is read, by the fields of `config.model` with these names; rate and cameras by `config.data`."""

    streams: tuple[str, ...]
    inputs: str
    movements: str
    skeleton: str
    level: bool
    fps: float
    virtual_views: int
    genres: tuple[str, ...]
    vocabulary: Vocabulary


def prepare(reader: Reader, clips: list[Any], upstream: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One sequence per view; one per clip where only true 3D is read. `label` is -1 for a clip without a genre."""
    return [
        sequence
        for clip in filming.film_unseen(clips, reader.virtual_views)
        for view in _views(reader, clip)
        for sequence in _sequence(reader, view, upstream)
    ]


def _views(reader: Reader, clip: Any) -> Iterator[Any]:
    """Single-view clips for what is seen by cameras; the clip itself for what is not."""
    seen = len(clip["keypoints"]) > 0
    if seen and (reader.inputs != "3d_true" or set(IMAGE_STREAMS) & set(reader.streams)):
        yield from single_views(clip)
    else:
        yield clip


def _sequence(reader: Reader, clip: Any, upstream: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """The sequence of one view, or none where a stream finds nothing that it can read."""
    if reader.inputs == "3d_lifted" and len(clip["keypoints"]):
        clip = {**clip, "lifted": clip_poses.lifted(clip, upstream.get("lifter"))}
    sequence = {"label": np.int32(_genre_index(reader, clip)), "fps": np.float32(reader.fps)}
    for stream in reader.streams:
        if stream == "movements":
            sequence["movements"] = _movements(reader, clip, upstream)
            sequence |= labels(clip)
            continue
        found = _poses(reader, clip, stream)
        if not found:
            return
        poses = {f"{stream}_{name}": found[0].pop(name) for name in POSES}
        sequence |= {**found[0], **poses}
    yield sequence


def _poses(reader: Reader, clip: Any, stream: str) -> list[Any]:
    if stream == RAW:
        return clip_poses.raw(clip, reader.fps)
    inputs = "2d" if stream in FLAT else reader.inputs
    return clip_poses.sequences(clip, inputs, reader.skeleton, reader.fps, levelled=reader.level)


def _genre_index(reader: Reader, clip: Any) -> int:
    genre = str(clip["genre"])
    if genre and genre not in reader.genres:
        raise InputError(
            f"clip {clip['clip']}: unknown genre {genre!r}; config.model.genres: {', '.join(reader.genres)}"
        )
    return reader.genres.index(genre) if genre else -1


def _movements(reader: Reader, clip: Any, upstream: Mapping[str, Any]) -> np.ndarray:
    """(T, M) means over the frames that each thinned frame stands for; a clip may carry its `movements` already."""
    if reader.movements == "annotator":
        found = clip_poses.movement_labels(clip, reader.vocabulary, clip["fps"]) > 0
    elif "movements" in clip:
        found = np.asarray(clip["movements"])
    elif "movements" in upstream:
        found = np.asarray(upstream["movements"](clip))
    else:
        raise InputError("the stream movements needs a trained model: set config.upstream.movements to its workdir")
    if found.shape[1] != len(reader.vocabulary):
        raise InputError(
            f"config.upstream.movements: that model names {found.shape[1]} types, and this one reads "
            f"{len(reader.vocabulary)}; set config.model.types to the types of that model's config"
        )
    return clip_poses.averaged(found.astype(np.float32), clip["fps"], reader.fps)


def sequences(reader: Reader, clip: Any) -> list[dict[str, Any]]:
    """The sequences of a clip that holds what earlier stages found; InputError where there is none to read."""
    found = [entry for view in _views(reader, clip) for entry in _sequence(reader, view, {})]
    if not found:
        raise InputError(f"clip {clip['clip']}: holds nothing that a genre model of {reader.streams} can read")
    return found
