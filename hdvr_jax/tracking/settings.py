"""What the tracker may be told; times are in seconds, lengths in shares of a body's size."""

import dataclasses


@dataclasses.dataclass(frozen=True)
class Settings:
    """Choices of one tracking. A body's size is the diagonal of the box around its joints.

    Attributes:
        min_joints: Figures with fewer joints than this are noise.
        most_people: In a frame; of more, those with the most confidence count.
        spread: Typical error of the predicted place of a joint one frame ahead.
        spread_growth: By which that error grows per second without a detection.
        gate: Largest cost (mean log-likelihood ratio a joint) at which a figure is still the same dancer.
        memory_seconds: For how long a dancer who is not found is looked for.
        piece_seconds: Pieces of track shorter than this do not decide how longer ones are joined.
        rejoin_seconds: Longest absence after which a dancer seen again is the same one.
        return_seconds: The same where colours are known.
        rejoin_cost: Largest cost of taking two pieces of track for one dancer.
        colour_cost: What that costs more for each unit of distance between colours.
        alike: Distance between the colours of one dancer at two times.
        pursuit_seconds: For how long LDES follows a dancer whom the detector has lost.
        follow_always: Whether it follows every dancer through all frames, and not only from before a loss on.
        damping_seconds: In which a velocity that is not measured any more fades.
        duplicate: Two figures are one person when their joints are nearer than this, on the median.
        ghost_seconds: Tracks that show less than this are noise.
        still: Bystanders never move a joint by more than this per second, and by far less than somebody else.
        bystanders: Whether they are tracks too.
        person_cost: Cost of a figure to which the detector gave another number than to the dancer before.
        together_seconds: Close encounters of two dancers with less than this between them are one.
    """

    min_joints: int = 3
    most_people: int = 40
    spread: float = 0.03
    spread_growth: float = 0.12
    gate: float = 2.3
    memory_seconds: float = 0.5
    piece_seconds: float = 0.15
    rejoin_seconds: float = 5.0
    return_seconds: float = 30.0
    rejoin_cost: float = 6.0
    colour_cost: float = 8.0
    alike: float = 0.08
    pursuit_seconds: float = 1.0
    follow_always: bool = False
    damping_seconds: float = 0.3
    duplicate: float = 0.025
    ghost_seconds: float = 0.5
    still: float = 0.15
    bystanders: bool = False
    person_cost: float = 1.5
    together_seconds: float = 0.5
