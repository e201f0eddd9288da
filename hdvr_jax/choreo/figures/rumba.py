"""Rumba: basic with hip action, cucaracha, new yorker, spot turn, hand to hand, alemana, fan, hip rocks, aida."""

from hdvr_jax.choreo.figure import Figure, Step, Wave


def _hips(*beats: float) -> dict[str, tuple[tuple[float, float], ...]]:
    """Cuban hip action: the hip settles over the foot half a beat after each step, left first."""
    signs = [1 if i % 2 == 0 else -1 for i in range(len(beats))]
    return {
        "hip_side": tuple((b + 0.45, 0.07 * s) for b, s in zip(beats, signs, strict=True)),
        "hip_roll": tuple((b + 0.45, 9.0 * s) for b, s in zip(beats, signs, strict=True)),
        "hip_yaw": tuple((b + 0.35, 13.0 * s) for b, s in zip(beats, signs, strict=True)),
    }


_HOLD = {"l": ((0.7, "frame_left"), (3.3, "frame_left")), "r": ((0.7, "frame_right"), (3.3, "frame_right"))}
_OPEN = {"l": ((0.8, "second"), (3.2, "second")), "r": ((0.8, "low_side"), (3.2, "low_side"))}

RUMBA = (
    Figure(
        "rumba_basic",
        4,
        steps=(Step(0, "l", 0.34), Step(1, "r", -0.3, lift=0.03), Step(2, "l", -0.02, 0.28)),
        keys=_hips(0, 1, 2),
        arms=_HOLD,
    ),
    Figure(
        "rumba_back_basic",
        4,
        steps=(Step(0, "l", -0.34), Step(1, "r", 0.3, lift=0.03), Step(2, "l", 0.02, 0.28)),
        keys=_hips(0, 1, 2),
        arms=_OPEN,
    ),
    Figure(
        "cucaracha",
        4,
        steps=(Step(0, "l", 0, 0.3, lift=0.03), Step(1, "r", 0, 0.28, lift=0.02), Step(2, "l", 0, 0.0)),
        keys=_hips(0, 1, 2),
        arms={"l": ((0.6, "second"), (2.4, "first")), "r": ((0.6, "first"), (2.4, "first"))},
    ),
    Figure(
        "new_yorker",
        4,
        steps=(
            Step(0, "l", 0.36, -0.1, turn=-75),
            Step(1, "r", -0.3, lift=0.03, turn=35),
            Step(2, "l", 0, 0.3, turn=40),
        ),
        keys=_hips(0, 1, 2),
        arms={
            "l": ((0.3, "front_high"), (1.4, "low_side"), (2.6, "low_side")),
            "r": ((0.3, "second"), (1, "high_v"), (2.6, "second")),
        },
    ),
    Figure(
        "spot_turn",
        4,
        steps=(
            Step(0, "l", 0.32, -0.15, turn=-90),
            Step(1, "r", 0.05, 0.0, turn=-180),
            Step(2, "l", 0, 0.26, turn=-90),
        ),
        keys=_hips(0, 1, 2),
        arms={"l": ((0.5, "first"), (2.3, "second")), "r": ((0.5, "first"), (2.3, "second"))},
    ),
    Figure(
        "hand_to_hand",
        4,
        steps=(
            Step(0, "l", -0.36, 0.05, turn=75),
            Step(1, "r", 0.3, turn=-35, lift=0.03),
            Step(2, "l", 0, 0.3, turn=-40),
        ),
        keys=_hips(0, 1, 2),
        arms={"l": ((0.4, "second"), (2.4, "first")), "r": ((0.4, "front"), (2.4, "first"))},
    ),
    Figure(
        "alemana",
        4,
        steps=(Step(0, "l", 0.3, turn=-100), Step(1, "r", 0.25, turn=-130), Step(2, "l", 0.1, 0.1, turn=-130)),
        keys=_hips(0, 1, 2),
        arms={"l": ((0.4, "low_side"), (2.5, "second")), "r": ((0.3, "fifth"), (1.8, "fifth"), (2.8, "second"))},
    ),
    Figure(
        "fan",
        4,
        steps=(Step(0, "l", -0.28), Step(1, "r", 0.2, turn=70), Step(2, "l", -0.1, 0.2, turn=20)),
        keys=_hips(0, 1, 2),
        arms={"l": ((0.8, "second"), (3, "second")), "r": ((0.8, "front"), (3, "front"))},
    ),
    Figure("hip_rocks", 4, steps=(Step(0, "l", 0, 0.12, lift=0.02),), keys=_hips(0, 1, 2, 3), arms=_HOLD),
    Figure(
        "hip_twist",
        4,
        steps=(
            Step(0, "l", 0.2, -0.15, lift=0.03),
            Step(1, "r", 0.05, 0.0, lift=0.03),
            Step(2, "l", 0, 0.1, lift=0.03),
        ),
        keys=_hips(0, 1, 2)
        | {
            "hip_yaw": ((0.3, -30), (1.3, 30), (2.3, -30), (3.2, 0)),
            "chest_twist": ((0.3, 14), (1.3, -14), (2.3, 12), (3.2, 0)),
        },
        arms=_OPEN,
    ),
    Figure(
        "aida",
        4,
        steps=(Step(0, "l", -0.32, turn=40), Step(1, "r", -0.32), Step(2, "l", -0.3)),
        keys=_hips(0, 1, 2) | {"chest_twist": ((2.2, 16), (3.5, 8))},
        arms={"l": ((0.5, "front"), (2.3, "high_v")), "r": ((0.5, "first"), (2.3, "second"))},
    ),
    Figure(
        "progressive_walk",
        4,
        steps=(Step(0, "l", 0.38, -0.06), Step(1, "r", 0.38, -0.06), Step(2, "l", 0.38, -0.06)),
        keys=_hips(0, 1, 2),
        arms=_OPEN,
        waves=(Wave("chest_twist", 0, 4, 6, 0.5),),
    ),
)
