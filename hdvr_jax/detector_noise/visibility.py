"""How far the dancer's own body hides each joint from the camera, from image positions and depths alone.

Symbols: T frames, J joints, K capsules (limbs that hide).
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hdvr_jax.detector_noise.params import Layout

_BEHIND_FREE, _BEHIND_HIDDEN = 0.03, 0.13  # metres behind a limb: not hidden yet, hidden wholly
_LEAN_COSINE = 0.5  # cosine of the trunk's angle to the image's vertical from which on it counts as lying
_LEAN_LENGTH = 0.4  # person scales; a trunk shorter than this in the image points at the camera
_HEAD_DEPTH = 0.16  # metres from the front of a face to the back of its ears


def person_scale(points_image: Float[Array, "*T J 2"], mask: Float[Array, "*#T J"]) -> Float[Array, "*T"]:
    """Root mean square distance of the joints with mask 1 from their mean, in pixels: the unit of all errors here.

    Detectors work on a crop around the person, so their errors shrink with a crouching person as with a distant one;
    this scale does both. 0 where fewer than two joints count.
    """
    count = jnp.maximum(mask.sum(-1), 1.0)
    points = jnp.where(mask[..., None] > 0, points_image, 0.0)
    mean = points.sum(-2) / count[..., None]
    square = jnp.where(mask[..., None] > 0, jnp.square(points - mean[..., None, :]), 0.0).sum((-2, -1)) / count
    return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1.0)), 0.0)


def occlusion(
    points_image: Float[Array, "T J 2"], depth: Float[Array, "T J"], scale: Float[Array, " T"], layout: Layout
) -> Float[Array, "T J"]:
    """How much each joint is hidden by the dancer's own trunk, head and limbs: 0 free, 1 hidden.

    A limb is a capsule around a segment in the image; it hides a joint that lies within its radius and behind it. A
    joint of the face is hidden by the head itself as far as it lies behind the point between the ears. The edges are
    soft since radii are only roughly right.

    Args:
      points_image: pixels, finite.
      depth: metres along the optical axis, finite.
      scale: `person_scale` of each frame.
      layout: of the skeleton.
    """
    start = jnp.einsum("kj,tjc->kct", layout.capsule_start, points_image)
    along = jnp.einsum("kj,tjc->kct", layout.capsule_end, points_image) - start
    depth_start = jnp.einsum("kj,tj->kt", layout.capsule_start, depth)
    depth_along = jnp.einsum("kj,tj->kt", layout.capsule_end, depth) - depth_start
    x, y, depth_joint = points_image[..., 0].T, points_image[..., 1].T, depth.T
    inverse = 1.0 / jnp.maximum(jnp.square(along).sum(1), 1e-6)
    unit = 1.0 / jnp.maximum(scale, 1e-6)

    def behind_limb(score: Array, limb: tuple[Array, ...]) -> tuple[Array, None]:
        (sx, sy), (ux, uy), near, deeper, inverse_square, radius, hides = limb
        dx, dy = x - sx, y - sy
        share = jnp.clip((dx * ux + dy * uy) * inverse_square, 0.0, 1.0)
        distance = jnp.sqrt(jnp.square(dx - share * ux) + jnp.square(dy - share * uy) + 1e-12)
        inside = jnp.clip(1.5 - distance * unit / radius, 0.0, 1.0)
        gap = (depth_joint - near - share * deeper - _BEHIND_FREE) / (_BEHIND_HIDDEN - _BEHIND_FREE)
        return jnp.maximum(score, inside * jnp.clip(gap, 0.0, 1.0) * hides[:, None]), None

    # A loop over limbs is many times faster on a CPU than an axis of limbs; written out, XLA computes it several times.
    limbs = (start, along, depth_start, depth_along, inverse, layout.radius, layout.hides.T)
    score, _ = jax.lax.scan(behind_limb, jnp.zeros_like(depth_joint), limbs, unroll=2)
    turn = 0.5 + (depth - (depth @ layout.ears)[:, None]) / _HEAD_DEPTH
    turned = layout.face * jnp.clip((turn - layout.face_free) / (1.0 - layout.face_free), 0.0, 1.0)
    return jnp.maximum(score.T, turned)


def lean(points_image: Float[Array, "T J 2"], scale: Float[Array, " T"], layout: Layout) -> Float[Array, " T"]:
    """How far the trunk is from upright in the image: 0 upright, 1 at 60 degrees and beyond, upside down included.

    Detectors have seen few such people. Up is towards smaller y: the image must stand upright.
    """
    upward = jnp.einsum("j,tjc->tc", layout.torso[1], points_image)
    length = jnp.sqrt(jnp.maximum(jnp.square(upward).sum(-1), jnp.square(_LEAN_LENGTH * scale)) + 1e-12)
    return jnp.clip((1.0 + upward[:, 1] / length) / (1.0 - _LEAN_COSINE), 0.0, 1.0)
