"""From a track to the clip that the models' `prepare` takes: the fields of `hdvr_jax.clips`."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np

from hdvr_jax import cameras, lifting
from hdvr_jax.clips import TEXTS, no_views
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import MISSING
from hdvr_jax.recognition.results import Poses
from hdvr_jax.recognition.settings import Settings
from hdvr_jax.skeletons import get_skeleton

VIEW = "input"
_FARTHEST = 1e6  # pixels or metres


def usable(tracks: Sequence[PoseTrack], settings: Settings, source: str) -> tuple[list[PoseTrack], list[str]]:
    """The tracks asked for in which anything was seen, and notes about those left out.

    Raises:
        InputError: no track, no such track, or no joint in any of them.
    """
    if not tracks:
        raise InputError(f"{source}: holds no dancer")
    known = [track.id for track in tracks]
    for dancer in settings.dancers:
        if dancer not in known:
            raise InputError(f"{source}: no track {dancer!r}; there are: {', '.join(known)}")
    chosen = [track for track in tracks if not settings.dancers or track.id in settings.dancers]
    seen = [track for track in chosen if (track.provenance != MISSING).any()]
    empty = [track.id for track in chosen if (track.provenance == MISSING).all()]
    if not seen:
        raise InputError(f"{source}: no joint was seen in any frame (all {chosen[0].frames} frames are empty or NaN)")
    for track in seen:
        _check_size(track, source)
    return seen, [f"Track {id} was left out: no joint was seen in any frame." for id in empty]


def _check_size(track: PoseTrack, source: str) -> None:
    far = np.nan_to_num(np.abs(track.keypoints)).max(-1) > _FARTHEST
    if far.any():
        frame, joint = np.argwhere(far)[0]
        name = get_skeleton(track.skeleton).joints[joint]
        raise InputError(
            f"{source}: track {track.id}, frame {frame}, {name}: {track.keypoints[frame, joint].tolist()} is beyond "
            f"{_FARTHEST:.0e} and cannot be a position"
        )


def camera_of(track: PoseTrack, together: Sequence[PoseTrack], settings: Settings) -> tuple[cameras.Perspective, str]:
    """The camera of a 2D track, and a sentence on what was assumed about it.

    Args:
        together: The tracks of the recording. Those with the same image size share its camera, and so their space.
    """
    seen = [peer.keypoints.reshape(-1, 1, 2) for peer in together if peer.image_size == track.image_size]
    camera = lifting.guess_camera(track.image_size, np.concatenate(seen))
    told = "The image size is unknown: it was taken to end where the keypoints do. " if track.image_size is None else ""
    if settings.focal is not None:
        camera = dataclasses.replace(camera, focal=np.full(2, settings.focal, np.float32))
        return camera, f"{told}Focal length {settings.focal:.0f} px, as given."
    focal = float(camera.focal[0])
    return camera, (
        f"{told}The camera is unknown: a focal length of {focal:.0f} px was assumed (the image's longer side). "
        "Distances from the camera grow with it in proportion; poses hardly depend on it."
    )


def seen_clip(track: PoseTrack, camera: cameras.Perspective) -> dict[str, Any]:
    """A clip of a 2D track: one view and no known 3D."""
    frames, joints = track.keypoints.shape[:2]
    size = track.image_size or tuple(2 * np.asarray(camera.center))
    return {
        **_labels(track),
        "points_world": np.full((frames, joints, 3), np.nan, np.float32),
        "keypoints": track.keypoints[None],
        "confidence": track.confidence[None],
        "views": (VIEW,),
        "focal": np.asarray(camera.focal, np.float32)[None],
        "center": np.asarray(camera.center, np.float32)[None],
        "distortion": np.zeros((1, 5), np.float32),
        "rotation": np.eye(3, dtype=np.float32)[None],
        "translation": np.zeros((1, 3), np.float32),
        "image_size": np.asarray(size, np.int32)[None],
    }


def posed_clip(prepared: PoseTrack, poses: Poses, camera: cameras.Perspective | None) -> dict[str, Any]:
    """A clip with 3D poses, for the models of later stages.

    Args:
        prepared: The track on the skeleton of the poses.
        poses: Of the lifter, which the clip carries as `lifted` too, or of the input.
        camera: Of a 2D track; None for a 3D one, which gives a clip without views.
    """
    upright = {"points_world": poses.upright()}
    if camera is not None:
        return {**seen_clip(prepared, camera), **upright, "lifted": poses.points}
    return {**_labels(prepared), **upright, **no_views(*poses.points.shape[:2])}


def _labels(track: PoseTrack) -> dict[str, Any]:
    return {
        **dict.fromkeys(TEXTS, ""),
        "clip": track.id,
        "dancer": track.id,
        "split": "test",
        "source3d": "none",
        "skeleton": track.skeleton,
        "fps": track.fps,
    }
