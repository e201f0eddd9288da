"""Named mappings between joint sets: which joints are measured, which are synthesised and from what.

A joint that both skeletons have is taken over. One that the source lacks is a fixed affine combination of joints
that it has (weights sum to one, so the result moves with the body and scales with it), by the recipes below.
"""

import dataclasses
import functools
from typing import Any

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.provenance import MEASURED, MISSING, SYNTHESISED
from hdvr_jax.skeletons.definitions import Skeleton, get_skeleton, mirrored_name

# Joints that this project defines by other joints in every skeleton, so that sources agree on them: a rig's pelvis
# and a detector's mid-hip lie centimetres apart.
_ALWAYS_COMBINED = ("hip", "thorax", "spine")

# Alternatives in order of preference. Ratios of the head: ear at 0.93, eye at 0.936, nose at 0.915, shoulders at
# 0.818 and crown at 1.0 of the body height (Drillis & Contini 1966; ANSUR II).
_RECIPES: dict[str, tuple[dict[str, float], ...]] = {
    "hip": ({"left_hip": 0.5, "right_hip": 0.5}, {"pelvis": 1.0}),
    "thorax": ({"left_shoulder": 0.5, "right_shoulder": 0.5}, {"neck": 1.0}),
    "spine": ({"hip": 0.5, "thorax": 0.5}, {"spine1": 1.0}),
    "pelvis": ({"hip": 1.0},),
    "mid_ears": ({"left_ear": 0.5, "right_ear": 0.5},),
    "mid_eyes": ({"left_eye": 0.5, "right_eye": 0.5},),
    "head": (
        {"mid_ears": 1.6, "thorax": -0.6},
        {"mid_eyes": 1.5, "thorax": -0.5},
        {"nose": 1.85, "thorax": -0.85},
    ),
    "nose": ({"mid_eyes": 0.9, "thorax": 0.1}, {"face": 1.0}, {"head": 0.55, "thorax": 0.45}),
    "neck": (
        {"torso_top": 0.5, "head_base": 0.5},
        {"thorax": 0.7, "mid_ears": 0.3},
        {"thorax": 0.7, "nose": 0.3},
        {"thorax": 0.7, "head": 0.3},
    ),
    "torso_top": ({"thorax": 1.0},),
    "head_base": ({"neck": 1.0},),
    "face": ({"mid_ears": 0.7, "nose": 0.3}, {"nose": 1.0}),
    "spine1": ({"hip": 0.8, "thorax": 0.2},),
    "left_elbow": ({"left_elbow_above": 0.5, "left_elbow_below": 0.5},),
    "left_elbow_above": ({"left_elbow": 1.0},),
    "left_elbow_below": ({"left_elbow": 1.0},),
    "left_knee": ({"left_knee_above": 0.5, "left_knee_below": 0.5},),
    "left_knee_above": ({"left_knee": 1.0},),
    "left_knee_below": ({"left_knee": 1.0},),
    "left_hand": ({"left_index": 0.5, "left_pinky": 0.5}, {"left_wrist": 1.3, "left_elbow": -0.3}),
    "left_toe": ({"left_big_toe": 1.0}, {"left_foot_index": 1.0}),
    "left_big_toe": ({"left_foot_index": 1.0}, {"left_toe": 1.0}),
}

# The CMU rig has no nose, ears or crown. In its head frame (right, up, forward; centimetres) the eyes lie at
# (+-4, 8, 8) from the base of the skull, which lies at (0, 7, 1) from the neck joint; these weights put the nose at
# (0, 4.5, 10.5), the ears at (+-7, 6.5, 0) and the crown at (0, 17, 1).
_SOURCE_RECIPES: dict[str, dict[str, dict[str, float]]] = {
    "cmu25": {
        "nose": {"left_eye": 0.735, "right_eye": 0.735, "skull_base": -1.5, "neck": 1.03},
        "left_ear": {"left_eye": 0.816, "right_eye": -0.984, "skull_base": 2.288, "neck": -1.12},
        "head": {"left_eye": -0.1445, "right_eye": -0.1445, "skull_base": 4.049, "neck": -2.76},
    }
}


