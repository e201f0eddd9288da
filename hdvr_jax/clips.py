"""What a clip is: one dancer's track as every dataset gives it, and what is read from it.

A clip is a plain dict of NumPy arrays and strings. Axes: V views, T frames, J joints. V may be 0 (motion that no
camera saw), and V, T and J differ from clip to clip.

    clip, dancer, choreography, take, genre    str. `clip` is unique; clips with one `take` happened together, in one
                                               world frame (partners); genre is "" where there is none.
    action                                     str, class of what is done ("walk"), "" where there is none
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

`split`, the name of the split that a clip was read from, is a property of the reading (`datasets/record.py`).
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import numpy as np

from hdvr_jax import cameras
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack

Clip = Mapping[str, Any]

TEXTS = ("clip", "dancer", "choreography", "take", "genre", "action", "skeleton", "source3d", "description")
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
_VIEW_ARRAYS = tuple(field for field, axes in ARRAYS.items() if axes[0] == "V")
_INTEGER = ("image_size",)
_LABELS = ("clip", "dancer", "choreography", "take", "genre", "action")


def dtype(field: str) -> type[np.generic]:
    """The type of an array of `ARRAYS`."""
    return np.int32 if field in _INTEGER else np.float32


def no_views(frames: int, joints: int) -> dict[str, Any]:
    """The view fields of a clip that no camera saw."""
    sizes = {"V": 0, "T": frames, "J": joints}
    empty = {field: np.zeros([sizes.get(axis, axis) for axis in ARRAYS[field]], dtype(field)) for field in _VIEW_ARRAYS}
    return {**empty, "views": ()}


def single_views(clip: Clip) -> Iterator[dict[str, Any]]:
    """The clip as seen by each of its cameras alone: clips with V = 1."""
    fields = [field for field in (*_VIEW_ARRAYS, "views") if field in clip]
    for view in range(len(clip["keypoints"])):
        yield {**clip, **{field: clip[field][view : view + 1] for field in fields}}


def without_views(clip: Clip, names: Collection[str]) -> dict[str, Any]:
    """The clip without the views of these names, if it has any such."""
    kept = [index for index, name in enumerate(clip["views"]) if name not in names]
    fields = [field for field in _VIEW_ARRAYS if field in clip]
    views = tuple(clip["views"][index] for index in kept)
    return {**clip, **{field: clip[field][kept] for field in fields}, "views": views}


def with_views(clip: Clip, more: Mapping[str, Any]) -> dict[str, Any]:
    """The clip with the views of `more`, which has the clip's view arrays, after its own.

    Raises:
      InputError: a view of a name that the clip has already; names both.
    """
    for name in more["views"]:
        if name in clip["views"]:
            raise InputError(f"clip {clip['clip']}: it has a view {name} already")
    fields = [field for field in _VIEW_ARRAYS if field in clip]
    both = {field: np.concatenate([clip[field], more[field].astype(clip[field].dtype)]) for field in fields}
    return {**clip, **both, "views": (*clip["views"], *more["views"])}


def track_2d(clip: Clip, view: int) -> PoseTrack:
    """What one camera saw, in pixels. Raises InputError, which names clip and view, where arrays contradict."""
    size = clip["image_size"][view] if "image_size" in clip else None
    return PoseTrack.from_points(
        clip["keypoints"][view],
        clip["skeleton"],
        clip["fps"],
        confidence=clip["confidence"][view],
        image_size=None if size is None else (int(size[0]), int(size[1])),
        id=f"{clip['clip']}, view {clip['views'][view]}",
    )


def track_3d(clip: Clip) -> PoseTrack:
    """The motion in the world, metres, Y up. Raises InputError, which names the clip, where arrays contradict."""
    return PoseTrack.from_points(clip["points_world"], clip["skeleton"], clip["fps"], id=clip["clip"])


def camera(clip: Clip, view: int) -> cameras.Perspective:
    """The camera of a view."""
    return cameras.Perspective(clip["focal"][view], clip["center"][view], clip["distortion"][view])


def labels(clip: Clip) -> dict[str, str]:
    """What sequences are grouped by: the clip's texts, and its view where there is one alone, or else "world"."""
    found = {name: str(clip[name]) for name in _LABELS if name in clip}
    return {**found, "view": str(clip["views"][0]) if len(clip["keypoints"]) == 1 else "world"}
