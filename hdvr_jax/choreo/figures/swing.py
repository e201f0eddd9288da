"""Swing: triple step and rock step, charleston kicks, lindy circle, tuck turn, sugar push, suzie q, shorty george."""

from hdvr_jax.choreo.figure import Figure, Step, Wave


def _triple(first: float, foot: str, out: float = 0.14, forward: float = 0.0, turn: float = 0.0) -> tuple[Step, ...]:
    other = "r" if foot == "l" else "l"
    return (
        Step(first, foot, forward, out, turn, 0.45),
        Step(first + 0.6, other, 0.0, 0.02, 0.0, 0.4, 0.03),
        Step(first + 1.0, foot, forward, out, 0.0, 0.4),
    )


def _pulse(beats: int) -> dict[str, tuple[tuple[float, float], ...]]:
    return {"height": tuple((b / 2, -0.05 if b % 2 == 0 else -0.01) for b in range(2 * beats))}


_HANDS = {"l": ((0.5, "jog_front"), (3.4, "jog_front")), "r": ((0.5, "jog_front"), (3.4, "jog_front"))}
_KICK = {"free_l": ((0.1, 0), (0.55, 1), (1.25, 1), (1.7, 0)), "free_fwd_l": ((0.4, 0.1), (0.95, 0.5), (1.5, 0.05)),
         "free_up_l": ((0.4, -0.8), (0.95, -0.82), (1.5, -0.92)), "free_point_l": ((0.6, 40), (1.4, 30)),
         "free_r": ((2.1, 0), (2.55, 1), (3.25, 1), (3.7, 0)), "free_fwd_r": ((2.4, -0.05), (2.95, -0.5), (3.5, -0.05)),
         "free_up_r": ((2.4, -0.8), (2.95, -0.8), (3.5, -0.92)), "free_point_r": ((2.6, 40), (3.4, 30))}  # fmt: skip

