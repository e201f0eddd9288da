"""The channels of a figure: what each drives, its limits, its lag behind the pelvis and its greatest speed.

A figure is written as keys and waves on these channels, as if danced from the left foot; the mirror of a figure
swaps the `_l` and `_r` channels and negates the lateral ones. Angles are in degrees, `hip_side`, `hip_fwd` and
`height` in leg lengths.

Signs: flex forwards, side to the left, twist and yaw to the left, roll with the left side up.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Channel:
    """One channel: limits `low`, `high`, `rate` (greatest key to key speed per second), `lag` behind the pelvis (s)."""

    low: float
    high: float
    rate: float
    lag: float = 0.0
    lateral: bool = False


ARM_PARTS = ("swing_out", "swing_up", "twist", "elbow")

_CENTRAL = {
    "hip_side": Channel(-0.16, 0.16, 0.7, lateral=True),
    "hip_fwd": Channel(-0.13, 0.13, 0.7),
    "height": Channel(-0.32, 0.05, 1.3),
    "hip_yaw": Channel(-45, 45, 220, lateral=True),
    "hip_roll": Channel(-17, 17, 110, lateral=True),
    "hip_pitch": Channel(-20, 55, 130),
    "waist_flex": Channel(-30, 60, 170, 0.03),
    "waist_side": Channel(-32, 32, 150, 0.03, lateral=True),
    "waist_twist": Channel(-40, 40, 200, 0.03, lateral=True),
    "chest_flex": Channel(-28, 35, 160, 0.05),
    "chest_side": Channel(-28, 28, 140, 0.05, lateral=True),
    "chest_twist": Channel(-35, 35, 200, 0.05, lateral=True),
    "head_yaw": Channel(-75, 75, 420, 0.05, lateral=True),
    "head_flex": Channel(-45, 45, 240, 0.08),
    "head_roll": Channel(-32, 32, 170, 0.08, lateral=True),
}

_PAIRED = {
    "shrug": Channel(-6, 26, 160, 0.05),
    "heel": Channel(0, 62, 420),
    "turnout": Channel(-15, 60, 260),
    "arm_swing_out": Channel(-110, 80, 420, 0.05),
    "arm_swing_up": Channel(-86, 105, 420, 0.05),
    "arm_twist": Channel(-110, 125, 460, 0.09),
    "arm_elbow": Channel(6, 148, 480, 0.11),
    "free": Channel(0, 1, 9.0),
    "free_fwd": Channel(-0.9, 0.95, 5.5),
    "free_out": Channel(-0.35, 0.9, 5.0),
    "free_up": Channel(-1.0, 0.35, 5.5),
    "free_point": Channel(-25, 68, 420),
}

CHANNELS = _CENTRAL | {f"{name}_{side}": channel for name, channel in _PAIRED.items() for side in "lr"}

NEUTRAL = {f"turnout_{side}": 12.0 for side in "lr"} | {
    f"{name}_{side}": value
    for name, value in {"free_up": -0.9, "free_fwd": 0.06, "free_out": 0.05, "free_point": 25.0}.items()
    for side in "lr"
}


def neutral(name: str) -> float:
    """Returns the value a channel goes back to when no figure drives it (arms are posed by the carriage instead)."""
    return NEUTRAL.get(name, 0.0)


def mirrored(name: str, value: float) -> tuple[str, float]:
    """Returns the channel and value that the mirror image of a figure has."""
    if name.endswith("_l"):
        return name[:-2] + "_r", value
    if name.endswith("_r"):
        return name[:-2] + "_l", value
    return name, -value if CHANNELS[name].lateral else value
