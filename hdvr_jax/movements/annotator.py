"""Labelling 3D motion with movement types, frame by frame, from kinematics."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax.errors import InputError
from hdvr_jax.movements.hysteresis import latch, steady
from hdvr_jax.movements.kinematics import compute_signals, signal_table
from hdvr_jax.movements.vocabulary import Vocabulary, load_vocabulary
from hdvr_jax.skeletons import get_mapping, get_skeleton

WORLD_UP = (0.0, 1.0, 0.0)


def annotate(
    points: Float[np.ndarray, "T J 3"],
    fps: float,
    skeleton: str,
    *,
    up: Sequence[float] = WORLD_UP,
    vocabulary: Vocabulary | None = None,
    doubt: float = 0.0,
) -> tuple[Bool[np.ndarray, "T M"], Bool[np.ndarray, "T M"]]:
    """Which movement types a dancer performs in each frame (HDVR section 2.3, from rules instead of annotators).

    Args:
        points: (T, J, 3) joints in metres, in the world or in a camera's frame; NaN where missing. Only positions
            relative to the mid-hip matter.
        fps: Frames per second.
        skeleton: Name of the joint set; anything that maps to h36m17.
        up: Direction against gravity in the frame of `points`: `WORLD_UP`, or `poses.CAMERA_UP` for a level camera.
        vocabulary: Defaults to the project's.
        doubt: How wide the margin is on either side of a threshold in which no observer could be sure, in times of
            `Signal.doubt`. 0 decides everywhere.
    Returns:
        labels (T, M): several types may hold at once.
        valid (T, M): False where a joint that the type needs is missing, or where the label hangs on thresholds within
            the margin; the label there is False and means nothing.
    Raises:
        InputError: shapes, frame rate or `up` do not fit.
    """
    vocabulary = load_vocabulary() if vocabulary is None else vocabulary
    direction = _check(points, fps, skeleton, up)
    if points.shape[0] == 0:
        return np.zeros((0, len(vocabulary)), bool), np.zeros((0, len(vocabulary)), bool)
    joints = get_mapping(skeleton, "h36m17").apply(points.astype(np.float64))
    signals = compute_signals(joints, float(fps), direction)
    labels, valid = _decided(signals, vocabulary, fps, 0.0)
    if doubt:
        strict, lenient = (_decided(signals, vocabulary, fps, shift)[0] for shift in (doubt, -doubt))
        # A strict run may be cut too short to count, or two lenient ones joined: only where all agree is no doubt.
        valid = valid & (strict == lenient) & (strict == labels)
    return labels & valid, valid


def _decided(
    signals: Float[np.ndarray, "T S"], vocabulary: Vocabulary, fps: float, shift: float
) -> tuple[Bool[np.ndarray, "T M"], Bool[np.ndarray, "T M"]]:
    """Labels, and where signals are known, by thresholds that are shifted to the strict side."""
    on, off, valid = _events(signals, vocabulary, shift)
    return steady(latch(on, off | ~valid), vocabulary.minimum_seconds, fps, valid), valid


def _check(points: np.ndarray, fps: float, skeleton: str, up: Sequence[float]) -> Float[np.ndarray, "3"]:
    joints = len(get_skeleton(skeleton).joints)
    if points.ndim != 3 or points.shape[1:] != (joints, 3):
        raise InputError(f"points have shape {points.shape}; skeleton {skeleton} needs (frames, {joints}, 3)")
    if not (np.isfinite(fps) and fps > 0):
        raise InputError(f"fps is {fps}; expected a positive number")
    direction = np.asarray(up, float)
    if direction.shape != (3,) or not np.isfinite(direction).all() or np.linalg.norm(direction) < 1e-6:
        raise InputError(f"up is {up}; expected three numbers that are not all zero")
    return direction / np.linalg.norm(direction)


def _events(
    signals: Float[np.ndarray, "T S"], vocabulary: Vocabulary, shift: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Frames (T, M) where all conditions are beyond their on-threshold, where any is behind its off-threshold, and
    where all signals are known."""
    table = signal_table()
    columns = {name: index for index, name in enumerate(table)}
    shape = (signals.shape[0], len(vocabulary))
    on, off, valid = np.ones(shape, bool), np.zeros(shape, bool), np.ones(shape, bool)
    for which in range(max(len(entry.conditions) for entry in vocabulary.types)):
        having = [m for m, entry in enumerate(vocabulary.types) if len(entry.conditions) > which]
        rules = [vocabulary.types[m].conditions[which] for m in having]
        harder = np.array([shift * table[rule.signal].doubt(rule.on) for rule in rules])
        values = signals[:, [columns[rule.signal] for rule in rules]] * [rule.sign for rule in rules]
        on[:, having] &= values > [rule.sign * rule.on for rule in rules] + harder
        off[:, having] |= values < [rule.sign * rule.off for rule in rules] + harder
        valid[:, having] &= np.isfinite(values)
    return on, off, valid
