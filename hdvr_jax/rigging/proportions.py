"""Bone lengths and rest pose of a dancer, from her 3D poses."""

from collections.abc import Mapping

import numpy as np
from jaxtyping import Float

from hdvr_jax.rigging.rig import Rig, tree

# Lengths of an average body as shares of its height (Drillis & Contini 1966), by the joints of h36m17 at both ends.
_AVERAGE = {
    ("hip", "left_hip"): 0.0955,
    ("left_hip", "left_knee"): 0.245,
    ("left_knee", "left_ankle"): 0.246,
    ("hip", "spine"): 0.144,
    ("spine", "thorax"): 0.144,
    ("thorax", "nose"): 0.107,
    ("nose", "head"): 0.095,
    ("thorax", "left_shoulder"): 0.1295,
    ("left_shoulder", "left_elbow"): 0.186,
    ("left_elbow", "left_wrist"): 0.146,
}
_HAND, _FOOT, _ANKLE_HEIGHT = 0.108, 0.11, 0.039
_USUAL_HEIGHT = 1.7

Points = Mapping[str, Float[np.ndarray, "T 3"]]


def fitted_rig(points: Points) -> Rig:
    """The rig whose bones have the median length of the clip, left and right alike.

    A bone that is never seen takes its share of the average body, at the size of the bones that are.

    Args:
        points: (T, 3) metres of each joint of h36m17; NaN where missing.
    """
    measured = {pair: _length(points, pair) for pair in _AVERAGE}
    heights = [measured[pair] / share for pair, share in _AVERAGE.items() if measured[pair] > 0]
    height = float(np.median(heights)) if heights else _USUAL_HEIGHT
    lengths = {pair: height * share if np.isnan(measured[pair]) else measured[pair] for pair, share in _AVERAGE.items()}
    names, parents = tree()
    offsets = _offsets(lengths, height, _neck_bend(points))
    return Rig(names, parents, np.array([offsets[name] for name in names]))


def _length(points: Points, pair: tuple[str, str]) -> float:
    """Median length of a bone over frames and sides; NaN where never seen."""
    sides = {pair, tuple(joint.replace("left_", "right_") for joint in pair)}
    if pair == ("hip", "left_hip"):
        # The rig's root lies between the hips, which some sources' hip joint does not.
        seen = np.linalg.norm(points["left_hip"] - points["right_hip"], axis=-1) / 2
    else:
        seen = np.concatenate([np.linalg.norm(points[end] - points[start], axis=-1) for start, end in sorted(sides)])
    seen = seen[np.isfinite(seen)]
    return float(np.median(seen)) if seen.size else np.nan


def _neck_bend(points: Points) -> float:
    """Median angle, radians, between the bones that meet at the nose; 0 where never seen."""
    neck, head = points["nose"] - points["thorax"], points["head"] - points["nose"]
    angles = np.arctan2(np.linalg.norm(np.cross(neck, head), axis=-1), (neck * head).sum(-1))
    angles = angles[np.isfinite(angles)]
    return float(np.median(angles)) if angles.size else 0.0


def _offsets(lengths: Mapping[tuple[str, str], float], height: float, bend: float) -> dict[str, np.ndarray]:
    """Offset of every joint from its parent at rest."""
    neck, head = lengths["thorax", "nose"], lengths["nose", "head"]
    # The crown stands above the neck, the nose before the line between them.
    lean = np.arctan2(head * np.sin(bend), neck + head * np.cos(bend))
    trunk = {
        "Hips": np.zeros(3),
        "Spine": np.zeros(3),
        "Spine1": np.array([0, lengths["hip", "spine"], 0]),
        "Neck": np.array([0, lengths["spine", "thorax"], 0]),
        "Head": neck * np.array([0, np.cos(lean), np.sin(lean)]),
        "Head_end": head * np.array([0, np.cos(lean - bend), np.sin(lean - bend)]),
    }
    limbs = {}
    for side, sign in (("Left", 1.0), ("Right", -1.0)):
        out, down = np.array([sign, 0, 0]), np.array([0, -1.0, 0])
        limbs |= {
            f"{side}Shoulder": trunk["Neck"],
            f"{side}Arm": lengths["thorax", "left_shoulder"] * out,
            f"{side}ForeArm": lengths["left_shoulder", "left_elbow"] * out,
            f"{side}Hand": lengths["left_elbow", "left_wrist"] * out,
            f"{side}Hand_end": _HAND * height * out,
            f"{side}UpLeg": lengths["hip", "left_hip"] * out,
            f"{side}Leg": lengths["left_hip", "left_knee"] * down,
            f"{side}Foot": lengths["left_knee", "left_ankle"] * down,
            f"{side}Foot_end": height * np.array([0, -_ANKLE_HEIGHT, _FOOT]),
        }
    return trunk | limbs
