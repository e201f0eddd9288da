"""What tracking returns."""

import dataclasses

from hdvr_jax.pose_track import PoseTrack


@dataclasses.dataclass(frozen=True)
class Risk:
    """An interval after which identities may have been swapped.

    Attributes:
        start, end: Frames; `end` is exclusive.
        frame: Where a swap would fit best.
        tracks: Ids of those involved, at least two, the lowest first.
        score: Of doubt, 0 to 1: 1 where both ways are equally good, 0.5 where the other is about thirty times less
            likely.
    """

    start: int
    end: int
    frame: int
    tracks: tuple[str, ...]
    score: float


@dataclasses.dataclass(frozen=True)
class Tracking:
    """Dancers through time.

    Attributes:
        tracks: One per dancer, on the recording's time line; the most present first. Ids "1", "2", ...
        risks: Ordered by start.
        notes: What was assumed or left out, one sentence each.
    """

    tracks: list[PoseTrack]
    risks: tuple[Risk, ...] = ()
    notes: tuple[str, ...] = ()
