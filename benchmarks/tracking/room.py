"""The room behind the dancers: a floor of planks, a wall with things on it, light, and shadows on the floor."""

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from hdvr_jax.choreo.streams import stream
from hdvr_jax.choreo.views import image_points
from hdvr_jax.keypoints.views import View

_WALL = 3.5  # metres behind the middle of the stage
_SLANT = np.array([0.28, -1.0, 0.12])  # the way of the light, for shadows
_COARSE = 4  # shadows are made in pictures this many times smaller
_DARKEST = 0.5
_SHADOW = 0.16  # metres: how wide a limb's shadow is


def background(view: View, seed: int) -> UInt8[np.ndarray, "H W 3"]:
    """The empty room."""
    rng = stream(seed, "room")
    width, height = view.image_size
    x, y = np.meshgrid(np.arange(width), np.arange(height))
    ray = np.stack([(x - view.center[0]) / view.focal[0], (y - view.center[1]) / view.focal[1], np.ones_like(x)], -1)
    ray = ray @ view.rotation
    eye = -view.rotation.T @ view.translation
    forward = np.array([view.rotation[2, 0], 0.0, view.rotation[2, 2]])
    forward /= max(np.linalg.norm(forward), 1e-6)
    to_floor = np.where(ray[..., 1] < -1e-3, -eye[1] / np.minimum(ray[..., 1], -1e-3), np.inf)
    facing = ray @ forward
    to_wall = np.where(facing > 1e-3, (_WALL - eye @ forward) / np.maximum(facing, 1e-3), np.inf)
    hit = eye + np.minimum(np.minimum(to_floor, to_wall), 1e3)[..., None] * ray
    floor = to_floor < to_wall
    across = hit @ np.array([forward[2], 0.0, -forward[0]])
    colours = np.where(floor[..., None], _planks(hit, rng), _wall(across, hit[..., 1], rng))
    light = 1.0 - 0.25 * np.hypot(x / width - 0.5, y / height - 0.4)
    return np.clip(colours * light[..., None], 0, 255).astype(np.uint8)


def shadow(view: View, ends_world: Float[np.ndarray, "K 2 3"]) -> Float[np.ndarray, "H W"]:
    """How much light is left on the floor (1 without a shadow), where it is lit."""
    width, height = view.image_size
    on_floor = ends_world - _SLANT * (ends_world[..., 1:2] / _SLANT[1])
    points, depth = image_points(view, on_floor)
    mask = np.zeros((height // _COARSE + 1, width // _COARSE + 1), np.uint8)
    thick = np.maximum(1, np.round(_SHADOW * view.focal[0] / depth.mean(-1) / _COARSE)).astype(int)
    coarse = np.clip(np.round(points / _COARSE), -10_000, 10_000).astype(int).tolist()
    for (first, last), width_there in zip(coarse, thick.tolist()):
        cv2.line(mask, first, last, 255, width_there, cv2.LINE_AA)
    soft = cv2.resize(cv2.GaussianBlur(mask, (0, 0), 2.0), (width, height), interpolation=cv2.INTER_LINEAR)
    return 1.0 - soft * np.float32((1.0 - _DARKEST) / 255.0)


def _planks(hit: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Boards of different tones with dark joints and grain."""
    base = rng.uniform(70, 170) * np.array([0.62, 0.8, 1.0]) * rng.uniform(0.85, 1.15, 3)
    wide = rng.uniform(0.1, 0.25)
    board = np.floor(hit[..., 0] / wide)
    tone = 1.0 + 0.13 * np.sin(board * 12.9898 + np.floor(hit[..., 2] / 1.3 + board * 0.37) * 78.233)
    grain = 1.0 + 0.05 * np.sin(hit[..., 0] * 190.0 + 2.0 * np.sin(hit[..., 2] * 3.0 + board))
    joint = np.where(np.abs(hit[..., 0] / wide - board - 0.5) > 0.47, 0.7, 1.0)
    return (tone * grain * joint)[..., None] * base


def _wall(across: np.ndarray, height: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Plaster with pictures and a skirting board."""
    base = rng.uniform(90, 200) * rng.uniform(0.85, 1.15, 3)
    spots = 1.0 + 0.06 * np.sin(3.1 * across + 1.7 * np.sin(2.3 * height)) + 0.03 * np.sin(7.0 * height + across)
    colours = spots[..., None] * base
    for _ in range(9):
        left, bottom = rng.uniform(-6, 6), rng.uniform(0.3, 2.2)
        inside = (across > left) & (across < left + rng.uniform(0.3, 1.3))
        inside &= (height > bottom) & (height < bottom + rng.uniform(0.3, 1.1))
        stripes = np.sin(across * rng.uniform(4, 20)) * np.sin(height * rng.uniform(4, 20)) > 0
        tones = rng.uniform(60, 190, (2, 3))
        colours = np.where(inside[..., None], np.where(stripes[..., None], tones[0], tones[1]), colours)
    return np.where((height < 0.12)[..., None], 0.5 * base, colours)
