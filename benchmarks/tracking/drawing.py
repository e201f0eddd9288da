"""Pictures of a scene: clothed figures before a room, the nearer before the farther, as a cheap camera takes them."""

from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from benchmarks.tracking import figures, room
from benchmarks.tracking.figures import Cloth
from benchmarks.tracking.scenes import Scene
from benchmarks.tracking.surfaces import Projected, Surface, project, surface
from hdvr_jax.choreo.streams import stream

_LIGHT = np.array([-0.45, -0.65, 0.61], np.float32)  # where it comes from: right, down, towards the camera
_AMBIENT = 0.45
_NOISE = 4.0  # standard deviation of a pixel
_BLUR = 0.6  # pixels
_GRAINS = 7  # pictures of noise that take turns


def dressed(scene: Scene) -> list[figures.Limbs]:
    """The bodies of a scene's dancers in their clothes."""
    worn = figures.looks(scene.dancers, scene.seed, scene.alike)
    return [figures.limbs(points, look) for points, look in zip(scene.points, worn, strict=True)]


def draw(scene: Scene) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
    """The pictures one after another, blue, green, red; the same for the same scene."""
    bodies = dressed(scene)
    seen = [project(body, scene.view) for body in bodies]
    empty = room.background(scene.view, scene.seed)
    rng = stream(scene.seed, "grain")
    grains = [np.round(rng.normal(0, _NOISE, empty.shape)).astype(np.int16) for _ in range(_GRAINS)]
    for frame in range(scene.frames):
        light = room.shadow(scene.view, np.concatenate([body.ends[frame] for body in bodies]))
        picture = (empty * light[..., None]).astype(np.uint8)
        paint(picture, seen, frame)
        picture = cv2.GaussianBlur(picture, (0, 0), _BLUR)
        yield cv2.add(picture, grains[rng.integers(_GRAINS)], dtype=cv2.CV_8U)


def paint(picture: UInt8[np.ndarray, "H W 3"], dancers: list[Projected], frame: int) -> None:
    """Adds the dancers of a frame to a picture."""
    depth = np.full(picture.shape[:2], np.inf, np.float32)
    for dancer in dancers:
        for limb, cloth in enumerate(dancer.cloths):
            found = surface(dancer, frame, limb, picture.shape[:2])
            if found is None:
                continue
            rows, columns = np.nonzero(found.inside & (found.depth < depth[found.window]))
            depth[found.window][rows, columns] = found.depth[rows, columns]
            length, wide = float(dancer.lengths[frame, limb]), float(dancer.radii[limb].mean())
            picture[found.window][rows, columns] = _colours(found, (rows, columns), cloth, length, wide)


def _colours(
    found: Surface, where: tuple[np.ndarray, np.ndarray], cloth: Cloth, length: float, wide: float
) -> Float[np.ndarray, "N 3"]:
    """Cloth in the light, for some of a limb's pixels."""
    normal = found.normal[:, where[0], where[1]]
    light = _AMBIENT + (1.15 - _AMBIENT) * np.maximum(_LIGHT @ normal, 0)
    first, second = np.array(cloth.first, np.float32), np.array(cloth.second, np.float32)
    if cloth.pattern == "plain":
        return np.minimum(light[:, None] * first, 255)
    along = found.share[where] * (length / cloth.metres)
    aside = np.arcsin(np.clip(found.aside[where], -1, 1)) * (wide / cloth.metres)
    return np.minimum(light[:, None] * np.where(_pattern(cloth.pattern, along, aside)[:, None], second, first), 255)


def _pattern(name: str, along: np.ndarray, aside: np.ndarray) -> np.ndarray:
    """Where the second colour is, of coordinates in repeats of the pattern."""
    along, aside = along % 1, aside % 1
    if name == "stripes":
        return aside < 0.5
    if name == "hoops":
        return along < 0.5
    if name == "checks":
        return (along < 0.5) ^ (aside < 0.5)
    return (along - 0.5) ** 2 + (aside - 0.5) ** 2 < 0.09
