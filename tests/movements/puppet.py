"""A jointed puppet of h36m17 that performs single, known movements, for tests of the annotator.

It stands at the origin facing +Z with +X to its left and +Y up. A movement is a set of angles in degrees (or
lengths in metres), each multiplied by a curve in time.
"""

import numpy as np

from hdvr_jax.skeletons import get_skeleton

SKELETON = get_skeleton("h36m17")
SECONDS = 4.0
START, END = 1.2, 2.8
RAMP = 0.35
_REST = {"shoulder_abduction": 8.0, "hip_abduction": 3.0, "elbow": 12.0, "knee": 8.0, "hip_flexion": 4.0}


def times(fps):
    return np.arange(round(SECONDS * fps)) / fps


def hold(t):
    """0, then 1 between START and END with smooth ramps of RAMP seconds."""
    rise = np.clip((t - START) / RAMP, 0, 1)
    fall = np.clip((END - t) / RAMP, 0, 1)
    x = np.minimum(rise, fall)
    return x * x * (3 - 2 * x)


def shake(frequency):
    """Oscillation between START and END."""
    return lambda t: hold(t) * np.sin(2 * np.pi * frequency * (t - START))


def travel(t):
    """0 before START, 1 after END, at constant speed between."""
    return np.clip((t - START) / (END - START), 0, 1)


def perform(parameters, fps=30.0, curve=hold):
    """Points (T, 17, 3) in metres of the puppet performing the parameters, each following the curve."""
    t = times(fps)
    amount = curve(t)
    p = {name: value * amount for name, value in parameters.items()}

    def angle(name):
        rest = _REST.get(name.removeprefix("left_").removeprefix("right_"), 0.0)
        return np.radians(rest + p.get(name, np.zeros_like(t)))

    joints = {"hip": np.zeros((len(t), 3))}
    hips = _turn("z", angle("hike"))
    for side, sign in (("left", 1.0), ("right", -1.0)):
        joints[f"{side}_hip"] = hips @ np.array([0.1 * sign, 0, 0])
        _leg(joints, side, sign, angle)
    trunk = _turn("z", -angle("trunk_side")) @ _turn("x", angle("trunk_forward"))
    _upper_body(joints, trunk @ _turn("y", angle("twist")), angle, p, t)
    points = np.stack([joints[name] for name in SKELETON.joints], 1)
    pelvis = np.stack([p.get("shift", 0 * t), 0 * t, 0 * t], -1)
    for name in ("hip", "left_hip", "right_hip"):
        points[:, SKELETON.index(name)] += pelvis
    points[:, SKELETON.index("spine")] = 0.5 * (points[:, 0] + points[:, SKELETON.index("thorax")])
    return np.einsum("tij,tkj->tki", _turn("y", angle("heading")), points)


def circling_arm(fps):
    """The left hand draws circles of 0.3 m, 1.2 a second, in front of its shoulder."""
    turn, points = 2 * np.pi * 1.2 * times(fps), perform({}, fps)
    shoulder, elbow, wrist = (SKELETON.index(f"left_{joint}") for joint in ("shoulder", "elbow", "wrist"))
    points[:, wrist] = points[:, shoulder] + 0.3 * np.stack([np.cos(turn), np.sin(turn), 0 * turn], -1) + [0, 0, 0.35]
    points[:, elbow] = 0.5 * (points[:, wrist] + points[:, shoulder])
    return points


def landing_foot(drop, fps):
    """The left foot is lifted by `drop` metres at 1.2 s and lands at 2.0 s, within 0.15 s."""
    t, points = times(fps), perform({}, fps)
    height = drop * np.clip((2.0 - t) / 0.15, 0, 1) * (t > 1.2)
    height = np.where(t < 1.5, drop * np.clip((t - 1.2) / 0.3, 0, 1), height)
    points[:, SKELETON.index("left_ankle"), 1] += height
    points[:, SKELETON.index("left_knee"), 1] += 0.5 * height
    return points


def mirrored(points):
    """The same motion seen in a mirror."""
    return (points * np.array([-1.0, 1.0, 1.0]))[:, SKELETON.mirror]


