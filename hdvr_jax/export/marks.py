"""What is drawn into a picture (blue, green, red): poses, detected joints, words. All change the picture itself.

Everything has a bright and a dark side, so that it stands out from black, from white and from what is between.
"""

from collections.abc import Sequence

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from hdvr_jax.viewing import draw_skeleton

Image = UInt8[np.ndarray, "H W 3"]
Colour = tuple[int, int, int]
BLACK, WHITE = (0, 0, 0), (255, 255, 255)
# What lies behind words keeps this share of its light.
_BEHIND_WORDS = 0.2


def stroke(picture: Image) -> int:
    """Thickness of lines, pixels, that suits a picture."""
    return max(2, min(picture.shape[:2]) // 240)


def letter_size(picture: Image) -> float:
    """OpenCV's size of letters that suits a picture."""
    return max(0.35, 0.7 * min(picture.shape[:2]) / 720)


def text_width(picture: Image, text: str) -> int:
    """Pixels that a line of text takes."""
    return cv2.getTextSize(_printable(text), cv2.FONT_HERSHEY_SIMPLEX, letter_size(picture), 1)[0][0]


def draw_pose(picture: Image, points: Float[np.ndarray, "J 2"], skeleton: str, colour: Colour) -> None:
    """Draws bones, left in blue and right in orange, with edges of a colour."""
    if (found := _part(picture, points)) is not None:
        part, inside = found
        part[:] = draw_skeleton(part, inside, skeleton, stroke(picture), colour)


def draw_dots(
    picture: Image, points: Float[np.ndarray, "J 2"], opacity: Float[np.ndarray, " J"], colour: Colour
) -> None:
    """Draws dots with black edges, the most opaque on top.

    Args:
        points: Pixels; NaN is left out.
        opacity: 0 to 1.
    """
    if (found := _part(picture, points)) is None:
        return
    part, inside = found
    dots, opaque = part.copy(), np.zeros(part.shape[:2], np.uint8)
    radius = 1.6 * stroke(picture)
    shades = np.rint(255 * np.clip(np.nan_to_num(opacity), 0, 1)).astype(int).tolist()
    for joint in np.argsort(shades, kind="stable"):
        if np.isfinite(inside[joint]).all():
            _disc(dots, inside[joint], radius + 1.5, BLACK)
            _disc(dots, inside[joint], radius, colour)
            _disc(opaque, inside[joint], radius + 1.5, (shades[joint],))
    share = opaque.astype(np.float32) / 255
    part[:] = cv2.blendLinear(dots, part.copy(), share, 1 - share)


def draw_text(picture: Image, text: str, place: tuple[int, int], colour: Colour) -> None:
    """Writes a line that begins, at the height of its foot, at `place` (x, y), on darkened ground."""
    text, scale, (x, y) = _printable(text), letter_size(picture), place
    (width, height), _ = cv2.getTextSize(text, cv2.FONT_HERSHEY_SIMPLEX, scale, 1)
    margin = max(2, height // 4)
    rows, columns = (
        slice(max(0, low), max(0, high))
        for low, high in ((y - height - margin, y + 2 * margin), (x - margin, x + width + margin))
    )
    picture[rows, columns] = (picture[rows, columns] * _BEHIND_WORDS).astype(np.uint8)
    cv2.putText(picture, text, (x, y), cv2.FONT_HERSHEY_SIMPLEX, scale, colour, 1, cv2.LINE_AA)


def _printable(text: str) -> str:
    """The text in one line, without what no font has."""
    return "".join(c if c.isprintable() else " " for c in text.encode(errors="replace").decode())


def _part(
    picture: Image, points: Float[np.ndarray, "J 2"]
) -> tuple[UInt8[np.ndarray, "h w 3"], Float[np.ndarray, "J 2"]] | None:
    """The part of a picture around points, and the points in it; None where nothing of them is in the picture."""
    seen = points[np.isfinite(points).all(-1)]
    if not len(seen):
        return None
    height, width = picture.shape[:2]
    margin = 4 * stroke(picture)
    low = np.clip(np.floor(seen.min(0)) - margin, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(seen.max(0)) + margin, 0, (width, height)).astype(int)
    return (picture[low[1] : high[1], low[0] : high[0]], points - low) if (low < high).all() else None


def _disc(image: np.ndarray, centre: Float[np.ndarray, "2"], radius: float, colour: Sequence[int]) -> None:
    # Four fractional bits, as in `viewing.draw_skeleton`.
    x, y = np.rint(16 * np.clip(centre, -(2**22), 2**22)).astype(int).tolist()
    cv2.circle(image, (x, y), round(16 * radius), colour, -1, cv2.LINE_AA, 4)
