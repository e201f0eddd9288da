"""Waltz: box step with rise and fall, natural and reverse turns, whisk, chasse, hesitation, spin turn."""

from hdvr_jax.choreo.figure import Figure, Pivot, Step

_HOLD = {"l": ((0.6, "frame_left"), (2.6, "frame_left")), "r": ((0.6, "frame_right"), (2.6, "frame_right"))}
_LONG = {"l": ((0.6, "frame_left"), (5.4, "frame_left")), "r": ((0.6, "frame_right"), (5.4, "frame_right"))}


def _rise(bars: int, sway: float = 8.0) -> dict[str, tuple[tuple[float, float], ...]]:
    """Lower on one, rise on the ball of the foot over two and three, sway away from the first step."""
    keys: dict[str, list[tuple[float, float]]] = {
        name: [] for name in ("height", "heel_l", "heel_r", "waist_side", "chest_side")
    }
    for bar in range(bars):
        first, sign = 3.0 * bar, 1 if bar % 2 == 0 else -1
        keys["height"] += [(first + 0.1, -0.075), (first + 1.4, -0.005), (first + 2.4, 0.0)]
        for foot in "lr":
            keys[f"heel_{foot}"] += [(first + 0.2, 0), (first + 1.5, 27), (first + 2.3, 24)]
        keys["waist_side"] += [(first + 0.2, 0), (first + 1.5, sway * sign)]
        keys["chest_side"] += [(first + 1.6, 0.5 * sway * sign)]
    return {name: tuple(values) for name, values in keys.items()}


WALTZ = (
    Figure(
        "box",
        6,
        steps=(
            Step(0, "l", 0.4),
            Step(1, "r", 0.05, 0.3),
            Step(2, "l", 0, 0),
            Step(3, "r", -0.4),
            Step(4, "l", -0.05, 0.3),
            Step(5, "r", 0, 0),
        ),
        keys=_rise(2),
        arms=_LONG,
    ),
    Figure(
        "box_turn",
        6,
        steps=(
            Step(0, "l", 0.36, turn=45),
            Step(1, "r", 0.05, 0.28, turn=45),
            Step(2, "l", 0, 0),
            Step(3, "r", -0.36, turn=45),
            Step(4, "l", 0, 0.28, turn=45),
            Step(5, "r", 0, 0),
        ),
        keys=_rise(2),
        arms=_LONG,
    ),
    Figure(
        "natural_turn",
        6,
        steps=(
            Step(0, "l", 0.42, turn=-60),
            Step(1, "r", 0.05, 0.3, turn=-90),
            Step(2, "l", 0, 0, turn=-30),
            Step(3, "r", -0.38, turn=-60),
            Step(4, "l", 0.0, 0.3, turn=-90),
            Step(5, "r", 0, 0, turn=-30),
        ),
        keys=_rise(2, 10),
        arms=_LONG,
    ),
    Figure(
        "reverse_turn",
        6,
        steps=(
            Step(0, "l", 0.42, turn=60),
            Step(1, "r", 0.05, 0.3, turn=90),
            Step(2, "l", 0, 0, turn=30),
            Step(3, "r", -0.38, turn=60),
            Step(4, "l", 0, 0.3, turn=90),
            Step(5, "r", 0, 0, turn=30),
        ),
        keys=_rise(2, 10),
        arms=_LONG,
    ),
    Figure(
        "whisk",
        3,
        steps=(Step(0, "l", 0.38), Step(1, "r", 0.05, 0.26), Step(2, "l", -0.16, -0.32)),
        keys=_rise(1) | {"head_yaw": ((1.5, 35), (2.8, 35)), "chest_twist": ((1.5, 10), (2.8, 5))},
        arms=_HOLD,
    ),
    Figure(
        "hesitation",
        3,
        steps=(Step(0, "l", 0.34), Step(1.4, "r", 0, 0, weight=False, lift=0.03)),
        keys=_rise(1, 11),
        arms=_HOLD,
    ),
    Figure(
        "hesitation_back",
        3,
        steps=(Step(0, "l", -0.34), Step(1.4, "r", 0, 0, weight=False, lift=0.03)),
        keys=_rise(1, -9),
        arms=_HOLD,
    ),
    Figure(
        "waltz_chasse",
        3,
        steps=(
            Step(0, "l", 0.25, 0.1),
            Step(1, "r", 0, 0.26),
            Step(1.5, "l", 0, 0.0, duration=0.4),
            Step(2.1, "r", 0, 0.26, duration=0.4),
        ),
        keys=_rise(1) | {"head_yaw": ((0.3, -35), (2.6, -10))},
        arms=_HOLD,
    ),
    Figure(
        "spin_turn",
        6,
        steps=(
            Step(0, "l", 0.42, turn=-45),
            Step(1, "r", 0.05, 0.3, turn=-60),
            Step(2, "l", 0, 0, turn=-40),
            Step(3, "r", -0.34),
            Step(5, "l", -0.1, 0.25, turn=-45),
        ),
        pivots=(Pivot(3.2, 4.3, "r", -180),),
        keys=_rise(2, 6),
        arms=_LONG,
    ),
    Figure(
        "progressive_change",
        3,
        steps=(Step(0, "l", 0.44), Step(1, "r", 0.2, 0.24), Step(2, "l", 0, 0)),
        keys=_rise(1),
        arms=_HOLD,
    ),
    Figure(
        "underarm_turn",
        6,
        steps=(
            Step(0, "l", 0.3, turn=60),
            Step(1, "r", 0.25, turn=90),
            Step(2, "l", 0.25, turn=90),
            Step(3, "r", 0.25, turn=90),
            Step(4, "l", 0.1, 0.15, turn=30),
            Step(5, "r", 0, 0),
        ),
        keys=_rise(2, 5),
        arms={
            "l": ((0.6, "fifth"), (3.4, "fifth"), (5.2, "frame_left")),
            "r": ((0.6, "low_side"), (3.4, "low_side"), (5.2, "frame_right")),
        },
    ),
    Figure(
        "oversway",
        3,
        steps=(Step(0, "l", 0.08, 0.4), Step(2.6, "l", 0.0, 0.0)),
        keys={
            "height": ((0.4, -0.08), (1.4, -0.15), (2.6, -0.02)),
            "waist_side": ((0.4, 4), (1.5, -17), (2.8, 0)),
            "chest_side": ((1.5, -9), (2.8, 0)),
            "head_yaw": ((0.5, -10), (1.5, 40), (2.8, 0)),
        },
        arms=_HOLD,
    ),
)
