"""Clips seen by several cameras, for learning without 3D: sequences of every view, and pairs of views as inputs.

Symbols: B batch, T frames, J joints, V views.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import jax.numpy as jnp
import numpy as np

from hdvr_jax import detector_noise, filming, lifter_inputs, lifting, rig, virtual_views
from hdvr_jax.clips import Clip, without_views
from hdvr_jax.errors import InputError
from hdvr_jax.view_pairs import joined, paired, split

EXTRINSICS = ("given", "estimated")
# Arrays that no loss but the adversarial rival's may see.
_TRUTH = (*lifter_inputs.TARGETS, "targets", "trajectory")

Batch = dict[str, Any]


def sequences(config: Any, clips: Iterable[dict]) -> list[dict]:
    """The sequences of all views: those of `lifting.recorded_views` with `camera_rotation` (3, 3) and
    `camera_translation` (3,), world -> camera.

    Clips of the training split get virtual views (`data.virtual_views`) and, where the cameras are not taken as
    calibrated (`data.extrinsics = "estimated"`), places of the cameras that are estimated from the detections.

    Raises:
      InputError: no clip with views, or an unknown kind of extrinsics.
    """
    data = config.data
    if data.extrinsics not in EXTRINSICS:
        raise InputError(f"config.data.extrinsics: {data.extrinsics!r} is not one of {', '.join(EXTRINSICS)}")
    ranges, noise = lifter_inputs.ranges_of(data), lifter_inputs.noise_of(data)
    found = []
    for clip in filming.film_unseen(clips, data.film_views, ranges, noise=noise, vary_body=data.vary_bodies):
        clip = without_views(clip, data.skip_views)
        if clip["split"] == "train" and len(clip["views"]):
            clip = rig.estimated(clip) if data.extrinsics == "estimated" else clip
            clip = virtual_views.added(clip, data.virtual_views, ranges=ranges, noise=noise)
        found += _placed_views(clip, config.model.skeleton, data.fps)
    if not found:
        raise InputError(f"dataset {data.dataset}: no clip has views")
    return found


def _placed_views(clip: Clip, skeleton: str, fps: float) -> Iterator[dict]:
    for index, view in enumerate(lifting.recorded_views(clip, skeleton, fps)):
        yield {
            **view,
            "camera_rotation": np.asarray(clip["rotation"][index], np.float32),
            "camera_translation": np.asarray(clip["translation"][index], np.float32),
            "labelled": np.float32(1),
        }


def augment(
    config: Any, noise: detector_noise.NoiseParams, context: tuple[int, int], batch: Batch, key: Any, train: bool
) -> Batch:
    """`lifter_inputs.augment` of one view, or in training of both of a pair: they are mirrored together.

    Training batches hold no truth, NaN, but where `data.unpaired` lets the adversarial rival have it.
    """

    def see(view: Batch) -> Batch:
        seen = lifter_inputs.augment(config, noise, context, view, key, train)
        hidden = _TRUTH if train and not config.data.unpaired else ()
        return {name: jnp.full_like(value, jnp.nan) if name in hidden else value for name, value in seen.items()}

    return joined(*map(see, split(batch))) if paired(batch) else see(batch)