SWING = (
    Figure(
        "triple_basic",
        6,
        steps=(*_triple(0, "l"), *_triple(2, "r"), Step(4, "l", -0.28), Step(5, "r", 0.24, lift=0.03)),
        keys=_pulse(6),
        arms=_HANDS,
    ),
    Figure(
        "lindy_turn",
        6,
        steps=(
            *_triple(0, "l", 0.1, 0.1, 60),
            *_triple(2, "r", 0.1, 0.05, 60),
            Step(4, "l", -0.26, turn=60),
            Step(5, "r", 0.2),
        ),
        keys=_pulse(6),
        arms={"l": ((0.5, "jog_front"), (4, "frame_left")), "r": ((0.5, "frame_right"), (4, "jog_front"))},
    ),
    Figure(
        "charleston",
        4,
        steps=(Step(0, "r", 0.08), Step(2, "l", -0.1)),
        keys=_pulse(4) | _KICK,
        arms={
            "l": ((0, "jog_back"), (1, "jog_back"), (2, "jog_front"), (3, "jog_front")),
            "r": ((0, "jog_front"), (1, "jog_front"), (2, "jog_back"), (3, "jog_back")),
        },
    ),
    Figure(
        "charleston_twist",
        4,
        steps=(Step(0, "r", 0.08), Step(2, "l", -0.1)),
        keys=_KICK
        | {"turnout_l": ((0, -5), (1, 35), (2, -5), (3, 35)), "turnout_r": ((0, -5), (1, 35), (2, -5), (3, 35))},
        waves=(Wave("waist_twist", 0, 4, 14, 0.5),),
        arms={"l": ((0.5, "low_side"), (3, "wave_down")), "r": ((0.5, "wave_down"), (3, "low_side"))},
    ),
    Figure(
        "tuck_turn",
        6,
        steps=(
            *_triple(0, "l", 0.1, 0.06, -30),
            *_triple(2, "r", 0.1, 0.1, 210),
            Step(4, "l", -0.26, turn=180),
            Step(5, "r", 0.22, lift=0.03),
        ),
        keys=_pulse(6),
        arms={
            "l": ((0.5, "jog_front"), (2.2, "point_up"), (3.4, "point_up"), (4.5, "jog_front")),
            "r": ((0.5, "cross"), (4, "jog_front")),
        },
    ),
    Figure(
        "sugar_push",
        6,
        steps=(
            Step(0, "l", -0.3),
            Step(1, "r", -0.26),
            Step(2, "l", 0.02, lift=0.03),
            Step(3, "r", 0.3),
            *_triple(4, "l", 0.08),
        ),
        keys=_pulse(6) | {"waist_flex": ((1, 10), (2.2, 14), (3.5, 0))},
        arms={"l": ((1, "front"), (2.5, "clap"), (4, "front")), "r": ((1, "front"), (2.5, "clap"), (4, "front"))},
    ),
    Figure(
        "suzie_q",
        4,
        steps=(
            Step(0, "l", 0.12, -0.36, turn=-25),
            Step(1, "r", 0, 0.24, turn=50),
            Step(2, "l", 0.12, -0.36, turn=-50),
            Step(3, "r", 0, 0.24, turn=25),
        ),
        keys=_pulse(4),
        arms={
            "l": ((0, "clap"), (1, "low_side"), (2, "clap"), (3, "low_side")),
            "r": ((0, "clap"), (1, "low_side"), (2, "clap"), (3, "low_side")),
        },
    ),
    Figure(
        "shorty_george",
        4,
        steps=tuple(Step(b, "lr"[b % 2], 0.24, -0.06) for b in range(4)),
        keys={
            "height": ((0.4, -0.12), (3.4, -0.12)),
            "hip_side": ((0.3, 0.06), (1.3, -0.06), (2.3, 0.06), (3.3, -0.06)),
            "waist_side": ((0.3, 9), (1.3, -9), (2.3, 9), (3.3, -9)),
        },
        arms={"l": ((0.5, "low_side"), (3.2, "low_side")), "r": ((0.5, "low_side"), (3.2, "low_side"))},
    ),
    Figure(
        "boogie_back",
        4,
        steps=tuple(Step(b, "lr"[b % 2], -0.22, 0.03, lift=0.12) for b in range(4)),
        keys=_pulse(4) | {"waist_flex": ((0.5, 12), (3.3, 12))},
        arms={
            "l": tuple((b + 0.3, ("clap", "low_side")[b % 2]) for b in range(4)),
            "r": tuple((b + 0.3, ("clap", "low_side")[b % 2]) for b in range(4)),
        },
    ),
    Figure(
        "swing_out",
        8,
        steps=(
            Step(0, "l", -0.28),
            Step(1, "r", 0.3, turn=60),
            *_triple(2, "l", 0.08, 0.12, 60),
            Step(4, "r", 0.25, turn=60),
            Step(5, "l", 0.1, turn=60),
            *_triple(6, "r", 0.1, -0.08),
        ),
        keys=_pulse(8),
        arms={
            "l": ((1, "front"), (3, "frame_left"), (6, "front")),
            "r": ((1, "low_side"), (3, "frame_right"), (6, "low_side")),
        },
    ),
    Figure(
        "fall_off_the_log",
        4,
        steps=(Step(0, "l", 0, 0.24), Step(2, "r", 0.02, 0.04), Step(3, "l", 0.12, -0.24)),
        keys={
            "free_r": ((0.3, 0), (0.8, 1), (1.3, 1), (1.75, 0)),
            "free_out_r": ((0.5, 0.1), (1.05, 0.45), (1.6, 0.05)),
            "free_up_r": ((0.5, -0.85), (1.05, -0.82), (1.6, -0.95)),
            "free_fwd_r": ((0.5, 0.05), (1.6, 0.05)),
            "waist_side": ((1, 12), (2.4, 0)),
        },
        arms={"l": ((0.6, "second"), (2.6, "jog_front")), "r": ((0.6, "low_side"), (2.6, "jog_front"))},
    ),
)
