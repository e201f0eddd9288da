"""From tracks and clips to what a lifter reads, and from its poses back to the track.

Detections are gap-filled, put on the lifter's skeleton and frame rate, and turned into rays of the camera.
"""

from collections.abc import Callable, Iterator
from typing import Any

import jax
import numpy as np
from jaxtyping import Array, Float

from hdvr_jax import cameras, clips, padding, poses
from hdvr_jax.clips import Clip
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_mapping, get_skeleton

# Lengths are padded to a multiple of this, so that few distinct lengths are ever compiled.
PAD_FRAMES = 512
# In which the trust in a joint that was filled in falls by a factor e.
FADING_SECONDS = 0.35


def guess_camera(image_size: tuple[int, int] | None, keypoints: Float[np.ndarray, "T J 2"]) -> cameras.Perspective:
    """A camera for a video of which nothing is known: centred, focal length equal to the longer side of the image.

    Without an image size, the image is taken to end where the keypoints do.
    """
    if image_size is None:
        known = keypoints[np.isfinite(keypoints).all(-1)]
        image_size = tuple(np.maximum(known.max(0), 1.0)) if len(known) else (1920, 1080)
    width, height = image_size
    return cameras.Perspective(
        np.full(2, max(width, height), np.float32), np.array([width / 2, height / 2], np.float32)
    )


def on_frames(values: Float[np.ndarray, "S *N"], fps: float, frames: int, fps_to: float) -> Float[np.ndarray, "T *N"]:
    """Values at `fps`, at each of `frames` frames at another rate: linear between, those of the end beyond it."""
    times = np.clip(np.arange(frames) * fps / fps_to, 0, len(values) - 1)
    before = np.floor(times + 1e-6).astype(int)
    after = np.minimum(before + 1, len(values) - 1)
    share = np.clip(times - before, 0, 1).reshape(-1, *[1] * (values.ndim - 1)).astype(np.float32)
    blend = values[before] * (1 - share) + values[after] * share
    return np.where(share < 1e-4, values[before], blend).astype(np.float32)


def track_rays(track: PoseTrack, camera: cameras.Perspective, skeleton: str, fps: float) -> dict[str, np.ndarray]:
    """A 2D track as the lifter's rays (T', J, 2) and confidence (T', J), at `fps` frames per second.

    Joints missing for a while are interpolated, and trusted less the longer they are (`fading`); joints never seen are
    0, with confidence 0, which hides them from the lifter.
    """
    filled = track.fill_gaps()
    pixels = poses.resample(filled.keypoints, track.fps, fps)
    confidence = poses.resample(fading(track.confidence, track.fps), track.fps, fps)
    mapping = get_mapping(track.skeleton, skeleton)
    return {
        "rays": np.nan_to_num(mapping.apply(ideal_points(camera, pixels))).astype(np.float32),
        "confidence": mapping.confidence(confidence),
    }


def fading(confidence: Float[np.ndarray, "T J"], fps: float) -> Float[np.ndarray, "T J"]:
    """Confidence in joints that are filled in where they were missing (0): that of the nearest frame that has them,
    less by a factor e for every third of a second between. 0 for a joint that is never there.

    Hidden outright, a frame of which a detector missed everything would be one that no lifter knows from its training,
    and spoil the poses of all frames around it.
    """
    frames, seen = np.arange(len(confidence))[:, None], confidence > 0
    last = np.maximum.accumulate(np.where(seen, frames, -np.inf), 0)
    following = np.minimum.accumulate(np.where(seen, frames, np.inf)[::-1], 0)[::-1]
    nearest = np.where(frames - last <= following - frames, last, following)
    age = np.abs(frames - nearest) / fps
    known = np.isfinite(nearest)
    trusted = np.take_along_axis(confidence, np.where(known, nearest, 0).astype(int), 0)
    return np.where(known, trusted * np.exp(-age / FADING_SECONDS), 0).astype(np.float32)


