"""Joint angles of a finished motion, and the ranges that a trained dancer's joints have.

The channels keep trunk, head and arms inside their limits (`channels.CHANNELS`) and the legs are bent by inverse
kinematics; what is measured here is what came out of both.
"""

import numpy as np
from jaxtyping import Float

from hdvr_jax.choreo.body import JOINT_INDEX

# Degrees. Ranges of motion of dancers exceed those of other people at hip and spine (Steinberg et al. 2006).
LIMITS: dict[str, tuple[float, float]] = {
    "knee": (0.0, 150.0),
    "elbow": (4.0, 150.0),
    "hip_flexion": (-60.0, 125.0),
    "hip_abduction": (-42.0, 70.0),
    "trunk_lean": (0.0, 75.0),
    "head_turn": (0.0, 85.0),
    "ankle": (48.0, 178.0),
}


def joint_angles(points: Float[np.ndarray, "T J 3"]) -> dict[str, Float[np.ndarray, " T"]]:
    """Angles in degrees from the joints of `body.JOINTS`; paired joints have a `_left` and a `_right`.

    Knee and elbow: 0 is straight. Hip: the thigh in the pelvis' frame, flexion forwards, abduction outwards. Ankle:
    between shank and sole. Head: nose against the shoulder line.
    """

    def at(name: str) -> np.ndarray:
        return points[:, JOINT_INDEX[name]]

    across = _unit(at("left_hip") - at("right_hip"))
    up = _unit(at("waist") - (at("left_hip") + at("right_hip")) / 2)
    front = np.cross(across, up)
    shoulders = _unit(at("left_shoulder") - at("right_shoulder"))
    face = _unit(at("nose") - (at("left_ear") + at("right_ear")) / 2)
    angles = {
        "trunk_lean": _angle(at("neck") - at("pelvis"), np.array([0.0, 1.0, 0.0])),
        "head_turn": np.abs(90.0 - _angle(face, shoulders)),
    }
    for side, sign in (("left", 1.0), ("right", -1.0)):
        hip, knee, ankle = (at(f"{side}_{joint}") for joint in ("hip", "knee", "ankle"))
        shoulder, elbow, wrist = (at(f"{side}_{joint}") for joint in ("shoulder", "elbow", "wrist"))
        thigh = _unit(knee - hip)
        angles[f"knee_{side}"] = _angle(knee - hip, ankle - knee)
        angles[f"elbow_{side}"] = _angle(elbow - shoulder, wrist - elbow)
        angles[f"hip_flexion_{side}"] = np.degrees(np.arctan2(_dot(thigh, front), -_dot(thigh, up)))
        angles[f"hip_abduction_{side}"] = np.degrees(np.arcsin(np.clip(sign * _dot(thigh, across), -1, 1)))
        angles[f"ankle_{side}"] = _angle(knee - ankle, at(f"{side}_ball") - at(f"{side}_heel"))
    return angles


def knee_bend_forwards(points: Float[np.ndarray, "T J 3"], side: str) -> Float[np.ndarray, " T"]:
    """How far (metres) the knee lies on the side that the foot points to from the line hip to ankle."""
    hip, knee, ankle, ball, heel = (
        points[:, JOINT_INDEX[f"{side}_{joint}"]] for joint in ("hip", "knee", "ankle", "ball", "heel")
    )
    line = _unit(ankle - hip)
    off = knee - hip - _dot(knee - hip, line)[:, None] * line
    return _dot(off, _unit(ball - heel))


def _unit(vector: np.ndarray) -> np.ndarray:
    return vector / np.maximum(np.linalg.norm(vector, axis=-1, keepdims=True), 1e-9)


def _dot(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.sum(a * b, axis=-1)


def _angle(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.degrees(np.arccos(np.clip(_dot(_unit(a), _unit(b)), -1.0, 1.0)))
