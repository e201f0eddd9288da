"""Results as CSV, for spreadsheets and statistics.

poses3d.csv, one row for each dancer and frame, ordered by frame: `frame` (from 0), `time` in seconds, `dancer`, then
`JOINT_x`, `JOINT_y`, `JOINT_z` of every joint in metres (x right, y up, z towards the viewer) and `JOINT_confidence` in
[0, 1]. Cells are empty where there is no pose.

movements.csv, one row for each movement: `dancer`, `part`, `movement`, `start` and `end` in seconds, `probability`.
"""

import csv
import io
import os
from collections.abc import Iterator

import numpy as np

from hdvr_jax.export.arrays import pose_track
from hdvr_jax.files import whole_file
from hdvr_jax.recognition.results import Recognition
from hdvr_jax.skeletons import get_skeleton


def write_poses_csv(recognition: Recognition, path: str | os.PathLike) -> None:
    """Writes the 3D poses of all dancers."""
    joints = get_skeleton(recognition.tracks[0].poses.skeleton).joints
    header = ["frame", "time", "dancer", *(f"{joint}_{axis}" for joint in joints for axis in "xyz")]
    _write(path, [*header, *(f"{joint}_confidence" for joint in joints)], _poses(recognition))


def write_movements_csv(recognition: Recognition, path: str | os.PathLike) -> None:
    """Writes the movements of all dancers."""
    _write(path, ["dancer", "part", "movement", "start", "end", "probability"], _movements(recognition))


def _poses(recognition: Recognition) -> Iterator[list[str]]:
    tracks = [pose_track(result) for result in recognition.tracks]
    rows = [np.concatenate([track.keypoints.reshape(track.frames, -1), track.confidence], 1) for track in tracks]
    for frame in range(max(track.frames for track in tracks)):
        for track, values in zip(tracks, rows):
            if frame < track.frames:
                cells = [f"{value:.4f}" if value == value else "" for value in values[frame].tolist()]
                yield [str(frame), f"{frame / track.fps:.4f}", track.id, *cells]


def _movements(recognition: Recognition) -> Iterator[list[str]]:
    for result in recognition.tracks:
        fps, types = result.given.fps, result.movements.types
        for segment in result.movements.segments:
            kind = types[segment.movement]
            times = [f"{frame / fps:.4f}" for frame in (segment.start, segment.end)]
            yield [result.given.id, kind.part, kind.name, *times, f"{segment.probability:.4f}"]


def _write(path: str | os.PathLike, header: list[str], rows: Iterator[list[str]]) -> None:
    with whole_file(path) as file, io.TextIOWrapper(file, "utf-8", newline="") as text:
        writer = csv.writer(text)
        writer.writerow(header)
        writer.writerows(rows)
