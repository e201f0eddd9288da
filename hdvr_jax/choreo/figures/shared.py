"""Figures that several genres dance, and neutral ones that belong to none."""

from hdvr_jax.choreo.figure import Figure, Jump, Pivot, Step, Wave

SHARED = (
    Figure("stand", 4, waves=(Wave("hip_side", 0, 4, 0.035, 0.25), Wave("head_yaw", 0, 4, 14, 0.25))),
    Figure(
        "shift", 4, steps=(Step(1, "l", 0, 0.12), Step(3, "r", 0.02, 0.05)), waves=(Wave("waist_side", 0, 4, 4, 0.5),)
    ),
    Figure(
        "look_around",
        4,
        keys={"head_yaw": ((0.5, 35), (1.6, 35), (2.4, -40), (3.3, -30)), "chest_twist": ((0.7, 10), (2.5, -12))},
    ),
    Figure("walk", 4, steps=tuple(Step(b, "lr"[b % 2], 0.42) for b in range(4))),
    Figure(
        "walk_swing",
        4,
        steps=tuple(Step(b, "lr"[b % 2], 0.46) for b in range(4)),
        waves=(
            Wave("arm_swing_up_l", 0, 4, 22, 0.5),
            Wave("arm_swing_up_r", 0, 4, 22, 0.5, 0.5),
            Wave("chest_twist", 0, 4, 7, 0.5),
        ),
    ),
    Figure("walk_back", 4, steps=tuple(Step(b, "lr"[b % 2], -0.34) for b in range(4))),
    Figure("walk_round", 4, steps=tuple(Step(b, "lr"[b % 2], 0.36, turn=45) for b in range(4))),
    Figure(
        "saunter",
        6,
        steps=tuple(Step(2 * b, "lr"[b % 2], 0.36, duration=0.9) for b in range(3)),
        waves=(Wave("head_yaw", 0, 6, 12, 0.3),),
    ),
    Figure(
        "step_touch",
        4,
        steps=(
            Step(0, "l", 0, 0.3),
            Step(1, "r", 0, 0, weight=False),
            Step(2, "r", 0, 0.3),
            Step(3, "l", 0, 0, weight=False),
        ),
    ),
    Figure(
        "step_touch_clap",
        4,
        steps=(
            Step(0, "l", 0, 0.3),
            Step(1, "r", 0, 0, weight=False),
            Step(2, "r", 0, 0.3),
            Step(3, "l", 0, 0, weight=False),
        ),
        arms={
            "l": ((0, "low_side"), (1, "clap"), (2, "low_side"), (3, "clap")),
            "r": ((0, "low_side"), (1, "clap"), (2, "low_side"), (3, "clap")),
        },
    ),
    Figure(
        "grapevine",
        4,
        steps=(
            Step(0, "l", 0, 0.32),
            Step(1, "r", 0.1, -0.42),
            Step(2, "l", 0, 0.45),
            Step(3, "r", 0, 0.02, weight=False),
        ),
    ),
    Figure(
        "rock_step",
        4,
        steps=(Step(0, "l", -0.34), Step(1, "r", 0.32, lift=0.03), Step(2, "l", 0.02), Step(3, "r", 0.0, weight=False)),
    ),
    Figure(
        "three_step_turn",
        4,
        steps=(
            Step(0, "l", 0, 0.3, turn=120),
            Step(1, "r", 0.1, 0.22, turn=120),
            Step(2, "l", 0, 0.25, turn=120),
            Step(3, "r", 0, 0.03, weight=False),
        ),
    ),
    Figure(
        "pivot_turn",
        4,
        steps=(Step(0, "l", 0.36), Step(2, "r", 0.25), Step(3, "l", 0.05)),
        pivots=(Pivot(0.4, 1.4, "l", -180),),
    ),
    Figure(
        "half_turn_walk",
        4,
        steps=(Step(0, "l", 0.4), Step(1, "r", 0.35, turn=90), Step(2, "l", 0.2, turn=90), Step(3, "r", 0.0)),
    ),
    Figure(
        "chasse",
        4,
        steps=(
            Step(0, "l", 0, 0.36),
            Step(0.5, "r", 0, 0.02),
            Step(1, "l", 0, 0.36),
            Step(2, "r", 0, 0.36),
            Step(2.5, "l", 0, 0.02),
            Step(3, "r", 0, 0.36),
        ),
    ),
    Figure("bounce", 4, keys={"height": tuple((b / 2, -0.06 if b % 2 else -0.01) for b in range(8))}),
    Figure("sway", 4, waves=(Wave("waist_side", 0, 4, 13, 0.25), Wave("hip_side", 0, 4, 0.05, 0.25, 0.03))),
    Figure(
        "reach_up",
        4,
        arms={"l": ((1.2, "high"), (2.6, "high")), "r": ((1.5, "high"), (2.5, "high"))},
        keys={"head_flex": ((1.5, -18), (2.6, -12))},
    ),
    Figure("one_arm_up", 4, arms={"l": ((1, "point_up"), (2.5, "high_v")), "r": ((1, "hips"), (3, "hips"))}),
    Figure("arms_open", 4, arms={"l": ((1.5, "second"), (3, "low_side")), "r": ((1.5, "second"), (3, "low_side"))}),
    Figure(
        "hands_hips",
        4,
        arms={"l": ((1, "hips"), (3, "hips")), "r": ((1, "hips"), (3, "hips"))},
        waves=(Wave("hip_side", 0, 4, 0.05, 0.5), Wave("hip_roll", 0, 4, 5, 0.5, 0.5)),
    ),
    Figure(
        "low_kick",
        4,
        steps=(Step(0, "l", 0.12), Step(2.2, "r", 0.1), Step(3, "l", 0.0)),
        keys={
            "free_r": ((0.1, 0), (0.7, 1), (1.3, 1), (1.8, 0)),
            "free_fwd_r": ((0.5, 0.1), (1, 0.5), (1.7, 0.1)),
            "free_up_r": ((0.5, -0.85), (1, -0.84), (1.7, -0.95)),
        },
    ),
    Figure(
        "hop",
        4,
        steps=(Step(2.9, "l", 0.05),),
        jumps=(Jump(1.0, 1.7, 0.12),),
        keys={"height": ((0.5, -0.1), (0.9, -0.02), (1.8, -0.11), (2.3, 0))},
    ),
    Figure(
        "lunge",
        4,
        steps=(Step(1, "l", 0.3, 0.3), Step(3, "l", 0.02, 0.02)),
        keys={"height": ((0.5, 0), (1.4, -0.14), (2.2, -0.14), (3, 0)), "waist_side": ((1.4, 8), (2.6, 0))},
    ),
    Figure("turn_in_place", 4, steps=tuple(Step(b, "lr"[b % 2], 0.0, turn=45, lift=0.04) for b in range(4))),
    Figure(
        "bow",
        4,
        keys={
            "waist_flex": ((1.3, 32), (2.2, 32), (3.5, 0)),
            "hip_pitch": ((1.3, 22), (2.2, 22), (3.5, 0)),
            "height": ((1.3, -0.04), (3, 0)),
        },
    ),
    Figure("cross_stage", 6, steps=(*(Step(b, "lr"[b % 2], 0.5, duration=0.7) for b in range(5)), Step(5, "r", 0.02))),
)
