"""Tango: stalking walks, corte, progressive link, ochos, boleo, gancho, sharp head turns, staccato rocks, promenade."""

from hdvr_jax.choreo.figure import Figure, Pivot, Step

_HOLD = {"l": ((0.6, "frame_left"), (3.4, "frame_left")), "r": ((0.6, "frame_right"), (3.4, "frame_right"))}
_LOW = {"height": ((0.4, -0.075), (3.5, -0.075))}

TANGO = (
    Figure(
        "tango_walk",
        4,
        steps=(Step(0, "l", 0.42, -0.05, duration=0.45), Step(2, "r", 0.42, -0.05, duration=0.45)),
        keys=_LOW,
        arms=_HOLD,
        attack=0.4,
    ),
    Figure(
        "tango_basic",
        8,
        steps=(
            Step(0, "l", 0.4),
            Step(2, "r", 0.4),
            Step(4, "l", 0.34),
            Step(5, "r", 0.0, 0.3),
            Step(6, "l", 0, 0, weight=False),
        ),
        keys=_LOW | {"head_yaw": ((4.2, 0), (5.2, 40), (7, 40), (7.8, 0))},
        arms=_HOLD,
        attack=0.5,
    ),
    Figure(
        "corte",
        4,
        steps=(Step(0.4, "l", -0.44, 0.05), Step(2.6, "r", 0.3, lift=0.03), Step(3.4, "l", 0.0)),
        keys={
            "height": ((0, -0.03), (0.9, -0.19), (2, -0.19), (2.8, -0.05)),
            "waist_flex": ((0.9, -13), (2, -13), (2.9, 0)),
            "waist_side": ((0.9, 9), (2, 9), (2.9, 0)),
            "head_yaw": ((0.9, 38), (2, 38), (2.9, 0)),
        },
        arms=_HOLD,
        attack=0.3,
    ),
    Figure(
        "link",
        4,
        steps=(
            Step(0, "l", 0.4),
            Step(0.6, "r", 0.0, 0.24, turn=-20, duration=0.4),
            Step(1.1, "l", 0.0, 0.02, weight=False, duration=0.4),
            Step(2.6, "l", 0.0, 0.26),
            Step(3.2, "r", 0.2, -0.25),
        ),
        keys=_LOW
        | {"head_yaw": ((0.6, -30), (0.9, 48), (2.6, 48), (3.6, 0)), "chest_twist": ((0.6, 0), (0.9, 16), (3, 10))},
        arms=_HOLD,
        attack=0.55,
    ),
    Figure(
        "ocho",
        4,
        steps=(Step(0, "l", 0.36, -0.1), Step(2, "r", 0.36, -0.1)),
        pivots=(Pivot(0.35, 1.3, "l", 110), Pivot(2.35, 3.3, "r", -110)),
        keys=_LOW
        | {
            "hip_yaw": ((0.8, -20), (1.4, 20), (2.8, 20), (3.4, -20)),
            "chest_twist": ((0.8, 18), (1.4, -15), (2.8, -18), (3.4, 15)),
        },
        arms=_HOLD,
    ),
    Figure(
        "boleo",
        4,
        steps=(Step(0, "r", 0.2), Step(2.9, "l", 0.1, 0.06)),
        pivots=(Pivot(0.5, 1.2, "r", -60), Pivot(1.4, 2.1, "r", 60)),
        keys=_LOW
        | {
            "free_l": ((0.4, 0), (0.9, 1), (2, 1), (2.6, 0)),
            "free_fwd_l": ((0.6, -0.1), (1.3, -0.42), (2.2, -0.05)),
            "free_out_l": ((0.6, 0), (1.3, -0.12), (2.2, 0.02)),
            "free_up_l": ((0.6, -0.9), (1.3, -0.58), (2.2, -0.95)),
            "free_point_l": ((0.8, 50), (2.3, 40)),
        },
        arms=_HOLD,
    ),
    Figure(
        "gancho",
        4,
        steps=(Step(0, "r", 0.3), Step(2.6, "l", 0.1), Step(3.4, "r", 0, 0)),
        keys=_LOW
        | {
            "free_l": ((0.3, 0), (0.7, 1), (1.6, 1), (2.2, 0)),
            "free_fwd_l": ((0.5, 0.15), (0.9, 0.32), (1.3, -0.3), (1.9, 0.02)),
            "free_up_l": ((0.5, -0.8), (0.9, -0.68), (1.3, -0.62), (1.9, -0.95)),
            "free_point_l": ((0.6, 45), (2, 40)),
        },
        arms=_HOLD,
    ),
    Figure(
        "staccato_rocks",
        4,
        steps=(
            Step(0, "l", 0.26, duration=0.4),
            Step(1, "r", -0.22, lift=0.03, duration=0.4),
            Step(2, "l", 0.26, duration=0.4),
            Step(3, "r", -0.22, lift=0.03, duration=0.4),
        ),
        keys=_LOW
        | {"head_yaw": ((0, 35), (1.5, 35), (2, -30), (3.3, -30)), "chest_twist": ((0, 10), (2, -10), (3.5, 0))},
        arms=_HOLD,
        attack=0.6,
    ),
    Figure(
        "promenade",
        8,
        steps=(
            Step(0, "l", 0.1, 0.3, turn=30),
            Step(2, "r", 0.36, -0.3),
            Step(4, "l", 0.1, 0.3, turn=-30),
            Step(5, "r", 0, 0),
        ),
        keys=_LOW
        | {"head_yaw": ((0.3, 55), (4, 55), (4.6, 0), (7, 0)), "chest_twist": ((0.3, -12), (4, -12), (4.7, 0))},
        arms=_HOLD,
        attack=0.5,
    ),
    Figure(
        "lunge_line",
        4,
        steps=(Step(0.5, "l", 0.1, 0.42), Step(3.1, "l", 0.0, 0.0)),
        keys={
            "height": ((0, -0.03), (1, -0.17), (2.3, -0.17), (3.2, -0.03)),
            "waist_side": ((1, -13), (2.3, -13), (3.2, 0)),
            "head_yaw": ((1, -45), (2.3, -45), (3, 0)),
            "chest_twist": ((1, -14), (3, 0)),
        },
        arms={"l": ((0.9, "second"), (2.4, "second")), "r": ((0.9, "frame_right"), (2.4, "frame_right"))},
        attack=0.4,
    ),
    Figure(
        "head_snap",
        4,
        keys=_LOW | {"head_yaw": ((0, 0), (1, 50), (2, -50), (3, 0)), "chest_twist": ((1, 14), (2, -14), (3, 0))},
        arms=_HOLD,
        attack=0.7,
    ),
    Figure(
        "pivot_walk",
        4,
        steps=(
            Step(0, "l", 0.38, duration=0.5),
            Step(1, "r", 0.34, turn=90, duration=0.5),
            Step(2, "l", -0.34, turn=90, duration=0.5),
            Step(3, "r", 0, 0),
        ),
        keys=_LOW,
        arms=_HOLD,
        attack=0.3,
    ),
)
