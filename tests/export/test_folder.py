import contextlib
import dataclasses
import json
import os
import subprocess
import sys

import numpy as np
import pytest

from hdvr_jax import export, keypoints
from hdvr_jax.errors import InputError
from hdvr_jax.footage import Footage
from hdvr_jax.recognition.results import Poses
from hdvr_jax.skeletons import get_skeleton
from tests.processes import environment
from tests.recognition import fabricated


def test_poses_come_back_as_tracks(tmp_path):
    result = fabricated.recognition()
    export.write(result, tmp_path / "out")
    tracks = keypoints.read(tmp_path / "out" / "poses3d.npz").tracks
    assert [track.id for track in tracks] == ["1", "2"]
    for track, expected in zip(tracks, result.tracks):
        np.testing.assert_array_equal(track.keypoints, expected.poses.upright())
        np.testing.assert_array_equal(track.provenance, expected.prepared.provenance)
        assert track.fps == fabricated.FPS


def test_poses_name_their_joints(tmp_path):
    export.write(fabricated.recognition(), tmp_path)
    with np.load(tmp_path / "poses3d.npz", allow_pickle=False) as poses:
        assert tuple(poses["joint_names"]) == get_skeleton("h36m17").joints


def test_poses_say_which_space_they_are_in(tmp_path):
    """The camera that stands in the file takes every space's points back to the camera's axes."""
    lifted = fabricated.recognition()
    for name, result in (("camera", lifted), ("floor", fabricated.on_floor(lifted))):
        export.write(result, tmp_path / name)
        with np.load(tmp_path / name / "poses3d.npz", allow_pickle=False) as poses:
            assert str(poses["frame"]) == name
            points = poses["1/keypoints"] @ poses["camera_rotation"].T + poses["camera_translation"]
        np.testing.assert_allclose(points, lifted.tracks[1].poses.points, atol=1e-5)
    track = lifted.tracks[0]
    given = dataclasses.replace(track, poses=Poses("h36m17", track.poses.upright(), "world"))
    export.write(dataclasses.replace(lifted, tracks=(given,)), tmp_path / "world")
    with np.load(tmp_path / "world" / "poses3d.npz", allow_pickle=False) as poses:
        assert str(poses["frame"]) == "world"
        assert "camera_rotation" not in poses


