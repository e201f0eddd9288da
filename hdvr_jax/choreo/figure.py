"""What a figure is: steps, keys, waves, jumps and pivots in beats, written as danced from the left foot."""

from dataclasses import dataclass, field, replace

from hdvr_jax.choreo.arms import ARM_PARTS, pose_parts
from hdvr_jax.choreo.channels import mirrored

Key = tuple[float, float]


@dataclass(frozen=True)
class Step:
    """A foot travels and lands.

    `beat` is when it lands, `duration` how long it is in the air (beats), `forward` and `out` where: relative to the
    place beside the other foot, in leg lengths, in the dancer's frame after `turn` (degrees, to the left positive).
    `lift` is the height of its arc (leg lengths); with `weight` False the foot touches and the body stays over the
    other one.
    """

    beat: float
    foot: str
    forward: float = 0.0
    out: float = 0.0
    turn: float = 0.0
    duration: float = 0.6
    lift: float = 0.06
    weight: bool = True


@dataclass(frozen=True)
class Wave:
    """A sine on a channel between two beats: `amplitude`, `rate` in cycles a beat, `phase` in cycles."""

    channel: str
    first: float
    last: float
    amplitude: float
    rate: float = 1.0
    phase: float = 0.0


@dataclass(frozen=True)
class Jump:
    """Both feet leave the floor between two beats and the body rises by `height` (leg lengths)."""

    first: float
    last: float
    height: float


@dataclass(frozen=True)
class Pivot:
    """The body turns by `turn` degrees on the ball of `foot` between two beats."""

    first: float
    last: float
    foot: str
    turn: float


@dataclass(frozen=True)
class Figure:
    """A named figure. `keys` maps a channel to (beat, value) pairs, `arms` a side to (beat, pose name) pairs.

    `attack` in [0, 1): the share of the time between two keys that the first is held (0 flows, 0.7 is staccato).
    """

    name: str
    beats: float
    steps: tuple[Step, ...] = ()
    keys: dict[str, tuple[Key, ...]] = field(default_factory=dict)
    arms: dict[str, tuple[tuple[float, str], ...]] = field(default_factory=dict)
    waves: tuple[Wave, ...] = ()
    jumps: tuple[Jump, ...] = ()
    pivots: tuple[Pivot, ...] = ()
    attack: float = 0.0

    def channel_keys(self) -> dict[str, tuple[Key, ...]]:
        """All keys by channel, the named arm poses spelled out."""
        keys = dict(self.keys)
        for side, poses in self.arms.items():
            for part in ARM_PARTS:
                keys[f"arm_{part}_{side}"] = tuple((beat, pose_parts(name)[part]) for beat, name in poses)
        return keys

    @property
    def turn(self) -> float:
        """The whole turn of the body over the figure, degrees to the left."""
        return sum(step.turn for step in self.steps) + sum(pivot.turn for pivot in self.pivots)

    @property
    def first_foot(self) -> str | None:
        """The foot that has to be free at the start, None when either will do."""
        moving = [(s.beat - s.duration, s.foot) for s in self.steps]
        moving += [(p.first, other(p.foot)) for p in self.pivots]
        return min(moving)[1] if moving else None


def other(foot: str) -> str:
    """The other one of "l" and "r"."""
    return "r" if foot == "l" else "l"


def mirror(figure: Figure) -> Figure:
    """The figure danced from the right foot."""
    keys = {}
    for name, values in figure.keys.items():
        pairs = [(beat, mirrored(name, value)) for beat, value in values]
        keys[pairs[0][1][0]] = tuple((beat, value) for beat, (_, value) in pairs)
    waves = []
    for wave in figure.waves:
        channel, amplitude = mirrored(wave.channel, wave.amplitude)
        waves.append(replace(wave, channel=channel, amplitude=amplitude))
    return replace(
        figure,
        steps=tuple(replace(s, foot=other(s.foot), turn=-s.turn) for s in figure.steps),
        pivots=tuple(replace(p, foot=other(p.foot), turn=-p.turn) for p in figure.pivots),
        keys=keys,
        arms={other(side): poses for side, poses in figure.arms.items()},
        waves=tuple(waves),
    )
