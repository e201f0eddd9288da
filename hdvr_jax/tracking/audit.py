"""Where identities may have been swapped, and how likely that is."""

from collections.abc import Sequence

import numpy as np

from hdvr_jax.tracking.association import Choice
from hdvr_jax.tracking.results import Risk
from hdvr_jax.tracking.settings import Settings

_EVEN, _SLOPE = 2.0, 0.8  # margin at which a swap is as likely as not, and how fast that changes


def likelihood(margin: float) -> float:
    """How likely a swap is where the other assignment would have cost more by `margin`."""
    return float(1 / (1 + np.exp(np.clip((margin - _EVEN) / _SLOPE, -50, 50))))


def audit(choices: Sequence[Choice], names: dict[int, str], fps: float, settings: Settings) -> tuple[Risk, ...]:
    """The doubtful choices between the same two tracks, those near each other in time as one risk.

    Args:
        choices: Of the whole recording.
        names: Id of the track of every piece that is in one.
    """
    between: dict[tuple[str, str], list[Choice]] = {}
    for choice in choices:
        pair = tuple(sorted({names[piece] for piece in choice.pieces if piece in names}, key=int))
        if len(pair) == 2:
            between.setdefault(pair, []).append(choice)
    risks = []
    for pair, found in between.items():
        found.sort(key=lambda choice: choice.frame)
        frames = np.array([choice.frame for choice in found])
        breaks = np.flatnonzero(np.diff(frames) > settings.together_seconds * fps) + 1
        risks += [_risk(pair, [found[index] for index in run]) for run in np.split(np.arange(len(found)), breaks)]
    return tuple(sorted(risks, key=lambda risk: (risk.start, risk.tracks)))


def _risk(pair: tuple[str, str], choices: Sequence[Choice]) -> Risk:
    """One risk; its score is that of its least certain choice."""
    least = min(choices, key=lambda choice: choice.margin)
    reason = f"tracks {pair[0]} and {pair[1]} come close; nearest to a swap in frame {least.frame}"
    return Risk(choices[0].frame, choices[-1].frame + 1, pair, likelihood(least.margin), reason)
