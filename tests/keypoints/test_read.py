"""Recognising what a path holds."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

from hdvr_jax import keypoints
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import Format, formats, native, read
from hdvr_jax.pose_track import PoseTrack
from tests.keypoints import fakes, mangling


def _files(folder) -> dict[str, str]:
    """One path per format."""
    native.write(folder / "own.json", [PoseTrack.from_points(np.zeros((2, 17, 3)), "coco17", 30)])
    native.write(folder / "own.npz", [PoseTrack.from_points(np.zeros((2, 17, 3)), "coco17", 30)])
    fakes.cmu_pack(folder / "pack.npz", {"a": {}})
    fakes.dump(folder / "clip.pkl", fakes.detections())
    (folder / "root").mkdir()
    fakes.aistpp_root(folder / "root")
    return {"own.json": "tracks", "own.npz": "tracks", "pack.npz": "cmu", "clip.pkl": "aistpp", "root": "aistpp"}


@pytest.mark.parametrize("kind", mangling.KINDS)
def test_every_kind_of_file_is_recognised_by_exactly_one_reader(tmp_path, kind):
    path = mangling.KINDS[kind](tmp_path)
    (found,) = [entry for entry in keypoints.FORMATS if entry.recognises(path)]
    without = read(path)
    named = read(path, format=found.name)
    assert [track.id for track in named.tracks] == [track.id for track in without.tracks]


def test_every_format_has_a_file_here(tmp_path):
    made = []
    for number, write in enumerate(mangling.KINDS.values()):
        (tmp_path / str(number)).mkdir()
        path = write(tmp_path / str(number))
        made += [entry.name for entry in keypoints.FORMATS if entry.recognises(path)]
    assert set(made) == set(formats())


@pytest.mark.parametrize("size", [(0, 720), (1280, -1)])
def test_image_sizes_that_are_none(tmp_path, size):
    path = mangling.KINDS["coco"](tmp_path)
    with pytest.raises(InputError, match=r"image size is .*; expected width and height"):
        read(path, image_size=size)
    assert read(path, image_size=(1280, 720)).tracks[0].image_size == (1280, 720)


def test_formats_are_recognised_by_exactly_one_reader(tmp_path):
    for name, wanted in _files(tmp_path).items():
        assert [entry.name for entry in keypoints.FORMATS if entry.recognises(tmp_path / name)] == [wanted]
        assert len(read(tmp_path / name).tracks) == 1
        assert len(read(tmp_path / name, format=wanted).tracks) == 1


def test_content_counts_more_than_the_suffix(tmp_path):
    fakes.dump(tmp_path / "clip.bin", fakes.detections())
    assert read(tmp_path / "clip.bin").tracks[0].skeleton == "coco17"


@pytest.mark.parametrize("name", ["x.pkl", "x.npz", "x.json", "x.bvh", "x"])
def test_empty_files(tmp_path, name):
    (tmp_path / name).touch()
    for wanted in (None, *formats()):
        with pytest.raises(InputError, match=f"{name}: the file is empty"):
            read(tmp_path / name, format=wanted)


@pytest.mark.parametrize("name", ["x.pkl", "x.npz", "x.json", "x.bvh", "x"])
def test_rubbish(tmp_path, name):
    (tmp_path / name).write_bytes(bytes(range(256)))
    for wanted in (None, *formats()):
        with pytest.raises(InputError, match=name):
            read(tmp_path / name, format=wanted)


@pytest.mark.parametrize("name", ["x.pkl", "x.npz", "x.json", "x.bvh", "x"])
@pytest.mark.skipif(os.geteuid() == 0, reason="root may open every file")
def test_files_without_permission_are_input_errors(tmp_path, name):
    (tmp_path / name).write_text("{}")
    (tmp_path / name).chmod(0)
    for wanted in (None, *formats()):
        with pytest.raises(InputError, match=f"{name}: cannot be read .Permission denied.$"):
            read(tmp_path / name, format=wanted)


@pytest.mark.parametrize("name", ["x.pkl", "x.npz", "x.json", "x.bvh", "x"])
def test_files_that_do_not_open_are_input_errors(tmp_path, name, monkeypatch):
    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    (tmp_path / name).write_text("{}")
    monkeypatch.setattr(pathlib.Path, "open", refuse)
    for wanted in (None, *formats()):
        with pytest.raises(InputError, match=f"{name}: cannot be read .Permission denied.$"):
            read(tmp_path / name, format=wanted)


def test_a_disk_that_fails_while_a_format_is_looked_for_is_an_input_error(tmp_path, monkeypatch):
    def fail(path):
        raise OSError(5, "Input/output error")

    path = fakes.dump(tmp_path / "clip.pkl", fakes.detections())
    monkeypatch.setattr(keypoints, "FORMATS", (Format("failing", "", fail, keypoints.aistpp.read),))
    with pytest.raises(InputError, match=r"clip\.pkl: cannot be read .Input/output error.$"):
        read(path)


def test_nothing_there_and_nothing_recognised(tmp_path):
    with pytest.raises(InputError, match="no such file or folder"):
        read(tmp_path / "absent")
    with pytest.raises(InputError, match=r"not recognised: an empty folder; give a detector's files"):
        read(tmp_path)
    for wanted in formats():
        with pytest.raises(InputError):
            read(tmp_path, format=wanted)


def test_ambiguous_files_name_the_candidates(tmp_path, monkeypatch):
    path = fakes.dump(tmp_path / "clip.pkl", fakes.detections())
    other = Format("other", "", lambda path: True, keypoints.aistpp.read)
    monkeypatch.setattr(keypoints, "FORMATS", (*keypoints.FORMATS, other))
    with pytest.raises(InputError, match="could be aistpp, other; say which"):
        read(path)
    assert read(path, format="other").tracks


def test_options_that_do_not_apply(tmp_path):
    path = fakes.cmu_pack(tmp_path / "pack.npz", {"a": {}})
    with pytest.raises(InputError, match="option view does not apply to format cmu"):
        read(path, view="c01")
    with pytest.raises(InputError, match="unknown keypoint format 'mov'; known: tracks"):
        read(path, format="mov")
    for fps in (0, -1, float("nan"), float("inf")):
        with pytest.raises(InputError, match="expected frames per second"):
            read(path, fps=fps)


def test_reading_needs_neither_jax_nor_tensorflow():
    code = "import sys, hdvr_jax.keypoints; print(sorted({'jax', 'tensorflow'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
