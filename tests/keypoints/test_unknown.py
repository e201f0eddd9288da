"""What is said of paths that no reader recognises."""

import json
import pathlib
import zipfile

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from hdvr_jax import keypoints
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import unknown
from tests.keypoints import detected, mangling

KNOWN = {entry.name: entry.description for entry in keypoints.FORMATS}
MARKS = {entry.name: entry.fields for entry in keypoints.FORMATS}


def said(path):
    """The line about a path that is not recognised."""
    with pytest.raises(InputError) as caught:
        keypoints.read(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    return str(caught.value).removeprefix(f"{path}: not recognised: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([{"a": 1, "b": [2], "c": "x"}], "a JSON list of objects with the fields a, b, c; known are tracks, aistpp"),
        ({"frames": [{"kp": [1, 2]}]}, "a JSON object with the fields frames; known are"),
        ([[[1.0, 2.0]]], "a JSON list of lists of lists of numbers; known are"),
        ([], "a JSON list; known are"),
        ([[{"keypoints": [1, 2], "score": 2}]], "nearest are coco (COCO keypoint results (.json)) or alphapose"),
    ],
)
def test_json(tmp_path, content, words):
    assert words in said(detected.dump(tmp_path / "a.json", content))


def test_json_that_is_none(tmp_path):
    path = tmp_path / "a.json"
    for text, words in [
        ('{"a": [1, 2', "a JSON object with the fields a, cut short"),
        ("hello", "a text that is not JSON"),
        ('{"frame": 0}\n{"frame": 1}\n', "lines of JSON, the first a JSON object with the fields frame"),
    ]:
        path.write_text(text)
        assert words in said(path)


def test_arrays(tmp_path):
    np.savez(tmp_path / "a.npz", x=np.zeros((10, 17, 3)), y=np.zeros(4, np.float32))
    words = "an .npz with the arrays x (10, 17, 3) of float64, y (4,) of float32; known are"
    assert said(tmp_path / "a.npz").startswith(words)
    np.save(tmp_path / "b.npy", np.zeros((10, 17, 2), np.float32))
    assert said(tmp_path / "b.npy").startswith("an array (10, 17, 2) of float32; ")


def test_other_files(tmp_path):
    (tmp_path / "a.txt").write_text("hello\nworld")
    (tmp_path / "b.csv").write_text("frame,x,y\n1,2,3\n")
    (tmp_path / "c.fbx").write_bytes(b"Kaydara FBX")
    (tmp_path / "d.bin").write_bytes(bytes(range(256)))
    with zipfile.ZipFile(tmp_path / "e.zip", "w") as archive:
        archive.writestr("poses.json", "{}")
    words = {
        "a.txt": "a text file; expected a video, keypoints or motion",
        "b.csv": "a table with the columns frame, x, y; known are",
        "c.fbx": "motion as .fbx; export it as .bvh",
        "d.bin": "256 bytes of no known kind",
        "e.zip": "a zip archive with poses.json; unpack it first",
    }
    for name, line in words.items():
        assert said(tmp_path / name).startswith(line)
    cv2.imwrite(str(tmp_path / "f.png"), np.zeros((9, 9, 3), np.uint8))
    assert said(tmp_path / "f.png").startswith("a PNG picture; expected a video")


def test_folders(tmp_path):
    for number in range(12):
        (tmp_path / f"{number}.txt").write_text("x")
    (tmp_path / "more").mkdir()
    assert said(tmp_path).startswith("a folder with 12 .txt files and 1 folder; give the folder that holds")


def test_links_of_a_folder_are_not_followed(tmp_path):
    secret = detected.dump(tmp_path / "secret.json", {"password": 1})
    (tmp_path / "given").mkdir()
    for number in range(2):
        (tmp_path / "given" / f"{number}.json").symlink_to(secret)
    assert "password" not in unknown.about(tmp_path / "given", KNOWN, MARKS)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("-", "standard input are read with --stream"),
        ("0", "a camera is read with --stream"),
        ("/dev/video97", "a camera is read with --stream, as 97"),
        ("rtsp://camera/1", "addresses are not opened"),
        ("gone.json", ""),
    ],
)
def test_what_is_no_file_but_may_be_a_stream(name, hint):
    with pytest.raises(InputError, match="no such file or folder") as caught:
        keypoints.read(name)
    assert hint in str(caught.value)
    assert bool(hint) == ("stream" in str(caught.value))


_VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


@given(content=st.binary(max_size=60) | _VALUES.map(lambda value: json.dumps(value).encode()))
@settings(max_examples=80, deadline=None)
def test_anything_is_told_in_one_line(tmp_path_factory, content):
    path: pathlib.Path = tmp_path_factory.mktemp("any") / "a.json"
    path.write_bytes(content or b" ")
    _check_line(path)


# What file systems and archives take as a name.
_NAMES = st.lists(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="/\0"), min_size=1, max_size=12), max_size=3
)


def _check_line(path):
    told = unknown.about(path, KNOWN, MARKS)
    assert told.startswith(f"{path}: not recognised: ")
    assert told.isprintable()


@given(names=_NAMES, array=st.booleans())
@example(names=["a\x1b[31m", "b\n"], array=True)
@settings(max_examples=40, deadline=None)
def test_names_within_archives_are_told_in_one_line(tmp_path_factory, names, array):
    path = tmp_path_factory.mktemp("any") / "a.npz"
    with zipfile.ZipFile(path, "w") as archive:
        for name in dict.fromkeys(names):
            with archive.open(f"{name}.npy" if array else name, "w") as file:
                np.lib.format.write_array(file, np.zeros(2))
    _check_line(path)


@given(names=_NAMES)
@example(names=["a.\x1b[31m", "b.\u2028"])
@settings(max_examples=40, deadline=None)
def test_files_of_a_folder_are_told_in_one_line(tmp_path_factory, names):
    path = tmp_path_factory.mktemp("any")
    for name in names:
        (path / f"a{name}").write_text("x")
    _check_line(path)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("own json", "tracks"),
        ("own npz", "tracks"),
        ("cmu pack", "cmu"),
        *((name, name) for name in MARKS if MARKS[name] and name in mangling.KINDS),
        ("detectron", "videopose3d"),
    ],
)
def test_a_sound_file_is_near_its_own_format(tmp_path, kind, name):
    assert f"{name} ({KNOWN[name]})" in unknown.about(mangling.KINDS[kind](tmp_path), KNOWN, MARKS)


def test_errors_of_readers_are_printable(tmp_path):
    path = tmp_path / "a.json"
    points = detected.dancers(1, 3)
    detected.alphapose(path, points, image_id=lambda person, frame: f"\x1b[31m{frame}.jpg")
    with pytest.raises(InputError, match="no recording b") as caught:
        keypoints.read(path, clip="b")
    assert str(caught.value).isprintable()