def test_earlier_results_are_replaced_and_nothing_is_left_beside(tmp_path):
    export.write(fabricated.recognition(source="first"), tmp_path)
    paths = export.write(fabricated.recognition(source="second"), tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(export.FILES)
    assert {path.name for path in paths} == set(export.FILES)
    assert json.loads((tmp_path / "report.json").read_text())["source"] == "second"


@pytest.mark.parametrize("name", export.FILES)
def test_files_of_others_are_not_touched(tmp_path, name):
    (tmp_path / name).write_text('{"schema": "theirs"}')
    with pytest.raises(InputError, match="not from an earlier run"):
        export.write(fabricated.recognition(), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_extras_are_written_and_go_when_they_are_not_wanted(tmp_path):
    tracks = tuple(fabricated.track_result(id, frames=12) for id in ("1", "2"))
    result = dataclasses.replace(fabricated.recognition(), tracks=tracks)
    paths = export.write(result, tmp_path, tuple(export.EXTRAS))
    names = {"poses_1.bvh", "poses_2.bvh", "poses.glb", "poses3d.csv", "movements.csv", "poses3d.json", "overlay.mp4"}
    assert {path.name for path in paths} == names | set(export.FILES)
    assert {path.name for path in tmp_path.iterdir()} == names | set(export.FILES)
    assert set(json.loads((tmp_path / "report.json").read_text())["files"]) == names | set(export.FILES)
    tracks = keypoints.read(tmp_path / "poses3d.json").tracks
    np.testing.assert_array_equal(tracks[1].keypoints, result.tracks[1].poses.upright())
    (tmp_path / "poses_mine.bvh").write_text("of somebody else")
    (tmp_path / "notes.txt").write_text("of somebody else")
    export.write(fabricated.recognition(dancers=1), tmp_path, ["bvh"])
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"poses_1.bvh", "poses_mine.bvh", "notes.txt", *export.FILES}


def test_extras_of_others_are_not_touched(tmp_path):
    export.write(fabricated.recognition(), tmp_path)
    (tmp_path / "poses_2.bvh").write_text("of somebody else")
    with pytest.raises(InputError, match=r"poses_2.bvh that is not from an earlier run"):
        export.write(fabricated.recognition(source="second"), tmp_path, ["bvh", "csv"])
    assert json.loads((tmp_path / "report.json").read_text())["source"] == "clip.json"
    assert not (tmp_path / "poses3d.csv").exists()
    (tmp_path / "overlay.mp4").write_text("of somebody else")
    with pytest.raises(InputError, match=r"overlay.mp4 that is not from an earlier run"):
        export.check(tmp_path, ["overlay"])


def test_a_list_of_files_reaches_nothing_outside(tmp_path):
    """Whoever edits report.json cannot have other files removed or replaced."""
    folder = tmp_path / "out"
    export.write(fabricated.recognition(), folder)
    (tmp_path / "report.html").write_text("keep")
    (folder / "keep.txt").write_text("keep")
    about = json.loads((folder / "report.json").read_text())
    for files in (["../report.html", "keep.txt"], "report.html", 5, {"keep.txt": 1}, [None, 3]):
        listed = [*export.FILES, *files] if isinstance(files, list) else files
        (folder / "report.json").write_text(json.dumps({**about, "files": listed}))
        with contextlib.suppress(InputError):
            export.write(fabricated.recognition(), folder)
    assert (tmp_path / "report.html").read_text() == (folder / "keep.txt").read_text() == "keep"


def test_results_of_before_there_was_a_list_are_replaced(tmp_path):
    export.write(fabricated.recognition(), tmp_path)
    about = json.loads((tmp_path / "report.json").read_text())
    del about["files"]
    (tmp_path / "report.json").write_text(json.dumps(about))
    export.write(fabricated.recognition(source="second"), tmp_path)
    assert json.loads((tmp_path / "report.json").read_text())["source"] == "second"


def test_an_extra_that_fails_leaves_the_folder_as_it_was(tmp_path):
    export.write(fabricated.recognition(), tmp_path, ["csv"])

    def broken():
        raise InputError("clip.mp4: frame 0 cannot be read")
        yield

    with pytest.raises(InputError, match="frame 0"):
        export.write(fabricated.recognition(source="second"), tmp_path, ["bvh", "overlay"], Footage(broken()))
    assert {path.name for path in tmp_path.iterdir()} == {"poses3d.csv", "movements.csv", *export.FILES}
    assert json.loads((tmp_path / "report.json").read_text())["source"] == "clip.json"


_WRITES_FOR_EVER = """
import pathlib, sys, time
import numpy as np
from hdvr_jax import export
from hdvr_jax.footage import Footage
from tests.recognition import fabricated

def frames():
    for _ in range(30):
        yield np.zeros((72, 128, 3), np.uint8)
    print("writing", flush=True)
    time.sleep(600)

export.write(fabricated.recognition(dancers=1), pathlib.Path(sys.argv[1]), ["csv", "overlay"], Footage(frames()))
"""


def test_what_killed_runs_left_goes_and_what_others_are_writing_stays(tmp_path):
    command = [sys.executable, "-c", _WRITES_FOR_EVER, str(tmp_path)]
    running = subprocess.Popen(command, env=environment(), stdout=subprocess.PIPE, text=True)
    try:
        assert running.stdout.readline() == "writing\n"
        (unfinished,) = tmp_path.iterdir()
        assert {"poses3d.npz", "report.json", "movements.csv"} < {path.name for path in unfinished.iterdir()}
        export.write(fabricated.recognition(), tmp_path)
        export.check(tmp_path, ["overlay"])
        assert {path.name for path in tmp_path.iterdir()} == {unfinished.name, *export.FILES}
    finally:
        running.kill()
        running.wait()
        running.stdout.close()
    assert any(path.name.endswith(".part.mp4") for path in unfinished.iterdir())
    export.check(tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {unfinished.name, *export.FILES}
    export.write(fabricated.recognition(), tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(export.FILES)


def test_unfinished_folders_that_hold_something_else_stay(tmp_path):
    """Of runs of earlier versions, whose names say nothing, of other machines, and of the user."""
    export.write(fabricated.recognition(), tmp_path)
    names = {"old": ".unfinished-a1b2c3d4", "elsewhere": ".unfinished-elsewhere-5-x", "theirs": ".unfinished-songs"}
    for name in names.values():
        (tmp_path / name).mkdir()
        (tmp_path / name / ("report.json" if name != names["theirs"] else "song.txt")).write_text("{}")
        for path in (tmp_path / name, *(tmp_path / name).iterdir()):
            os.utime(path, (0, 0))
    (tmp_path / ".unfinished-link").symlink_to(tmp_path / names["theirs"])
    (tmp_path / names["elsewhere"] / "report.html").write_text("just written")
    export.write(fabricated.recognition(), tmp_path)
    left = {names["elsewhere"], names["theirs"], ".unfinished-link", *export.FILES}
    assert {path.name for path in tmp_path.iterdir()} == left
    assert (tmp_path / names["theirs"] / "song.txt").read_text() == "{}"


def test_dancers_without_a_pose_have_no_rig(tmp_path):
    result = fabricated.recognition()
    empty = dataclasses.replace(result.tracks[0].poses, points=np.full((90, 17, 3), np.nan, np.float32))
    nobody = dataclasses.replace(result.tracks[0], poses=empty)
    paths = export.write(dataclasses.replace(result, tracks=(nobody, result.tracks[1])), tmp_path, ["bvh"])
    assert [path.name for path in paths if path.suffix == ".bvh"] == ["poses_2.bvh"]
    with pytest.raises(InputError, match="no dancer has a pose"):
        export.write(dataclasses.replace(result, tracks=(nobody,)), tmp_path, ["gltf"])


def test_how_well_rigs_fit_is_told(tmp_path):
    """The fabricated dancer bends her arm by moving elbow and wrist alone, so that her upper arm changes its length."""
    export.write(fabricated.recognition(), tmp_path, ["gltf"])
    rigs = json.loads((tmp_path / "report.json").read_text())["rigs"]
    assert [rig["id"] for rig in rigs] == ["1", "2"]
    assert all(1 < rig["mean_error_mm"] < 20 for rig in rigs)
    export.write(fabricated.recognition(), tmp_path)
    assert json.loads((tmp_path / "report.json").read_text())["rigs"] == []


def test_ids_that_are_no_names_of_files(tmp_path):
    result = fabricated.recognition()
    ids = ("../1", "踊/り")
    tracks = [
        dataclasses.replace(track, given=dataclasses.replace(track.given, id=id))
        for track, id in zip(result.tracks, ids)
    ]
    export.write(dataclasses.replace(result, tracks=tuple(tracks)), tmp_path / "out", ["bvh", "gltf", "csv"])
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    found = {path.name for path in (tmp_path / "out").glob("*.bvh")}
    assert found == {"poses____1.bvh", "poses_踊_り.bvh"}


def test_unknown_extras(tmp_path):
    with pytest.raises(InputError, match="no results of kind 'fbx'"):
        export.check(tmp_path, ["fbx"])


def test_out_that_is_a_file(tmp_path):
    (tmp_path / "out").write_text("")
    with pytest.raises(InputError, match="must be a folder"):
        export.write(fabricated.recognition(), tmp_path / "out")
