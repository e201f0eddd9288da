"""poses3d.npz: the 3D poses of a recognition in the project's own track format (`hdvr_jax.keypoints.native`).

Dancer N's arrays are `N/keypoints` (frames, joints, 3) in metres, `N/confidence` and `N/provenance` (frames, joints),
`N/skeleton`, `N/fps` and `N/id`; `joint_names` holds the joints' names for all. Axes: x right, y up, z towards the
camera. All dancers are in one space, which `frame` names:

    "camera"  lifted from an image, the camera at the origin and its axes those of the space
    "floor"   lifted from an image, the estimated floor at y = 0 and the camera above the origin
    "world"   that of the 3D input

For the first two, `camera_rotation` (3, 3) and `camera_translation` (3,) give points in the camera's axes (x right, y
down, z forward): rotation @ point + translation. NaN means that there is no pose; where
provenance is 3 (missing) and there is one, it is the lifter's guess. `hdvr_jax.keypoints.read` reads the file back.
"""

import os
import zipfile
from typing import Any

import numpy as np

from hdvr_jax import axes
from hdvr_jax.keypoints import native
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.recognition.results import Recognition, TrackResult
from hdvr_jax.skeletons import get_skeleton


def write_poses(recognition: Recognition, path: str | os.PathLike) -> None:
    """Writes the poses of all dancers to `path` (.npz)."""
    native.write(path, [pose_track(result) for result in recognition.tracks])
    joints = get_skeleton(recognition.tracks[0].poses.skeleton).joints
    with zipfile.ZipFile(path, "a") as archive:
        for name, array in {"joint_names": np.array(joints), **_space(recognition)}.items():
            with archive.open(f"{name}.npy", "w") as file:
                np.lib.format.write_array(file, np.asarray(array), allow_pickle=False)


def _space(recognition: Recognition) -> dict[str, Any]:
    """The frame of the poses and how it lies to the camera."""
    if not any(result.poses.lifted for result in recognition.tracks):
        return {"frame": "world"}
    if recognition.floor is None:
        return {"frame": "camera", "camera_rotation": axes.upright(np.eye(3)), "camera_translation": np.zeros(3)}
    rotation, translation = recognition.floor.to_camera()
    return {"frame": "floor", "camera_rotation": rotation, "camera_translation": translation}


def pose_track(result: TrackResult) -> PoseTrack:
    """One dancer's 3D poses as a track: metres, y up."""
    prepared = result.prepared
    return PoseTrack(
        keypoints=np.ascontiguousarray(result.poses.upright(), np.float32),
        confidence=prepared.confidence,
        provenance=prepared.provenance,
        skeleton=result.poses.skeleton,
        fps=prepared.fps,
        id=result.given.id,
    )
