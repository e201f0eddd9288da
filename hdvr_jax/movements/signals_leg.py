"""Signals of one leg, knee and foot."""

import numpy as np

from hdvr_jax.movements.body import Body, dot, smoothstep, unit
from hdvr_jax.movements.signals_arm import bend, swing_angles, to_outward
from hdvr_jax.movements.signals_trunk import Signals, axial_rotation, support
from hdvr_jax.movements.smoothing import local_linear, rate

# A step takes the weight within this time of landing; a tap does not.
_WEIGHT_SECONDS = 0.25


def leg_signals(body: Body, side: str) -> Signals:
    """All signals of one side ("left" or "right"), without the side in their names."""
    sign, fps = (1.0 if side == "left" else -1.0), body.fps
    other = "right" if side == "left" else "left"
    hip, knee, ankle = (body.joint(f"{side}_{joint}") for joint in ("hip", "knee", "ankle"))
    thigh = to_outward(body.pelvis.coordinates(unit(knee - hip)), sign)
    shank = to_outward(body.pelvis.coordinates(unit(ankle - knee)), sign)
    elevation, flexion, abduction, _ = swing_angles(thigh)
    knee_flexion = bend(hip, knee, ankle)
    whole = to_outward(body.pelvis.coordinates(unit(ankle - hip)), sign)
    knee_height = dot(knee - hip, body.heading.up) / np.maximum(np.linalg.norm(knee - hip, axis=-1), 1e-6)
    load = support(body) if side == "left" else 1.0 - support(body)
    middle = 0.5 * (hip + ankle)
    return {
        "hip_elevation": elevation,
        "hip_flexion": flexion,
        "hip_abduction": abduction,
        "leg_rotation": axial_rotation(thigh, shank, -1.0, knee_flexion),
        "leg_elevation": swing_angles(whole)[0],
        "leg_speed": np.degrees(np.linalg.norm(rate(whole, fps), axis=-1)),
        "leg_support": load,
        "leg_support_mean": local_linear(load, fps, _WEIGHT_SECONDS)[0],
        "knee_flexion": knee_flexion,
        "knee_flexion_rate": rate(knee_flexion, fps),
        "knee_height": knee_height,
        "knee_lift": dot(knee - body.joint(f"{other}_knee"), body.heading.up) / body.leg_length,
        "knee_outward": sign * dot(knee - middle, body.heading.left) / body.leg_length,
        **_foot_places(body, side, sign),
    }


def _foot_places(body: Body, side: str, sign: float) -> Signals:
    """The ankle against the other ankle and its own hip, in leg lengths."""
    other = "right" if side == "left" else "left"
    ankle, fps, leg = body.joint(f"{side}_ankle"), body.fps, body.leg_length
    between = (ankle - body.joint(f"{other}_ankle")) / leg
    apart = to_outward(body.heading.coordinates(between), sign)
    # Differentiated before it is seen from the turning body: feet that stand still do not step while the hips turn.
    speed = to_outward(body.heading.coordinates(rate(between, fps)), sign)
    lift = apart[:, 2]
    behind = -body.heading.coordinates(ankle - body.joint(f"{side}_hip"))[:, 0] / leg
    # A foot that lands is still going down while the floor brakes it; both feet are then at about the same height.
    near = smoothstep(lift, -0.08, -0.03) * (1.0 - smoothstep(lift, 0.06, 0.15))
    braking = local_linear(speed[:, 2], fps)[1] * near * smoothstep(-speed[:, 2], 0.05, 0.2)
    return {
        "foot_lift": lift,
        "foot_forward": apart[:, 0],
        "foot_outward": apart[:, 1],
        "foot_behind_hip": behind,
        "foot_forward_rate": speed[:, 0],
        "foot_outward_rate": speed[:, 1],
        "foot_braking": braking,
        "feet_apart": np.hypot(apart[:, 0], apart[:, 1]),
    }
