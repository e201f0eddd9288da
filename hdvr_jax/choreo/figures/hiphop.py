"""Hip hop: bounce rock, top rock, body wave, arm wave, isolations, running man, cabbage patch, pop and lock."""

from hdvr_jax.choreo.figure import Figure, Jump, Step, Wave

_GROOVE = {
    "height": ((0, -0.08), (0.5, -0.02), (1, -0.09), (1.5, -0.02), (2, -0.09), (2.5, -0.02), (3, -0.09), (3.5, -0.02))
}
_LOOSE = {"l": ((0.5, "jog_front"), (3, "jog_front")), "r": ((0.5, "jog_front"), (3, "jog_front"))}

HIPHOP = (
    Figure(
        "bounce_rock",
        4,
        keys=_GROOVE | {"chest_flex": tuple((b / 2, 12 if b % 2 == 0 else -7) for b in range(8))},
        waves=(Wave("waist_side", 0, 4, 8, 0.5), Wave("head_flex", 0, 4, 10, 1.0, 0.2)),
        arms=_LOOSE,
    ),
    Figure(
        "top_rock",
        4,
        steps=(
            Step(0, "l", 0.26, -0.3, turn=-20),
            Step(1, "l", 0, 0.05, turn=20),
            Step(2, "r", 0.26, -0.3, turn=20),
            Step(3, "r", 0, 0.05, turn=-20),
        ),
        keys=_GROOVE,
        arms={
            "l": ((0, "cross"), (1, "second"), (2, "cross"), (3, "second")),
            "r": ((0, "cross"), (1, "second"), (2, "cross"), (3, "second")),
        },
    ),
    Figure(
        "body_wave",
        4,
        keys={
            "head_flex": ((0.3, -12), (0.9, 12), (2.3, -12), (2.9, 12), (3.7, 0)),
            "chest_flex": ((0.3, 0), (0.8, -20), (1.5, 14), (2.8, -20), (3.5, 10)),
            "waist_flex": ((0.5, 0), (1.2, -14), (1.9, 14), (3.2, -12), (3.8, 6)),
            "hip_fwd": ((0.8, 0), (1.6, 0.07), (2.2, -0.04), (3.6, 0.05)),
            "height": ((0.5, 0), (1.8, -0.09), (2.4, -0.02), (3.7, -0.08)),
        },
        arms={"l": ((0.5, "low_side"), (3, "low_side")), "r": ((0.5, "low_side"), (3, "low_side"))},
    ),
    Figure(
        "arm_wave",
        4,
        keys={
            "shrug_l": ((1.1, 0), (1.5, 20), (2, 0)),
            "shrug_r": ((1.5, 0), (1.9, 20), (2.4, 0)),
            "chest_side": ((1.2, 8), (2, -8), (3, 0)),
        },
        arms={
            "l": ((0.3, "second"), (0.8, "wave_down"), (1.3, "wave_up"), (1.8, "second"), (3.5, "second")),
            "r": ((0.3, "second"), (1.6, "second"), (2.1, "wave_up"), (2.6, "wave_down"), (3.1, "second")),
        },
    ),
    Figure(
        "isolations",
        4,
        keys={
            "waist_side": ((0, 13), (1, 13), (2, -13), (3, -13)),
            "chest_side": ((0, -10), (1, -10), (2, 10), (3, 10)),
            "waist_flex": ((0, 0), (1, 10), (2, 0), (3, 10)),
            "chest_flex": ((0, 0), (1, -12), (2, 0), (3, -12)),
            "height": ((0, -0.05), (3.5, -0.05)),
        },
        attack=0.55,
        arms={"l": ((0.6, "low_side"), (3, "low_side")), "r": ((0.6, "low_side"), (3, "low_side"))},
    ),
    Figure(
        "running_man",
        4,
        steps=tuple(Step(b, "lr"[b % 2], 0.22, 0, lift=0.2, duration=0.5) for b in range(4)),
        keys=_GROOVE,
        arms={
            "l": tuple((b, ("jog_back", "jog_front")[b % 2]) for b in range(4)),
            "r": tuple((b, ("jog_front", "jog_back")[b % 2]) for b in range(4)),
        },
    ),
    Figure(
        "cabbage_patch",
        4,
        waves=(
            Wave("arm_swing_out_l", 0, 4, 22, 0.5),
            Wave("arm_swing_out_r", 0, 4, 22, 0.5, 0.5),
            Wave("arm_swing_up_l", 0, 4, 16, 0.5, 0.25),
            Wave("arm_swing_up_r", 0, 4, 16, 0.5, 0.25),
            Wave("waist_twist", 0, 4, 10, 0.5),
            Wave("hip_side", 0, 4, 0.05, 0.5),
        ),
        keys=_GROOVE,
        arms={"l": ((0.4, "clap"), (3.2, "clap")), "r": ((0.4, "clap"), (3.2, "clap"))},
    ),
    Figure(
        "pop_lock",
        4,
        attack=0.7,
        keys={
            "height": ((0, -0.05), (1, -0.09), (2, -0.04), (3, -0.1)),
            "chest_twist": ((0, 18), (1, -14), (2, 16), (3, 0)),
            "head_yaw": ((0, 25), (1, -25), (2, 20), (3, 0)),
        },
        arms={
            "l": ((0, "goalpost"), (1, "wave_down"), (2, "front"), (3, "jog_front")),
            "r": ((0, "wave_down"), (1, "goalpost"), (2, "cross"), (3, "front")),
        },
    ),
    Figure(
        "smurf",
        4,
        steps=(
            Step(0, "l", 0.1, 0.2),
            Step(1, "r", 0, 0, weight=False),
            Step(2, "r", 0.1, 0.2),
            Step(3, "l", 0, 0, weight=False),
        ),
        keys=_GROOVE | {"waist_side": ((0, 14), (1, -6), (2, -14), (3, 6))},
        arms={
            "l": ((0, "jog_front"), (1, "cross"), (2, "jog_back"), (3, "cross")),
            "r": ((0, "jog_back"), (1, "cross"), (2, "jog_front"), (3, "cross")),
        },
    ),
    Figure(
        "jump_cross",
        4,
        steps=(Step(0.6, "l", 0.2, -0.3, duration=0.5), Step(2.6, "l", 0, 0.14, duration=0.5)),
        jumps=(Jump(0.15, 0.65, 0.09), Jump(2.15, 2.65, 0.09)),
        keys={"height": ((0, -0.09), (0.3, 0), (1, -0.11), (1.9, -0.1), (2.3, 0), (3, -0.11))},
        arms={"l": ((0.6, "cross"), (2.6, "low_side")), "r": ((0.6, "cross"), (2.6, "low_side"))},
    ),
    Figure(
        "shoulder_lean",
        4,
        keys=_GROOVE
        | {
            "shrug_l": ((0, 18), (1, 0), (2, 18), (3, 0)),
            "shrug_r": ((0, 0), (1, 18), (2, 0), (3, 18)),
            "chest_side": ((0, -11), (1, 11), (2, -11), (3, 11)),
            "waist_side": ((0, -7), (1, 7), (2, -7), (3, 7)),
        },
        arms={"l": ((0.5, "jog_front"), (3, "jog_back")), "r": ((0.5, "low_side"), (3, "low_side"))},
    ),
)
