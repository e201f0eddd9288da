"""Motion capture that no camera saw, filmed by virtual cameras: a clip with views, bodies varied.

The lifter sees such motion anew at every step (`hdvr_jax.observation`). The stages after it read what a trained lifter
made of a clip, which is computed once, so they need clips with views that stay the same.
"""

import functools
import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from hdvr_jax import bodies, cameras, detector_noise, observation, padding
from hdvr_jax.clips import track_3d

_SKELETON = "coco17"
# Few distinct lengths are compiled this way.
_PAD_FRAMES = 512


def film_unseen(
    clips: Iterable[Mapping[str, Any]], views: int, ranges: Any = None, **options: Any
) -> Iterator[Mapping[str, Any]]:
    """The clips; those without a view filmed by `views` virtual cameras, if any (further arguments as in `film`)."""
    for clip in clips:
        unseen = views and not len(clip["keypoints"])
        yield film(clip, views, 0, ranges, **options) if unseen else clip


def film(
    clip: Mapping[str, Any],
    views: int,
    seed: int = 0,
    ranges: Any = None,
    *,
    noise: detector_noise.NoiseParams | None = None,
    vary_body: bool = True,
) -> dict[str, Any]:
    """The clip on a body drawn at random, seen by `views` random cameras through a detector that errs as measured.

    Everything drawn depends on the seed and the clip's name. Joints become COCO-17; the principal point of every camera
    is the middle of its square image. Joints that are never known stay so. A clip without any known joint comes back as
    it is.

    Args:
        ranges: `observation.Ranges` of the cameras, and the strength of the detector's errors; None for its defaults.
        noise: the detector's errors; None for those that come with the package.
        vary_body: whether the body is drawn, or the motion's own.
    """
    points = track_3d(clip).to_skeleton(_SKELETON).fill_gaps().keypoints
    if not np.isfinite(points).any():
        return dict(clip)
    return {**clip, **film_points(points, clip, views, seed, ranges, noise=noise, vary_body=vary_body)}


def film_points(
    points: Float[np.ndarray, "T J 3"],
    clip: Mapping[str, Any],
    views: int,
    seed: int = 0,
    ranges: Any = None,
    *,
    noise: detector_noise.NoiseParams | None = None,
    vary_body: bool = True,
) -> dict[str, Any]:
    """The fields of the clip that filming the given motion changes: its views, the motion itself and its skeleton.

    Args:
        points: COCO-17, metres, Y up, gaps filled; NaN for joints that are never known.
        clip: gives its name and frame rate, nothing else.
        views, seed, ranges, noise, vary_body: as in `film`.
    """
    frames = len(points)
    key = jax.random.fold_in(jax.random.key(seed), zlib.crc32(clip["clip"].encode()))
    points, real = padding.padded(points, _PAD_FRAMES), padding.frame_mask(frames, _PAD_FRAMES)
    ranges = ranges or observation.Ranges()
    fps, noise = np.float32(clip["fps"]), noise or detector_noise.load_params()
    moved, shots = _shoot(key, points, real, fps, ranges, noise, views, vary_body)
    return _record(np.asarray(moved)[:frames], jax.device_get(shots), views)


def _record(points: Float[np.ndarray, "T J 3"], shots: dict[str, np.ndarray], views: int) -> dict[str, Any]:
    """The fields of a clip that a filming changes."""
    confidence = shots["confidence"][:, : len(points)]
    return {
        **shots,
        "keypoints": np.where(confidence[..., None] > 0, shots["keypoints"][:, : len(points)], np.nan),
        "confidence": confidence,
        "points_world": points,
        "skeleton": _SKELETON,
        "views": tuple(f"virtual{view}" for view in range(views)),
        "distortion": np.zeros((views, 5), np.float32),
        "image_size": np.full((views, 2), observation.IMAGE_WIDTH, np.int32),
    }


@functools.partial(jax.jit, static_argnums=(6, 7))
def _shoot(
    key: PRNGKeyArray,
    points: Float[Array, "T J 3"],
    real: Float[Array, " T"],
    fps: Float[Array, ""],
    ranges: observation.Ranges,
    noise: Any,
    views: int,
    vary_body: bool,
) -> tuple[Float[Array, "T J 3"], dict[str, Array]]:
    """(Motion on a new body, what the cameras are and what the detector found in their images).

    `real` is 0 for padding, which neither the body's
    measures nor the cameras' aim depend on.
    """
    body_key, *view_keys = jax.random.split(key, 1 + views)
    if vary_body:
        points = bodies.retarget(points, bodies.sample_body(body_key), real)

    def shoot(view_key: PRNGKeyArray) -> dict[str, Array]:
        camera_key, noise_key = jax.random.split(view_key)
        subject = jnp.average(observation.hips(points), axis=0, weights=real)
        camera, extrinsics = observation.place_camera(camera_key, subject, ranges)
        camera = camera.replace(center=jnp.full(2, observation.IMAGE_WIDTH / 2))
        points_camera = cameras.world_to_camera(extrinsics, points)
        pixels = cameras.project(camera, points_camera)
        keypoints, confidence = detector_noise.sample(
            noise_key, pixels, points_camera[..., 2], fps, noise, ranges.noise
        )
        placed = {"rotation": extrinsics.rotation, "translation": extrinsics.translation}
        lens = {"focal": camera.focal, "center": camera.center}
        return {"keypoints": keypoints, "confidence": confidence, **placed, **lens}

    return points, jax.vmap(shoot)(jnp.stack(view_keys))
