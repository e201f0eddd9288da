"""poses3d.npz: the 3D poses of a recognition as plain arrays.

points        (N, T, J, 3) metres; NaN where there is no pose. N dancers; shorter tracks end in NaN.
confidence    (N, T, J) of the 2D joints that the pose was lifted from, or of the 3D input
provenance    (N, T, J) 0 measured, 1 interpolated, 2 synthesised, 3 missing (then the pose there is a guess)
ids           (N,) names of the dancers
skeleton, joint_names (J,), parents (J,), fps
frame         "camera": x right, y down, z forward, or "world": y up
"""

import io

import numpy as np

from hdvr_jax.provenance import MISSING
from hdvr_jax.recognition.results import Recognition
from hdvr_jax.skeletons import get_skeleton


def poses_npz(recognition: Recognition) -> bytes:
    """The content of poses3d.npz; read it with `np.load(path, allow_pickle=False)`."""
    first = recognition.tracks[0]
    skeleton = get_skeleton(first.poses.skeleton)
    tracks = recognition.tracks
    arrays = {
        "points": _stack([track.poses.points for track in tracks], np.nan),
        "confidence": _stack([track.prepared.confidence for track in tracks], 0),
        "provenance": _stack([track.prepared.provenance for track in tracks], MISSING),
        "ids": np.array([track.given.id for track in tracks]),
        "skeleton": np.array(skeleton.name),
        "joint_names": np.array(skeleton.joints),
        "parents": np.array(skeleton.parents, np.int32),
        "fps": np.float32(first.given.fps),
        "frame": np.array(first.poses.frame),
    }
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _stack(arrays: list[np.ndarray], empty: float) -> np.ndarray:
    """Arrays of different lengths along their first axis as one, the ends filled with `empty`."""
    longest = max(len(array) for array in arrays)
    stacked = np.full((len(arrays), longest, *arrays[0].shape[1:]), empty, arrays[0].dtype)
    for row, array in zip(stacked, arrays):
        row[: len(array)] = array
    return stacked
