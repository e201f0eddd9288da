"""Drawn sequences for trackers: a textured target over a textured background that moves, with known truth.

The truth is a turned rectangle; its box is the upright box around it. The target is drawn as a rounded shape that
touches all four sides of the rectangle.
"""

import dataclasses
import math
from collections.abc import Iterator

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from benchmarks.ldes import KINDS

WIDTH, HEIGHT = 480, 360
_TEXTURE = 96
# Frames: what motion is told in, however long the sequence.
_PERIOD = 60


@dataclasses.dataclass(frozen=True)
class Scene:
    """Motion and pictures of one sequence of T frames.

    Attributes:
        kind: One of KINDS.
        size: (2,) width and height of the target at scale 1, pixels.
        center: (T, 2) pixels.
        scale: (T,).
        angle: (T,) radians.
        seed: Of textures and noise.
    """

    kind: str
    size: Float[np.ndarray, "2"]
    center: Float[np.ndarray, "T 2"]
    scale: Float[np.ndarray, " T"]
    angle: Float[np.ndarray, " T"]
    seed: int

    @property
    def boxes(self) -> Float[np.ndarray, "T 4"]:
        """(x, y, width, height) of the true boxes."""
        cosine, sine = np.abs(np.cos(self.angle)), np.abs(np.sin(self.angle))
        width, height = self.size[:, None] * self.scale
        extent = np.stack([width * cosine + height * sine, width * sine + height * cosine], -1)
        return np.concatenate([self.center - extent / 2, extent], -1)


def scene(kind: str, seed: int, frames: int) -> Scene:
    """A random sequence of a kind."""
    random = np.random.default_rng([KINDS.index(kind), seed])
    time = np.arange(frames) / _PERIOD
    size = random.uniform(36, 70) * np.array([1, random.uniform(1, 2)]) ** random.choice([-1, 1])
    wave = [random.uniform(0, 2 * math.pi) + 2 * math.pi * random.uniform(0.8, 1.6) * time for _ in range(2)]
    center = np.stack([WIDTH * (0.5 + 0.27 * np.sin(wave[0])), HEIGHT * (0.5 + 0.2 * np.sin(wave[1]))], -1)
    scale, angle = np.ones(frames), np.zeros(frames)
    if kind == "jumps":
        center = _jumps(random, size, frames)
    if kind in ("scale", "similarity"):
        scale = _from_one(2 ** np.sin(2 * math.pi * (random.uniform() + random.uniform(0.6, 1.2) * time)))
    if kind in ("rotation", "similarity"):
        angle = random.uniform(0.5, 2.0) * np.sin(2 * math.pi * random.uniform(0.4, 1.0) * time)
        angle *= random.choice([-1, 1])
    if kind in ("noise", "light", "occlusion", "bending"):
        scale = _from_one(1.3 ** np.sin(2 * math.pi * (random.uniform() + 0.8 * time)))
        angle = 0.4 * np.sin(2 * math.pi * random.uniform(0.5, 1.0) * time)
    return Scene(kind, size, center, scale, angle, seed)


def _from_one(scale: np.ndarray) -> np.ndarray:
    """Within half to twice the first."""
    return np.clip(scale / scale[0], 0.5, 2.0)


def _jumps(random: np.random.Generator, size: np.ndarray, frames: int) -> np.ndarray:
    """Stands, and every fourth frame leaps by a half to all of its size in any direction."""
    center = np.empty((frames, 2))
    center[0] = WIDTH / 2, HEIGHT / 2
    low, high = 0.6 * size, np.array([WIDTH, HEIGHT]) - 0.6 * size
    for frame in range(1, frames):
        around, far = random.uniform(0, 2 * math.pi), random.uniform(0.5, 1.0) * math.sqrt(size.prod())
        leap = far * np.array([math.cos(around), math.sin(around)]) * (frame % 4 == 0)
        reached = center[frame - 1] + leap + random.normal(0, 1, 2)
        center[frame] = np.where((reached < low) | (reached > high), center[frame - 1] - leap, reached)
    return np.clip(center, low, high)


