"""Real detections beside what a perfect detector would have reported, from AIST++ in its native layout.

Symbols: N (clip, view) pairs, T frames, J joints of COCO-17.
"""

import dataclasses
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Bool, Float

from hdvr_jax import cameras, detector_noise
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.aistpp_sequence import load_sequence
from hdvr_jax.keypoints.views import View

SEQUENCE = "gBR_sBM_cAll_d04_mBR0_"
FIT_CLIPS = ("ch01", "ch03")  # with published 3D
CHECK_CLIPS = ("ch02", "ch05", "ch06")  # with 3D triangulated from these same detections: optimistic
ODD_VIEW = "c05"
_LOGIT_LIMIT = 7.5
_FAR = 0.3  # person scales between a joint and its twin for the two to be told apart


@dataclasses.dataclass(frozen=True)
class Sightings:
    """Detections of one or more views, with the truth.

    Attributes:
      points: true joints in the image, pixels.
      depth: of the true joints, metres.
      keypoints: detections, pixels.
      confidence: of the detections.
      scale: person scale of the truth, pixels.
      names: clip and view of each.
      fps: frames per second.
    """

    points: Float[np.ndarray, "N T J 2"]
    depth: Float[np.ndarray, "N T J"]
    keypoints: Float[np.ndarray, "N T J 2"]
    confidence: Float[np.ndarray, "N T J"]
    scale: Float[np.ndarray, "N T"]
    names: tuple[str, ...]
    fps: float

    @property
    def error(self) -> Float[np.ndarray, "N T J 2"]:
        """Detection minus truth in person scales."""
        return (self.keypoints - self.points) / self.scale[..., None, None]

    @property
    def logit(self) -> Float[np.ndarray, "N T J"]:
        """Logit of the confidence, within the limits of the model."""
        low = 1.0 / (1.0 + np.exp(_LOGIT_LIMIT))
        confidence = np.clip(self.confidence, low, 1.0 - low)
        return np.log(confidence / (1.0 - confidence))

    def seconds(self) -> float:
        """Of video, all views together."""
        return self.points.shape[0] * self.points.shape[1] / self.fps

    def hidden(self, layout: detector_noise.Layout) -> Float[np.ndarray, "N T J"]:
        """Occlusion scores of the true joints."""
        inputs = (jnp.asarray(array, jnp.float32) for array in (self.points, self.depth, self.scale))
        score = jax.jit(jax.vmap(lambda points, depth, scale: detector_noise.occlusion(points, depth, scale, layout)))
        return np.asarray(score(*inputs))

    def on_twin(self, layout: detector_noise.Layout) -> tuple[Bool[np.ndarray, "N T J"], Bool[np.ndarray, "N T J"]]:
        """(where a detection lies on the joint's twin of the other side, where the two are far enough to tell)."""
        twin = self.points[:, :, np.asarray(layout.mirror)]
        unit = self.scale[..., None]
        apart = np.linalg.norm(twin - self.points, axis=-1) / unit > _FAR
        to_twin = np.linalg.norm(self.keypoints - twin, axis=-1) / unit
        to_own = np.linalg.norm(self.error, axis=-1)
        return apart & (to_twin < 0.5 * to_own) & (to_twin < 0.2), apart

    def shifted(self, frames: int) -> "Sightings":
        """With the detections moved `frames` earlier against the truth; frames without a partner are cut."""
        count = self.points.shape[1] - abs(frames)
        true, seen = max(0, -frames), max(0, frames)
        return dataclasses.replace(
            self,
            points=self.points[:, true : true + count],
            depth=self.depth[:, true : true + count],
            scale=self.scale[:, true : true + count],
            keypoints=self.keypoints[:, seen : seen + count],
            confidence=self.confidence[:, seen : seen + count],
        )


def load(root: pathlib.Path, clips: tuple[str, ...], views: str = "usual") -> Sightings:
    """Reads clips; `views` is "usual" (all but the odd one) or "odd"."""
    parts = [_load_clip(root, clip, views) for clip in clips]
    arrays = ("points", "depth", "keypoints", "confidence", "scale")
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in arrays}
    return Sightings(**joined, names=tuple(name for part in parts for name in part.names), fps=parts[0].fps)


def _load_clip(root: pathlib.Path, clip: str, views: str) -> Sightings:
    found = load_sequence(root, SEQUENCE + clip)
    chosen = [i for i, view in enumerate(found.views) if (view.name == ODD_VIEW) == (views == "odd")]
    if not chosen or found.source3d == "none":
        raise InputError(f"{root}: {SEQUENCE}{clip} has no {'calibrated view' if not chosen else '3D'} to compare with")
    points, depth = (np.stack(arrays) for arrays in zip(*(_look(found.views[i], found.points_world) for i in chosen)))
    body = detector_noise.make_layout("coco17").body
    return Sightings(
        points=points,
        depth=depth,
        keypoints=found.keypoints[chosen].astype(float),
        confidence=found.confidence[chosen].astype(float),
        scale=np.asarray(detector_noise.person_scale(jnp.asarray(points, jnp.float32), body)).astype(float),
        names=tuple(f"{clip} {found.views[i].name}" for i in chosen),
        fps=float(found.fps),
    )


def _look(view: View, points_world: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    extrinsics = cameras.Extrinsics(rotation=jnp.asarray(view.rotation), translation=jnp.asarray(view.translation))
    camera = cameras.Perspective(
        focal=jnp.asarray(view.focal), center=jnp.asarray(view.center), distortion=jnp.asarray(view.distortion)
    )
    points_camera = cameras.world_to_camera(extrinsics, jnp.asarray(points_world))
    return np.asarray(cameras.project(camera, points_camera), float), np.asarray(points_camera[..., 2], float)


def time_offset(sightings: Sightings, most: int) -> tuple[int, float, float]:
    """By how many frames one view's detections lag behind the truth, at most `most` either way.

    Returns:
      (frames, median error at that offset, median error at none), in person scales.
    """
    medians = {
        frames: float(np.median(np.linalg.norm(sightings.shifted(frames).error, axis=-1)))
        for frames in range(-most, most + 1)
    }
    best = min(medians, key=medians.__getitem__)
    return best, medians[best], medians[0]


def simulate(sightings: Sightings, params: detector_noise.NoiseParams, seed: int) -> Sightings:
    """The same true joints seen by the model instead."""
    keys = jax.random.split(jax.random.key(seed), len(sightings.points))
    one = jax.jit(jax.vmap(lambda key, points, depth: detector_noise.sample(key, points, depth, sightings.fps, params)))
    keypoints, confidence = one(
        keys, jnp.asarray(sightings.points, jnp.float32), jnp.asarray(sightings.depth, jnp.float32)
    )
    return dataclasses.replace(
        sightings, keypoints=np.asarray(keypoints, float), confidence=np.asarray(confidence, float)
    )
