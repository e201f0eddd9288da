"""Signals of head, neck, torso and hips."""

import numpy as np
from jaxtyping import Float

from hdvr_jax.movements.body import Axes, Body, dot, smoothstep, unit
from hdvr_jax.movements.smoothing import local_linear, rate

Signals = dict[str, Float[np.ndarray, " T"]]

# From crown to nose the direction points this far below the horizontal when the face looks straight ahead (the head
# proportions of the joint mappings), and this is how far the line from mid-shoulders to crown leans forward.
_FACE_DROP_DEGREES = 53.0
_NECK_REST_DEGREES = 15.0
# The head turns about a point this far from mid-shoulders to crown; the nose, seen from there, gives the azimuth.
_NECK_PIVOT = 0.35
# Height difference of the ankles, in leg lengths, at which the lower foot carries everything.
_FULL_CLEARANCE = 0.05
_SHIMMY_SECONDS = 0.2


def tilt(direction: Float[np.ndarray, "T 3"], axes: Axes) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Inclination of unit vectors (T, 3) from the frame's up axis: (total, forward part, left part) in degrees.

    The parts are components of the rotation vector, so they stay continuous through every direction but straight down.
    """
    forward, left, up = np.moveaxis(axes.coordinates(direction), -1, 0)
    flat = np.hypot(forward, left)
    total = np.degrees(np.arctan2(flat, up))
    scale = total / np.maximum(flat, 1e-9)
    return total, forward * scale, left * scale


def yaw(direction: Float[np.ndarray, "T 3"], axes: Axes) -> Float[np.ndarray, " T"]:
    """Azimuth of (T, 3) vectors in degrees, 0 to the front and positive to the left."""
    forward, left, _ = np.moveaxis(axes.coordinates(direction), -1, 0)
    return np.degrees(np.arctan2(left, forward))


def yaw_rate(direction: Float[np.ndarray, "T 3"], up: Float[np.ndarray, "T 3"], fps: float) -> np.ndarray:
    """Turning speed of (T, 3) vectors about `up` in degrees per second, positive to the left; needs no unwrapping."""
    value, slope = local_linear(direction, fps)
    flat = value - dot(value, up)[:, None] * up
    return np.degrees(dot(np.cross(flat, slope), up) / np.maximum(dot(flat, flat), 1e-6))


def head_signals(body: Body) -> Signals:
    """Face direction against the body's front and gravity (head), and against the chest (neck)."""
    nose, crown = body.joint("nose"), body.joint("head")
    face = unit(nose - crown)
    neck_base = body.joint("thorax")
    skull = unit(crown - neck_base)
    gaze = nose - neck_base - _NECK_PIVOT * (crown - neck_base)
    pitch = _FACE_DROP_DEGREES + np.degrees(np.arcsin(np.clip(dot(face, body.heading.up), -1, 1)))
    chest_pitch = _FACE_DROP_DEGREES + np.degrees(np.arcsin(np.clip(dot(face, body.chest.up), -1, 1)))
    _, _, lean = tilt(skull, body.heading)
    _, neck_forward, neck_left = tilt(skull, body.chest)
    return {
        "head_turn": yaw(gaze, body.heading),
        "head_pitch": pitch,
        "head_tilt": lean,
        "head_turn_rate": yaw_rate(gaze, body.heading.up, body.fps),
        "head_pitch_rate": rate(pitch, body.fps),
        "neck_turn": yaw(gaze, body.chest),
        "neck_pitch": chest_pitch,
        "neck_flexion": neck_forward - _NECK_REST_DEGREES,
        "neck_side_bend": neck_left,
    }


def torso_signals(body: Body) -> Signals:
    """The trunk axis against gravity and the hip line, and the shoulder line against the hip line."""
    axis = body.chest.up
    total, forward, left = tilt(axis, body.heading)
    hips = body.pelvis.left
    flat_hips = unit(hips - dot(hips, axis)[:, None] * axis)
    twist = np.degrees(np.arctan2(dot(np.cross(flat_hips, body.chest.left), axis), dot(flat_hips, body.chest.left)))
    twist_rate = rate(twist, body.fps)
    mean = local_linear(twist_rate, body.fps, _SHIMMY_SECONDS)[0]
    power = local_linear((twist_rate - mean) ** 2, body.fps, _SHIMMY_SECONDS)[0]
    return {
        "trunk_inclination": total,
        "trunk_flexion": forward,
        "trunk_lean": left,
        "trunk_side_bend": np.degrees(np.arcsin(np.clip(dot(axis, hips), -1, 1))),
        "trunk_rotation": twist,
        "trunk_rotation_rate": twist_rate,
        "trunk_flexion_rate": rate(forward, body.fps),
        "trunk_shimmy": np.sqrt(np.maximum(power, 0.0)),
    }


