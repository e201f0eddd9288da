"""Ballet: plie and releve, tendu, developpe, arabesque, pirouette, port de bras, saute, balance, pas de bourree."""

from hdvr_jax.choreo.figure import Figure, Jump, Pivot, Step, Wave

_OPEN = {"turnout_l": ((0, 38), (3.5, 38)), "turnout_r": ((0, 38), (3.5, 38))}

BALLET = (
    Figure(
        "plie_releve",
        4,
        keys=_OPEN
        | {
            "height": ((0.1, 0), (1, -0.17), (1.9, 0), (3.6, 0)),
            "heel_l": ((1.6, 0), (2.4, 46), (3.1, 46), (3.7, 0)),
            "heel_r": ((1.6, 0), (2.4, 46), (3.1, 46), (3.7, 0)),
        },
        arms={
            "l": ((0, "bras_bas"), (1.2, "first"), (2.5, "fifth"), (3.7, "second")),
            "r": ((0, "bras_bas"), (1.2, "first"), (2.5, "fifth"), (3.7, "second")),
        },
    ),
    Figure(
        "tendu",
        4,
        steps=(Step(2.9, "l", 0.0, lift=0.02), Step(3.7, "r", 0.0, lift=0.02)),
        keys=_OPEN
        | {
            "free_l": ((0, 0), (0.6, 1), (2, 1), (2.6, 0)),
            "free_fwd_l": ((0, 0.1), (0.9, 0.36), (1.5, 0.36), (2.2, 0.1)),
            "free_up_l": ((0, -0.97), (0.9, -0.9), (1.5, -0.9), (2.2, -0.96)),
            "free_point_l": ((0.6, 60), (2, 60)),
        },
        arms={
            "l": ((0.5, "first"), (1.5, "second"), (3.5, "bras_bas")),
            "r": ((0.5, "first"), (1.5, "fifth"), (3.5, "bras_bas")),
        },
    ),
    Figure(
        "developpe",
        6,
        steps=(Step(0, "r", 0.02), Step(5.2, "l", 0.0)),
        keys={
            "turnout_l": ((0, 35), (4.5, 45)),
            "turnout_r": ((0, 30), (4, 30)),
            "free_l": ((0.3, 0), (1, 1), (4.2, 1), (4.9, 0)),
            "free_fwd_l": ((0.5, 0.08), (1.5, 0.16), (2.8, 0.75), (3.5, 0.75), (4.6, 0.1)),
            "free_out_l": ((0.5, 0.0), (1.5, 0.14), (2.8, 0.25), (4.6, 0.02)),
            "free_up_l": ((0.5, -0.92), (1.5, -0.46), (2.8, -0.28), (3.5, -0.28), (4.6, -0.95)),
            "free_point_l": ((0.8, 62), (4.4, 62)),
            "waist_flex": ((2.8, -7), (4.5, 0)),
        },
        arms={
            "l": ((1, "first"), (2.6, "second"), (5.3, "bras_bas")),
            "r": ((1, "first"), (2.6, "fifth"), (5.3, "bras_bas")),
        },
    ),
    Figure(
        "arabesque",
        6,
        steps=(Step(0, "r", 0.3), Step(5.3, "l", 0.02)),
        keys={
            "turnout_l": ((1, 30), (4, 30)),
            "free_l": ((0.4, 0), (1.1, 1), (4.0, 1), (4.8, 0)),
            "free_fwd_l": ((0.5, -0.1), (2.1, -0.84), (3.4, -0.84), (4.6, -0.1)),
            "free_up_l": ((0.5, -0.95), (2.1, -0.42), (3.4, -0.42), (4.6, -0.95)),
            "free_point_l": ((0.8, 62), (4.4, 62)),
            "hip_pitch": ((0.7, 0), (2.1, 34), (3.4, 34), (4.7, 0)),
            "waist_flex": ((0.7, 0), (2.1, 4), (4.7, 0)),
            "head_flex": ((2.1, -12), (4.7, 0)),
        },
        arms={
            "l": ((0.8, "first"), (2.2, "second"), (5.2, "bras_bas")),
            "r": ((0.8, "first"), (2.2, "front_high"), (3.5, "front_high"), (5.2, "bras_bas")),
        },
    ),
    Figure(
        "pirouette",
        4,
        steps=(Step(0, "l", -0.22, 0.05), Step(3.2, "l", -0.05, 0.04)),
        pivots=(Pivot(0.9, 2.5, "r", -360),),
        keys={
            "height": ((0, 0), (0.6, -0.12), (1.1, 0), (2.7, 0), (3.2, -0.08), (3.8, 0)),
            "heel_r": ((0.7, 0), (1.2, 44), (2.5, 44), (2.9, 0)),
            "free_l": ((0.7, 0), (1.1, 1), (2.5, 1), (2.95, 0)),
            "turnout_l": ((0.6, 45), (2.8, 45)),
            "free_fwd_l": ((0.8, 0.0), (1.2, 0.18), (2.4, 0.18), (2.9, 0.0)),
            "free_out_l": ((0.8, 0.02), (1.2, 0.12), (2.4, 0.12), (2.9, 0.02)),
            "free_up_l": ((0.8, -0.9), (1.2, -0.48), (2.4, -0.48), (2.9, -0.92)),
            "free_point_l": ((0.9, 62), (2.7, 55)),
            "head_yaw": ((0.9, 0), (1.3, 45), (1.7, -50), (2.3, 0)),
        },
        arms={
            "l": ((0.5, "second"), (1.2, "first"), (2.5, "first"), (3.3, "second")),
            "r": ((0.5, "first"), (1.2, "first"), (2.5, "first"), (3.3, "second")),
        },
    ),
    Figure(
        "port_de_bras",
        4,
        keys={
            "waist_side": ((1.5, 16), (2.5, 16), (3.6, 0)),
            "chest_side": ((1.5, 9), (3.5, 0)),
            "head_yaw": ((1.5, 26), (3.5, 0)),
        }
        | _OPEN,
        arms={
            "l": ((0.5, "first"), (1.6, "low_side"), (2.8, "second"), (3.8, "bras_bas")),
            "r": ((0.5, "first"), (1.7, "fifth"), (2.6, "fifth"), (3.8, "bras_bas")),
        },
    ),
    Figure(
        "saute",
        4,
        jumps=(Jump(1.0, 1.75, 0.2), Jump(2.75, 3.5, 0.18)),
        steps=(Step(4.0 - 0.1, "l", 0.02),),
        keys=_OPEN
        | {"height": ((0.1, 0), (0.6, -0.15), (0.95, 0), (1.7, 0), (2.25, -0.15), (2.7, 0), (3.4, 0), (3.8, -0.1))},
        arms={"l": ((0.3, "bras_bas"), (3.6, "bras_bas")), "r": ((0.3, "bras_bas"), (3.6, "bras_bas"))},
    ),
    Figure(
        "balance",
        3,
        steps=(Step(0, "l", 0.05, 0.34), Step(1, "r", -0.12, -0.12), Step(2, "l", 0.1, 0.08)),
        keys={
            "height": ((0.2, -0.06), (1, 0), (2.2, -0.02)),
            "heel_r": ((0.7, 0), (1.1, 32), (1.8, 0)),
            "waist_side": ((0.8, 9), (2.6, 0)),
        },
        arms={"l": ((0.7, "second"), (2.5, "second")), "r": ((0.7, "first"), (2.5, "first"))},
    ),
    Figure(
        "pas_de_bourree",
        4,
        steps=(
            Step(0, "l", -0.16, -0.06, lift=0.05),
            Step(0.7, "r", 0.05, 0.12),
            Step(1.4, "l", 0.14, -0.1),
            Step(2.4, "r", -0.1, 0.05, weight=False),
        ),
        keys=_OPEN
        | {
            "heel_l": ((0, 40), (1, 40), (1.9, 0)),
            "heel_r": ((0, 40), (1, 40), (1.9, 0)),
            "height": ((1.4, 0), (2.2, -0.09), (3.4, 0)),
        },
        arms={"l": ((0.5, "low_side"), (2, "first")), "r": ((0.5, "second"), (2, "low_side"))},
    ),
    Figure(
        "bourree_suivi",
        4,
        steps=tuple(
            Step(b / 2, "lr"[b % 2], 0.0, 0.1 if b % 2 == 0 else -0.08, duration=0.35, lift=0.02) for b in range(8)
        ),
        keys={"heel_l": ((0, 46), (3.3, 46)), "heel_r": ((0, 46), (3.3, 46))},
        arms={"l": ((0.8, "first"), (2.5, "fifth")), "r": ((0.8, "first"), (2.5, "fifth"))},
        waves=(Wave("head_roll", 0, 4, 6, 0.25),),
    ),
)
