"""Whether the intervals that tracking marks as risky are those in which it did swap dancers."""

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.tracking.results import Tracking

RISKY = 0.5  # a score from which on an interval is marked
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
    """Counts that add up over scenes: swaps, those marked, marked intervals, those without a swap, time marked."""
    marked = [risk for risk in tracking.risks if risk.score >= RISKY]
    found = swaps(tracking, true, fps)

    def holds(risk, swap: _Swap) -> bool:
        return swap[2] in risk.tracks and risk.start <= swap[1] and swap[0] < risk.end

    covered = np.zeros(true.shape[1], bool)
    for risk in marked:
        covered[risk.start : risk.end] = True
    return {
        "swaps": float(len(found)),
        "swaps marked": float(sum(any(holds(risk, swap) for risk in marked) for swap in found)),
        "marked": float(len(marked)),
        "marked without a swap": float(sum(not any(holds(risk, swap) for swap in found) for risk in marked)),
        "frames marked": float(np.count_nonzero(covered)),
        "frames": float(len(covered)),
    }


def summary(counts: dict[str, float]) -> dict[str, float]:
    """Shares, of counts or of their sum; NaN where there is nothing to share."""

    def share(part: str, whole: str) -> float:
        return counts[part] / counts[whole] if counts[whole] else float("nan")

    return {
        "swaps": counts["swaps"],
        "of these marked": share("swaps marked", "swaps"),
        "intervals marked": counts["marked"],
        "of these without a swap": share("marked without a swap", "marked"),
        "of the time marked": share("frames marked", "frames"),
    }
