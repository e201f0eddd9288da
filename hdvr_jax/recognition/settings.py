"""What a user may choose about a recognition."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Settings:
    """Choices of one recognition.

    Attributes:
        max_gap_seconds: A joint missing for longer than this is not filled in, and a dancer of whom nothing is seen
            for longer has no pose.
        focal: Focal length in pixels; None guesses one.
        floor: Whether to estimate the floor and put the lifted dancers on it.
        dancers: Ids of the tracks to recognise; empty takes all.
    """

    max_gap_seconds: float = 0.5
    focal: float | None = None
    floor: bool = False
    dancers: tuple[str, ...] = ()
