"""Who dances: a body and a personal style that is the same in every genre."""

from dataclasses import dataclass, field

import numpy as np

from hdvr_jax.choreo.body import Body, sample_body


@dataclass(frozen=True)
class Dancer:
    """One dancer. The style says nothing about the genre: it is drawn before any choreography is chosen.

    `trunk`, `arms`, `hips`, `steps`: amplitude factors. `softness`: smoothing of the channels (s). `lag`: factor on
    how late the body follows the pelvis. `early`: bias against the beat (beats), `jitter` its scatter. `knees`: how
    bent they are kept (leg lengths). `posture`: channel offsets. `favour`: amplitude of the left side against the
    right. `turnout`: degrees. `wobble`: slow drift of the channels (degrees). `lift`: factor on the height of steps.
    """

    id: str
    body: Body
    trunk: float
    arms: float
    hips: float
    steps: float
    softness: float
    lag: float
    early: float
    jitter: float
    knees: float
    favour: float
    turnout: float
    wobble: float
    lift: float
    posture: dict[str, float] = field(default_factory=dict)


_POSTURE_SPREAD = {
    "waist_flex": 4.0, "chest_flex": 4.5, "head_flex": 5.0, "head_yaw": 4.0, "head_roll": 3.0,
    "chest_side": 2.0, "chest_twist": 3.0, "hip_pitch": 3.0,
    "arm_swing_out_l": 6.0, "arm_swing_out_r": 6.0, "arm_swing_up_l": 6.0, "arm_swing_up_r": 6.0,
    "arm_elbow_l": 9.0, "arm_elbow_r": 9.0, "arm_twist_l": 8.0, "arm_twist_r": 8.0,
}  # fmt: skip


def sample_dancer(rng: np.random.Generator, name: str) -> Dancer:
    """Draws a dancer."""
    return Dancer(
        id=name,
        body=sample_body(rng),
        trunk=float(rng.uniform(1.1, 2.2)),
        arms=float(rng.uniform(0.85, 1.25)),
        hips=float(rng.uniform(1.1, 2.0)),
        steps=float(rng.uniform(0.95, 1.35)),
        softness=float(rng.uniform(0.035, 0.07)),
        lag=float(rng.uniform(0.5, 1.5)),
        early=float(np.clip(rng.normal(0.0, 0.05), -0.12, 0.12)),
        jitter=float(rng.uniform(0.008, 0.028)),
        knees=float(rng.uniform(0.0, 0.05)),
        favour=float(np.clip(rng.normal(1.0, 0.06), 0.85, 1.15)),
        turnout=float(rng.uniform(3.0, 24.0)),
        wobble=float(rng.uniform(1.5, 4.5)),
        lift=float(rng.uniform(0.9, 1.6)),
        posture={name: float(spread * rng.normal()) for name, spread in _POSTURE_SPREAD.items()},
    )
