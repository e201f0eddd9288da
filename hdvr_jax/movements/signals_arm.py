"""Signals of one shoulder, arm and hand."""

import numpy as np
from jaxtyping import Float

from hdvr_jax.movements.body import Body, dot, smoothstep, unit
from hdvr_jax.movements.signals_trunk import Signals, axial_rotation
from hdvr_jax.movements.smoothing import local_linear, rate

_CURVE_SECONDS = 0.25


def swing_angles(direction: Float[np.ndarray, "T 3"]) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Swing of a limb from hanging down: (elevation, flexion, abduction, azimuth) in degrees.

    Elevation runs from 0 (down) to 180 (up); flexion and abduction are its parts forward and outward; azimuth is 0
    forward, 90 outward and negative across the body. A limb that points up is fully flexed and fully abducted, for
    both ways lead there.

    Args:
        direction: (T, 3) unit vectors (forward, outward, up).
    """
    forward, outward, up = np.moveaxis(direction, -1, 0)
    flat = np.hypot(forward, outward)
    elevation = np.degrees(np.arctan2(flat, -up))
    overhead = smoothstep(elevation, 140.0, 170.0)
    safe = np.maximum(flat, 1e-9)
    parts = [elevation * (part / safe * (1.0 - overhead) + overhead) for part in (forward, outward)]
    # Cut where no limb points: inward and backward.
    azimuth = (np.degrees(np.arctan2(outward, forward)) + 110.0) % 360.0 - 110.0
    return elevation, parts[0], parts[1], azimuth


def bend(start: np.ndarray, middle: np.ndarray, end: np.ndarray) -> Float[np.ndarray, " T"]:
    """Flexion of the middle joint in degrees: 0 straight, 180 folded."""
    upper, lower = middle - start, end - middle
    return np.degrees(np.arctan2(np.linalg.norm(np.cross(upper, lower), axis=-1), dot(upper, lower)))


def circling(offset: Float[np.ndarray, "T 3"], fps: float) -> Float[np.ndarray, " T"]:
    """Speed in degrees per second at which the direction of motion of (T, 3) positions turns, in a steady sense.

    Back and forth along a line or an arc gives about 0, for the turns cancel.
    """
    velocity = rate(offset, fps)
    swept = local_linear(np.cross(velocity, rate(velocity, fps)), fps, _CURVE_SECONDS)[0]
    energy = local_linear(dot(velocity, velocity), fps, _CURVE_SECONDS)[0]
    return np.degrees(np.linalg.norm(swept, axis=-1) / np.maximum(energy, 1e-3))


def to_outward(vectors: np.ndarray, sign: float) -> np.ndarray:
    """Components (forward, left, up) turned into (forward, outward, up) of one side."""
    return vectors * np.array([1.0, sign, 1.0])


def arm_signals(body: Body, side: str) -> Signals:
    """All signals of one side ("left" or "right"), without the side in their names."""
    sign, fps = (1.0 if side == "left" else -1.0), body.fps
    shoulder, elbow, wrist = (body.joint(f"{side}_{joint}") for joint in ("shoulder", "elbow", "wrist"))
    upper = to_outward(body.chest.coordinates(unit(elbow - shoulder)), sign)
    lower = to_outward(body.chest.coordinates(unit(wrist - elbow)), sign)
    elevation, flexion, abduction, azimuth = swing_angles(upper)
    elbow_flexion = bend(shoulder, elbow, wrist)
    reach = to_outward(body.heading.coordinates(wrist - shoulder), sign) / body.arm_length
    arm_elevation = np.degrees(np.arctan2(np.hypot(reach[:, 0], reach[:, 1]), -reach[:, 2]))
    height = dot(shoulder, body.chest.up) / body.trunk_length - 1.0
    return {
        "shoulder_elevation": elevation,
        "shoulder_flexion": flexion,
        "shoulder_abduction": abduction,
        "shoulder_azimuth": azimuth,
        "shoulder_height": height,
        "elbow_flexion": elbow_flexion,
        "elbow_flexion_rate": rate(elbow_flexion, fps),
        "arm_rotation": axial_rotation(upper, lower, 1.0, elbow_flexion),
        "arm_elevation": arm_elevation,
        "arm_elevation_rate": rate(arm_elevation, fps),
        "arm_outward_rate": rate(reach[:, 1], fps),
        "arm_circling": circling(reach, fps),
        "hand_speed": np.linalg.norm(rate(reach, fps), axis=-1),
        "hand_forward": reach[:, 0],
        "hand_outward": reach[:, 1],
        **_hand_places(body, side, sign),
    }


def _hand_places(body: Body, side: str, sign: float) -> Signals:
    """Where the wrist is, in trunk lengths, against the other joints."""
    other = "right" if side == "left" else "left"
    wrist, up, trunk = body.joint(f"{side}_wrist"), body.heading.up, body.trunk_length
    skull = 0.5 * (body.joint("nose") + body.joint("head"))
    chest = body.chest.coordinates(wrist)

    def distance(target: np.ndarray) -> np.ndarray:
        return np.linalg.norm(wrist - target, axis=-1) / trunk

    return {
        "hand_over_crown": dot(wrist - body.joint("head"), up) / trunk,
        "hand_over_shoulder": dot(wrist - body.joint("thorax"), up) / trunk,
        "hand_over_hip": dot(wrist, up) / trunk,
        "hand_across": -sign * chest[:, 1] / trunk,
        "hand_behind": -chest[:, 0] / trunk,
        "hand_to_hip": distance(body.joint(f"{side}_hip")),
        "hand_to_head": distance(skull),
        "hand_to_hand": distance(body.joint(f"{other}_wrist")),
    }
