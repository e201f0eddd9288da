"""Movement types of the body parts: the vocabulary, its kinematic signals and the annotator."""

from hdvr_jax.movements.annotator import WORLD_UP, annotate
from hdvr_jax.movements.kinematics import Signal, compute_signals, signal_table
from hdvr_jax.movements.vocabulary import (
    Condition,
    MovementType,
    Vocabulary,
    load_vocabulary,
    mirrored_condition,
    type_slots,
)

__all__ = [
    "WORLD_UP",
    "Condition",
    "MovementType",
    "Signal",
    "Vocabulary",
    "annotate",
    "compute_signals",
    "load_vocabulary",
    "mirrored_condition",
    "signal_table",
    "type_slots",
]