def support(body: Body) -> Float[np.ndarray, " T"]:
    """Share of the weight on the left foot, 0 to 1, from 17 joints and without the floor.

    The lower foot carries more, and so does the foot that the trunk is above. This is a geometric estimate, not a
    force: it stands in for a force plate and for the floor that root-relative poses do not have.
    """
    up = body.heading.up
    left, right = body.joint("left_ankle"), body.joint("right_ankle")
    mass = 0.5 * body.joint("thorax") - 0.5 * (left + right)
    between = left - right
    mass -= dot(mass, up)[:, None] * up
    flat = between - dot(between, up)[:, None] * up
    # The constant fades the estimate out when the feet stand together, where it would be noise.
    share = dot(mass, flat) / (dot(flat, flat) + (0.15 * body.leg_length) ** 2)
    clearance = dot(between, up) / body.leg_length / _FULL_CLEARANCE
    return np.clip(0.5 + share - 0.5 * np.clip(clearance, -1.0, 1.0), 0.0, 1.0)


def _common(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """The smaller of two displacements where they agree in sign, else 0."""
    agree = first * second > 0
    return np.where(agree, np.sign(first) * np.minimum(np.abs(first), np.abs(second)), 0.0 * first * second)


def hip_signals(body: Body) -> Signals:
    """Pelvis against the feet, the chest and gravity; lengths in leg lengths."""
    up, left = body.heading.up, body.heading.left
    load = support(body)[:, None]
    # On one foot the pelvis does not hang at the hip joint of that side, but half-way between it and the foot's plumb.
    sides = [body.joint(f"{side}_ankle") - 0.5 * body.joint(f"{side}_hip") for side in ("left", "right")]
    feet = load * sides[0] + (1.0 - load) * sides[1]
    shift = _common(-dot(feet, left), -dot(body.joint("thorax"), left)) / body.leg_length
    lower = np.minimum(dot(body.joint("left_ankle"), up), dot(body.joint("right_ankle"), up))
    level = -lower / body.leg_length
    hips_rate = yaw_rate(body.pelvis.left, up, body.fps)
    chest_rate = yaw_rate(body.chest.left, up, body.fps)
    turn = 0.5 * (hips_rate + chest_rate)
    return {
        "hip_shift": shift,
        "hip_shift_rate": rate(shift, body.fps),
        "hip_hike": np.degrees(np.arcsin(np.clip(dot(body.pelvis.left, up), -1, 1))),
        "hip_twist_rate": hips_rate - chest_rate,
        "hip_turn_rate": hips_rate,
        "turn_rate": turn,
        "turn_speed": np.abs(turn),
        "pelvis_level": level,
        "pelvis_level_rate": rate(level, body.fps),
    }


def axial_rotation(
    bone: Float[np.ndarray, "T 3"], lower: Float[np.ndarray, "T 3"], zero: float, bend: Float[np.ndarray, " T"]
) -> Float[np.ndarray, " T"]:
    """Internal (+) or external (-) rotation of a limb about its upper bone, in degrees.

    The rotation is what remains after the shortest swing that brings the hanging limb to where the bone points. It
    fades to 0 where it cannot be seen: with the limb straight, and with the bone pointing up.

    Args:
        bone, lower: Unit vectors of upper and lower bone as (forward, outward, up).
        zero: 1 where the lower bone of the hanging, bent limb points forward (elbow), -1 where back (knee).
        bend: Flexion of the middle joint in degrees.
    """
    hanging = np.array([0.0, 0.0, -1.0])
    swing = (bone[:, 0] / np.maximum(1.0 - bone[:, 2], 1e-3))[:, None]
    reference = zero * (np.array([1.0, 0.0, 0.0]) - swing * (hanging + bone))
    across = lower - dot(lower, bone)[:, None] * bone
    angle = np.degrees(np.arctan2(dot(bone, np.cross(reference, across)), dot(reference, across)))
    return angle * smoothstep(bend, 20.0, 40.0) * (1.0 - smoothstep(bone[:, 2], 0.5, 0.85))
