"""Pieces of track: joined to whole tracks, noise and bystanders left out."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.detections import NOBODY
from hdvr_jax.tracking import colours
from hdvr_jax.tracking.association import SURE, Choice, assign
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.settings import Settings
from hdvr_jax.tracking.wardrobe import Wardrobe

_MOST = 1500  # pieces that are compared with each other


@dataclasses.dataclass(frozen=True)
class Ends:
    """How P pieces begin and end.

    Attributes:
        names: (P,) of the pieces.
        first, last: (P,) frames.
        place: (2, P, D) middle of the body at the beginning and at the end.
        velocity: (2, P, D) of the body there, per second.
        size: (2, P) of the body there.
        person: (P,) the number that the detector gave most often.
        length: (P,) frames in which it was seen.
    """

    names: Int[np.ndarray, " P"]
    first: Int[np.ndarray, " P"]
    last: Int[np.ndarray, " P"]
    place: Float[np.ndarray, "2 P D"]
    velocity: Float[np.ndarray, "2 P D"]
    size: Float[np.ndarray, "2 P"]
    person: Int[np.ndarray, " P"]
    length: Int[np.ndarray, " P"]


def rows_of(pieces: Int[np.ndarray, " N"]) -> dict[int, np.ndarray]:
    """The figures of every piece, in order of time."""
    if not len(pieces):
        return {}
    order = np.argsort(pieces, kind="stable")
    names, starts = np.unique(pieces[order], return_index=True)
    return {int(name): rows for name, rows in zip(names, np.split(order, starts[1:]), strict=True) if name >= 0}


def ends(figures: Figures, pieces: Int[np.ndarray, " N"], seconds: float = 0.3) -> Ends:
    """Place, velocity and size over the first and the last `seconds` of every piece."""
    found = rows_of(pieces)
    found = dict(sorted(sorted(found.items(), key=lambda item: -len(item[1]))[:_MOST]))
    names = np.array(list(found), int)
    first = np.array([figures.frame[rows[0]] for rows in found.values()], int)
    last = np.array([figures.frame[rows[-1]] for rows in found.values()], int)
    count = max(2, round(seconds * figures.fps))
    sides = [[_side(figures, rows[:count], 0) for rows in found.values()]]
    sides += [[_side(figures, rows[-count:], -1) for rows in found.values()]]
    axes = figures.center.shape[1]
    place, velocity, size = (
        np.array([[side[part] for side in row] for row in sides]).reshape(2, len(names), *tail)
        for part, tail in enumerate([(axes,), (axes,), ()])
    )
    person = np.array([_commonest(figures.person[rows]) for rows in found.values()], int)
    length = np.array([len(rows) for rows in found.values()], int)
    return Ends(names, first, last, place, velocity, size, person, length)


def _side(figures: Figures, rows: np.ndarray, at: int) -> tuple[np.ndarray, np.ndarray, float]:
    time = (figures.frame[rows] - figures.frame[rows[at]]) / figures.fps
    places = figures.center[rows]
    spread = ((time - time.mean()) ** 2).sum()
    slope = ((time - time.mean())[:, None] * places).sum(0) / spread if spread > 0 else np.zeros(places.shape[1])
    return places.mean(0) - slope * time.mean(), slope, float(np.median(figures.size[rows]))


def _commonest(numbers: np.ndarray) -> int:
    values, counts = np.unique(numbers, return_counts=True)
    return int(values[counts.argmax()])


def join(
    figures: Figures, pieces: Int[np.ndarray, " N"], wardrobe: Wardrobe | None, settings: Settings
) -> tuple[Int[np.ndarray, " N"], list[Choice]]:
    """Takes pieces that follow each other for one dancer where place, velocity, size and colours allow it.

    Args:
        wardrobe: Colours of the pieces; None where there is no video.
    Returns:
        The pieces, each with the name of the first of its dancer, and the choices between two such dancers.
    """
    known = ends(figures, pieces)
    if len(known.names) < 2:
        return pieces, []
    cost = join_costs(known, figures.fps, settings) + _colour_costs(known, wardrobe, settings)
    before, after = assign(cost, settings.rejoin_cost)
    whole = {}
    to = dict(zip(after.tolist(), before.tolist(), strict=True))
    for index in np.argsort(known.first, kind="stable").tolist():
        name = int(known.names[index])
        whole[name] = whole[int(known.names[to[index]])] if index in to else name
    joined = np.array([whole.get(name, name) for name in pieces.tolist()], int)
    return joined, _join_doubts(known, cost, before, after, settings)


def _colour_costs(known: Ends, wardrobe: Wardrobe | None, settings: Settings) -> Float[np.ndarray, "P P"] | float:
    """What the colours at the end of one piece and at the beginning of another cost; nothing where they are unknown."""
    if wardrobe is None:
        return 0.0
    begin, end = wardrobe.ends(known.names)
    apart = np.stack([colours.distance(begin, worn[None]) for worn in end])
    return settings.colour_cost * np.minimum(np.nan_to_num(apart, nan=settings.alike) - settings.alike, 0.4)


def _join_doubts(
    known: Ends, cost: np.ndarray, before: np.ndarray, after: np.ndarray, settings: Settings
) -> list[Choice]:
    """Where the ends of two dancers could have been joined crosswise."""
    doubts = []
    capped = np.minimum(cost, 2 * settings.rejoin_cost)
    for one in range(len(before)):
        crossed = capped[before[one], after] + capped[before, after[one]]
        margin = crossed - capped[before[one], after[one]] - capped[before, after]
        for two in np.flatnonzero(margin < SURE):
            if two > one:
                frame = int(max(known.first[after[one]], known.first[after[two]]))
                names = (int(known.names[after[one]]), int(known.names[after[two]]))
                doubts.append(Choice(frame, names, float(margin[two])))
    return doubts


def join_costs(known: Ends, fps: float, settings: Settings) -> Float[np.ndarray, "P P"]:
    """Cost of the second piece following the first; infinite where it cannot."""
    seconds = (known.first[None] - known.last[:, None]) / fps
    possible = (seconds > 0) & (seconds <= settings.rejoin_seconds)
    time = np.where(possible, seconds, 0.0)[..., None]
    fade = settings.damping_seconds * (1 - np.exp(-time / settings.damping_seconds))
    ahead = known.place[1][:, None] + fade * known.velocity[1][:, None]
    behind = known.place[0][None] - fade * known.velocity[0][None]
    size = np.sqrt(known.size[1][:, None] * known.size[0][None])
    width = size * (0.1 + 2 * settings.spread_growth * time[..., 0])
    apart = np.minimum(((ahead - known.place[0][None]) ** 2).sum(-1), ((known.place[1][:, None] - behind) ** 2).sum(-1))
    resized = np.log(known.size[0][None] / known.size[1][:, None]) / 0.25
    cost = 1.5 * np.log1p(apart / width**2) + np.minimum(resized**2, 4.0) + np.log(width / (0.1 * size))
    named = (known.person[:, None] >= 0) & (known.person[None] >= 0)
    same = known.person[:, None] == known.person[None]
    cost = cost + np.where(named, np.where(same, -settings.person_cost, settings.person_cost), 0.0)
    return np.where(possible, cost, np.inf)


def without_ghosts(figures: Figures, pieces: Int[np.ndarray, " N"], settings: Settings) -> Int[np.ndarray, " N"]:
    """The pieces that last; figures of the others belong to none. In a short recording less is enough."""
    least = min(settings.ghost_seconds * figures.fps, 0.2 * len(np.unique(figures.frame)))
    _, inverse, counts = np.unique(pieces, return_inverse=True, return_counts=True)
    return np.where((counts >= least)[inverse.ravel()] & (pieces >= 0), pieces, NOBODY)


def without_bystanders(figures: Figures, pieces: Int[np.ndarray, " N"], settings: Settings) -> Int[np.ndarray, " N"]:
    """The pieces without those of people who stand still for a second and more while somebody else moves."""
    found = rows_of(pieces)
    moves = {name: stir(figures, rows) for name, rows in found.items() if len(rows) > figures.fps}
    most = max(moves.values(), default=0.0)
    still = [name for name, move in moves.items() if move < min(settings.still, most / 4)]
    return np.where(np.isin(pieces, still), NOBODY, pieces)


def stir(figures: Figures, rows: np.ndarray) -> float:
    """How fast a dancer's joints move now and then (a tenth of the time), in sizes of the body per second.

    Over spans of half a second, so that the trembling of a detector counts little.
    """
    span = max(1, round(0.5 * figures.fps))
    frames = figures.frame[rows]
    later = np.searchsorted(frames, frames + span)
    pairs = later < len(rows)
    one, two = rows[pairs], rows[later[pairs]]
    seen = (figures.weight[one] > 0) & (figures.weight[two] > 0)
    if not seen.any():
        return np.inf
    moved = np.linalg.norm(figures.points[two] - figures.points[one], axis=-1) / figures.size[one][:, None]
    seconds = (figures.frame[two] - figures.frame[one]) / figures.fps
    return float(np.percentile((moved / seconds[:, None])[seen], 90))
