"""What a user may choose about a recognition."""

import dataclasses

from hdvr_jax import cleaning


@dataclasses.dataclass(frozen=True)
class Settings:
    """Choices of one recognition.

    Attributes:
        max_gap_seconds: A joint missing for longer than this is not filled in, and a dancer of whom nothing is seen
            for longer has no pose.
        focal: Focal length in pixels; None guesses one.
        floor: Whether to estimate the floor and put the lifted dancers on it.
        smoothing: "off", or a filter of `hdvr_jax.cleaning`, run over what was read before anything else.
        dancers: Ids of the tracks to recognise; empty takes all.
    """

    max_gap_seconds: float = 0.5
    focal: float | None = None
    floor: bool = False
    smoothing: str = cleaning.OFF
    dancers: tuple[str, ...] = ()
