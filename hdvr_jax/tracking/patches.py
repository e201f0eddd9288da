"""Patches of an image on a fixed grid, and what a correlation filter sees of them.

A pose is where, how large and how turned the grid lies in the image: `center` (x, y) in pixels, `scale` in image
pixels per patch pixel, `angle` in radians from the image's x axis towards its y axis. The grid has as many pixels
whatever the target's size, so the cost does not depend on it.
"""

import functools
import math
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, UInt8

_DIRECTIONS = 6
# Grey levels per pixel; flat areas, where gradients are noise, stay near zero.
_WEAK_GRADIENT = 6.0
_COLOUR_WEIGHT = 2.0


class View(NamedTuple):
    """An image of which only one pixel is kept for `shrink` x `shrink` of the whole."""

    image: UInt8[np.ndarray, "H W 3"]
    shrink: int


def view(image: UInt8[np.ndarray, "H W 3"], scale: float) -> View:
    """The image for patches of that scale or a coarser one, averaged so that fine texture does not alias."""
    shrink = max(1, min(int(scale), *image.shape[:2]))
    if shrink == 1:
        return View(image, 1)
    height, width = (size // shrink for size in image.shape[:2])
    whole = image[: height * shrink, : width * shrink]
    return View(cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA), shrink)


def sample(
    seen: View, center: tuple[float, float], scale: float, angle: float, side: int
) -> UInt8[np.ndarray, "S S 3"]:
    """The square patch of `side` pixels at a pose; beyond the image its border is repeated."""
    step_x, step_y = scale * math.cos(angle) / seen.shrink, scale * math.sin(angle) / seen.shrink
    middle = (side - 1) / 2
    x, y = ((place + 0.5) / seen.shrink - 0.5 for place in center)
    matrix = np.array(
        [
            [step_x, -step_y, x - middle * (step_x - step_y)],
            [step_y, step_x, y - middle * (step_x + step_y)],
        ]
    )
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return cv2.warpAffine(seen.image, matrix, (side, side), flags=flags, borderMode=cv2.BORDER_REPLICATE)


def features(patch: UInt8[np.ndarray, "H W 3"], cell: int) -> Float[np.ndarray, "C h w"]:
    """Gradients by direction and colour (Lab), averaged over cells of `cell` pixels.

    A gradient counts for the directions it points to, and is divided by the gradients around it (as in HOG), so that
    light and contrast do not matter. Colour is relative to the mean of the patch.
    """
    size = patch.shape[1] // cell, patch.shape[0] // cell

    def pooled(values: np.ndarray) -> np.ndarray:
        return cv2.resize(values, size, interpolation=cv2.INTER_AREA)

    grey = cv2.cvtColor(patch, cv2.COLOR_BGR2GRAY)
    across = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=1)
    down = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=1)
    mean_across, mean_down = pooled(across), pooled(down)
    found = np.empty((2 * _DIRECTIONS + 3, size[1], size[0]), np.float32)
    for index in range(_DIRECTIONS):
        cosine, sine = math.cos(math.pi * index / _DIRECTIONS), math.sin(math.pi * index / _DIRECTIONS)
        strength = pooled(np.abs(cv2.addWeighted(across, cosine, down, sine, 0)))
        signed = mean_across * cosine + mean_down * sine
        found[2 * index], found[2 * index + 1] = (strength + signed) / 2, (strength - signed) / 2
    gradients = found[: 2 * _DIRECTIONS]
    energy = np.sqrt(cv2.blur(np.einsum("chw,chw->hw", gradients, gradients), (3, 3)))
    gradients /= energy + _WEAK_GRADIENT
    colour = pooled(cv2.cvtColor(patch, cv2.COLOR_BGR2Lab)).astype(np.float32)
    found[2 * _DIRECTIONS :] = (colour - colour.mean((0, 1))).transpose(2, 0, 1) * (_COLOUR_WEIGHT / 255)
    return found


@functools.cache
def _log_polar_grid(side: int, angles: int, radii: int, inner: float) -> tuple[np.ndarray, np.ndarray]:
    """Where in a patch each (angle, radius) lies."""
    radius = log_radii(side, radii, inner)
    around = 2 * np.pi * np.arange(angles) / angles
    middle = (side - 1) / 2
    x = middle + np.cos(around)[:, None] * radius
    y = middle + np.sin(around)[:, None] * radius
    return x.astype(np.float32), y.astype(np.float32)


def log_radii(side: int, radii: int, inner: float) -> Float[np.ndarray, " R"]:
    """Radii of a log-polar patch, in patch pixels: from `inner` to the edge in equal ratios."""
    return inner * (side / 2 / inner) ** (np.arange(radii) / radii)


def log_polar(patch: UInt8[np.ndarray, "S S 3"], angles: int, radii: int, inner: float) -> UInt8[np.ndarray, "A R 3"]:
    """The patch over angle (lines) and logarithm of the radius (columns): turning and growing become shifts."""
    x, y = _log_polar_grid(len(patch), angles, radii, inner)
    return cv2.remap(patch, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
