"""A statistical model of the errors of a 2D keypoint detector, cheap enough to run inside a training step.

A joint is seen well or badly. How badly is the logit of its confidence: a constant of the joint, minus a part for
occlusion by the dancer's own body and for a trunk that is not upright, plus a slow random part. The error is correlated
in time and within a limb, and its spread grows as that logit falls: this is what makes the tails heavy. A badly seen
joint may also be put on its twin of the other side, the whole body may be named left for right, and the whole person
may be missed.

Lengths in the image are in units of `person_scale`, so the model does not depend on resolution or distance. The
parameters are fitted to real detections by benchmarks/fit_detector_noise.py.

Symbols: T frames, J joints.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray, UInt32

from hdvr_jax.detector_noise.params import (
    KINDS,
    Layout,
    NoiseParams,
    from_table,
    joint_group,
    joint_kind,
    load_params,
    make_layout,
)
from hdvr_jax.detector_noise.process import correlate, episodes, normals
from hdvr_jax.detector_noise.visibility import lean, occlusion, person_scale

__all__ = [
    "KINDS",
    "Layout",
    "NoiseParams",
    "error_spread",
    "from_table",
    "joint_group",
    "joint_kind",
    "lean",
    "load_params",
    "make_layout",
    "occlusion",
    "person_scale",
    "sample",
]
_TAIL_SLOPE = 2.5  # d log P(normal < z) / dz around z = -2.1
_LOGIT_RANGE = (-7.5, 7.5)  # confidences beyond 0.0006 and 0.9994 say nothing more


def sample(
    key: PRNGKeyArray,
    points_image: Float[Array, "T J 2"],
    depth: Float[Array, "T J"],
    fps: float | Float[Array, ""],
    params: NoiseParams,
    scale: float | Float[Array, ""] = 1.0,
) -> tuple[Float[Array, "T J 2"], Float[Array, "T J"]]:
    """What a detector would report for one person. Batches: jax.vmap over key, points_image, depth.

    Args:
      key: typed; the same key gives the same detections.
      points_image: true joints, pixels. NaN where unknown.
      depth: of the joints along the optical axis, metres. NaN where unknown.
      fps: frames per second.
      params: from `load_params`, for the same skeleton.
      scale: multiplies errors and the chances of twins, swaps and misses; 0 gives the truth. Not the confidence.

    Returns:
      (keypoints in pixels, confidence in [0, 1]). Always finite, for networks: a missed or unknown joint has confidence
      exactly 0 and its noisy (where unknown: zero) position. Whoever writes files puts NaN where confidence is 0.
    """
    known = jnp.isfinite(points_image).all(-1) & jnp.isfinite(depth)
    points = jnp.where(known[..., None], points_image, 0.0)
    layout, fps = params.layout, jnp.asarray(fps, jnp.float32)
    size = person_scale(points, known * layout.body)
    noise, words = _noise(key, points.shape[:2], fps, params)
    hidden = occlusion(points, jnp.where(known, depth, 0.0), size, layout)
    loss = params.logit_occluded * hidden + params.logit_lean * lean(points, size, layout)[:, None]
    logit = jnp.clip(params.logit - loss + params.logit_spread * noise[..., 2], *_LOGIT_RANGE)
    spread = error_spread(logit, params, noise[..., 3]) * size[:, None]
    threshold = params.twin_threshold - params.twin_slope * logit + _rarer(scale)
    twin = (noise[..., 3] < threshold) & known[:, layout.mirror]
    # What lies on the twin lies there as precisely as the twin itself is found.
    spread = jnp.where(twin, spread[:, layout.mirror], spread)
    error = spread[..., None] * noise[..., :2] + _bias(points, params)
    keypoints = jnp.where(twin[..., None], points[:, layout.mirror], points) + scale * error
    keypoints = jnp.where(known[..., None], keypoints, 0.0)
    confidence = jnp.where(known, jax.nn.sigmoid(logit), 0.0)
    return _whole_body(keypoints, confidence, words, fps, params, scale)


def error_spread(
    logit: Float[Array, "*T J"], params: NoiseParams, unit: float | Float[Array, "*T J"] = 0.0
) -> Float[Array, "*T J"]:
    """Standard deviation of the error per image axis, in person scales, given the logit of the confidence.

    `unit` is a standard normal that widens the tails; 0 gives the median.
    """
    return (params.spread_seen + params.spread * jnp.exp(-params.spread_slope * logit)) * jnp.exp(-params.tail * unit)


def _whole_body(
    keypoints: Float[Array, "T J 2"],
    confidence: Float[Array, "T J"],
    words: UInt32[Array, "T 2"],
    fps: Float[Array, ""],
    params: NoiseParams,
    scale: float | Float[Array, ""],
) -> tuple[Float[Array, "T J 2"], Float[Array, "T J"]]:
    """Exchanges the sides in episodes of swapping; confidence 0 in episodes of missing the person."""
    mirror = params.layout.mirror
    swapped = episodes(words[:, 0], params.swap_rate * scale, params.swap_seconds, fps) > 0
    keypoints = jnp.where(swapped[:, None, None], keypoints[:, mirror], keypoints)
    confidence = jnp.where(swapped[:, None], confidence[:, mirror], confidence)
    missed = episodes(words[:, 1], params.miss_rate * scale, params.miss_seconds, fps) > 0
    return keypoints, jnp.where(missed[:, None], 0.0, confidence)


def _rarer(scale: float | Float[Array, ""]) -> Float[Array, ""]:
    """Shift of a normal's lower threshold that makes its tail about `scale` times as likely."""
    return jnp.log(jnp.maximum(scale, 1e-30)) / _TAIL_SLOPE


def _noise(
    key: PRNGKeyArray, shape: tuple[int, int], fps: Float[Array, ""], params: NoiseParams
) -> tuple[Float[Array, "T J 4"], UInt32[Array, "T 2"]]:
    """Unit noise (error x, error y, logit, twin), correlated over frames and within limbs; two random words a frame."""
    frames, joints = shape
    bits = jax.random.bits(key, (frames, 2 * joints + 2), jnp.uint32)
    error_x, error_y = (white @ params.error_mix.T for white in normals(bits[:, :joints]))
    logit, twin = normals(bits[:, joints : 2 * joints])
    white = jnp.stack([error_x, error_y, logit @ params.logit_mix.T, twin], -1)
    seconds = (params.error_seconds, params.error_seconds, params.logit_seconds, params.twin_seconds)
    decay = jnp.exp(-1.0 / (fps * jnp.stack(jnp.broadcast_arrays(*seconds), -1)))
    return correlate(white, decay), bits[:, 2 * joints :]


def _bias(points: Float[Array, "T J 2"], params: NoiseParams) -> Float[Array, "T J 2"]:
    """The constant part of the error, in pixels: a share of the trunk's left-right and upward vectors."""
    trunk = jnp.einsum("vj,tjc->tvc", params.layout.torso, points)
    weights = jnp.stack([params.lateral * params.layout.side, params.upward], -1)
    return jnp.einsum("jv,tvc->tjc", weights, trunk)
