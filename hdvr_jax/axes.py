"""Which way up points are.

Cameras see x right, y down, z forward, and images x right, y down. What people look at, and world axes, have y up: x
right, y up, z towards the viewer. From one to the other is half a turn about x (in images, a mirror), and so is the way
back.
"""

import numpy as np
from jaxtyping import Float

_SIGNS = (1.0, -1.0, -1.0)


def upright(points: Float[np.ndarray, "*B D"]) -> Float[np.ndarray, "*B D"]:
    """Points of 2 or 3 coordinates with y up, from those with y down, or the other way round; their dtype is kept."""
    return points * np.array(_SIGNS[: points.shape[-1]], points.dtype)