@dataclasses.dataclass(frozen=True)
class Mapping:
    """Joints of `target` as combinations of joints of `source`.

    Attributes:
        source, target: Skeleton names.
        weights: (J_target, J_source), each row summing to one, or zero for a joint that cannot be had.
        provenance: (J_target,) MEASURED, SYNTHESISED or MISSING.
    """

    source: str
    target: str
    weights: Float[np.ndarray, "target source"]
    provenance: Int[np.ndarray, " target"]

    def apply(self, points: Any) -> Any:
        """Maps points (..., J_source, D) to (..., J_target, D), NumPy or JAX.

        A target joint is NaN when a source joint that it needs is NaN, or when it cannot be had at all.
        """
        columns = [self._combine(points, row) for row in range(self.weights.shape[0])]
        if isinstance(points, np.ndarray):
            return np.stack(columns, -2).astype(points.dtype)
        import jax.numpy as jnp

        return jnp.stack(columns, -2).astype(points.dtype)

    def _combine(self, points: Any, row: int) -> Any:
        used = np.flatnonzero(self.weights[row])
        if used.size == 0:
            return points[..., 0, :] * np.nan
        return sum(points[..., joint, :] * float(self.weights[row, joint]) for joint in used)

    def confidence(self, confidence: Float[np.ndarray, "*T source"]) -> Float[np.ndarray, "*T target"]:
        """Confidence of the target joints: the lowest of the joints that each is made of; 0 for missing ones."""
        used = self.weights != 0
        lowest = np.where(used, confidence[..., None, :], np.inf).min(-1)
        return np.where(used.any(-1), lowest, 0.0).astype(np.float32)


def _mirrored(recipe: dict[str, float]) -> dict[str, float]:
    return {mirrored_name(joint): weight for joint, weight in recipe.items()}


def _recipes(joint: str, source: Skeleton) -> list[dict[str, float]]:
    """Recipes for a joint, those of the source first; right-hand joints use the mirrored left-hand recipe."""
    found = []
    for table in (_SOURCE_RECIPES.get(source.name, {}), _RECIPES):
        for name, mirror in ((joint, False), (mirrored_name(joint), True)):
            if name in table and not (mirror and name == joint):
                entries = table[name] if isinstance(table[name], tuple) else (table[name],)
                found += [_mirrored(entry) if mirror else entry for entry in entries]
    return found


def _row(joint: str, source: Skeleton, seen: tuple[str, ...] = ()) -> np.ndarray | None:
    """Weights of one joint over the source's joints, or None when no recipe can be completed."""
    if joint in source.joints and not (joint in _ALWAYS_COMBINED and not seen):
        return np.eye(len(source.joints))[source.index(joint)]
    for recipe in _recipes(joint, source):
        if any(part in seen for part in recipe):
            continue
        rows = {part: _row(part, source, (*seen, joint)) for part in recipe}
        if all(row is not None for row in rows.values()):
            return sum(weight * rows[part] for part, weight in recipe.items())
    if joint in source.joints:
        return np.eye(len(source.joints))[source.index(joint)]
    return None


@functools.cache
def get_mapping(source: str, target: str) -> Mapping:
    """The mapping between two named skeletons; raises InputError for an unknown name."""
    start, end = get_skeleton(source), get_skeleton(target)
    weights = np.zeros((len(end.joints), len(start.joints)), np.float32)
    provenance = np.full(len(end.joints), MISSING, np.int8)
    for index, joint in enumerate(end.joints):
        row = np.eye(len(start.joints))[index] if start.name == end.name else _row(joint, start)
        if row is not None:
            weights[index] = row
            alone = np.count_nonzero(row) == 1 and joint in start.joints
            provenance[index] = MEASURED if alone else SYNTHESISED
    return Mapping(start.name, end.name, weights, provenance)
