"""Tap: shuffles, flaps, ball change, time step, cramp roll, buffalo, wings, paddle, heel drops, waltz clog."""

from hdvr_jax.choreo.figure import Figure, Jump, Step, Wave

_EASY = {"l": ((0.6, "low_side"), (3.2, "low_side")), "r": ((0.6, "low_side"), (3.2, "low_side"))}
_EASY_SHORT = {"l": ((0.6, "low_side"), (2.4, "low_side")), "r": ((0.6, "low_side"), (2.4, "low_side"))}
_SOFT = {"height": ((0.3, -0.035), (3.6, -0.035)), "waist_flex": ((0.5, 6), (3.4, 6))}


def _brush(foot: str, *beats: float, reach: float = 0.24) -> dict[str, tuple[tuple[float, float], ...]]:
    """The free foot brushes forwards and spanks back around each of `beats`."""
    on = tuple(key for b in beats for key in ((b - 0.45, 0), (b - 0.2, 1), (b + 0.3, 1), (b + 0.55, 0)))
    forward = tuple(key for b in beats for key in ((b - 0.3, -0.06), (b, reach), (b + 0.3, -0.02)))
    up = tuple(key for b in beats for key in ((b - 0.3, -0.9), (b, -0.93), (b + 0.3, -0.9)))
    return {
        f"free_{foot}": on,
        f"free_fwd_{foot}": forward,
        f"free_up_{foot}": up,
        f"free_point_{foot}": tuple((b, 25) for b in beats),
    }


