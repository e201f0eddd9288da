"""The colours that a figure wears: histograms over the body, one per part, without the background.

Colours are sampled at points of the torso, the upper arms, the thighs and the shanks, which lie where the joints say,
so that little of the background is among them. Points where another figure is are left out.
"""

import dataclasses
import functools

import cv2
import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.tracking.figures import Figures

PARTS = ("torso", "arms", "thighs", "shanks")
_LEVELS = (4, 8, 8)  # bins of lightness and of the two colour axes of Lab
_WIDTHS = (64.0, 12.0, 12.0)  # of these bins; colour axes are clipped at four of them to either side
BINS = int(np.prod(_LEVELS))
_TORSO = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
_LIMBS = (
    ("arms", "shoulder", "elbow", 0.015),
    ("thighs", "hip", "knee", 0.025),
    ("shanks", "knee", "ankle", 0.015),
)  # part, ends, half width in sizes of the body
_COVER = 0.05  # of the size of a figure: points nearer to one of its points are hidden by it, or hide it


@dataclasses.dataclass(frozen=True)
class Places:
    """Where colours are sampled on a body.

    Attributes:
        corners: (S, 4) joints that each of the S points is a mean of.
        weights: (S, 4) their weights.
        axis: (S, 2) the joints whose connection it stands beside.
        aside: (S,) how far, in sizes of the body.
        part: (S,) index of the part in `PARTS`.
    """

    corners: Int[np.ndarray, "S 4"]
    weights: Float[np.ndarray, "S 4"]
    axis: Int[np.ndarray, "S 2"]
    aside: Float[np.ndarray, " S"]
    part: Int[np.ndarray, " S"]


@functools.cache
def places(skeleton: str) -> Places:
    """The points for a skeleton; none for joints that it lacks."""
    joints = get_skeleton(skeleton).joints
    rows = []
    if set(_TORSO) <= set(joints):
        corners = [joints.index(name) for name in _TORSO]
        for across in np.linspace(0.1, 0.9, 6):
            for down in np.linspace(0.08, 0.92, 8):
                mix = np.outer([1 - down, down], [1 - across, across]).ravel()
                rows.append((corners, mix, corners[:2], 0.0, 0))
    for part, top, bottom, half in _LIMBS:
        for side in ("left", "right"):
            if not {f"{side}_{top}", f"{side}_{bottom}"} <= set(joints):
                continue
            ends = [joints.index(f"{side}_{top}"), joints.index(f"{side}_{bottom}")]
            for along in np.linspace(0.1, 0.9, 8):
                for aside in (-half, 0.0, half):
                    rows.append((ends * 2, np.array([1 - along, along, 0, 0]), ends, aside, PARTS.index(part)))
    columns = list(zip(*rows, strict=True)) if rows else [np.zeros((0, 4)), np.zeros((0, 4)), np.zeros((0, 2)), [], []]
    whole = [np.array(columns[index], int) for index in (0, 2, 4)]
    return Places(whole[0], np.array(columns[1], float), whole[1], np.array(columns[3], float), whole[2])


def sampled(figures: Figures, rows: np.ndarray, skeleton: str) -> tuple[np.ndarray, np.ndarray]:
    """Positions (M, S, 2) in pixels and whether each is known (M, S)."""
    where = places(skeleton)
    points, seen = figures.points[rows], figures.weight[rows] > 0
    positions = (points[:, where.corners] * where.weights[..., None]).sum(2)
    along = points[:, where.axis[:, 1]] - points[:, where.axis[:, 0]]
    length = np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-6)
    across = np.stack([-along[..., 1], along[..., 0]], -1) / length
    positions = positions + across * (where.aside * figures.size[rows][:, None])[..., None]
    return positions, seen[:, where.corners].all(-1)


