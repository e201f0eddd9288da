"""How far rigs of constant bone lengths are from the motion that they were fitted to.

    HDVR_REAL_DATA=../shared/data python -m benchmarks.rigging

The rigs of BVH and glTF files, fitted to motion capture (CMU, whose bones are constant) and to 3D triangulated from the
detections of nine views (AIST++ ch02, ch05 and ch06, whose bones are not). Errors are distances, millimetres, of the
joints of h36m17 from the rig's in all frames of all clips. Bones: standard deviation of the length of each bone in a
clip as a share of its mean, the mean over bones and clips.
"""

import argparse
import pathlib
import time

import numpy as np

from datasets import raw
from hdvr_jax import scripts
from hdvr_jax.keypoints import aistpp_sequence, cmu
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.rigging import fit, fit_error
from hdvr_jax.skeletons import get_skeleton

_TRIANGULATED = tuple(f"gBR_sBM_cAll_d04_mBR0_{clip}" for clip in ("ch02", "ch05", "ch06"))
_FIGURES = ("mean, mm", "median, mm", "95th percentile, mm", "worst clip, mm")
_COLUMNS = ("motion", "clips", "frames", "bones vary by", *_FIGURES, "ms a frame")


def main() -> None:
    """Prints the table."""
    argparse.ArgumentParser(description=__doc__.splitlines()[0]).parse_args()
    cmu_root, aistpp_root = (raw.find_raw(folder) for folder in ("cmu", "aistpp"))
    print(f"| {' | '.join(_COLUMNS)} |\n|{' --- |' * len(_COLUMNS)}")
    print(row("CMU dance takes", _captured(cmu_root / "dance_30fps.npz")), flush=True)
    print(row("CMU everyday actions", _captured(cmu_root / "actions_30fps.npz")), flush=True)
    print(row("AIST++, triangulated", _triangulated(aistpp_root)), flush=True)


def row(name: str, tracks: list[PoseTrack]) -> str:
    """The line of a group of clips."""
    begun = time.perf_counter()
    errors = [1000 * fit_error(fit(track), track) for track in tracks]
    frames = sum(track.frames for track in tracks)
    spent = 1000 * (time.perf_counter() - begun) / frames
    every = np.concatenate([error[np.isfinite(error)] for error in errors])
    worst = max(float(np.nanmean(error)) for error in errors)
    figures = (every.mean(), np.median(every), np.percentile(every, 95), worst)
    bones = np.mean([variation(track) for track in tracks])
    cells = (name, str(len(tracks)), str(frames), f"{bones:.1%}", *(f"{figure:.1f}" for figure in figures))
    return f"| {' | '.join(cells)} | {spent:.2f} |"


def _captured(pack: pathlib.Path) -> list[PoseTrack]:
    """All clips of a CMU pack."""
    clips = cmu.load_pack(pack)
    return [PoseTrack.from_points(clip.points, cmu.SKELETON, clip.fps, id=clip.name) for clip in clips]


def _triangulated(root: pathlib.Path) -> list[PoseTrack]:
    """The clips of AIST++ that have no published 3D."""
    found = ((name, aistpp_sequence.load_sequence(root, name)) for name in _TRIANGULATED)
    return [PoseTrack.from_points(one.points_world, "coco17", one.fps, id=name) for name, one in found]


def variation(track: PoseTrack) -> float:
    """By what share of their mean the lengths of a track's bones vary in time, the mean over bones."""
    bones = np.array(get_skeleton(track.skeleton).bones)
    lengths = np.linalg.norm(track.keypoints[:, bones[:, 0]] - track.keypoints[:, bones[:, 1]], axis=-1)
    return float(np.mean(np.nanstd(lengths, 0) / np.maximum(np.nanmean(lengths, 0), 1e-6)))


if __name__ == "__main__":
    scripts.guarded(main)
