"""Drawn people, and a function that finds them as the landmarker would: only where they are large enough."""

import pathlib

import cv2
import numpy as np

_BODY = np.random.default_rng(3).random((33, 2)).astype(np.float32)
_BODY = (_BODY - _BODY.min(0)) / np.ptp(_BODY, 0)
LOWEST = 0.3


def picture(size: tuple[int, int], boxes: list[tuple[int, int, int, int]]) -> np.ndarray:
    """White blocks on black; `boxes` are (left, top, width, height)."""
    image = np.zeros((size[1], size[0], 3), np.uint8)
    for x, y, width, height in boxes:
        image[max(y, 0) : y + height, max(x, 0) : x + width] = 255
    return image


def joints(box: tuple[int, int, int, int]) -> np.ndarray:
    """(33, 3): where the joints of a drawn person are."""
    x, y, width, height = box
    place = _BODY * np.array([width - 1, height - 1], np.float32) + np.array([x, y], np.float32)
    return np.concatenate([place, np.full((33, 1), 0.9, np.float32)], 1).astype(np.float32)


def find(image: np.ndarray) -> np.ndarray:
    """All people in a square picture who are not too small for it."""
    assert image.shape[0] == image.shape[1]
    light = (image[..., 0] > 127).astype(np.uint8)
    stats = cv2.connectedComponentsWithStats(light)[2][1:]
    large = [joints(tuple(map(int, row[:4]))) for row in stats if row[3] >= LOWEST * len(image)]
    return np.array(large, np.float32).reshape(-1, 33, 3)


def write_dance(path: pathlib.Path, frames: int = 25, size: tuple[int, int] = (160, 120)) -> list[list]:
    """A film of one dancer who walks and of one who comes later; returns the boxes of each frame."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*"mp4v"), 20.0, size)
    boxes = [[(10 + i, 30, 20, 60)] + ([(120, 40 + i // 4, 16, 40)] if i >= 8 else []) for i in range(frames)]
    for drawn in boxes:
        writer.write(picture(size, drawn))
    writer.release()
    return boxes
