"""How far a pose is beyond the thresholds of every movement type: the rules of the vocabulary as inputs of a model."""

import numpy as np
from jaxtyping import Float

from hdvr_jax.movements.kinematics import compute_signals, signal_table
from hdvr_jax.movements.vocabulary import Condition, Vocabulary

# In widths of the hysteresis: beyond this many, more makes no difference.
_REACH = 8.0


def evidence(
    points: Float[np.ndarray, "T 17 3"], fps: float, vocabulary: Vocabulary, up: tuple[float, float, float]
) -> Float[np.ndarray, "T M"]:
    """How far every type's signal is beyond the middle of its two thresholds, in widths of its hysteresis.

    0.5 is where a label is switched on, -0.5 where it is switched off.

    Of poses that a lifter made this is as uncertain as they are: what it says is for a model to weigh. HDVR feeds the
    joints alone; this is our addition.

    Args:
        points: (T, 17, 3) joints of h36m17 in any unit, NaN where missing.
        fps: Frames per second.
        vocabulary: Types with rules.
        up: Direction against gravity in the frame of `points`.
    Returns:
        Of the least fulfilled condition of each type, -8 to 8; 0 where a joint that it needs is missing.
    """
    signals = compute_signals(points.astype(np.float64), float(fps), np.asarray(up, float))
    columns = dict(zip(signal_table(), signals.T, strict=True))
    least = [np.min([_margin(rule, columns) for rule in entry.conditions], axis=0) for entry in vocabulary.types]
    return np.clip(np.nan_to_num(np.stack(least, -1)), -_REACH, _REACH).astype(np.float32)


def _margin(rule: Condition, columns: dict[str, np.ndarray]) -> Float[np.ndarray, " T"]:
    """How far the signal is beyond the middle of both thresholds, in widths of the hysteresis."""
    width = max(abs(rule.on - rule.off), 1e-6)
    return rule.sign * (columns[rule.signal] - 0.5 * (rule.on + rule.off)) / width
