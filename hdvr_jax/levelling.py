"""Where up is in lifted poses: a camera that looks down on a dancer makes everybody lean.

A clip's frames in which the body stands at its full height lean to all sides about equally; their mean direction is
taken for the vertical.
"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from hdvr_jax import rotations
from hdvr_jax.poses import CAMERA_UP
from hdvr_jax.skeletons import get_skeleton

_UP = np.array(CAMERA_UP)
_STRETCHED = 0.9  # of the tallest that a dancer gets
# No camera is held so far from level; a dancer who lies all the time may look as if.
_STEEPEST = np.radians(30.0)


def upright_direction(bodies: Sequence[Float[np.ndarray, "T 3"]]) -> Float[np.ndarray, " 3"]:
    """Mean direction of vectors from feet to thorax over the frames in which a dancer stands at full height.

    Args:
        bodies: One array per dancer, in a camera's axes (y down), NaN where unknown.
    Returns:
        A unit vector; the camera's own up where nothing is known.
    """
    total = np.zeros(3)
    for body in bodies:
        body = body[np.isfinite(body).all(-1)]
        height = np.linalg.norm(body, axis=-1)
        if len(body) and np.percentile(height, 95) > 0:
            tall = height > _STRETCHED * np.percentile(height, 95)
            total += (body[tall] / height[tall, None]).sum(0)
    length = np.linalg.norm(total)
    return total / length if length > 0 else _UP


def level(points: Float[np.ndarray, "T J 3"], skeleton: str) -> Float[np.ndarray, "T J 3"]:
    """Poses in a camera's axes as a level camera in the same place would see them: turned about the root by one
    rotation, of 30 degrees at most.

    Args:
        points: (T, J, 3) relative to the root, y down; NaN where missing.
        skeleton: Has ankles and a thorax.
    """
    index = get_skeleton(skeleton).index
    feet = 0.5 * (points[:, index("left_ankle")] + points[:, index("right_ankle")])
    up = upright_direction([(points[:, index("thorax")] - feet).astype(np.float64)])
    axis, cosine = np.cross(up, _UP), up @ _UP
    sine = np.linalg.norm(axis)
    if sine < 1e-9:
        return points
    angle = min(float(np.arctan2(sine, cosine)), _STEEPEST)
    rotation = np.asarray(rotations.so3_exp(angle / sine * axis))
    return (points @ rotation.T).astype(points.dtype)