TAP = (
    Figure(
        "shuffle",
        4,
        steps=(Step(1.6, "l", 0.0), Step(3.6, "r", 0.0)),
        keys=_SOFT | _brush("l", 0.5) | _brush("r", 2.5),
        arms=_EASY,
    ),
    Figure(
        "shuffle_ball_change",
        4,
        steps=(
            Step(1.1, "l", -0.14, 0, duration=0.35),
            Step(1.5, "r", 0.08, 0, duration=0.3),
            Step(3.1, "l", -0.14, 0, duration=0.35),
            Step(3.5, "r", 0.08, 0, duration=0.3),
        ),
        keys=_SOFT | _brush("l", 0.3, 2.3),
        arms={
            "l": ((0.4, "jog_front"), (1.4, "low_side"), (2.4, "jog_front"), (3.4, "low_side")),
            "r": ((0.4, "low_side"), (1.4, "jog_front"), (2.4, "low_side"), (3.4, "jog_front")),
        },
    ),
    Figure(
        "flap_walk",
        4,
        steps=tuple(Step(b, "lr"[b % 2], 0.24, 0, duration=0.5, lift=0.08) for b in range(4)),
        keys=_SOFT | {"heel_l": ((0, 14), (3.4, 14)), "heel_r": ((0, 14), (3.4, 14))},
        arms=_EASY,
        waves=(Wave("waist_twist", 0, 4, 8, 0.5),),
    ),
    Figure(
        "time_step",
        4,
        steps=(
            Step(0.6, "l", 0, 0, duration=0.35, lift=0.1),
            Step(1.2, "r", 0.08, 0.0, duration=0.4),
            Step(2, "l", -0.05, 0, duration=0.35),
            Step(2.5, "r", 0, 0, duration=0.3),
            Step(3.1, "l", 0.1, 0, duration=0.35),
        ),
        keys=_SOFT | _brush("r", 0.3),
        arms={
            "l": ((0.3, "low_side"), (1.2, "front"), (2.4, "low_side")),
            "r": ((0.3, "front"), (1.2, "low_side"), (2.4, "front")),
        },
    ),
    Figure(
        "cramp_roll",
        4,
        steps=(
            Step(0, "l", 0, 0, duration=0.35),
            Step(0.25, "r", 0, 0, duration=0.35),
            Step(2, "l", 0, 0, duration=0.35),
            Step(2.25, "r", 0, 0, duration=0.35),
        ),
        keys=_SOFT
        | {
            "heel_l": ((0, 32), (0.5, 0), (1.4, 0), (2, 32), (2.5, 0)),
            "heel_r": ((0.2, 32), (0.75, 0), (1.5, 0), (2.2, 32), (2.75, 0)),
        },
        arms=_EASY,
    ),
    Figure(
        "heel_drops",
        4,
        keys=_SOFT
        | {
            "heel_l": ((0, 26), (0.5, 0), (1, 26), (1.5, 0), (2, 26), (2.5, 0), (3, 26), (3.5, 0)),
            "heel_r": ((0, 0), (0.5, 26), (1, 0), (1.5, 26), (2, 0), (2.5, 26), (3, 0), (3.5, 10)),
        },
        arms={"l": ((0.6, "jog_front"), (3.2, "low_side")), "r": ((0.6, "low_side"), (3.2, "jog_front"))},
    ),
    Figure(
        "buffalo",
        4,
        steps=(
            Step(0, "l", 0.02, 0.26),
            Step(1, "r", 0.08, -0.2, duration=0.5),
            Step(2, "l", 0.02, 0.3),
            Step(3, "r", 0.08, -0.2, duration=0.5),
        ),
        keys=_SOFT | {"waist_side": ((0.4, 7), (1.4, -7), (2.4, 7), (3.4, -7))},
        arms={"l": ((0.6, "second"), (3, "second")), "r": ((0.6, "second"), (3, "low_side"))},
    ),
    Figure(
        "wings",
        4,
        steps=(Step(3.5, "l", 0.02, 0.02),),
        jumps=(Jump(0.8, 1.3, 0.08), Jump(2.3, 2.8, 0.08)),
        keys={"height": ((0.5, -0.07), (0.9, 0), (1.5, -0.08), (2.1, -0.07), (2.5, 0), (3, -0.08))},
        waves=(Wave("arm_swing_up_l", 0, 4, 20, 0.667), Wave("arm_swing_up_r", 0, 4, 20, 0.667)),
        arms={"l": ((0.7, "second"), (3, "second")), "r": ((0.7, "second"), (3, "second"))},
    ),
    Figure(
        "paddle_turn",
        4,
        steps=tuple(Step(b / 2, "lr"[b % 2], 0.02, 0.02, turn=45, duration=0.35, lift=0.05) for b in range(8)),
        keys=_SOFT,
        arms={"l": ((0.6, "second"), (3.2, "second")), "r": ((0.6, "front"), (3.2, "front"))},
    ),
    Figure(
        "maxie_ford",
        4,
        steps=(
            Step(0, "l", 0.1, 0.1),
            Step(1.6, "r", 0.02, 0.0, duration=0.4, lift=0.1),
            Step(2.5, "l", -0.12, -0.3, weight=False),
            Step(3.4, "l", 0.0, 0.0),
        ),
        jumps=(Jump(1.1, 1.6, 0.07),),
        keys=_SOFT | _brush("r", 0.7),
        arms={"l": ((0.6, "front"), (2, "low_side")), "r": ((0.6, "low_side"), (2, "second"))},
    ),
    Figure(
        "waltz_clog",
        3,
        steps=(
            Step(0, "l", 0.02, 0.14),
            Step(1.5, "r", -0.1, -0.02, duration=0.35),
            Step(2.1, "l", 0.06, 0.0, duration=0.35),
        ),
        keys=_brush("r", 0.8, reach=0.2) | {"height": ((0.3, -0.035), (2.7, -0.035))},
        arms=_EASY_SHORT,
    ),
    Figure(
        "scuff_stamp",
        4,
        steps=(Step(1.2, "l", 0.14, 0.04, lift=0.12), Step(3.2, "r", 0.14, 0.04, lift=0.12)),
        keys=_SOFT | _brush("l", 0.5, reach=0.4) | _brush("r", 2.5, reach=0.4),
        arms={"l": ((0.5, "back_low"), (2.5, "front")), "r": ((0.5, "front"), (2.5, "back_low"))},
    ),
)
