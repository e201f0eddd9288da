"""Whether the intervals that tracking marks as risky are those in which it did swap dancers."""

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.tracking.results import Risk, Tracking

SCORES = (0.5, 0.6, 0.7, 0.8, 0.9)  # from which on an interval is marked
RISKY = SCORES[0]
_NEAR = 0.25  # of a dancer's height: the median distance of joints within which a pose is that dancer's
_CLEAR = 0.6  # a pose is the nearest dancer's when its distance is this share of the second's or less
_BRIEF = 0.2  # seconds: shorter changes of identity are not counted
_Swap = tuple[int, int, str]  # last frame of the one dancer, first of the other, track


def identities(
    keypoints: Float[np.ndarray, "T J 2"], true: Float[np.ndarray, "D T J 2"], fps: float
) -> Int[np.ndarray, " T"]:
    """Whom a track shows in each frame; -1 where there is nobody, or where it could be several."""
    away = np.linalg.norm(keypoints - true, axis=-1)
    there = np.isfinite(away).any(-1)
    distance = np.full(there.shape, np.inf)
    distance[there] = np.nanmedian(away[there], axis=-1)
    distance /= np.maximum(np.ptp(true[..., 1], axis=-1), 1.0)
    order = np.sort(np.concatenate([distance, np.full((1, distance.shape[1]), np.inf)]), axis=0)
    sure = (order[0] <= _NEAR) & (order[0] <= _CLEAR * order[1])
    who = np.where(sure, distance.argmin(0), -1)
    return _without_brief(who, round(_BRIEF * fps))


def _without_brief(who: np.ndarray, least: int) -> np.ndarray:
    """The same without runs of one dancer in fewer than `least` frames, the shortest first; unknown frames aside."""
    who = who.copy()
    while True:
        known = np.flatnonzero(who >= 0)
        runs = np.split(known, np.flatnonzero(np.diff(who[known])) + 1)
        shortest = min(runs, key=len)
        if len(runs) == 1 or len(shortest) >= least:
            return who
        who[shortest] = -1


def swaps(tracking: Tracking, true: Float[np.ndarray, "D T J 2"], fps: float) -> list[_Swap]:
    """Where tracks change from one dancer to another: (last frame of the one, first of the other, track)."""
    found = []
    for track in tracking.tracks:
        who = identities(track.keypoints, true, fps)
        known = np.flatnonzero(who >= 0)
        for index in np.flatnonzero(np.diff(who[known])):
            found.append((int(known[index]), int(known[index + 1]), track.id))
    return found


def count(tracking: Tracking, true: Float[np.ndarray, "D T J 2"], fps: float) -> dict[str, float]:
    """Counts that add up over scenes: swaps, frames, frames of all tracks, and what is marked from each score on."""
    found, frames = swaps(tracking, true, fps), true.shape[1]
    lasting = [np.flatnonzero(np.isfinite(track.keypoints).all(-1).any(-1)) for track in tracking.tracks]
    counts = {
        "swaps": float(len(found)),
        "frames": float(frames),
        "track frames": float(sum(rows[-1] + 1 - rows[0] for rows in lasting if len(rows))),
    }
    for least in SCORES:
        marked = [risk for risk in tracking.risks if risk.score >= least]
        counts |= {_from(name, least): value for name, value in _marked(marked, found, frames).items()}
    return counts


def _from(name: str, least: float) -> str:
    return f"{name}, from {least:g}"


def _marked(marked: list[Risk], found: list[_Swap], frames: int) -> dict[str, float]:
    covered: dict[str, np.ndarray] = {}
    for risk in marked:
        for track in risk.tracks:
            covered.setdefault(track, np.zeros(frames, bool))[risk.start : risk.end] = True
    # The same marks half a recording later know nothing of the swaps: what they hit is chance.
    later = {track: np.roll(flags, frames // 2) for track, flags in covered.items()}

    def held(marks: dict[str, np.ndarray]) -> float:
        return float(sum(track in marks and marks[track][first : last + 1].any() for first, last, track in found))

    return {
        "swaps marked": held(covered),
        "by chance": held(later),
        "marked": float(len(marked)),
        "marked with a swap": float(sum(any(_holds(risk, swap) for swap in found) for risk in marked)),
        "frames marked": float(np.count_nonzero(np.any(list(covered.values()), 0))) if covered else 0.0,
        "track frames marked": float(sum(flags.sum() for flags in covered.values())),
    }


def _holds(risk: Risk, swap: _Swap) -> bool:
    return swap[2] in risk.tracks and risk.start <= swap[1] and swap[0] < risk.end


def summary(counts: dict[str, float], least: float = RISKY) -> dict[str, float | str]:
    """Shares, of counts or of their sum, for marks with that score and more; NaN where there is nothing to share."""

    def share(part: str, whole: str) -> float:
        return counts[_from(part, least)] / counts[whole] if counts[whole] else float("nan")

    return {
        "score from": f"{least:g}",
        "swaps": counts["swaps"],
        "of these marked": share("swaps marked", "swaps"),
        "by chance": share("by chance", "swaps"),
        "intervals marked": counts[_from("marked", least)],
        "of these with a swap": share("marked with a swap", _from("marked", least)),
        "of the time marked": share("frames marked", "frames"),
        "of a track's time": share("track frames marked", "track frames"),
    }
