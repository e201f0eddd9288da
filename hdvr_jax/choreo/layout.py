"""From a sequence of figures to where and when the feet go: positions in leg lengths, times in beats.

Nothing here knows the dancer's body: the same choreography has the same layout for everyone.
"""

from dataclasses import dataclass, replace

import numpy as np

from hdvr_jax.choreo.figure import Figure, Jump, Pivot, Step, mirror, other

STANCE = 0.17  # between the balls of the feet, leg lengths
_STAGE = 1.1  # the centre of the feet is steered back inside this distance (leg lengths)
_PLANTED_TWIST = np.radians(40.0)  # a body that turns further than this takes the standing foot along
_STEERS = (0.0, 45.0, -45.0, 90.0, -90.0, 135.0, -135.0)


@dataclass(frozen=True)
class Move:
    """A foot's change: travels if `lift` > 0, else turns on its ball. Beats, leg lengths, radians.

    With `carried` the foot hangs from the body, off the floor, while the body turns on the other one.
    """

    first: float
    last: float
    foot: str
    x: float
    z: float
    yaw: float
    lift: float
    weight: bool
    carried: bool = False


@dataclass(frozen=True)
class Turn:
    """The body's heading changes by `angle` (radians, to the left) between two beats."""

    first: float
    last: float
    angle: float


@dataclass(frozen=True)
class Placed:
    """A figure in its place: `first` is the beat it starts on; it is already mirrored if it has to be."""

    figure: Figure
    first: float


@dataclass(frozen=True)
class Stance:
    """Where the feet are between figures: (x, z, yaw) of each, the heading and the free foot."""

    left: tuple[float, float, float]
    right: tuple[float, float, float]
    heading: float
    free: str

    def foot(self, name: str) -> tuple[float, float, float]:
        """(x, z, yaw) of foot "l" or "r"."""
        return self.left if name == "l" else self.right

    def moved(self, name: str, place: tuple[float, float, float]) -> "Stance":
        """The stance with one foot elsewhere."""
        return replace(self, left=place) if name == "l" else replace(self, right=place)


@dataclass(frozen=True)
class Layout:
    """Everything the feet and the heading do over a clip."""

    start: Stance
    moves: tuple[Move, ...]
    turns: tuple[Turn, ...]
    jumps: tuple[Jump, ...]
    placed: tuple[Placed, ...]
    beats: float


def starting_stance(x: float, z: float, heading: float, turnout: float) -> Stance:
    """Feet side by side around (x, z), the left one free; angles in radians."""
    side = 0.5 * STANCE * np.array([np.cos(heading), -np.sin(heading)])
    return Stance(
        (x + side[0], z + side[1], heading + turnout), (x - side[0], z - side[1], heading - turnout), heading, "l"
    )


def lay_out(
    figures: list[Figure], start: Stance, turnout: float, home: tuple[float, float], steered_from: int = 0
) -> Layout:
    """Places figures one after another from `start`, each mirrored to suit the free foot.

    From figure number `steered_from` on, the first steps of a figure may turn further than written so that the dancer
    stays near `home` (x, z) and comes back to face the audience (heading 0).
    """
    beat, stance = 0.0, start
    moves, turns, jumps, placed = [], [], [], []
    for number, figure in enumerate(figures):
        if figure.first_foot not in (None, stance.free):
            figure = mirror(figure)
        figure = _steered(figure, stance, turnout, home) if number >= steered_from else figure
        stance, new_moves, new_turns = _dance(figure, beat, stance, turnout)
        moves += new_moves
        turns += new_turns
        jumps += [Jump(j.first + beat, j.last + beat, j.height) for j in figure.jumps]
        placed.append(Placed(figure, beat))
        beat += figure.beats
    return Layout(start, tuple(moves), tuple(turns), tuple(jumps), tuple(placed), beat)


def _steered(figure: Figure, stance: Stance, turnout: float, home: tuple[float, float]) -> Figure:
    """The figure with the extra turn that leaves the dancer nearest to home and to the front."""
    if not figure.steps:
        return figure
    best, lowest = figure, np.inf
    for extra in _STEERS:
        candidate = _with_turn(figure, extra)
        if candidate is None:
            continue
        end, _, _ = _dance(candidate, 0.0, stance, turnout)
        away = np.hypot((end.left[0] + end.right[0]) / 2 - home[0], (end.left[1] + end.right[1]) / 2 - home[1])
        facing = 1.0 - np.cos(end.heading)
        cost = 4.0 * max(away - _STAGE, 0.0) + 0.35 * away + 0.6 * facing + abs(extra) / 150.0
        if cost < lowest - 1e-9:
            best, lowest = candidate, cost
    return best


