"""The numbers of the noise model: per joint and per person, read from JSON, laid out for a skeleton.

Symbols: J joints, K capsules (limbs that hide).
"""

import json
import pathlib

import jax.numpy as jnp
import numpy as np
from flax import struct
from jaxtyping import Array, Float, Int

from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_skeleton

KINDS = ("nose", "eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
KIND_FIELDS = (
    *("logit", "logit_spread", "logit_occluded", "logit_seconds"),
    *("spread_seen", "spread", "spread_slope", "tail", "error_seconds"),
    *("twin_threshold", "twin_slope", "lateral", "upward"),
)
PERSON_FIELDS = ("twin_seconds", "swap_rate", "swap_seconds", "miss_rate", "miss_seconds")
GROUPS = {  # limbs: the kinds of joint that err together
    "head": ("nose", "eye", "ear"),
    "trunk": ("shoulder", "hip"),
    "arm": ("elbow", "wrist"),
    "leg": ("knee", "ankle"),
}
MIX_FIELDS = ("error_share", "logit_share")
_PAIRED_GROUPS = ("arm", "leg")  # left and right are two groups
_HEAD = ("nose", "left_eye", "right_eye", "left_ear", "right_ear", "head")
# Joints that no detector of COCO-17 gives, and the kind whose noise they take.
_NEAREST_KIND = {"head": "nose", "neck": "shoulder", "thorax": "shoulder", "spine": "hip", "hip": "hip"}


@struct.dataclass
class Layout:
    """Which joint is which in a skeleton.

    Attributes:
      side: +1 left, -1 right, 0 middle.
      mirror: index of the twin on the other side.
      body: 1 where the joint counts for `person_scale` (all but the head's).
      torso: weights of (left - right, top - bottom) of the trunk.
      capsule_start, capsule_end: weights of the two ends of each limb that can hide a joint.
      radius: of the limbs, in person scales.
      hides: 1 where limb k can hide joint j (a limb does not hide its own ends, the head not the face).
      face: 1 where the joint turns away with the head; all 0 in a skeleton without ears.
      face_free: share of a half turn of the head at which the joint begins to be hidden: ears half, the others none.
      ears: weights of the point between the ears.
    """

    side: Float[Array, " J"]
    mirror: Int[Array, " J"]
    body: Float[Array, " J"]
    torso: Float[Array, "2 J"]
    capsule_start: Float[Array, "K J"]
    capsule_end: Float[Array, "K J"]
    radius: Float[Array, " K"]
    hides: Float[Array, "J K"]
    face: Float[Array, " J"]
    face_free: Float[Array, " J"]
    ears: Float[Array, " J"]


@struct.dataclass
class NoiseParams:
    """Parameters of the detector, one number per joint or per person. Times in seconds, so they hold at any fps.

    Attributes:
      logit, logit_spread: mean and standard deviation of the logit of confidence of a joint that nothing hides.
      logit_occluded: what full occlusion takes from that logit.
      logit_seconds: time constant of its random part.
      spread_seen, spread, spread_slope, tail: the standard deviation of the error per image axis, in person scales, is
        (spread_seen + spread * exp(-spread_slope * logit)) * exp(-tail * the normal that decides on twins).
      error_seconds: time constant of the error.
      twin_threshold, twin_slope: a joint lies on its twin of the other side where a standard normal is below
        threshold - slope * logit.
      lateral, upward: constant error along the trunk's left-right vector (outward positive) and upward vector, in
        lengths of those vectors: the detector's joint is not where the 3D source's is.
      logit_lean: what the logit loses where the trunk leans by 60 degrees or more in the image.
      twin_seconds: time constant of that normal.
      swap_rate, swap_seconds: how often per second the sides of the whole body are exchanged, and mean duration.
      miss_rate, miss_seconds: the same for missing the whole person.
      error_mix, logit_mix: factor of the correlation between joints of one limb (rows: joints).
      layout: of the skeleton.
    """

    logit: Float[Array, " J"]
    logit_spread: Float[Array, " J"]
    logit_occluded: Float[Array, " J"]
    logit_seconds: Float[Array, " J"]
    spread: Float[Array, " J"]
    spread_seen: Float[Array, " J"]
    spread_slope: Float[Array, " J"]
    tail: Float[Array, " J"]
    error_seconds: Float[Array, " J"]
    twin_threshold: Float[Array, " J"]
    twin_slope: Float[Array, " J"]
    lateral: Float[Array, " J"]
    upward: Float[Array, " J"]
    logit_lean: Float[Array, " J"]
    twin_seconds: Float[Array, ""]
    swap_rate: Float[Array, ""]
    swap_seconds: Float[Array, ""]
    miss_rate: Float[Array, ""]
    miss_seconds: Float[Array, ""]
    error_mix: Float[Array, "J J"]
    logit_mix: Float[Array, "J J"]
    layout: Layout


def joint_kind(joint: str) -> str:
    """Kind of detector joint (one of KINDS) whose noise `joint` takes. InputError for a joint that has none."""
    stem = joint.removeprefix("left_").removeprefix("right_")
    kind = stem if stem in KINDS else _NEAREST_KIND.get(stem)
    if kind is None:
        raise InputError(f"joint {joint!r}: the detector's noise is known for {', '.join((*KINDS, *_NEAREST_KIND))}")
    return kind


def joint_group(joint: str) -> str:
    """The limb whose joints err together: head, trunk, left_arm, right_arm, left_leg or right_leg."""
    kind = joint_kind(joint)
    group = next(name for name, kinds in GROUPS.items() if kind in kinds)
    return f"{joint.split('_')[0]}_{group}" if group in _PAIRED_GROUPS else group


def load_params(path: str | pathlib.Path | None = None, skeleton: str = "coco17") -> NoiseParams:
    """Reads fitted parameters for the joints of `skeleton`.

    Args:
      path: a JSON file {"kinds": {kind: {field: number}}, "groups": {group: {field: number}}, "person": {field:
        number}}; None for the fit that comes with the package.
      skeleton: name; joints that COCO-17 lacks take the nearest kind's numbers.

    Raises:
      InputError: the file is not such JSON, or a joint of the skeleton has no kind.
    """
    path = pathlib.Path(path) if path else pathlib.Path(__file__).parent.parent / "data" / "detector_noise.json"
    try:
        return from_table(json.loads(path.read_text()), skeleton)
    except (KeyError, TypeError, OSError, json.JSONDecodeError) as error:
        raise InputError(f"{path}: not a table of noise parameters ({type(error).__name__}: {error})") from error


def from_table(table: dict, skeleton: str = "coco17") -> NoiseParams:
    """NoiseParams from the content of a parameter file; KeyError or TypeError where it is incomplete."""
    joints = get_skeleton(skeleton).joints
    kinds, person, groups = table["kinds"], table["person"], table["groups"]
    per_joint = {f: [kinds[joint_kind(joint)][f] for joint in joints] for f in KIND_FIELDS}
    per_joint["logit_lean"] = [groups[joint_group(joint).split("_")[-1]]["logit_lean"] for joint in joints]
    mixes = {f: _mixing(joints, {name: groups[name][f] for name in GROUPS}) for f in MIX_FIELDS}
    return NoiseParams(
        **{f: jnp.asarray(values, jnp.float32) for f, values in per_joint.items()},
        **{f: jnp.asarray(person[f], jnp.float32) for f in PERSON_FIELDS},
        error_mix=mixes["error_share"],
        logit_mix=mixes["logit_share"],
        layout=make_layout(skeleton),
    )


def make_layout(skeleton: str) -> Layout:
    """The Layout of a skeleton by name; every joint must have a `joint_kind`."""
    joints = get_skeleton(skeleton).joints
    limbs = _limbs(joints)
    side = [1.0 * joint.startswith("left_") - 1.0 * joint.startswith("right_") for joint in joints]
    lateral = _mean_of(joints, "left_shoulder", "left_hip") - _mean_of(joints, "right_shoulder", "right_hip")
    upward = _mean_of(joints, "left_shoulder", "right_shoulder") - _mean_of(joints, "left_hip", "right_hip")
    ears = _mean_of(joints, "left_ear", "right_ear")
    head = np.array([joint in _HEAD for joint in joints], np.float32)
    return Layout(
        side=jnp.asarray(side, jnp.float32),
        mirror=jnp.asarray(get_skeleton(skeleton).mirror, jnp.int32),
        body=jnp.asarray(1.0 - head),
        torso=jnp.asarray(np.stack([lateral, upward])),
        capsule_start=jnp.asarray(np.stack([limb[0] for limb in limbs])),
        capsule_end=jnp.asarray(np.stack([limb[1] for limb in limbs])),
        radius=jnp.asarray([limb[2] for limb in limbs], jnp.float32),
        hides=jnp.asarray([[float(joint not in limb[3]) for limb in limbs] for joint in joints], jnp.float32),
        face=jnp.asarray(head * (ears.sum() > 0)),
        face_free=jnp.asarray([0.5 * joint.endswith("_ear") for joint in joints], jnp.float32),
        ears=jnp.asarray(ears),
    )


def _mean_of(joints: tuple[str, ...], *wanted: str) -> np.ndarray:
    weights = np.array([joint in wanted for joint in joints], np.float32)
    return weights / max(weights.sum(), 1.0)


def _limbs(joints: tuple[str, ...]) -> list[tuple[np.ndarray, np.ndarray, float, tuple[str, ...]]]:
    """Both ends, radius in person scales, and the joints that a limb does not hide."""
    shoulders, hips = ("left_shoulder", "right_shoulder"), ("left_hip", "right_hip")
    head = _mean_of(joints, *_HEAD)
    limbs = [(_mean_of(joints, *shoulders), _mean_of(joints, *hips), 0.32, ()), (head, head, 0.22, _HEAD)]
    segments = (("hip", "knee", 0.16), ("knee", "ankle", 0.11), ("shoulder", "elbow", 0.11), ("elbow", "wrist", 0.09))
    for side in ("left_", "right_"):
        for top, bottom, radius in segments:
            ends = (side + top, side + bottom)
            limbs.append((_mean_of(joints, ends[0]), _mean_of(joints, ends[1]), radius, ends))
    return limbs


def _mixing(joints: tuple[str, ...], shares: dict[str, float]) -> Float[Array, "J J"]:
    """Cholesky factor of the correlation matrix in which two joints of one limb correlate by its share."""
    groups = [joint_group(joint) for joint in joints]
    share = [shares[group.split("_")[-1]] for group in groups]
    same = np.array([[share[i] * (a == b) for b in groups] for i, a in enumerate(groups)])
    np.fill_diagonal(same, 1.0)
    return jnp.asarray(np.linalg.cholesky(same), jnp.float32)