def _texture(random: np.random.Generator, width: int, height: int, finest: int) -> np.ndarray:
    """Colour noise of several sizes, from `finest` pixels up."""
    picture = np.zeros((height, width, 3), np.float32)
    for grain in (finest, 3 * finest, 9 * finest):
        small = random.normal(0, 1, (height // grain + 2, width // grain + 2, 3)).astype(np.float32)
        small = 0.6 * small + 0.7 * small.mean(-1, keepdims=True)
        picture += grain**0.4 * cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)
    picture = picture / picture.std() * random.uniform(30, 45) + random.uniform(90, 160, 3)
    return np.clip(picture, 0, 255).astype(np.float32)


def _mask() -> np.ndarray:
    """A superellipse that fills the target's rectangle."""
    across = np.abs((np.arange(_TEXTURE) + 0.5) / _TEXTURE * 2 - 1) ** 4
    return np.clip((1 - across[:, None] - across) * 12, 0, 1).astype(np.float32)


def frames(scene: Scene) -> Iterator[UInt8[np.ndarray, "H W 3"]]:
    """The pictures, BGR."""
    random = np.random.default_rng([scene.seed, KINDS.index(scene.kind), 1])
    background = _texture(random, 2 * WIDTH, 2 * HEIGHT, 6)
    target = np.concatenate([_texture(random, _TEXTURE, _TEXTURE, 5), _mask()[..., None]], -1)
    bar = _texture(random, 40, 2 * HEIGHT, 6)
    drift = random.uniform(-1.5, 1.5, 2)
    for index in range(len(scene.scale)):
        place = WIDTH / 2 + drift[0] * index, HEIGHT / 2 + drift[1] * index
        picture = cv2.getRectSubPix(background, (WIDTH, HEIGHT), (place[0] + WIDTH / 2, place[1] + HEIGHT / 2))
        shown = _bent(target, index) if scene.kind == "bending" else target
        picture = _placed(picture, shown, scene, index)
        if scene.kind == "occlusion":
            picture = _crossed(picture, bar, scene, index)
        yield _disturbed(picture, scene.kind, index, random)


def _bent(target: np.ndarray, index: int) -> np.ndarray:
    """The target's texture flowing within its outline, by up to a tenth of its size."""
    y, x = np.mgrid[:_TEXTURE, :_TEXTURE].astype(np.float32)
    wave = 2 * math.pi / _TEXTURE
    across = x + 0.1 * _TEXTURE * np.sin(wave * y + index / 5).astype(np.float32)
    down = y + 0.1 * _TEXTURE * np.sin(wave * x + index / 7).astype(np.float32)
    colour = cv2.remap(target[..., :3], across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return np.concatenate([colour, target[..., 3:]], -1)


def _placed(picture: np.ndarray, target: np.ndarray, scene: Scene, index: int) -> np.ndarray:
    """The picture with the target at its pose; pixels are averaged over four points each."""
    size = scene.size * scene.scale[index] / _TEXTURE * 2
    cosine, sine = math.cos(scene.angle[index]), math.sin(scene.angle[index])
    linear = np.array([[cosine, -sine], [sine, cosine]]) * size
    # Edges of the target at 0 and _TEXTURE; pixel i of the finer picture has its middle at (i + 0.5) / 2.
    offset = 2 * scene.center[index] - linear @ np.full(2, _TEXTURE / 2) + linear @ np.full(2, 0.5) - 0.5
    matrix = np.concatenate([linear, offset[:, None]], 1)
    drawn = cv2.resize(
        cv2.warpAffine(target, matrix, (2 * WIDTH, 2 * HEIGHT)), (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA
    )
    alpha = drawn[..., 3:]
    return picture * (1 - alpha) + drawn[..., :3] * alpha


def _crossed(picture: np.ndarray, bar: np.ndarray, scene: Scene, index: int) -> np.ndarray:
    """The picture with a bar of half the target's width that passes over it twice."""
    width = int(0.5 * scene.size[0])
    phase = math.sin(4 * math.pi * (index / _PERIOD + 0.05))
    left = int(scene.center[index, 0] + 1.6 * scene.size[0] * phase - width / 2)
    first, last = np.clip([left, left + width], 0, WIDTH)
    picture[:, first:last] = bar[:HEIGHT, : last - first]
    return picture


def _disturbed(picture: np.ndarray, kind: str, index: int, random: np.random.Generator) -> np.ndarray:
    """The picture as the camera gives it: some noise always; more of it, blur or changing light by kind."""
    if kind == "noise":
        picture = cv2.GaussianBlur(picture, (0, 0), 0.6 + 1.4 * abs(math.sin(index / 7)))
    if kind == "light":
        picture = picture * (1 + 0.45 * math.sin(index / 6)) + 15 * math.sin(index / 11)
    picture = picture + random.normal(0, 14 if kind == "noise" else 3, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)
