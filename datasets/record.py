"""The one record schema that every dataset of the project has: one dancer's track ("clip") per record.

What a clip holds stands in `hdvr_jax.clips`. `split`, the name of the split that a clip was read from, is added by
`from_example`: it is a property of the reading.
"""

import dataclasses
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow_datasets as tfds

from hdvr_jax.clips import ARRAYS, TEXTS, dtype, no_views
from hdvr_jax.errors import InputError

_MAX_CONFIG_NAME = 100


def features() -> tfds.features.FeaturesDict:
    """The TFDS feature dictionary of a clip."""
    spec: dict[str, Any] = {name: tfds.features.Text() for name in TEXTS}
    spec["fps"] = tfds.features.Scalar(np.float32)
    spec["views"] = tfds.features.Sequence(tfds.features.Text())
    for name, axes in ARRAYS.items():
        shape = tuple(axis if isinstance(axis, int) else None for axis in axes)
        spec[name] = tfds.features.Tensor(shape=shape, dtype=dtype(name), encoding="bytes")
    return tfds.features.FeaturesDict(spec)


def to_example(clip: Mapping[str, Any]) -> dict[str, Any]:
    """A clip as the example that a builder yields (its key should be `clip["clip"]`).

    The fields `action`, `description` and `source3d` may be left out ("", "" and "none"); without any view, so may
    `keypoints`, `confidence`, `views` and the camera fields. `split` is ignored.

    Raises:
        InputError: a field is missing, unknown or contradicts the others; names the clip and the field.
    """
    known = {*TEXTS, *ARRAYS, "fps", "views", "split"}
    name = clip.get("clip", "?")
    if unknown := sorted(set(clip) - known):
        raise InputError(f"clip {name}: unknown field {unknown[0]}; known: {', '.join(sorted(known))}")
    frames, joints = np.shape(_field(clip, "points_world"))[:2]
    full = {"action": "", "description": "", "source3d": "none", **no_views(frames, joints), **clip}
    example: dict[str, Any] = {field: str(_field(full, field)) for field in TEXTS}
    example["fps"] = np.float32(_field(full, "fps"))
    example["views"] = [str(view) for view in full["views"]]
    example |= {field: np.asarray(full[field], dtype(field)) for field in ARRAYS}
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
