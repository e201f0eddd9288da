"""Frame rates when nothing but the past is known: which frames at another rate a new frame completes."""

import math
from typing import Any

import jax
import numpy as np
from jaxtyping import Float


def due(frame: int, fps_from: float, fps_to: float) -> list[float]:
    """Where the frames at another rate lie that have come with this frame: 1 on it, towards 0 on the one before.

    They are those of `poses.resample`: the first on the first, number k at k * fps_from / fps_to.
    """
    return [1.0] if frame == 0 else passed((frame - 1) * fps_to / fps_from, frame * fps_to / fps_from)


def passed(before: float, now: float) -> list[float]:
    """Where the whole numbers lie that are passed on the way, `now` included: 1 on it, towards 0 just after `before`.

    Args:
        before: Place of the frame before, counted in frames at another rate.
        now: Place of this frame, not before that.
    """
    first, last = (math.floor(place + 1e-6) for place in (before, now))
    shares = [(number - before) / (now - before) for number in range(first + 1, last + 1)]
    return [1.0 if abs(share - 1) < 1e-6 else share for share in shares]


def between(before: Any, now: Any, share: float) -> Any:
    """Linear interpolation of arrays or trees of them, `share` of the way; what was not known before is as now."""
    return now if share == 1 else jax.tree.map(lambda old, new: _between(old, new, share), before, now)


def _between(old: Float[np.ndarray, "*N"], new: Float[np.ndarray, "*N"], share: float) -> Float[np.ndarray, "*N"]:
    blend = (old * (1 - share) + new * share).astype(new.dtype)
    return np.where(np.isnan(old), new, blend)


def nearest(frame: int, fps_from: float, fps_to: float) -> int:
    """The frame at another rate that a frame is nearest to, as in `clip_poses.averaged`."""
    return int(np.rint(frame * (fps_to / fps_from)))
