"""The audit: intervals after which identities may have been swapped, as the report shows them."""

from collections.abc import Sequence

from hdvr_jax.tracking.identities import Doubt
from hdvr_jax.tracking.results import Risk

_LEAST = 0.02  # chance of a swap that is worth telling
_CAUTION = 0.25


def audit(doubts: Sequence[Doubt], names: dict[int, str]) -> tuple[Risk, ...]:
    """The doubts about tracks that are returned, ordered by start.

    The score is 1 where both ways round are equally likely, and 0.5 where the other way is right with a chance of one
    in thirty, as the costs have it: from there on a look is worth the time.

    Args:
        names: Id of every track that is returned, by its label.
    """
    risks = []
    for doubt in doubts:
        if doubt.chance < _LEAST or not set(doubt.tracks) <= set(names):
            continue
        pair = tuple(sorted((names[track] for track in doubt.tracks), key=int))
        risks.append(Risk(doubt.start, doubt.end, doubt.frame, pair, min(1.0, 2 * doubt.chance) ** _CAUTION))
    return tuple(sorted(risks, key=lambda risk: (risk.start, risk.end, risk.tracks)))
