"""Pieces of track that follow each other, taken together for one dancer: all at once, by the cheapest assignment."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.tracking import colours
from hdvr_jax.tracking.association import SURE, Choice, assign
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.pieces import Ends, ends
from hdvr_jax.tracking.pursuit import Trail
from hdvr_jax.tracking.settings import Settings
from hdvr_jax.tracking.wardrobe import Wardrobe


@dataclasses.dataclass(frozen=True)
class Seen:
    """What the frames of a video show of pieces of track.

    Attributes:
        wardrobe: Their colours.
        trails: By piece, where LDES saw a dancer after the piece's end.
    """

    wardrobe: Wardrobe
    trails: dict[int, Trail]


def join(
    figures: Figures, pieces: Int[np.ndarray, " N"], settings: Settings, seen: Seen | None = None
) -> tuple[Int[np.ndarray, " N"], list[Choice]]:
    """Takes pieces that follow each other for one dancer where place, velocity, size and colours allow it.

    Args:
        seen: What the video shows of the pieces; None where there is none.
    Returns:
        The pieces, each with the name of the first of its dancer, and the choices between two such dancers.
    """
    known = ends(figures, pieces)
    if len(known.names) < 2:
        return pieces, []
    cost = join_costs(known, figures.fps, settings, seen)
    least = min(settings.piece_seconds * figures.fps, 0.1 * len(np.unique(figures.frame)))
    short = known.length < least
    among = np.where(short[:, None] | short[None], np.inf, cost)
    before, after = assign(among, settings.rejoin_cost)
    head, to = np.arange(len(cost)), dict(zip(after.tolist(), before.tolist(), strict=True))
    for index in np.argsort(known.first, kind="stable").tolist():
        head[index] = head[to[index]] if index in to else index
    _fit_in(known, cost, head, short, settings)
    whole = dict(zip(known.names.tolist(), known.names[head].tolist(), strict=True))
    joined = np.array([whole.get(name, name) for name in pieces.tolist()], int)
    return joined, _join_doubts(known, among, before, after, settings)


def _fit_in(known: Ends, cost: np.ndarray, head: Int[np.ndarray, " P"], short: np.ndarray, settings: Settings) -> None:
    """Puts each short piece into the track, of those with a gap there, that it fits best; changes `head`.

    Short pieces take no part in the assignment: one outlier would lead a track astray.
    """
    for piece in np.flatnonzero(short)[np.argsort(-known.length[short], kind="stable")].tolist():
        best, least = piece, settings.rejoin_cost
        for track in np.unique(head[~short]).tolist():
            own = np.flatnonzero(head == track)
            earlier, later = known.last[own] < known.first[piece], known.first[own] > known.last[piece]
            if (earlier | later).all():
                fit = min(cost[own[earlier], piece].min(initial=np.inf), cost[piece, own[later]].min(initial=np.inf))
                best, least = (track, fit) if fit < least else (best, least)
        head[piece] = best


def _join_doubts(
    known: Ends, cost: np.ndarray, before: np.ndarray, after: np.ndarray, settings: Settings
) -> list[Choice]:
    """Where pieces could have been joined crosswise, or one could have been joined to a piece that has no other end."""
    capped = np.minimum(cost, 2 * settings.rejoin_cost)
    doubts, first = [], known.first.tolist()

    def doubt(frame: int, one: int, two: int, margin: float) -> None:
        if margin < SURE:
            doubts.append(Choice(frame, (int(known.names[one]), int(known.names[two])), float(margin)))

    free_ends = np.setdiff1d(np.arange(len(cost)), before)
    free_starts = np.setdiff1d(np.arange(len(cost)), after)
    for index, (old, new) in enumerate(zip(before.tolist(), after.tolist(), strict=True)):
        crossed = capped[old, after] + capped[before, new] - capped[old, new] - capped[before, after]
        for other in index + 1 + np.flatnonzero(crossed[index + 1 :] < SURE):
            doubt(max(first[new], first[after[other]]), new, int(after[other]), crossed[other])
        for other in free_ends[np.isfinite(cost[free_ends, new])].tolist():
            doubt(first[new], other, new, cost[other, new] - cost[old, new])
        for other in free_starts[np.isfinite(cost[old, free_starts])].tolist():
            doubt(min(first[new], first[other]), other, new, cost[old, other] - cost[old, new])
    return doubts


def join_costs(known: Ends, fps: float, settings: Settings, seen: Seen | None) -> Float[np.ndarray, "P P"]:
    """Cost of the second piece following the first; infinite where it cannot."""
    seconds = (known.first[None] - known.last[:, None]) / fps
    possible = (seconds > 0) & (seconds <= (settings.rejoin_seconds if seen is None else settings.return_seconds))
    time = np.where(possible, seconds, 0.0)
    size = np.sqrt(known.size[1][:, None] * known.size[0][None])
    apart, width = _apart(known, time, settings), size * (0.1 + 2 * settings.spread_growth * time)
    if seen is not None:
        apart = np.minimum(apart, _chased(known, possible, seen))
    resized = np.log(known.size[0][None] / known.size[1][:, None]) / 0.25
    cost = 1.5 * np.log1p((apart / width) ** 2) + np.minimum(resized**2, 4.0) + np.log(width / (0.1 * size))
    named = (known.person[:, None] >= 0) & (known.person[None] >= 0)
    same = known.person[:, None] == known.person[None]
    cost += np.where(named, np.where(same, -settings.person_cost, settings.person_cost), 0.0)
    if seen is not None:
        cost += _colour_costs(known, possible, seen.wardrobe, settings)
    return np.where(possible, cost, np.inf)


def _apart(known: Ends, time: Float[np.ndarray, "P P"], settings: Settings) -> Float[np.ndarray, "P P"]:
    """Distance between where one piece leads with its last velocity and where another begins, or the same backwards."""
    fade = (settings.damping_seconds * (1 - np.exp(-time / settings.damping_seconds)))[..., None]
    ahead = known.place[1][:, None] + fade * known.velocity[1][:, None] - known.place[0][None]
    behind = known.place[0][None] - fade * known.velocity[0][None] - known.place[1][:, None]
    return np.minimum(np.linalg.norm(ahead, axis=-1), np.linalg.norm(behind, axis=-1))


def _chased(known: Ends, possible: np.ndarray, seen: Seen) -> Float[np.ndarray, "P P"]:
    """Distance between where LDES saw who was lost and where another piece begins; infinite where it did not."""
    apart = np.full(possible.shape, np.inf)
    for one, name in enumerate(known.names.tolist()):
        for two in np.flatnonzero(possible[one]) if name in seen.trails else ():
            place = seen.trails[name].at(int(known.first[two]))
            if place is not None:
                apart[one, two] = np.linalg.norm(place - known.place[0][two])
    return apart


def _colour_costs(
    known: Ends, possible: np.ndarray, wardrobe: Wardrobe, settings: Settings
) -> Float[np.ndarray, "P P"]:
    """What the colours at the end of one piece and at the beginning of another cost; nothing where they are unknown."""
    begin, end = wardrobe.ends(known.names)
    cost = np.zeros(possible.shape)
    for one in np.flatnonzero(possible.any(1)):
        others = np.flatnonzero(possible[one])
        apart = np.nan_to_num(colours.distance(begin[others], end[one][None]), nan=settings.alike)
        cost[one, others] = settings.colour_cost * np.minimum(apart - settings.alike, 0.4)
    return cost
