"""A drawn person, on whom a landmarker is tried before it is used."""

import numpy as np
from jaxtyping import UInt8

_SKIN, _SHIRT, _TROUSERS, _DARK = (140, 170, 220), (150, 60, 40), (60, 40, 40), (20, 20, 20)
# Ends, thickness and colour (BGR) of what is drawn on the left half of the picture; the right half is its mirror image.
_LEFT_HALF = (
    ((105, 76), (85, 110), 14, _SHIRT),
    ((85, 110), (80, 145), 11, _SKIN),
    ((116, 138), (112, 185), 20, _TROUSERS),
    ((112, 185), (110, 230), 16, _TROUSERS),
    ((110, 232), (102, 238), 10, _DARK),
)
_SIDE = 256


def standing_person() -> UInt8[np.ndarray, "256 256 3"]:
    """A person standing upright, seen from the front; BGR."""
    import cv2

    image = np.full((_SIDE, _SIDE, 3), 200, np.uint8)
    cv2.rectangle(image, (103, 70), (153, 140), _SHIRT, -1)
    for start, end, thickness, colour in _LEFT_HALF:
        for mirror in (False, True):
            ends = [(_SIDE - x, y) if mirror else (x, y) for x, y in (start, end)]
            cv2.line(image, *ends, colour, thickness)
    cv2.line(image, (128, 62), (128, 74), _SKIN, 14)
    cv2.ellipse(image, (128, 45), (16, 21), 0, 0, 360, _SKIN, -1)
    cv2.ellipse(image, (128, 34), (17, 14), 0, 180, 360, _DARK, -1)
    for x in (122, 134):
        cv2.circle(image, (x, 43), 2, _DARK, -1)
    cv2.ellipse(image, (128, 55), (6, 2), 0, 0, 180, _SHIRT, -1)
    return image
