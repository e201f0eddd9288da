"""The articulated body: bone lengths from anthropometry, and forward kinematics of trunk, head and arms.

World: metres, Y up, floor at y = 0. Body axes: x to the left, y up, z forwards.
"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float

from hdvr_jax.choreo.arms import directions
from hdvr_jax.choreo.channels import ARM_PARTS
from hdvr_jax.skeletons import get_skeleton

JOINTS = (
    "pelvis", "waist", "chest", "neck", "skull",
    "nose", "left_eye", "right_eye", "left_ear", "right_ear",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    "left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle",
    "left_ball", "right_ball", "left_heel", "right_heel",
)  # fmt: skip
JOINT_INDEX = {name: index for index, name in enumerate(JOINTS)}
COCO17_INDEX = tuple(JOINT_INDEX[name] for name in get_skeleton("coco17").joints)


@dataclass(frozen=True)
class Body:
    """Segment lengths of one dancer in metres."""

    height: float
    pelvis_half: float
    shoulder_half: float
    lumbar: float
    thorax: float
    neck: float
    head: float
    upper_arm: float
    forearm: float
    thigh: float
    shank: float
    ankle_height: float
    ball_forward: float
    heel_back: float

    @property
    def leg(self) -> float:
        """Length of the straight leg, hip joint to ankle."""
        return self.thigh + self.shank


# Shares of body height and their spread between people (lengths after Drillis and Contini 1966; widths between joint
# centres after de Leva 1996).
_SHARES = {
    "lumbar": (0.125, 0.04), "thorax": (0.170, 0.04), "neck": (0.050, 0.06), "head": (0.075, 0.05),
    "upper_arm": (0.172, 0.04), "forearm": (0.148, 0.04), "thigh": (0.236, 0.035), "shank": (0.234, 0.035),
    "ankle_height": (0.042, 0.05), "ball_forward": (0.075, 0.06), "heel_back": (0.028, 0.06),
}  # fmt: skip


def sample_body(rng: np.random.Generator) -> Body:
    """Draws a grown-up of 1.50 to 1.95 m; women and men differ in height and in shoulder and hip width."""
    man = rng.random() < 0.5
    height = float(np.clip(rng.normal(1.77 if man else 1.65, 0.07), 1.50, 1.95))
    shares = {name: mean * (1 + spread * rng.normal()) for name, (mean, spread) in _SHARES.items()}
    widths = {
        "shoulder_half": (0.106 if man else 0.099) * (1 + 0.05 * rng.normal()),
        "pelvis_half": (0.060 if man else 0.064) * (1 + 0.05 * rng.normal()),
    }
    return Body(height=height, **{name: float(share * height) for name, share in (shares | widths).items()})


def yaw_matrix(angle: Float[np.ndarray, "*T"]) -> Float[np.ndarray, "*T 3 3"]:
    """Rotation about the vertical by radians, positive to the left."""
    return _about(angle, 1)


def trunk_matrix(
    flex: Float[np.ndarray, " T"], side: Float[np.ndarray, " T"], twist: Float[np.ndarray, " T"]
) -> Float[np.ndarray, "T 3 3"]:
    """Rotation from flexion forwards, bend and twist to the left, all in degrees."""
    return _about(np.radians(twist), 1) @ _about(np.radians(flex), 0) @ _about(-np.radians(side), 2)


def _about(angle: np.ndarray, axis: int) -> np.ndarray:
    cosine, sine = np.cos(angle), np.sin(angle)
    matrix = np.zeros((*np.shape(angle), 3, 3))
    first, second = (axis + 1) % 3, (axis + 2) % 3
    matrix[..., axis, axis] = 1.0
    matrix[..., first, first] = matrix[..., second, second] = cosine
    matrix[..., first, second] = -sine
    matrix[..., second, first] = sine
    return matrix


def pelvis_rotation(heading: Float[np.ndarray, " T"], channels: dict[str, np.ndarray]) -> Float[np.ndarray, "T 3 3"]:
    """Orientation of the pelvis; `heading` in radians, `hip_roll` lifts the left side."""
    tilt = trunk_matrix(channels["hip_pitch"], -channels["hip_roll"], channels["hip_yaw"])
    return yaw_matrix(heading) @ tilt


def upper_body(
    body: Body, pelvis: Float[np.ndarray, "T 3"], frame: Float[np.ndarray, "T 3 3"], channels: dict[str, np.ndarray]
) -> dict[str, Float[np.ndarray, "T 3"]]:
    """Positions of trunk, head and arm joints from the pelvis pose and the channels (degrees).

    The spine undoes most of what the hips do, as dancers do when they move the hips alone.
    """
    c = channels
    shift = np.degrees(np.arctan(c["hip_side"] * body.leg / (body.lumbar + 0.5 * body.thorax)))
    spine = frame @ trunk_matrix(
        c["waist_flex"] - 0.8 * c["hip_pitch"],
        c["waist_side"] + 0.9 * c["hip_roll"] - 0.7 * shift,
        c["waist_twist"] - 0.75 * c["hip_yaw"],
    )
    ribs = spine @ trunk_matrix(c["chest_flex"], c["chest_side"] + 0.5 * shift, c["chest_twist"])
    points = {"pelvis": pelvis}
    points["waist"] = pelvis + frame @ np.array([0.0, 0.30 * body.lumbar, 0.0])
    points["chest"] = points["waist"] + spine @ np.array([0.0, 0.70 * body.lumbar + 0.15 * body.thorax, -0.01])
    points["neck"] = points["chest"] + ribs @ np.array([0.0, 0.85 * body.thorax, -0.01])
    skull = ribs @ trunk_matrix(c["head_flex"] - 0.5 * c["waist_flex"], c["head_roll"] * -1.0, c["head_yaw"])
    points |= _head(body, points["neck"], skull)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        points |= _arm(body, side, sign, points["neck"], ribs, channels)
    return points


def _head(body: Body, neck: np.ndarray, skull: np.ndarray) -> dict[str, np.ndarray]:
    scale = body.head
    base = neck + skull @ np.array([0.0, body.neck, 0.01])
    offsets = {
        "skull": (0.0, 0.55, 0.0),
        "nose": (0.0, 0.42, 0.86),
        "left_eye": (0.25, 0.70, 0.66), "right_eye": (-0.25, 0.70, 0.66),
        "left_ear": (0.56, 0.52, 0.05), "right_ear": (-0.56, 0.52, 0.05),
    }  # fmt: skip
    return {name: base + skull @ (scale * np.array(offset)) for name, offset in offsets.items()}


def _arm(
    body: Body, side: str, sign: float, neck: np.ndarray, ribs: np.ndarray, channels: dict[str, np.ndarray]
) -> dict[str, np.ndarray]:
    letter = side[0]
    flip = np.array([sign, 1.0, 1.0])
    lift = np.radians(channels[f"shrug_{letter}"])
    upper, forearm = directions({part: channels[f"arm_{part}_{letter}"] for part in ARM_PARTS})
    # The collar rises on its own when the arm goes above the shoulder (scapulo-humeral rhythm, about a third).
    lift = lift + np.radians(18.0) * np.clip(upper[:, 1] + 0.1, 0.0, 1.0)
    collar = body.shoulder_half * np.stack([np.cos(lift), np.sin(lift), np.zeros_like(lift)], axis=-1)
    collar = collar + np.array([0.0, -0.16 * body.thorax, 0.0])
    shoulder = neck + np.einsum("tij,tj->ti", ribs, collar * flip)
    elbow = shoulder + body.upper_arm * np.einsum("tij,tj->ti", ribs, upper * flip)
    wrist = elbow + body.forearm * np.einsum("tij,tj->ti", ribs, forearm * flip)
    return {f"{side}_shoulder": shoulder, f"{side}_elbow": elbow, f"{side}_wrist": wrist}
