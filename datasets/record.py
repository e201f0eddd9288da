"""The one record schema that every dataset of the project has: one dancer's track ("clip") per record.

A clip is a plain dict of NumPy arrays and strings. Axes: V views, T frames, J joints. V may be 0 (motion that no
camera saw), and V, T and J differ from clip to clip.

    clip, dancer, choreography, take, genre    str. `clip` is unique; clips with one `take` happened together, in one
                                               world frame (partners); genre is "" where there is none.
    skeleton                                   str, a name that `hdvr_jax.skeletons.get_skeleton` knows
    source3d                                   str, where points_world comes from: "mocap", "published",
                                               "triangulated", "synthetic" or "none"
    description                                str, free text, "" if none
    fps                                        float
    points_world  (T, J, 3)                    metres, Y up; NaN is missing; all NaN where unknown
    keypoints     (V, T, J, 2)                 pixels; NaN is missing
    confidence    (V, T, J)                    0 is missing
    views         tuple of V names
    focal (V, 2), center (V, 2)                pixels
    distortion    (V, 5)                       OpenCV's order k1, k2, p1, p2, k3
    rotation (V, 3, 3), translation (V, 3)     points_camera = rotation @ points_world + translation, metres
    image_size    (V, 2)                       width, height in pixels

`split`, the name of the split that a clip was read from, is added by `from_example`: it is a property of the reading.
"""

import dataclasses
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from hdvr_jax.errors import InputError

TEXTS = ("clip", "dancer", "choreography", "take", "genre", "skeleton", "source3d", "description")
ARRAYS = {
    "points_world": ("T", "J", 3),
    "keypoints": ("V", "T", "J", 2),
    "confidence": ("V", "T", "J"),
    "focal": ("V", 2),
    "center": ("V", 2),
    "distortion": ("V", 5),
    "rotation": ("V", 3, 3),
    "translation": ("V", 3),
    "image_size": ("V", 2),
}
_INTEGER = ("image_size",)
_MAX_CONFIG_NAME = 100


def features() -> tfds.features.FeaturesDict:
    """The TFDS feature dictionary of a clip."""
    spec: dict[str, Any] = {name: tfds.features.Text() for name in TEXTS}
    spec["fps"] = tfds.features.Scalar(np.float32)
    spec["views"] = tfds.features.Sequence(tfds.features.Text())
    for name, axes in ARRAYS.items():
        shape = tuple(axis if isinstance(axis, int) else None for axis in axes)
        spec[name] = tfds.features.Tensor(shape=shape, dtype=_dtype(name), encoding="bytes")
    return tfds.features.FeaturesDict(spec)


def to_example(clip: Mapping[str, Any]) -> dict[str, Any]:
    """A clip as the example that a builder yields (its key should be `clip["clip"]`).

    The fields `description` and `source3d` may be left out ("" and "none"); without any view, so may `keypoints`,
    `confidence`, `views` and the camera fields. `split` is ignored.

    Raises:
        InputError: a field is missing, unknown or contradicts the others; names the clip and the field.
    """
    known = {*TEXTS, *ARRAYS, "fps", "views", "split"}
    name = clip.get("clip", "?")
    if unknown := sorted(set(clip) - known):
        raise InputError(f"clip {name}: unknown field {unknown[0]}; known: {', '.join(sorted(known))}")
    frames, joints = np.shape(_field(clip, "points_world"))[:2]
    full = {"description": "", "source3d": "none", **_no_views(frames, joints), **clip}
    example: dict[str, Any] = {field: str(_field(full, field)) for field in TEXTS}
    example["fps"] = np.float32(_field(full, "fps"))
    example["views"] = [str(view) for view in full["views"]]
    example |= {field: np.asarray(full[field], _dtype(field)) for field in ARRAYS}
    sizes = {"V": len(example["views"]), "T": frames, "J": joints}
    for field, axes in ARRAYS.items():
        expected = tuple(sizes.get(axis, axis) for axis in axes)
        if example[field].shape != expected:
            raise InputError(f"clip {name}: {field} has shape {example[field].shape}; expected {expected}")
    return example


def from_example(example: Mapping[str, Any], split: str) -> dict[str, Any]:
    """The clip that was written as `example` (NumPy values, as `tfds.as_numpy` gives them), read from `split`."""
    clip: dict[str, Any] = {field: example[field].decode() for field in TEXTS}
    clip |= {field: np.asarray(example[field]) for field in ARRAYS}
    clip["fps"] = float(example["fps"])
    clip["views"] = tuple(view.decode() for view in example["views"])
    clip["split"] = split
    return clip


def make_config(
    config_class: type[tfds.core.BuilderConfig], fingerprint: str = "", **options: Any
) -> tfds.core.BuilderConfig:
    """A builder config from keyword options, with a name (part of the dataset's path) that those options determine.

    Args:
        config_class: Dataclass derived from `tfds.core.BuilderConfig`; its own fields are the options.
        fingerprint: Identifies the raw files, when records depend on any.
    Raises:
        InputError: an option that the config does not have.
    """
    base = {field.name for field in dataclasses.fields(tfds.core.BuilderConfig)}
    own = {field.name: field.default for field in dataclasses.fields(config_class) if field.name not in base}
    if unknown := sorted(set(options) - set(own)):
        raise InputError(f"unknown dataset option {unknown[0]}; known: {', '.join(sorted(own)) or 'none'}")
    # Where raw files lie says nothing that their fingerprint does not.
    named = [key for key in sorted(options) if not (fingerprint and key == "raw_dir")]
    changed = [f"{key}-{options[key]}" for key in named if options[key] != own[key]]
    name = re.sub(r"[^A-Za-z0-9.\-]+", "-", "-".join(changed or ["default"]))
    if len(name) > _MAX_CONFIG_NAME or name != "-".join(changed or ["default"]):
        name = f"{name[:_MAX_CONFIG_NAME]}-{zlib.crc32(repr(changed).encode()):08x}"
    return config_class(name=f"{name}-{fingerprint}" if fingerprint else name, **options)


def examples(clips: Iterator[Mapping[str, Any]]) -> Iterator[tuple[str, dict[str, Any]]]:
    """(key, example) of every clip, as `_generate_examples` yields them."""
    for clip in clips:
        yield clip["clip"], to_example(clip)


def _field(clip: Mapping[str, Any], name: str) -> Any:
    if name not in clip:
        raise InputError(f"clip {clip.get('clip', '?')}: no field {name}")
    return clip[name]


def _dtype(field: str) -> type[np.generic]:
    return np.int32 if field in _INTEGER else np.float32


def _no_views(frames: int, joints: int) -> dict[str, Any]:
    """The view fields of a clip that no camera saw."""
    sizes = {"V": 0, "T": frames, "J": joints}
    empty = {
        field: np.zeros([sizes.get(axis, axis) for axis in axes], _dtype(field))
        for field, axes in ARRAYS.items()
        if field != "points_world"
    }
    return {**empty, "views": ()}
