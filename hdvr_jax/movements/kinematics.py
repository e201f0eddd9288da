"""The closed list of kinematic signals that the rules of a vocabulary may use, and their computation."""

import dataclasses
import functools

import numpy as np
from jaxtyping import Float

from hdvr_jax.movements.body import make_body
from hdvr_jax.movements.signals_arm import arm_signals
from hdvr_jax.movements.signals_leg import leg_signals
from hdvr_jax.movements.signals_trunk import head_signals, hip_signals, torso_signals

_SIDES = ("left", "right")

# name: (unit, lateral, meaning). A lateral signal is positive to the left and changes sign in the mirror.
_MIDLINE = {
    "head_turn": ("deg", True, "azimuth of the face from the front of the hips"),
    "head_pitch": ("deg", False, "face above (+) or below (-) the horizontal"),
    "head_tilt": ("deg", True, "lean of the head from the vertical"),
    "head_turn_rate": ("deg/s", True, "turning speed of the face in space"),
    "head_pitch_rate": ("deg/s", False, "speed of raising the face"),
    "neck_turn": ("deg", True, "azimuth of the face from the front of the chest"),
    "neck_pitch": ("deg", False, "face above (+) or below (-) the plane across the trunk axis"),
    "neck_flexion": ("deg", False, "lean of the neck to the front of its rest, against the trunk axis"),
    "neck_side_bend": ("deg", True, "lean of the neck to the side, against the trunk axis"),
    "trunk_inclination": ("deg", False, "angle of the trunk from the vertical, in any direction"),
    "trunk_flexion": ("deg", False, "forward part of the trunk's inclination"),
    "trunk_lean": ("deg", True, "sideways part of the trunk's inclination"),
    "trunk_side_bend": ("deg", True, "lean of the trunk towards the hip line"),
    "trunk_rotation": ("deg", True, "shoulder line against hip line, about the trunk axis"),
    "trunk_rotation_rate": ("deg/s", True, "speed of trunk_rotation"),
    "trunk_flexion_rate": ("deg/s", False, "speed of trunk_flexion"),
    "trunk_shimmy": ("deg/s", False, "size of quick alternations of trunk_rotation_rate"),
    "hip_shift": ("leg", True, "pelvis to the side of both the carrying foot and the chest"),
    "hip_shift_rate": ("leg/s", True, "speed of hip_shift"),
    "hip_hike": ("deg", True, "height of the left hip over the right one, as the hip line's slope"),
    "hip_twist_rate": ("deg/s", True, "turning speed of the hips beyond that of the shoulders"),
    "hip_turn_rate": ("deg/s", True, "turning speed of the hips"),
    "turn_rate": ("deg/s", True, "turning speed of the whole trunk"),
    "turn_speed": ("deg/s", False, "turn_rate to either side"),
    "pelvis_level": ("leg", False, "height of the mid-hip over the lower ankle"),
    "pelvis_level_rate": ("leg/s", False, "speed of pelvis_level"),
}
# One of each per side; the name is preceded by left_ or right_.
_PAIRED = {
    "shoulder_elevation": ("deg", "upper arm from hanging (0) to pointing up (180), in the chest's frame"),
    "shoulder_flexion": ("deg", "forward part of shoulder_elevation; negative behind"),
    "shoulder_abduction": ("deg", "outward part of shoulder_elevation; negative across the body"),
    "shoulder_azimuth": ("deg", "direction of the upper arm: 0 forward, 90 outward, negative across"),
    "shoulder_height": ("trunk", "shoulder above its usual height along the trunk axis"),
    "elbow_flexion": ("deg", "0 straight"),
    "elbow_flexion_rate": ("deg/s", "speed of bending the elbow"),
    "arm_rotation": ("deg", "internal (+) or external (-) rotation of the upper arm; 0 while the elbow is straight"),
    "arm_elevation": ("deg", "line from shoulder to wrist: 0 down, 90 level, 180 up"),
    "arm_elevation_rate": ("deg/s", "speed of arm_elevation"),
    "arm_outward_rate": ("arm/s", "speed of the wrist away from the midline, against its shoulder"),
    "arm_circling": ("deg/s", "speed at which the wrist's path curves, in a steady sense"),
    "hand_speed": ("arm/s", "speed of the wrist against its shoulder"),
    "hand_forward": ("arm", "wrist in front of its shoulder"),
    "hand_outward": ("arm", "wrist to the outside of its shoulder"),
    "hand_over_crown": ("trunk", "wrist above the top of the head"),
    "hand_over_shoulder": ("trunk", "wrist above mid-shoulder height"),
    "hand_over_hip": ("trunk", "wrist above mid-hip height"),
    "hand_across": ("trunk", "wrist beyond the midline, on the other side"),
    "hand_behind": ("trunk", "wrist behind the plane of hips and shoulders"),
    "hand_to_hip": ("trunk", "wrist to the hip joint of its side"),
    "hand_to_head": ("trunk", "wrist to the middle of the head"),
    "hand_to_hand": ("trunk", "wrist to the other wrist"),
    "hip_elevation": ("deg", "thigh from hanging (0), in the pelvis's frame"),
    "hip_flexion": ("deg", "forward part of hip_elevation; negative behind"),
    "hip_abduction": ("deg", "outward part of hip_elevation; negative across"),
    "leg_rotation": ("deg", "internal (+) or external (-) rotation of the thigh; 0 while the knee is straight"),
    "leg_elevation": ("deg", "line from hip to ankle: 0 down, 90 level"),
    "leg_speed": ("deg/s", "angular speed of the line from hip to ankle"),
    "leg_support": ("share", "estimated share of the weight on this foot"),
    "leg_support_mean": ("share", "leg_support averaged over about half a second before and after"),
    "knee_flexion": ("deg", "0 straight"),
    "knee_flexion_rate": ("deg/s", "speed of bending the knee"),
    "knee_height": ("thigh", "knee above its hip; -1 standing, 0 level"),
    "knee_lift": ("leg", "knee above the other knee"),
    "knee_outward": ("leg", "knee to the outside of the line from hip to ankle"),
    "foot_lift": ("leg", "ankle above the other ankle"),
    "foot_forward": ("leg", "ankle in front of the other ankle"),
    "foot_outward": ("leg", "ankle to the outside of the other ankle; negative when crossed"),
    "foot_behind_hip": ("leg", "ankle behind its hip"),
    "foot_forward_rate": ("leg/s", "speed of foot_forward"),
    "foot_outward_rate": ("leg/s", "speed of foot_outward"),
    "foot_braking": ("leg/s2", "upward acceleration of a foot near the floor: how hard it lands"),
    "feet_apart": ("leg", "horizontal distance of the ankles"),
}


