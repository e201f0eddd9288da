"""Belly dance: hip circles, figure eights, shimmies, undulations, snake arms, hip drops, camel walk, chest circles."""

from hdvr_jax.choreo.figure import Figure, Step, Wave

_FRAMED = {"l": ((0.7, "wave_down"), (3.2, "wave_down")), "r": ((0.7, "high_v"), (3.2, "high_v"))}
_SIDES = {"l": ((0.7, "second"), (3.2, "second")), "r": ((0.7, "second"), (3.2, "second"))}

BELLY = (
    Figure(
        "hip_circle",
        4,
        waves=(
            Wave("hip_side", 0, 4, 0.1, 0.5),
            Wave("hip_fwd", 0, 4, 0.08, 0.5, 0.25),
            Wave("hip_pitch", 0, 4, 7, 0.5, 0.0),
        ),
        arms=_SIDES,
    ),
    Figure(
        "figure_eight",
        4,
        waves=(
            Wave("hip_side", 0, 4, 0.09, 0.5),
            Wave("hip_yaw", 0, 4, 18, 0.5, 0.25),
            Wave("hip_fwd", 0, 4, 0.03, 1.0),
        ),
        arms=_FRAMED,
    ),
    Figure(
        "vertical_eight",
        4,
        waves=(Wave("hip_side", 0, 4, 0.06, 0.5), Wave("hip_roll", 0, 4, 12, 0.5, 0.28)),
        arms={"l": ((0.7, "wave_up"), (3.2, "wave_up")), "r": ((0.7, "behind_head"), (3.2, "behind_head"))},
    ),
    Figure("shimmy", 4, waves=(Wave("hip_roll", 0, 4, 6.5, 2.0), Wave("hip_yaw", 0, 4, 8, 2.0, 0.25)), arms=_SIDES),
    Figure(
        "shimmy_walk",
        4,
        steps=tuple(Step(b, "lr"[b % 2], 0.16, lift=0.03) for b in range(4)),
        waves=(Wave("hip_roll", 0, 4, 6, 2.0), Wave("hip_yaw", 0, 4, 7, 2.0, 0.25)),
        arms=_FRAMED,
    ),
    Figure(
        "undulation",
        4,
        waves=(
            Wave("chest_flex", 0, 4, 15, 0.5),
            Wave("waist_flex", 0, 4, 13, 0.5, -0.22),
            Wave("hip_pitch", 0, 4, 10, 0.5, -0.45),
            Wave("hip_fwd", 0, 4, 0.05, 0.5, -0.6),
        ),
        arms={"l": ((0.8, "low_side"), (3, "low_side")), "r": ((0.8, "low_side"), (3, "low_side"))},
    ),
    Figure(
        "snake_arms",
        4,
        arms={
            "l": ((0.6, "wave_up"), (1.6, "wave_down"), (2.6, "wave_up"), (3.6, "wave_down")),
            "r": ((0.6, "wave_down"), (1.6, "wave_up"), (2.6, "wave_down"), (3.6, "wave_up")),
        },
        waves=(
            Wave("shrug_l", 0, 4, 7, 0.5, -0.1),
            Wave("shrug_r", 0, 4, 7, 0.5, 0.4),
            Wave("chest_side", 0, 4, 6, 0.5),
        ),
    ),
    Figure(
        "hip_drop",
        4,
        steps=(Step(0, "r", -0.05, 0.0), Step(0.6, "l", 0.14, -0.02, weight=False, lift=0.03)),
        keys={
            "hip_roll": ((0.6, 10), (1, -9), (1.5, 11), (2, -9), (2.5, 11), (3, -9), (3.6, 0)),
            "heel_l": ((0.4, 0), (0.9, 30), (3.2, 30), (3.8, 0)),
        },
        arms=_FRAMED,
    ),
    Figure(
        "hip_lift_turn",
        4,
        steps=(
            Step(0, "l", 0.03, 0.04, turn=45, lift=0.03),
            Step(1, "r", 0.03, 0.0, turn=45, lift=0.03),
            Step(2, "l", 0.03, 0.04, turn=45, lift=0.03),
            Step(3, "r", 0.03, 0.0, turn=45, lift=0.03),
        ),
        waves=(Wave("hip_roll", 0, 4, 9, 1.0, 0.25), Wave("hip_side", 0, 4, 0.04, 0.5)),
        arms={"l": ((1, "fifth"), (3, "fifth")), "r": ((1, "fifth"), (3, "fifth"))},
    ),
    Figure(
        "camel_walk",
        4,
        steps=(Step(0, "l", 0.22), Step(2, "r", 0.22)),
        waves=(
            Wave("chest_flex", 0, 4, 13, 0.5),
            Wave("waist_flex", 0, 4, 12, 0.5, -0.22),
            Wave("hip_pitch", 0, 4, 11, 0.5, -0.45),
            Wave("hip_fwd", 0, 4, 0.04, 0.5, -0.6),
        ),
        arms=_SIDES,
    ),
    Figure(
        "chest_circle",
        4,
        waves=(
            Wave("waist_side", 0, 4, 12, 0.5),
            Wave("chest_side", 0, 4, 7, 0.5, 0.5),
            Wave("waist_flex", 0, 4, 10, 0.5, 0.25),
            Wave("chest_flex", 0, 4, 6, 0.5, 0.75),
        ),
        arms=_SIDES,
    ),
    Figure(
        "chest_lift",
        4,
        keys={
            "chest_flex": ((0.3, 4), (0.9, -19), (1.4, 5), (1.9, -19), (2.4, 5), (2.9, -19), (3.6, 0)),
            "height": ((0.5, 0), (2, -0.03), (3.8, 0)),
        },
        arms=_FRAMED,
    ),
)
