"""poses3d.npz: the 3D poses of a recognition in the project's own track format (`hdvr_jax.keypoints.native`).

Dancer N's arrays are `N/keypoints` (frames, joints, 3) in metres, `N/confidence` and `N/provenance` (frames, joints),
`N/skeleton`, `N/fps` and `N/id`; `joint_names` holds the joints' names for all. Axes: x right, y up, z towards the
camera, which stands at the origin when the poses were lifted from an image. NaN means that there is no pose; where
provenance is 3 (missing) and there is one, it is the lifter's guess. `hdvr_jax.keypoints.read` reads the file back.
"""

import os
import zipfile

import numpy as np

from hdvr_jax.keypoints import native
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.recognition.results import Recognition, TrackResult
from hdvr_jax.skeletons import get_skeleton


def write_poses(recognition: Recognition, path: str | os.PathLike) -> None:
    """Writes the poses of all dancers to `path` (.npz)."""
    native.write(path, [pose_track(result) for result in recognition.tracks])
    joints = get_skeleton(recognition.tracks[0].poses.skeleton).joints
    with zipfile.ZipFile(path, "a") as archive, archive.open("joint_names.npy", "w") as file:
        np.lib.format.write_array(file, np.array(joints), allow_pickle=False)


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
