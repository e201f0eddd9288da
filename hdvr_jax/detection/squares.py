"""Squares of a frame: which cover it, how far two agree, cutting one out."""

import math

import numpy as np
from jaxtyping import UInt8

# (left, top, side), pixels; a square may reach out of the frame.
Square = tuple[int, int, int]
# Least height of a person that the model finds, as a share of the square's side, and the side of what it reads.
_LOWEST, _READ = 0.3, 224


def covering(width: int, height: int, smallest: float) -> list[Square]:
    """Squares that cover a frame: one around it all, then each half over the next, ever smaller.

    The last ones are of the size in which the smallest people are found.

    Args:
        width, height: Of the frame, in pixels.
        smallest: Height of the smallest people, as a share of the frame's shorter side.
    """
    shorter = side = min(width, height)
    longer = max(width, height)
    result = [((width - longer) // 2, (height - longer) // 2, longer)] if longer > shorter else []
    while True:
        result += [(x, y, side) for y in _starts(height, side) for x in _starts(width, side)]
        # Smaller squares than what the model reads show it nothing more.
        if side * _LOWEST <= smallest * shorter or side <= _READ:
            return result
        side = math.ceil(side / 2)


def merged(places: list[Square]) -> list[Square]:
    """The squares without those that are nearly the same as one before."""
    kept: list[Square] = []
    for place in places:
        if all(overlap(place, other) < 0.7 for other in kept):
            kept.append(place)
    return kept


def overlap(one: Square, other: Square) -> float:
    """Intersection over union."""
    across, down = (min(a + one[2], b + other[2]) - max(a, b) for a, b in zip(one[:2], other[:2]))
    common = max(across, 0) * max(down, 0)
    return common / (one[2] ** 2 + other[2] ** 2 - common)


def cut(frame: UInt8[np.ndarray, "H W 3"], square: Square) -> UInt8[np.ndarray, "S S 3"]:
    """The picture in a square, black where that reaches out of the frame."""
    x, y, side = square
    height, width = frame.shape[:2]
    result = np.zeros((side, side, 3), np.uint8)
    left, top, right, bottom = max(x, 0), max(y, 0), min(x + side, width), min(y + side, height)
    if left < right and top < bottom:
        result[top - y : bottom - y, left - x : right - x] = frame[top:bottom, left:right]
    return result


def _starts(length: int, side: int) -> list[int]:
    count = math.ceil((length - side) / (side / 2)) + 1
    return [round(x) for x in np.linspace(0, length - side, count)]
