"""Boxes around people, (left, top, right, bottom) in pixels, NaN where there is nobody."""

import warnings

import numpy as np
from jaxtyping import Float

_MARGIN = 0.08  # of a box's height: joints end before the body does
_SEEN = 0.05  # joints of less confidence are left out


def around(
    keypoints: Float[np.ndarray, "*N J 2"], confidence: Float[np.ndarray, "*N J"] | None = None
) -> Float[np.ndarray, "*N 4"]:
    """The box of every person; NaN where fewer than three joints are there."""
    there = np.isfinite(keypoints).all(-1)
    if confidence is not None:
        there &= confidence >= _SEEN
    points = np.where(there[..., None], keypoints, np.nan)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        low, high = np.nanmin(points, axis=-2), np.nanmax(points, axis=-2)
    margin = _MARGIN * (high - low)[..., 1:]
    box = np.concatenate([low - margin, high + margin], -1)
    return np.where((there.sum(-1) >= 3)[..., None], box, np.nan)


def overlap(first: Float[np.ndarray, "*N 4"], second: Float[np.ndarray, "*N 4"]) -> Float[np.ndarray, "*N"]:
    """Intersection over union, broadcast; 0 with nobody's box."""
    low, high = np.maximum(first[..., :2], second[..., :2]), np.minimum(first[..., 2:], second[..., 2:])
    shared = np.clip(high - low, 0, None).prod(-1)
    both = sum((box[..., 2:] - box[..., :2]).prod(-1) for box in (first, second)) - shared
    return np.nan_to_num(shared / np.maximum(both, 1e-9))


def overlaps(first: Float[np.ndarray, "A 4"], second: Float[np.ndarray, "B 4"]) -> Float[np.ndarray, "A B"]:
    """Intersection over union of every pair."""
    return overlap(first[:, None], second[None])
