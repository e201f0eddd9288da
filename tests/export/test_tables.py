import csv
import dataclasses

import numpy as np

from hdvr_jax.export.tables import write_movements_csv, write_poses_csv
from hdvr_jax.skeletons import get_skeleton
from tests.recognition import fabricated


def _rows(path):
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_poses_stand_in_rows_of_dancer_and_frame(tmp_path):
    result = fabricated.recognition()
    write_poses_csv(result, tmp_path / "poses3d.csv")
    rows = _rows(tmp_path / "poses3d.csv")
    assert [(row["frame"], row["dancer"]) for row in rows[:3]] == [("0", "1"), ("0", "2"), ("1", "1")]
    assert len(rows) == 2 * 90
    joints = get_skeleton("h36m17").joints
    second = [row for row in rows if row["dancer"] == "2"]
    found = np.array([[[float(row[f"{joint}_{axis}"]) for axis in "xyz"] for joint in joints] for row in second])
    np.testing.assert_allclose(found, result.tracks[1].poses.upright(), atol=6e-5)
    sure = np.array([[float(row[f"{joint}_confidence"]) for joint in joints] for row in second])
    np.testing.assert_allclose(sure, result.tracks[1].prepared.confidence, atol=6e-5)
    np.testing.assert_allclose([float(row["time"]) for row in second], np.arange(90) / fabricated.FPS, atol=6e-5)


def test_missing_poses_are_empty_cells(tmp_path):
    result = fabricated.recognition(dancers=1)
    points = result.tracks[0].poses.points.copy()
    points[4] = np.nan
    track = dataclasses.replace(result.tracks[0], poses=dataclasses.replace(result.tracks[0].poses, points=points))
    write_poses_csv(dataclasses.replace(result, tracks=(track,)), tmp_path / "poses3d.csv")
    rows = _rows(tmp_path / "poses3d.csv")
    assert rows[4]["hip_x"] == rows[4]["left_wrist_z"] == ""
    assert rows[5]["hip_x"] != ""


def test_movements_are_those_of_the_segments(tmp_path):
    result = fabricated.recognition()
    write_movements_csv(result, tmp_path / "movements.csv")
    rows = _rows(tmp_path / "movements.csv")
    segments = [(track.given.id, segment) for track in result.tracks for segment in track.movements.segments]
    types = result.tracks[0].movements.types
    assert [(row["dancer"], row["part"], row["movement"]) for row in rows] == [
        (id, types[segment.movement].part, types[segment.movement].name) for id, segment in segments
    ]
    for row, (_, segment) in zip(rows, segments):
        times = np.array([segment.start, segment.end]) / fabricated.FPS
        np.testing.assert_allclose([float(row["start"]), float(row["end"])], times, atol=6e-5)
        assert abs(float(row["probability"]) - segment.probability) < 6e-5


def test_ids_with_commas_and_quotes(tmp_path):
    result = fabricated.recognition(dancers=1)
    track = dataclasses.replace(result.tracks[0], given=dataclasses.replace(result.tracks[0].given, id='a, "b"\nü'))
    write_poses_csv(dataclasses.replace(result, tracks=(track,)), tmp_path / "poses3d.csv")
    assert {row["dancer"] for row in _rows(tmp_path / "poses3d.csv")} == {'a, "b"\nü'}