def _with_turn(figure: Figure, extra: float) -> Figure | None:
    """Spreads an extra turn over the first weighted steps, 45 degrees at most on each; None when there are too few."""
    steps = list(figure.steps)
    weighted = [i for i in sorted(range(len(steps)), key=lambda i: steps[i].beat) if steps[i].weight]
    needed = int(np.ceil(abs(extra) / 45.0))
    if needed > len(weighted):
        return None
    for index in weighted[:needed]:
        steps[index] = replace(steps[index], turn=steps[index].turn + extra / needed)
    return replace(figure, steps=tuple(steps))


def _dance(figure: Figure, beat: float, stance: Stance, turnout: float) -> tuple[Stance, list[Move], list[Turn]]:
    """The moves and turns of one figure that starts on `beat`, and the stance it ends in."""
    moves: list[Move] = []
    turns: list[Turn] = []
    events = [(s.beat, s) for s in figure.steps] + [(p.last, p) for p in figure.pivots]
    for _, event in sorted(events, key=lambda pair: pair[0]):
        if isinstance(event, Step):
            stance = _take_step(event, beat, stance, turnout, moves, turns)
        else:
            stance = _turn_on_ball(event, beat, stance, turnout, moves, turns)
    return stance, moves, turns


def _turn_on_ball(
    pivot: Pivot, beat: float, stance: Stance, turnout: float, moves: list[Move], turns: list[Turn]
) -> Stance:
    """A pivot; when the body turns far the other foot is carried round and put down beside the standing one."""
    angle, free = np.radians(pivot.turn), other(pivot.foot)
    x, z, yaw = stance.foot(pivot.foot)
    first, last = beat + pivot.first, beat + pivot.last
    moves.append(Move(first, last, pivot.foot, x, z, yaw + angle, 0.0, True))
    turns.append(Turn(first, last, angle))
    heading = stance.heading + angle
    stance = replace(stance.moved(pivot.foot, (x, z, yaw + angle)), heading=heading, free=free)
    if abs(angle) <= _PLANTED_TWIST:
        return stance
    place = _beside(stance, free, 0.0, 0.0, heading, turnout)
    moves.append(Move(first, last, free, *place, 0.02, False, carried=True))
    return stance.moved(free, place)


def _take_step(step: Step, beat: float, stance: Stance, turnout: float, moves: list[Move], turns: list[Turn]) -> Stance:
    angle = np.radians(step.turn)
    heading = stance.heading + angle
    first, last = beat + step.beat - step.duration, beat + step.beat
    sign = 1.0 if step.foot == "l" else -1.0
    standing = other(step.foot)
    x, z, yaw = stance.foot(standing)
    place = _beside(stance, step.foot, step.forward, step.out, heading, turnout)
    moves.append(Move(first, last, step.foot, *place, max(step.lift, 0.005), step.weight))
    # The standing foot goes along, on its ball, as soon as the hip could not bear the twist.
    if abs(heading - sign * turnout - yaw) > _PLANTED_TWIST:
        turned = heading - sign * turnout
        moves.append(Move(first, last + 0.1, standing, x, z, turned, 0.0, True))
        stance = stance.moved(standing, (x, z, turned))
    if angle:
        turns.append(Turn(first, last + 0.15, angle))
    stance = replace(stance.moved(step.foot, place), heading=heading)
    return replace(stance, free=standing) if step.weight else stance


def _beside(
    stance: Stance, foot: str, forward: float, out: float, heading: float, turnout: float
) -> tuple[float, float, float]:
    """(x, z, yaw) of `foot` beside the other one and away from there by `forward` and `out`."""
    sign = 1.0 if foot == "l" else -1.0
    x, z, _ = stance.foot(other(foot))
    left = sign * (STANCE + out)
    return (
        x + left * np.cos(heading) + forward * np.sin(heading),
        z - left * np.sin(heading) + forward * np.cos(heading),
        heading + sign * turnout,
    )
