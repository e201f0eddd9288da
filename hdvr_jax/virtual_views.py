"""More views of a clip than were recorded, by virtual cameras (Li's thesis, section 3.6.1, data augmentation).

The motion that they film is triangulated from the recorded views, never the truth: training on them stays
self-supervised. They see it through the detector's errors, as real cameras would.
"""

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from hdvr_jax import cameras, clips, detector_noise, filming, lifting, padding, rotations, triangulation
from hdvr_jax.clips import Clip
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_mapping, get_skeleton

# A triangulated joint that is known less well than this counts as missing, and is filled in from before and after.
LEAST_KNOWN = 0.1
_SKELETON = "coco17"
# Cosine of the angle up to which the world's Y axis passes for upwards.
_UPRIGHT = 0.87
# How far cameras are turned about the vertical, as a share, for their x axes to tell it.
_TURNED = 0.1


def added(
    clip: Clip,
    count: int,
    ranges: Any = None,
    noise: detector_noise.NoiseParams | None = None,
) -> dict[str, Any]:
    """The clip with `count` more views, triangulated0 and so on, of its motion as the recorded views tell it.

    Recorded views and `points_world` stay as they are. Detections are drawn on COCO-17 and put on the clip's skeleton;
    joints that it does not give (the head's top) are missing in the new views. Everything drawn depends on the clip's
    name, and is not what `filming.film` draws for it. A clip whose hips cannot be triangulated (a single view, say)
    comes back as it is.

    Args:
        ranges: `observation.Ranges` of the cameras, and the strength of the detector's errors; None for its defaults.
        noise: the detector's errors; None for those that come with the package.
    """
    turn = _upright(clip)
    track = PoseTrack.from_points(triangulated(clip) @ turn.T, clip["skeleton"], clip["fps"], id=clip["clip"])
    points = track.to_skeleton(_SKELETON).fill_gaps().keypoints
    hips = [get_skeleton(_SKELETON).index(f"{side}_hip") for side in ("left", "right")]
    if not count or not np.isfinite(points[:, hips]).all():
        return dict(clip)
    source = {**clip, "clip": f"{clip['clip']}, triangulated"}
    filmed = filming.film_points(points, source, count, 0, ranges, noise=noise, vary_body=False)
    mapping = get_mapping(_SKELETON, clip["skeleton"])
    keypoints = mapping.apply(filmed["keypoints"])
    confidence = np.where(np.isfinite(keypoints).all(-1), mapping.confidence(filmed["confidence"]), 0)
    names = tuple(f"triangulated{view}" for view in range(count))
    changed = {"keypoints": keypoints, "confidence": confidence, "rotation": filmed["rotation"] @ turn, "views": names}
    return clips.with_views(clip, {**filmed, **changed})


def triangulated(clip: Clip) -> Float[np.ndarray, "T J 3"]:
    """The motion in the world (metres) as the recorded views tell it; NaN where they do not."""
    views, frames, joints = clip["keypoints"].shape[:3]
    if views < 2:
        return np.full((frames, joints, 3), np.nan, np.float32)
    rays = np.stack([lifting.ideal_points(clips.camera(clip, view), clip["keypoints"][view]) for view in range(views)])
    extrinsics = cameras.Extrinsics(jnp.asarray(clip["rotation"]), jnp.asarray(clip["translation"]))
    # Lengths are padded, so that few are ever compiled.
    rays, confidence = (_padded(values) for values in (np.nan_to_num(rays), clip["confidence"]))
    points, known = jax.device_get(triangulation.triangulate(rays, confidence, extrinsics))
    return np.where(known[..., None] >= LEAST_KNOWN, points, np.float32(np.nan))[:frames]


def _padded(values: np.ndarray) -> jax.Array:
    return jnp.asarray(np.swapaxes(padding.padded(np.swapaxes(values, 0, 1), lifting.PAD_FRAMES), 0, 1))


def _upright(clip: Clip) -> Float[np.ndarray, "3 3"]:
    """The rotation after which the clip's world has Y up; the identity where it plainly has.

    A rig that was estimated (`hdvr_jax.rig`) has the axes of a camera for a world. Cameras are held level, so that the
    direction at right angles to the x axes of all of them is upwards.
    """
    if not len(clip["rotation"]):
        return np.eye(3, dtype=np.float32)
    upwards = -clip["rotation"][:, 1].mean(0)
    if upwards[1] > _UPRIGHT * np.linalg.norm(upwards):
        return np.eye(3, dtype=np.float32)
    _, sizes, directions = np.linalg.svd(clip["rotation"][:, 0].astype(np.float64))
    # Cameras side by side share an x axis, which leaves more than one direction to choose from.
    up = directions[2] if len(sizes) > 1 and sizes[1] > _TURNED * sizes[0] else upwards
    up = np.asarray(up * np.sign(up @ upwards), np.float32)
    up, ahead = rotations.orthonormal_pair(up, rotations.perpendicular(up))
    return np.asarray(jnp.stack([jnp.cross(up, ahead), up, ahead]))