# What an observer cannot tell apart by eye: lengths and angles by so much, speeds by this share of the threshold. All
# are our choices; angles that are judged by eye are commonly taken to be good to five or ten degrees.
_DOUBT = {"deg": 8.0, "leg": 0.04, "trunk": 0.08, "arm": 0.1, "thigh": 0.1, "share": 0.15}
_SPEED_DOUBT = 0.3


@dataclasses.dataclass(frozen=True)
class Signal:
    """What a kinematic signal measures.

    Attributes:
        name: As written in vocabulary files.
        unit: deg, deg/s, or lengths in units of the dancer's own leg, arm, trunk or thigh length, per second.
        lateral: True when the signal is positive to the left and changes sign in the mirror.
        meaning: One line for readers of the vocabulary.
    """

    name: str
    unit: str
    lateral: bool
    meaning: str

    def doubt(self, threshold: float) -> float:
        """How far beyond a threshold the signal has to be to be seen there without doubt."""
        return _DOUBT.get(self.unit, _SPEED_DOUBT * abs(threshold))


@functools.cache
def signal_table() -> dict[str, Signal]:
    """All signals by name, in the column order of `compute_signals`."""
    table = {name: Signal(name, *entry) for name, entry in _MIDLINE.items()}
    for side in _SIDES:
        for name, (unit, meaning) in _PAIRED.items():
            table[f"{side}_{name}"] = Signal(f"{side}_{name}", unit, False, meaning)
    return table


def compute_signals(
    points: Float[np.ndarray, "T 17 3"], fps: float, up: Float[np.ndarray, "3"]
) -> Float[np.ndarray, "T S"]:
    """Every signal of `signal_table` in every frame.

    All are root-relative and in units of the dancer's own body, so they do not depend on where the camera stands,
    on a global trajectory, or on body size; `up` must point against gravity.

    Args:
        points: (T, 17, 3) joints of h36m17 in metres; NaN where missing.
        fps: Frames per second.
        up: Direction against gravity in the frame of `points`.
    Returns:
        (T, S) values, NaN where a joint that the signal needs is missing.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        body = make_body(points, fps, up)
        values = head_signals(body) | torso_signals(body) | hip_signals(body)
        for side in _SIDES:
            sided = arm_signals(body, side) | leg_signals(body, side)
            values |= {f"{side}_{name}": value for name, value in sided.items()}
    return np.stack([values[name] for name in signal_table()], -1)
