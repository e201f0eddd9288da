"""Flamenco: zapateado, braceo, vuelta, palmas, marcaje, llamada, golpe, desplante, paseo, vuelta quebrada."""

from hdvr_jax.choreo.figure import Figure, Pivot, Step, Wave

_PROUD = {"chest_flex": ((0.5, -11), (3.3, -11)), "waist_flex": ((0.5, -4), (3.3, -4))}
_LOW = {"height": ((0.4, -0.06), (3.4, -0.06))}

FLAMENCO = (
    Figure(
        "zapateado",
        4,
        steps=tuple(Step(b / 2, "lr"[b % 2], 0.02, 0, duration=0.4, lift=0.1) for b in range(8)),
        keys=_PROUD | _LOW,
        arms={"l": ((0.6, "hips"), (3.4, "hips")), "r": ((0.6, "hips"), (3.4, "hips"))},
    ),
    Figure(
        "zapateado_lift",
        4,
        steps=tuple(Step(b / 2, "lr"[b % 2], 0.0, 0, duration=0.4, lift=0.08) for b in range(8)),
        keys=_PROUD | _LOW,
        arms={"l": ((0.6, "chest"), (3.4, "chest")), "r": ((0.6, "back_low"), (3.4, "back_low"))},
    ),
    Figure(
        "braceo",
        4,
        keys=_PROUD | {"head_yaw": ((1, 25), (2, 30), (3.3, -15))},
        arms={
            "l": ((0.4, "floreo_low"), (1.7, "second"), (2.8, "fifth")),
            "r": ((0.4, "fifth"), (1.7, "second"), (2.8, "floreo_low")),
        },
        waves=(Wave("waist_twist", 0, 4, 9, 0.25),),
    ),
    Figure(
        "braceo_up",
        4,
        keys=_PROUD | {"head_flex": ((2, -10), (3.5, 4))},
        arms={
            "l": ((0.4, "bras_bas"), (1.5, "first"), (2.7, "fifth"), (3.6, "fifth")),
            "r": ((0.4, "hips"), (3, "hips")),
        },
        waves=(Wave("arm_twist_l", 0, 4, 16, 1.0),),
    ),
    Figure(
        "vuelta",
        4,
        steps=(Step(0, "l", 0.16, -0.3), Step(2.6, "l", 0.05, 0.05, lift=0.12), Step(3.1, "r", 0.0, 0.0, lift=0.12)),
        pivots=(Pivot(0.5, 2.0, "l", -360),),
        keys=_PROUD | {"heel_l": ((0.3, 10), (1, 30), (2, 5))},
        arms={
            "l": ((0.4, "first"), (1.2, "fifth"), (2.4, "second")),
            "r": ((0.4, "second"), (1.2, "fifth"), (2.4, "hips")),
        },
    ),
    Figure(
        "vuelta_quebrada",
        4,
        steps=(Step(0, "l", 0.05, 0.22), Step(3, "r", 0.02, 0.1)),
        pivots=(Pivot(0.8, 2.4, "l", 360),),
        keys={
            "waist_flex": ((0.6, 22), (1.4, 26), (2.4, -12), (3.4, 0)),
            "waist_side": ((0.7, -18), (1.6, 20), (2.6, 0)),
            "chest_twist": ((0.6, -18), (2, 15), (3, 0)),
            "height": ((0.6, -0.1), (2, -0.1), (3, 0)),
        },
        arms={
            "l": ((0.6, "low_side"), (1.6, "fifth"), (2.8, "second")),
            "r": ((0.6, "fifth"), (1.6, "low_side"), (2.8, "fifth")),
        },
    ),
    Figure(
        "palmas",
        4,
        keys=_PROUD,
        steps=tuple(Step(b, "lr"[b % 2], 0.0, 0, duration=0.4, lift=0.06) for b in range(4)),
        arms={
            "l": tuple((b / 2, "clap" if b % 2 else "chest") for b in range(8)),
            "r": tuple((b / 2, "clap" if b % 2 else "chest") for b in range(8)),
        },
    ),
    Figure(
        "marcaje",
        6,
        steps=(
            Step(0, "l", 0.1, 0.16),
            Step(1, "r", 0.06, -0.18, weight=False),
            Step(2, "r", 0.0, 0.1),
            Step(3, "l", 0.1, -0.16, weight=False),
            Step(4, "l", 0.05, 0.08),
            Step(5, "r", 0, 0),
        ),
        keys=_PROUD
        | {
            "hip_side": ((0, 0.05), (2, -0.05), (4, 0.05), (5.5, 0)),
            "hip_yaw": ((0, -14), (2, 14), (4, -14), (5.5, 0)),
        },
        arms={
            "l": ((0.5, "floreo_low"), (2.5, "second"), (4.5, "fifth")),
            "r": ((0.5, "fifth"), (2.5, "floreo_low"), (4.5, "second")),
        },
    ),
    Figure(
        "llamada",
        4,
        steps=(
            Step(0, "l", 0.28, lift=0.14),
            Step(1, "r", 0.28, lift=0.14),
            Step(2, "l", 0.0, lift=0.18, duration=0.5),
            Step(2.5, "r", 0.0, lift=0.18, duration=0.45),
        ),
        keys=_PROUD | _LOW | {"head_yaw": ((0.5, -20), (2.5, 25))},
        attack=0.4,
        arms={
            "l": ((0, "floreo_low"), (2.2, "fifth"), (3.5, "fifth")),
            "r": ((0, "floreo_low"), (2.4, "low_side"), (3.5, "low_side")),
        },
    ),
    Figure(
        "golpe",
        4,
        steps=(
            Step(0.5, "l", 0.1, 0, lift=0.14, duration=0.5),
            Step(1, "r", 0, 0, lift=0.14, duration=0.45),
            Step(2.5, "l", 0.0, 0.05, lift=0.16, duration=0.5),
            Step(3, "r", 0, 0, lift=0.14, duration=0.45),
        ),
        keys=_LOW
        | {
            "chest_twist": ((0.8, 20), (2, 20), (2.6, -20), (3.6, -15)),
            "head_yaw": ((0.8, 35), (2, 35), (2.6, -35), (3.6, -20)),
        },
        attack=0.5,
        arms={"l": ((0.7, "second"), (2.6, "chest")), "r": ((0.7, "chest"), (2.6, "second"))},
    ),
    Figure(
        "desplante",
        4,
        steps=(Step(0.5, "l", 0.32, 0.12, lift=0.16), Step(3, "l", 0.02, 0.02)),
        keys={
            "height": ((0, 0), (0.8, -0.13), (2.4, -0.13), (3.2, 0)),
            "chest_flex": ((0.8, -18), (2.6, -18), (3.5, 0)),
            "head_yaw": ((0.8, 40), (2.5, 40), (3.5, 0)),
            "waist_flex": ((0.8, -8), (2.6, -8), (3.5, 0)),
        },
        attack=0.5,
        arms={"l": ((0.8, "fifth"), (2.5, "fifth")), "r": ((0.8, "back_low"), (2.5, "back_low"))},
    ),
    Figure(
        "paseo",
        4,
        steps=tuple(Step(b, "lr"[b % 2], 0.3, lift=0.1, duration=0.5) for b in range(4)),
        keys=_PROUD | _LOW,
        attack=0.2,
        arms={"l": ((0.8, "second"), (3, "fifth")), "r": ((0.8, "hips"), (3.2, "hips"))},
    ),
)
