"""What a 2D detector makes of a take: noise, misses, and joints hidden behind or mistaken for another dancer's."""

import functools

import jax
import numpy as np
from jaxtyping import Float
from scipy.ndimage import gaussian_filter1d

from hdvr_jax import detector_noise
from hdvr_jax.choreo.views import image_points
from hdvr_jax.keypoints.views import View
from hdvr_jax.skeletons import get_skeleton

_COCO17 = get_skeleton("coco17")
# Limbs that hide what is behind them: two joints and a radius in metres.
_LIMBS = tuple(
    (_COCO17.index(f"{side}_{top}"), _COCO17.index(f"{side}_{bottom}"), radius)
    for side in ("left", "right")
    for top, bottom, radius in (
        ("shoulder", "hip", 0.13), ("hip", "knee", 0.09), ("knee", "ankle", 0.06),
        ("shoulder", "elbow", 0.055), ("elbow", "wrist", 0.045), ("ear", "shoulder", 0.09),
    )
)  # fmt: skip
_BEHIND = 0.12  # metres that a joint must lie behind a limb to be hidden by it
_STOLEN = 0.35  # share of the time that a hidden joint is found on the dancer in front


def detect(
    points: list[Float[np.ndarray, "T 17 3"]], views: list[View], fps: float, rng: np.random.Generator
) -> list[tuple[Float[np.ndarray, "V T 17 2"], Float[np.ndarray, "V T 17"]]]:
    """Keypoints (pixels, NaN where missed) and confidence of every dancer of a take in every view."""
    seen = [[image_points(view, dancer) for view in views] for dancer in points]
    image = np.array([[pair[0] for pair in dancer] for dancer in seen], np.float32)
    depth = np.array([[pair[1] for pair in dancer] for dancer in seen], np.float32)
    keypoints, confidence = _noisy(image, depth, fps, rng)
    for view, camera in enumerate(views):
        for dancer in range(len(points)):
            for front in range(len(points)):
                if front != dancer:
                    _hide(keypoints, confidence, image, depth, (dancer, front, view), float(camera.focal[0]), fps, rng)
        outside = ~np.all((keypoints[:, view] >= 0) & (keypoints[:, view] < np.array(camera.image_size)), axis=-1)
        confidence[:, view][outside] = 0.0
    keypoints[confidence <= 0] = np.nan
    return list(zip(keypoints, confidence, strict=True))


def _noisy(image: np.ndarray, depth: np.ndarray, fps: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    dancers, views = image.shape[:2]
    keys = jax.random.split(jax.random.key(int(rng.integers(2**31))), dancers * views)
    flat = [values.reshape(-1, *values.shape[2:]) for values in (image, depth)]
    pairs = [_sampler()(key, points, far, fps) for key, points, far in zip(keys, *flat, strict=True)]
    shape = (dancers, views)
    return tuple(np.array([pair[i] for pair in pairs]).reshape(*shape, *pairs[0][i].shape) for i in (0, 1))


@functools.cache
def _sampler():
    """The compiled noise model with the fitted parameters."""
    params = detector_noise.load_params()
    return jax.jit(lambda key, points, depth, fps: detector_noise.sample(key, points, depth, fps, params))


def _hide(
    keypoints: np.ndarray,
    confidence: np.ndarray,
    image: np.ndarray,
    depth: np.ndarray,
    who: tuple[int, int, int],
    focal: float,
    fps: float,
    rng: np.random.Generator,
) -> None:
    """Lowers the confidence of joints of `who[0]` behind `who[1]` in view `who[2]`; some land on that dancer."""
    dancer, front, view = who
    cover = _covered(image[dancer, view], depth[dancer, view], image[front, view], depth[front, view], focal)
    noise = gaussian_filter1d(rng.normal(size=(*cover.shape, 3)), 0.15 * fps, axis=0, mode="nearest")
    noise *= np.sqrt(2 * np.sqrt(np.pi) * 0.15 * fps)
    away = 0.07 * focal / depth[dancer, view]
    keypoints[dancer, view] += (cover * away)[..., None] * noise[..., :2]
    threshold = np.quantile(noise[..., 2], 1 - _STOLEN)
    stolen = (cover > 0.5) & (noise[..., 2] > threshold)
    keypoints[dancer, view][stolen] = keypoints[front, view][stolen]
    confidence[dancer, view] *= 1.0 - 0.7 * cover


def _covered(
    points: np.ndarray, depth: np.ndarray, front_points: np.ndarray, front_depth: np.ndarray, focal: float
) -> np.ndarray:
    """How far (0 to 1) each joint (T, J) is hidden by the limbs of another dancer."""
    cover = np.zeros(depth.shape, np.float32)
    for a, b, radius in _LIMBS:
        start, along = front_points[:, None, a], (front_points[:, b] - front_points[:, a])[:, None]
        square = np.maximum(np.sum(along**2, axis=-1), 1e-6)
        share = np.clip(np.sum((points - start) * along, axis=-1) / square, 0.0, 1.0)
        distance = np.linalg.norm(points - start - share[..., None] * along, axis=-1)
        limb_depth = front_depth[:, None, a] + share * (front_depth[:, b] - front_depth[:, a])[:, None]
        inside = np.clip(1.5 - distance * limb_depth / (radius * focal), 0.0, 1.0)
        cover = np.maximum(cover, inside * (limb_depth + _BEHIND < depth))
    return cover