def uncovered(positions: np.ndarray, known: np.ndarray, size: np.ndarray) -> Bool[np.ndarray, "M S"]:
    """Which of the known points of M figures no other figure is near to."""
    clear = known.copy()
    low = np.where(known[..., None], positions, np.inf).min(1)
    high = np.where(known[..., None], positions, -np.inf).max(1)
    for one in range(len(positions)):
        for other in range(len(positions)):
            reach = _COVER * size[other]
            if one == other or (low[one] > high[other] + reach).any() or (low[other] > high[one] + reach).any():
                continue
            mine = _within(positions[one], clear[one], low[other] - reach, high[other] + reach)
            theirs = _within(positions[other], known[other], low[one] - reach, high[one] + reach)
            apart = positions[one, mine][:, None] - positions[other, theirs][None]
            clear[one, mine] &= (np.square(apart).sum(-1) > reach**2).all(1)
    return clear


def _within(positions: np.ndarray, wanted: np.ndarray, low: np.ndarray, high: np.ndarray) -> np.ndarray:
    """Indices of the wanted ones of S positions in a box."""
    return np.flatnonzero(wanted & ((positions >= low) & (positions <= high)).all(1))


def histograms(
    image: UInt8[np.ndarray, "H W 3"], figures: Figures, rows: np.ndarray, skeleton: str
) -> Float[np.ndarray, "M P B"]:
    """Counts of colours of M figures of one frame; the sum of a part is how many points of it could be seen.

    Args:
        image: BGR.
        rows: Of the figures, which are all those of the frame.
    """
    positions, known = sampled(figures, rows, skeleton)
    height, width = image.shape[:2]
    bounded = np.clip(np.nan_to_num(positions), -1, [width, height])
    column, row = np.floor(bounded[..., 0]).astype(int), np.floor(bounded[..., 1]).astype(int)
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    clear = uncovered(positions, known & inside, figures.size[rows])
    figure, point = np.nonzero(clear)
    counts = np.zeros(len(rows) * len(PARTS) * BINS)
    if len(figure):
        colours = image[row[clear], column[clear]]
        start = (figure * len(PARTS) + places(skeleton).part[point]) * BINS
        cells, shares = _soft_bins(cv2.cvtColor(colours[None], cv2.COLOR_BGR2LAB)[0])
        counts = np.bincount((start[:, None] + cells).ravel(), shares.ravel(), len(counts))
    return counts.reshape(len(rows), len(PARTS), BINS).astype(np.float32)


def _soft_bins(lab: UInt8[np.ndarray, "N 3"]) -> tuple[np.ndarray, np.ndarray]:
    """For each colour the eight bins around it and its share in each, both (N, 8)."""
    value = lab.astype(float) - [0.0, 128.0, 128.0]
    value = value / _WIDTHS + [0.0, _LEVELS[1] / 2, _LEVELS[2] / 2] - 0.5
    value = np.clip(value, 0, np.array(_LEVELS) - 1 - 1e-6)
    low = value.astype(int)
    above = value - low
    cells, shares = [], []
    for corner in range(8):
        step = np.array([corner >> 2 & 1, corner >> 1 & 1, corner & 1])
        index = low + step
        cells.append((index[:, 0] * _LEVELS[1] + index[:, 1]) * _LEVELS[2] + index[:, 2])
        shares.append(np.where(step, above, 1 - above).prod(1))
    return np.stack(cells, 1), np.stack(shares, 1)


def distance(one: Float[np.ndarray, "*N P B"], other: Float[np.ndarray, "*#N P B"]) -> Float[np.ndarray, "*N"]:
    """One minus the Bhattacharyya coefficient, averaged over the parts that both show; NaN where there is none."""
    mine, theirs = one.sum(-1), other.sum(-1)
    common = np.sqrt(one * other).sum(-1) / np.sqrt(np.maximum(mine * theirs, 1e-9))
    weight = np.sqrt(np.minimum(mine, _ENOUGH) * np.minimum(theirs, _ENOUGH)) / _ENOUGH
    total = weight.sum(-1)
    mean = ((1 - common) * weight).sum(-1) / np.maximum(total, 1e-9)
    return np.where(total > _LEAST, mean, np.nan)


_ENOUGH = 30.0  # points of a part: more say no more
_LEAST = 0.3  # parts that must be seen
