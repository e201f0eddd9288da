"""Where dancers are expected, and how well a figure fits there.

Every joint has a place and a velocity (an alpha-beta filter). The cost of a figure is the mean over the joints that
both have, weighted by confidence, of the negative log-likelihood of a Cauchy distribution about the predicted place,
whose width is a share of the body's size: like the object keypoint similarity of COCO, but with a long tail.
"""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.detections import NOBODY
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.settings import Settings

_FOLLOW, _STEER = 0.85, 0.35  # alpha and beta
_FORGET_SECONDS = 0.25
_WHOLE = 0.7
_PRIOR = 0.5  # weight of the body's middle against that of one joint


@dataclasses.dataclass(frozen=True)
class States:
    """K dancers as last seen.

    Attributes:
        points: (K, J, D) filtered places.
        velocity: (K, J, D) per second.
        weight: (K, J) how well each joint is known.
        size: (K,) of the body, smoothed.
        frame: (K,) when last seen.
        person: (K,) the detector's number then.
    """

    points: Float[np.ndarray, "K J D"]
    velocity: Float[np.ndarray, "K J D"]
    weight: Float[np.ndarray, "K J"]
    size: Float[np.ndarray, " K"]
    frame: Int[np.ndarray, " K"]
    person: Int[np.ndarray, " K"]

    def __len__(self) -> int:
        return len(self.frame)

    def take(self, rows: np.ndarray) -> "States":
        """Some of them."""
        return States(*(getattr(self, field.name)[rows] for field in dataclasses.fields(self)))

    def join(self, others: "States") -> "States":
        """These, then the others."""
        names = [field.name for field in dataclasses.fields(self)]
        return States(*(np.concatenate([getattr(self, name), getattr(others, name)]) for name in names))


def start(figures: Figures, rows: np.ndarray) -> States:
    """Dancers seen for the first time: no velocity is known."""
    points = figures.points[rows]
    return States(
        points, np.zeros_like(points), figures.weight[rows], figures.size[rows], figures.frame[rows],
        figures.person[rows],
    )  # fmt: skip


def predict(states: States, frame: int, fps: float, settings: Settings) -> tuple[np.ndarray, np.ndarray]:
    """Expected places (K, J, D) in a frame and the width (K,) of their errors, in units of the points.

    Without detections joints go on with the velocity of the whole body, and that fades.
    """
    seconds = (frame - states.frame) / fps
    fade = settings.damping_seconds * (1 - np.exp(-seconds / settings.damping_seconds))
    weight = states.weight[..., None]
    body = (states.velocity * weight).sum(1, keepdims=True) / np.maximum(weight.sum(1, keepdims=True), 1e-9)
    own = np.exp(-np.maximum(seconds - 1 / fps, 0) / 0.1)[:, None, None]
    points = states.points + fade[:, None, None] * (own * states.velocity + (1 - own) * body)
    width = states.size * (settings.spread + settings.spread_growth * seconds)
    return points, width


def costs(
    points: Float[np.ndarray, "K J D"],
    weight: Float[np.ndarray, "K J"],
    width: Float[np.ndarray, " K"],
    size: Float[np.ndarray, " K"],
    figures: Figures,
    rows: np.ndarray | slice,
    settings: Settings,
) -> Float[np.ndarray, "K M"]:
    """Cost of every figure in `rows` for every dancer."""
    found, certain, center = figures.points[rows], figures.weight[rows], figures.center[rows]
    squared = ((points[:, None] - found[None]) ** 2).sum(-1) / width[:, None, None] ** 2
    common = np.sqrt(weight[:, None] * certain[None])
    total = weight.sum(1)
    middle = (points * weight[..., None]).sum(1) / np.maximum(total, 1e-9)[:, None]
    apart = ((middle[:, None] - center[None]) ** 2).sum(-1) / (width[:, None] + 0.1 * size[:, None]) ** 2
    mean = ((common * np.log1p(squared)).sum(-1) + _PRIOR * np.log1p(apart)) / (common.sum(-1) + _PRIOR)
    lost = np.log(width / (settings.spread * size))
    resized = np.log(figures.size[rows][None] / size[:, None]) * _whole(weight[:, None], certain[None])
    return mean + np.maximum(lost, 0)[:, None] + np.minimum(resized**2, 1.0)


def _whole(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Whether as many joints are seen as before: only then sizes can be compared. The last axis is the joints'."""
    return (after > 0).sum(-1) > _WHOLE * (before > 0).sum(-1)


def person_costs(states: States, figures: Figures, rows: np.ndarray | slice, settings: Settings) -> np.ndarray:
    """Cost (K, M) of a detector's number that changes; nothing where there is none."""
    before, after = states.person[:, None], figures.person[rows][None]
    return settings.person_cost * ((before != after) & (before != NOBODY) & (after != NOBODY))


def update(states: States, which: np.ndarray, predicted: np.ndarray, figures: Figures, rows: np.ndarray) -> States:
    """The dancers `which` after they were found as the figures `rows`."""
    seconds = (figures.frame[rows] - states.frame[which]) / figures.fps
    seen = figures.weight[rows][..., None] > 0
    known = states.weight[which][..., None] > 0
    error = np.where(seen & known, figures.points[rows] - predicted[which], 0.0)
    places = np.where(known, predicted[which], figures.points[rows]) + _FOLLOW * error
    steer = _STEER * error / seconds[:, None, None]
    keep = np.exp(-seconds / _FORGET_SECONDS)[:, None]
    new = {field.name: getattr(states, field.name).copy() for field in dataclasses.fields(states)}
    new["points"][which] = np.where(seen, places, predicted[which])
    new["velocity"][which] = np.where(seen, states.velocity[which] + steer, states.velocity[which] * keep[..., None])
    new["weight"][which] = np.where(seen[..., 0], figures.weight[rows], states.weight[which] * keep)
    grown = figures.size[rows] - states.size[which]
    new["size"][which] += 0.15 * grown * ((grown > 0) | _whole(states.weight[which], figures.weight[rows]))
    new["frame"][which] = figures.frame[rows]
    numbers = figures.person[rows]
    new["person"][which] = np.where(numbers != NOBODY, numbers, states.person[which])
    return States(**new)
