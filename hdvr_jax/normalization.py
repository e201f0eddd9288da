"""From keypoints in pixels to what the lifter reads, independent of where in the image the dancer is.

A sequence may be of unit size as a whole (`sight`), or every frame by itself (`sight_frames`).

Each frame is seen as if the camera were turned to look straight at the dancer's hips: a person at the edge of a
wide image is seen from another direction than one in its middle, and a lifter that knows no camera cannot tell. The
poses that the lifter gives are in the frame of that turned camera; `rotation` turns them back.
"""

import chex
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from hdvr_jax import losses, rotations

CONFIDENT = 1e-3
# Joints below this were hardly detected, or filled in for most of a second (`lifting.fading`): where they are is a
# guess, good for a network to read, but nothing to hold a pose against.
DETECTED = 0.1


@chex.dataclass(frozen=True)
class Sighting:
    """A dancer as the lifter sees it.

    Attributes:
        inputs: (T, J, 3) x and y relative to the root in units of the dancer's size, and confidence.
        rotation: (T, 3, 3) camera frame -> frame that looks at the root.
        scale: () or (T,) distance of the joints from the root, in tangents of the viewing angle.
    """

    inputs: Float[Array, "T J 3"]
    rotation: Float[Array, "T 3 3"]
    scale: Float[Array, "*T"]


def looking_at(ray: Float[Array, "*B 3"]) -> Float[Array, "*B 3 3"]:
    """The smallest rotation that turns a viewing ray onto the optical axis (0, 0, 1)."""
    ray = rotations.normalize(ray)
    x, y, z = ray[..., 0], ray[..., 1], ray[..., 2]
    k = 1 / (1 + jnp.maximum(z, -0.999))
    rows = [[1 - k * x * x, -k * x * y, -x], [-k * x * y, 1 - k * y * y, -y], [x, y, z]]
    return jnp.stack([jnp.stack(row, -1) for row in rows], -2)


def sight(
    rays: Float[Array, "T J 2"],
    confidence: Float[Array, "T J"],
    frame_mask: Float[Array, " T"],
    root: int,
) -> Sighting:
    """Normalises one dancer's keypoints.

    Args:
        rays: (T, J, 2) ideal image points (x / z, y / z); any value where confidence is 0, but the root must be
            finite in every frame.
        confidence: (T, J); joints at 0 are hidden from the lifter.
        frame_mask: (T,) 1 for frames of the sequence; others are padding and have no say in the scale.
        root: Index of the joint looked at.
    """
    flat, seen, rotation = _turned(rays, confidence, root)
    real = frame_mask[:, None, None]
    count = jnp.maximum((seen * real).sum(), 1)
    # The root mean square over the sequence.
    scale = jnp.sqrt(jnp.maximum((flat**2 * real).sum() / count, 1e-12))
    inputs = jnp.concatenate([flat / scale, jnp.where(seen, confidence[..., None], 0)], -1)
    return Sighting(inputs=inputs, rotation=rotation, scale=scale)


def sight_frames(rays: Float[Array, "T J 2"], confidence: Float[Array, "T J"], root: int) -> Sighting:
    """Normalises every frame by itself (Li's thesis, 4.7.2): by the mean distance of its joints from the root.

    Arguments as of `sight`. A frame of which nothing is seen is all zeros.
    """
    flat, seen, rotation = _turned(rays, confidence, root)
    others = seen[..., 0] & (jnp.arange(rays.shape[1]) != root)
    scale = losses.masked_mean(rotations.safe_norm(flat), others)
    inputs = flat / jnp.maximum(scale, 1e-6)[:, None, None]
    return Sighting(
        inputs=jnp.concatenate([inputs, jnp.where(seen, confidence[..., None], 0)], -1), rotation=rotation, scale=scale
    )


def _turned(
    rays: Float[Array, "T J 2"], confidence: Float[Array, "T J"], root: int
) -> tuple[Float[Array, "T J 2"], Bool[Array, "T J 1"], Float[Array, "T 3 3"]]:
    """(Image points of the camera that looks at the root, 0 where not seen; what is seen; the turn of the camera)."""
    seen = (confidence > CONFIDENT)[..., None]
    safe = jnp.where(seen, rays, 0)
    direction = jnp.concatenate([rays, jnp.ones_like(rays[..., :1])], -1)
    rotation = looking_at(direction[:, root])
    turned = rotations.rotate(rotation[:, None], jnp.concatenate([safe, jnp.ones_like(safe[..., :1])], -1))
    return jnp.where(seen, turned[..., :2] / jnp.maximum(turned[..., 2:], 0.1), 0), seen, rotation
