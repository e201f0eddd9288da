"""Varied bodies: the same motion danced by people of other proportions.

Motion capture libraries often hold one rig for all performers, and a rig's joints are not where a detector sees them
(shoulders 0.23 m apart where people measure 0.35). A lifter trained on one body learns that body's scale and
proportions. Here bone directions are kept and bone lengths are drawn anew.

Body segments as fractions of stature follow Drillis & Contini (1966); shoulder and hip widths are those between joint
centres as keypoint detectors place them, between the biacromial (0.259) and bi-iliac (0.191) breadths and the
inner joint centres.
"""

import chex
import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, PRNGKeyArray

from hdvr_jax import rotations
from hdvr_jax.skeletons import get_skeleton

_SKELETON = "coco17"
_FACE = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
_LIMBS = {
    "thigh": ("hip", "knee"),
    "shank": ("knee", "ankle"),
    "upper_arm": ("shoulder", "elbow"),
    "forearm": ("elbow", "wrist"),
}


@chex.dataclass(frozen=True)
class Body:
    """Segment lengths in metres, each of the same leading shape.

    `face` is the distance between the middle of the shoulders and the middle of the ears.
    """

    shoulder_width: Float[Array, "..."]
    hip_width: Float[Array, "..."]
    trunk: Float[Array, "..."]
    face: Float[Array, "..."]
    thigh: Float[Array, "..."]
    shank: Float[Array, "..."]
    upper_arm: Float[Array, "..."]
    forearm: Float[Array, "..."]


_FRACTIONS = {
    "shoulder_width": (0.218, 0.013),
    "hip_width": (0.130, 0.012),
    "trunk": (0.300, 0.012),
    "face": (0.125, 0.010),
    "thigh": (0.240, 0.009),
    "shank": (0.242, 0.009),
    "upper_arm": (0.172, 0.007),
    "forearm": (0.150, 0.006),
}


def sample_body(key: PRNGKeyArray, stature_mean: float = 1.69, stature_std: float = 0.085) -> Body:
    """Draws a body: stature in metres from a normal cut at 2.5 deviations, each segment around its share of it."""
    keys = jax.random.split(key, len(_FRACTIONS) + 1)
    stature = stature_mean + stature_std * jax.random.truncated_normal(keys[0], -2.5, 2.5)
    lengths = {
        name: stature * (mean + std * jax.random.truncated_normal(k, -2.5, 2.5))
        for k, (name, (mean, std)) in zip(keys[1:], _FRACTIONS.items(), strict=True)
    }
    return Body(**lengths)


def retarget(
    points_world: Float[Array, "T 17 3"], body: Body, real: Float[Array, " T"] | None = None
) -> Float[Array, "T 17 3"]:
    """The same motion on another body.

    Args:
        points_world: (T, J, 3) COCO-17 joints, metres, floor at height 0 (Y up).
        body: Segment lengths to take on.
        real: 1 for the frames that the dancer is measured in, 0 for padding; all by default. One must be real.
    Returns:
        (T, J, 3). Bone directions are kept; the path of the hips is scaled by the ratio of leg lengths, so that feet
        stay on the floor and strides fit the legs.
    """
    index = get_skeleton(_SKELETON).index
    joint = {name: points_world[:, index(name)] for name in get_skeleton(_SKELETON).joints}
    hip = (joint["left_hip"] + joint["right_hip"]) / 2
    thorax = (joint["left_shoulder"] + joint["right_shoulder"]) / 2
    legs = sum(
        jnp.average(rotations.safe_norm(joint[f"left_{a}"] - joint[f"left_{b}"]), weights=real)
        for a, b in (_LIMBS["thigh"], _LIMBS["shank"])
    )
    new_hip = hip * (body.thigh + body.shank) / jnp.maximum(legs, 1e-3)
    new_thorax = new_hip + body.trunk * rotations.normalize(thorax - hip)
    new = {}
    for part, centre, width in (("hip", new_hip, body.hip_width), ("shoulder", new_thorax, body.shoulder_width)):
        half = width / 2 * rotations.normalize(joint[f"left_{part}"] - joint[f"right_{part}"])
        new[f"left_{part}"], new[f"right_{part}"] = centre + half, centre - half
    for side in ("left", "right"):
        for segment, (start, end) in _LIMBS.items():
            direction = rotations.normalize(joint[f"{side}_{end}"] - joint[f"{side}_{start}"])
            new[f"{side}_{end}"] = new[f"{side}_{start}"] + getattr(body, segment) * direction
    ears = (joint["left_ear"] + joint["right_ear"]) / 2
    scale = body.face / jnp.maximum(jnp.average(rotations.safe_norm(ears - thorax), weights=real), 1e-3)
    new |= {name: new_thorax + scale * (joint[name] - thorax) for name in _FACE}
    return jnp.stack([new[name] for name in get_skeleton(_SKELETON).joints], 1)