def ideal_points(camera: cameras.Perspective, pixels: Float[np.ndarray, "T J 2"]) -> Float[np.ndarray, "T J 2"]:
    """`cameras.ideal_coordinates` of a track, NaN where the pixels are; compiled for few distinct lengths."""
    ideal = _ideal(camera, padding.padded(np.nan_to_num(pixels), PAD_FRAMES))
    return np.where(np.isfinite(pixels), np.asarray(ideal)[: len(pixels)], np.float32(np.nan))


@jax.jit
def _ideal(camera: cameras.Perspective, pixels: Float[Array, "T J 2"]) -> Float[Array, "T J 2"]:
    return cameras.ideal_coordinates(camera, pixels)


def world_motion(clip: Clip, skeleton: str, fps: float) -> dict[str, Any]:
    """A clip's 3D motion on COCO-17 at `fps`, gaps filled: points_world (T, J, 3), and labels.

    Raises:
        InputError: a joint that the skeleton is made of is never known; names the clip and the joint.
    """
    track = clips.track_3d(clip).fill_gaps().to_skeleton("coco17")
    needed = (get_mapping("coco17", skeleton).weights != 0).any(0)
    for joint in np.flatnonzero(needed & ~np.isfinite(track.keypoints).all(-1).any(0)):
        name = get_skeleton("coco17").joints[joint]
        raise InputError(f"clip {clip['clip']}: {name} is never known, which random cameras need for {skeleton}")
    points = poses.resample(track.keypoints, clip["fps"], fps)
    return {"points_world": np.nan_to_num(points), **clips.labels(clip)}


def recorded_views(clip: Clip, skeleton: str, fps: float) -> Iterator[dict[str, Any]]:
    """Recorded views: rays, confidence, points_camera (T, J, 3; NaN unknown), camera, labels."""
    truth = poses.resample(clips.track_3d(clip).to_skeleton(skeleton).keypoints, clip["fps"], fps)
    for view, name in enumerate(clip["views"]):
        points_camera = truth @ clip["rotation"][view].T + clip["translation"][view]
        yield {
            **view_rays(clip, view, skeleton, fps),
            **screen_camera(clip, view),
            "points_camera": points_camera.astype(np.float32),
            **clips.labels(clip),
            "view": name,
        }


def view_rays(clip: Clip, view: int, skeleton: str, fps: float) -> dict[str, np.ndarray]:
    """`track_rays` of one recorded view of a clip, through its own camera."""
    return track_rays(clips.track_2d(clip, view), clips.camera(clip, view), skeleton, fps)


def screen_camera(clip: Clip, view: int) -> dict[str, np.ndarray]:
    """Focal length, centre and distortion of a view for coordinates in which the image's width goes from -1 to 1."""
    width, height = (float(size) for size in clip["image_size"][view])
    center = np.asarray(clip["center"][view]) * (2 / width) - [1, height / width]
    return {
        "focal": np.asarray(clip["focal"][view] * (2 / width), np.float32),
        "center": center.astype(np.float32),
        "distortion": np.asarray(clip["distortion"][view], np.float32),
    }


def lift(predict: Callable[[dict], dict], clip: Clip, skeleton: str, fps: float) -> dict[str, np.ndarray]:
    """What a lifter gives for every frame of a clip's only view.

    Args:
        predict: batch (B = 1) of rays, confidence, frame_mask and the camera -> {name: (1, T', ...)}.
        skeleton, fps: Of the lifter's inputs.
    """
    rays = view_rays(clip, 0, skeleton, fps)
    length = len(rays["rays"])
    batch = {name: padding.padded(value, PAD_FRAMES)[None] for name, value in rays.items()}
    batch["frame_mask"] = padding.frame_mask(length, PAD_FRAMES)[None]
    batch |= {name: value[None] for name, value in screen_camera(clip, 0).items()}
    frames = clip["keypoints"].shape[1]
    found = {name: np.asarray(value)[0, :length] for name, value in predict(batch).items()}
    return {name: on_frames(value, fps, frames, clip["fps"]) for name, value in found.items()}