def resized(points, factors):
    """The same motion of a body with longer or shorter bones, named by the joint at their end without its side."""
    changed = points.copy()
    for joint, (name, parent) in enumerate(zip(SKELETON.joints, SKELETON.parents, strict=True)):
        if parent >= 0:
            bone = points[:, joint] - points[:, parent]
            changed[:, joint] = changed[:, parent] + factors.get(name.split("_")[-1], 1.0) * bone
    return changed


def _turn(axis, angle):
    """Rotation matrices (T, 3, 3) about a coordinate axis by angles in radians."""
    cos, sin = np.cos(angle), np.sin(angle)
    first, second = {"x": (1, 2), "y": (2, 0), "z": (0, 1)}[axis]
    matrix = np.broadcast_to(np.eye(3), (*angle.shape, 3, 3)).copy()
    matrix[..., first, first] = matrix[..., second, second] = cos
    matrix[..., second, first], matrix[..., first, second] = sin, -sin
    return matrix


def _limb(flexion, abduction, bend, rotation, zero):
    """Directions (forward, outward, up) of upper and lower bone; `rotation` is internal, about the upper bone."""
    elevation = np.hypot(flexion, abduction)
    azimuth = np.arctan2(abduction, flexion)
    flat = np.stack([np.cos(azimuth), np.sin(azimuth), np.zeros_like(azimuth)], -1)
    up = np.array([0.0, 0.0, 1.0])
    sin, cos = np.sin(elevation)[:, None], np.cos(elevation)[:, None]
    upper = sin * flat - cos * up
    # The shortest swing turns the vertical plane of the limb and leaves its normal alone.
    normal = np.cross(up, flat)
    swung = np.cos(azimuth)[:, None] * (cos * flat + sin * up) - np.sin(azimuth)[:, None] * normal
    reference = zero * swung
    side = np.cross(upper, reference)
    across = np.cos(rotation)[:, None] * reference + np.sin(rotation)[:, None] * side
    return upper, np.cos(bend)[:, None] * upper + np.sin(bend)[:, None] * across


def _world(direction, sign):
    return np.stack([sign * direction[:, 1], direction[:, 2], direction[:, 0]], -1)


def _leg(joints, side, sign, angle):
    a = {k: angle(f"{side}_{k}") for k in ("hip_flexion", "hip_abduction", "knee", "leg_rotation")}
    thigh, shank = _limb(a["hip_flexion"], a["hip_abduction"], a["knee"], a["leg_rotation"], -1.0)
    joints[f"{side}_knee"] = joints[f"{side}_hip"] + 0.42 * _world(thigh, sign)
    joints[f"{side}_ankle"] = joints[f"{side}_knee"] + 0.42 * _world(shank, sign)


def _upper_body(joints, chest, angle, p, t):
    thorax = chest @ np.array([0.0, 0.5, 0.0])
    neck = chest @ _turn("z", -angle("neck_side")) @ _turn("x", angle("neck_forward"))
    head = neck @ _turn("y", angle("head_turn"))
    joints["thorax"], joints["spine"] = thorax, 0.5 * thorax
    joints["head"] = thorax + head @ np.array([0.0, 0.27, 0.05])
    face = neck @ _turn("y", angle("head_turn")) @ _turn("x", angle("nod"))
    joints["nose"] = joints["head"] + face @ np.array([0.0, -0.123, 0.093])
    joints["nose"] += np.stack([0 * t, 0 * t, p.get("slide", 0 * t)], -1)
    joints["head"] += np.stack([0 * t, 0 * t, p.get("slide", 0 * t)], -1)
    for side, sign in (("left", 1.0), ("right", -1.0)):
        lift = p.get(f"{side}_shrug", 0 * t)[:, None] * np.array([0.0, 1.0, 0.0])
        joints[f"{side}_shoulder"] = thorax + chest @ np.array([0.18 * sign, 0, 0]) + lift
        names = ("shoulder_flexion", "shoulder_abduction", "elbow", "arm_rotation")
        upper, lower = _limb(*(angle(f"{side}_{name}") for name in names), 1.0)
        elbow = joints[f"{side}_shoulder"] + 0.3 * np.einsum("tij,tj->ti", chest, _world(upper, sign))
        joints[f"{side}_elbow"] = elbow
        joints[f"{side}_wrist"] = elbow + 0.26 * np.einsum("tij,tj->ti", chest, _world(lower, sign))
