"""A statistical model of the errors of a 2D keypoint detector, cheap enough to run inside a training step.

A joint is seen well or badly. How badly is the logit of its confidence: a constant of the joint, minus a part for
occlusion by the dancer's own body, plus a slow random part. The error is Gaussian, correlated in time, and its spread
grows as that logit falls: this is what makes the tails heavy. A badly seen joint may also be put on its twin of the
other side, the whole body may be named left for right, and the whole person may be missed.

Symbols: T frames, J joints, K capsules (limbs that hide), C = 4 random channels (error x, error y, visibility, twin).
Lengths in the image are in units of `person_scale`, so the model does not depend on resolution or distance.
The parameters are fitted to real detections by benchmarks/fit_detector_noise.py.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Float, Int, PRNGKeyArray, UInt32

from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_skeleton

KINDS = ("nose", "eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
KIND_FIELDS = (
    "logit", "logit_spread", "logit_occluded", "logit_seconds", "spread", "spread_slope", "error_seconds",
    "twin_threshold", "twin_slope", "lateral", "upward",
)  # fmt: skip
PERSON_FIELDS = ("swap_rate", "swap_seconds", "miss_rate", "miss_seconds", "twin_seconds")
_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "head")
# Joints that no detector of COCO-17 gives, and the kind whose noise they take.
_NEAREST_KIND = {"head": "nose", "neck": "shoulder", "thorax": "shoulder", "spine": "hip", "hip": "hip"}
_TOEPLITZ_FRAMES = 256  # up to here a (T, T) matrix product per joint is faster than a scan
_RESET_BITS = 16


@struct.dataclass
class Layout:
    """Which joint is which; the same for all examples of a skeleton.

    Attributes:
      side: +1 left, -1 right, 0 middle.
      mirror: index of the twin on the other side.
      body: 1 where the joint counts for `person_scale` (no joint of the head, where there are others).
      torso: weights of (left - right, top - bottom) of the trunk.
      capsule_a, capsule_b: weights of the two ends of each limb that can hide a joint.
      radius: of the limbs, in person scales.
      hides: 1 where limb k can hide joint j (a limb does not hide its own ends).
    """

    side: Float[Array, " J"]
    mirror: Int[Array, " J"]
    body: Float[Array, " J"]
    torso: Float[Array, "2 J"]
    capsule_a: Float[Array, "K J"]
    capsule_b: Float[Array, "K J"]
    radius: Float[Array, " K"]
    hides: Float[Array, "J K"]


@struct.dataclass
class NoiseParams:
    """Parameters of the detector, one number per joint or per person. Times in seconds, so they hold at any fps.

    Attributes:
      logit, logit_spread: mean and standard deviation of the logit of confidence of a joint that nothing hides.
      logit_occluded: what full occlusion takes from that logit.
      logit_seconds: time constant of its random part.
      spread: standard deviation of the error per image axis, in person scales, at confidence 0.5.
      spread_slope: log of the spread falls by this much per unit of the logit.
      error_seconds: time constant of the error.
      twin_threshold, twin_slope: a joint lies on its twin where a standard normal is below threshold - slope * logit.
      lateral, upward: constant error along the trunk's left-right vector (outward positive) and upward vector, in
        lengths of those vectors: the detector's joint is not where the 3D source's is.
      swap_rate, swap_seconds: how often per second the sides of the whole body are exchanged, and mean duration.
      miss_rate, miss_seconds: the same for missing the whole person.
      twin_seconds: time constant of the twin variable.
      layout: of the skeleton.
    """

    logit: Float[Array, " J"]
    logit_spread: Float[Array, " J"]
    logit_occluded: Float[Array, " J"]
    logit_seconds: Float[Array, " J"]
    spread: Float[Array, " J"]
    spread_slope: Float[Array, " J"]
    error_seconds: Float[Array, " J"]
    twin_threshold: Float[Array, " J"]
    twin_slope: Float[Array, " J"]
    lateral: Float[Array, " J"]
    upward: Float[Array, " J"]
    swap_rate: Float[Array, ""]
    swap_seconds: Float[Array, ""]
    miss_rate: Float[Array, ""]
    miss_seconds: Float[Array, ""]
    twin_seconds: Float[Array, ""]
    layout: Layout


def joint_kind(joint: str) -> str:
    """Kind of detector joint (one of KINDS) whose noise `joint` takes. InputError for a joint that has none."""
    stem = joint.removeprefix("left_").removeprefix("right_")
    kind = stem if stem in KINDS else _NEAREST_KIND.get(stem)
    if kind is None:
        raise InputError(f"joint {joint!r}: the detector's noise is known for {', '.join((*KINDS, *_NEAREST_KIND))}")
    return kind


def _mean_of(joints: tuple[str, ...], *wanted: str) -> np.ndarray:
    weights = np.array([joint in wanted for joint in joints], np.float32)
    return weights / max(weights.sum(), 1.0)


def _limbs(joints: tuple[str, ...]) -> list[tuple[np.ndarray, np.ndarray, float, tuple[str, ...]]]:
    """Ends, radius in person scales, and the joints that a limb does not hide."""
    shoulders, hips = ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")
    face = _mean_of(joints, *_FACE)
    limbs = [(_mean_of(joints, *shoulders), _mean_of(joints, *hips), 0.32, ()), (face, face, 0.22, ())]
    for side in ("left_", "right_"):
        for top, bottom, radius in (("hip", "knee", 0.16), ("knee", "ankle", 0.11), ("shoulder", "elbow", 0.11),
                                    ("elbow", "wrist", 0.09)):  # fmt: skip
            ends = (side + top, side + bottom)
            limbs.append((_mean_of(joints, ends[0]), _mean_of(joints, ends[1]), radius, ends))
    return limbs


def make_layout(skeleton: str) -> Layout:
    """The Layout of a skeleton by name; every joint must have a `joint_kind`."""
    joints = get_skeleton(skeleton).joints
    limbs = _limbs(joints)
    side = np.array([1.0 * joint.startswith("left_") - 1.0 * joint.startswith("right_") for joint in joints])
    lateral = _mean_of(joints, "left_shoulder", "left_hip") - _mean_of(joints, "right_shoulder", "right_hip")
    upward = _mean_of(joints, "left_shoulder", "right_shoulder") - _mean_of(joints, "left_hip", "right_hip")
    hides = [[float(joint not in own) for _, _, _, own in limbs] for joint in joints]
    return Layout(
        side=jnp.asarray(side, jnp.float32),
        mirror=jnp.asarray(get_skeleton(skeleton).mirror, jnp.int32),
        body=jnp.asarray([float(joint not in _FACE) for joint in joints], jnp.float32),
        torso=jnp.asarray(np.stack([lateral, upward]), jnp.float32),
        capsule_a=jnp.asarray(np.stack([limb[0] for limb in limbs])),
        capsule_b=jnp.asarray(np.stack([limb[1] for limb in limbs])),
        radius=jnp.asarray([limb[2] for limb in limbs], jnp.float32),
        hides=jnp.asarray(hides, jnp.float32),
    )


def load_params(path: str | pathlib.Path | None = None, skeleton: str = "coco17") -> NoiseParams:
    """Reads fitted parameters for the joints of `skeleton`.

    Args:
      path: a JSON file {"kinds": {kind: {field: number}}, "person": {field: number}}; None for the fit that comes with
        the package.
      skeleton: name; joints that COCO-17 lacks take the nearest kind's numbers.

    Raises:
      InputError: a kind or field is missing or not a number, or a joint of the skeleton has no kind.
    """
    path = pathlib.Path(path) if path else pathlib.Path(__file__).parent / "data" / "detector_noise.json"
    table = json.loads(path.read_text())
    kinds = [joint_kind(joint) for joint in get_skeleton(skeleton).joints]
    try:
        per_joint = {f: jnp.asarray([float(table["kinds"][k][f]) for k in kinds], jnp.float32) for f in KIND_FIELDS}
        person = {f: jnp.asarray(float(table["person"][f]), jnp.float32) for f in PERSON_FIELDS}
    except (KeyError, TypeError, ValueError) as error:
        raise InputError(f"{path}: noise parameter {error} is missing or not a number") from error
    return NoiseParams(**per_joint, **person, layout=make_layout(skeleton))


def person_scale(points_image: Float[Array, "*T J 2"], mask: Float[Array, "*#T J"]) -> Float[Array, "*T"]:
    """Root mean square distance of the joints with mask 1 from their mean, in pixels: the unit of all errors here."""
    count = jnp.maximum(mask.sum(-1), 1.0)
    points = jnp.where(mask[..., None] > 0, points_image, 0.0)
    mean = points.sum(-2) / count[..., None]
    square = jnp.where(mask[..., None] > 0, jnp.square(points - mean[..., None, :]), 0.0).sum((-2, -1)) / count
    return jnp.where(square > 0, jnp.sqrt(jnp.where(square > 0, square, 1.0)), 0.0)


def occlusion(
    points_image: Float[Array, "T J 2"], depth: Float[Array, "T J"], scale: Float[Array, " T"], layout: Layout
) -> Float[Array, "T J"]:
    """How much each joint is hidden by the dancer's own trunk, head and limbs: 0 free, 1 hidden.

    A limb is a capsule around a segment in the image; it hides a joint that lies within its radius and behind it by
    more than a hand's breadth. Soft edges, since the radii are only roughly right.

    Args:
      points_image: pixels, finite.
      depth: metres along the optical axis, finite.
      scale: `person_scale` of each frame.
      layout: of the skeleton.
    """
    a = jnp.einsum("kj,tjc->tck", layout.capsule_a, points_image)
    along = jnp.einsum("kj,tjc->tck", layout.capsule_b, points_image) - a
    near, far = depth @ layout.capsule_a.T, depth @ layout.capsule_b.T
    inverse = 1.0 / jnp.maximum(jnp.square(along).sum(1), 1e-6)
    dx = points_image[..., 0][..., None] - a[:, None, 0]
    dy = points_image[..., 1][..., None] - a[:, None, 1]
    ux, uy = along[:, None, 0], along[:, None, 1]
    at = jnp.clip((dx * ux + dy * uy) * inverse[:, None], 0.0, 1.0)
    distance = jnp.sqrt(jnp.square(dx - at * ux) + jnp.square(dy - at * uy) + 1e-12)
    unit = 1.0 / jnp.maximum(scale, 1e-6)[:, None, None]
    inside = jnp.clip(1.5 - distance * unit / layout.radius, 0.0, 1.0)
    behind = jnp.clip((depth[..., None] - near[:, None] - at * (far - near)[:, None]) / 0.1 - 0.3, 0.0, 1.0)
    return (inside * behind * layout.hides).max(-1)


def _normals(bits: UInt32[Array, "*N"]) -> tuple[Float[Array, "*N"], Float[Array, "*N"]]:
    """Two roughly normal numbers from each random word, as sums of two bytes each.

    Three times cheaper than the inverse error function. The filters below add many of them, and the tails of the error
    come from the varying spread, not from here.
    """
    unit = np.float32(np.sqrt(2 * (256**2 - 1) / 12))

    def pair(word: UInt32[Array, "*N"]) -> Float[Array, "*N"]:
        return (((word & 255) + ((word >> 8) & 255)).astype(jnp.float32) - 255.0) / unit

    return pair(bits), pair(bits >> 16)


def correlate(white: Float[Array, "T J C"], decay: Float[Array, "J C"]) -> Float[Array, "T J C"]:
    """A stationary AR(1) process of unit variance from white noise of unit variance, in closed form.

    x[0] = w[0], x[t] = decay x[t-1] + sqrt(1 - decay^2) w[t].

    Args:
      white: independent, mean 0, variance 1.
      decay: correlation of neighbouring frames, in [0, 1).
    """
    frames = white.shape[0]
    gain = jnp.where(jnp.arange(frames)[:, None, None] == 0, 1.0, jnp.sqrt(1.0 - jnp.square(decay)))
    if frames > _TOEPLITZ_FRAMES:
        decays = jnp.broadcast_to(decay, white.shape)
        return jax.lax.associative_scan(lambda x, y: (x[0] * y[0], y[0] * x[1] + y[1]), (decays, gain * white))[1]
    lag = jnp.arange(frames)[:, None] - jnp.arange(frames)
    power = jnp.where(lag >= 0, decay[..., None, None] ** jnp.maximum(lag, 0), 0.0)
    return jnp.einsum("jcts,sjc->tjc", power, gain * white)


def episodes(
    bits: UInt32[Array, " T"], rate: Float[Array, ""], seconds: Float[Array, ""], fps: Float[Array, ""]
) -> Float[Array, " T"]:
    """1 inside the episodes of a stationary two-state Markov chain, 0 outside.

    With the chance `on + off` per frame the state is drawn afresh, else it is kept: the same chain as one with those
    two transition probabilities, without a loop over frames.

    Args:
      bits: one random word per frame; half decides whether to draw afresh, half is the draw. At most 32768 frames.
      rate: episodes per second of time outside them.
      seconds: their mean duration.
      fps: frames per second.
    """
    on, off = rate / fps, 1.0 / jnp.maximum(seconds * fps, 1.0)
    top = float(2**_RESET_BITS)
    afresh = ((bits >> _RESET_BITS).astype(jnp.float32) < (on + off) * top) | (jnp.arange(bits.shape[0]) == 0)
    frame = jnp.arange(bits.shape[0], dtype=jnp.uint32) << _RESET_BITS
    last = jax.lax.cummax(jnp.where(afresh, frame | (bits & (2**_RESET_BITS - 1)), 0))
    return ((last & (2**_RESET_BITS - 1)).astype(jnp.float32) < on / (on + off) * top).astype(jnp.float32)


def sample(
    key: PRNGKeyArray,
    points_image: Float[Array, "T J 2"],
    depth: Float[Array, "T J"],
    fps: float | Float[Array, ""],
    params: NoiseParams,
    scale: float | Float[Array, ""] = 1.0,
) -> tuple[Float[Array, "T J 2"], Float[Array, "T J"]]:
    """What a detector would report for one person. For a batch: jax.vmap over key, points_image and depth.

    Args:
      key: typed; the same key gives the same detections.
      points_image: true joints, pixels. NaN where unknown.
      depth: of the joints along the optical axis, metres. NaN where unknown.
      fps: frames per second.
      params: from `load_params`, for the same skeleton.
      scale: strength: multiplies errors and the rates of swaps and misses; confidence is left alone. 0 gives the true
        points with realistic confidence.

    Returns:
      (keypoints in pixels, confidence in [0, 1]). Always finite: a missed or unknown joint has confidence 0 and its
      noisy (or, where unknown, zero) position, so that a network that reads it computes nothing but numbers.
    """
    known = jnp.isfinite(points_image).all(-1) & jnp.isfinite(depth)
    points = jnp.where(known[..., None], points_image, 0.0)
    layout = params.layout
    size = person_scale(points, known * layout.body)
    white, words = _white(key, points.shape[:2])
    decay = jnp.exp(-1.0 / (fps * jnp.stack(jnp.broadcast_arrays(
        params.error_seconds, params.error_seconds, params.logit_seconds, params.twin_seconds), -1)))  # fmt: skip
    noise = correlate(white, decay)
    hidden = occlusion(points, jnp.where(known, depth, 0.0), size, layout)
    logit = params.logit - params.logit_occluded * hidden + params.logit_spread * noise[..., 2]
    spread = params.spread * jnp.exp(-params.spread_slope * logit) * size[:, None]
    error = spread[..., None] * noise[..., :2] + _bias(points, params)
    twin = (noise[..., 3] < params.twin_threshold - params.twin_slope * logit) & known[:, layout.mirror]
    twin = twin & (jnp.asarray(scale) > 0)
    target = jnp.where(twin[..., None], points[:, layout.mirror], points)
    keypoints = jnp.where(known[..., None], target + scale * error, 0.0)
    confidence = jnp.where(known, jax.nn.sigmoid(logit), 0.0)
    swapped = episodes(words[:, 0], params.swap_rate * scale, params.swap_seconds, jnp.asarray(fps)) > 0
    keypoints = jnp.where(swapped[:, None, None], keypoints[:, layout.mirror], keypoints)
    confidence = jnp.where(swapped[:, None], confidence[:, layout.mirror], confidence)
    missed = episodes(words[:, 1], params.miss_rate * scale, params.miss_seconds, jnp.asarray(fps)) > 0
    return keypoints, jnp.where(missed[:, None], 0.0, confidence)


def _white(key: PRNGKeyArray, shape: tuple[int, int]) -> tuple[Float[Array, "T J 4"], UInt32[Array, "T 2"]]:
    """White noise for the four channels of each joint, and two random words per frame, from one call."""
    frames, joints = shape
    bits = jax.random.bits(key, (frames, 2 * joints + 2), jnp.uint32)
    first, second = _normals(bits[:, :joints]), _normals(bits[:, joints : 2 * joints])
    return jnp.stack([*first, *second], -1), bits[:, 2 * joints :]


def _bias(points: Float[Array, "T J 2"], params: NoiseParams) -> Float[Array, "T J 2"]:
    """The constant part of the error, in pixels: a share of the trunk's left-right and upward vectors."""
    trunk = jnp.einsum("vj,tjc->tvc", params.layout.torso, points)
    weights = jnp.stack([params.lateral * params.layout.side, params.upward], -1)
    return jnp.einsum("jv,tvc->tjc", weights, trunk)
