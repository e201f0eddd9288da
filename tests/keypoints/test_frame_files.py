"""Frame numbers in names, and folders of frames."""

import pathlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import frame_files


@pytest.mark.parametrize(
    ("names", "pairs"),
    [
        (["a_2", "a_10"], [("a_*", 2), ("a_*", 10)]),
        (["f1_v2", "f2_v2"], [("f*_v2", 1), ("f*_v2", 2)]),
        (["c1_07", "c2_07", "c2_08"], [("c1_*", 7), ("c2_*", 7), ("c2_*", 8)]),
        (["0.jpg", "1.jpg", "1.jpg"], [("*.jpg", 0), ("*.jpg", 1), ("*.jpg", 1)]),
        (["left", "right", "left"], [("all", 0), ("all", 1), ("all", 0)]),
        (["only_3"], [("only_*", 3)]),
        (["b", "a_1"], [("b", 0), ("a_*", 1)]),
    ],
)
def test_numbers_of_frames_in_names(names, pairs):
    assert frame_files.numbered(names) == pairs


@given(numbers=st.lists(st.integers(0, 10**12), min_size=2, unique=True), width=st.integers(0, 14))
@settings(max_examples=40, deadline=None)
def test_any_numbering_is_read_back(numbers, width):
    names = [f"take3_{number:0{width}d}_keypoints" for number in numbers]
    assert [number for _, number in frame_files.numbered(names)] == numbers


def test_a_time_line_begins_with_the_lowest_number_or_before_it():
    notes: list[str] = []
    assert frame_files.time_line(pathlib.Path("x"), [5, 7, 5], notes) == (5, 3)
    assert len(notes) == 2
    assert frame_files.time_line(pathlib.Path("x"), [5, 7], [], start=1) == (1, 7)
    assert frame_files.time_line(pathlib.Path("x"), [0, 7], [], start=1) == (0, 8)
    with pytest.raises(InputError, match="frame numbers go from 0 to 1000000, but only 2 frames"):
        frame_files.time_line(pathlib.Path("x"), [0, 1_000_000], [])
    for start in (None, 1):
        with pytest.raises(InputError, match="x: no people in it: no frames"):
            frame_files.time_line(pathlib.Path("x"), [], [], start)


def test_files_of_a_folder_are_its_own_and_visible(tmp_path):
    for name in ("b_2.json", "b_1.json", "._b_1.json", "c.txt"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "d.json").mkdir()
    (tmp_path / "b_3.json").symlink_to("b_1.json")
    (tmp_path / "gone.json").symlink_to("nowhere.json")
    assert frame_files.names(tmp_path, ".json") == ["b_1.json", "b_2.json", "b_3.json"]


def test_two_files_for_one_frame(tmp_path):
    for name in ("f1.json", "f01.json", "f2.json"):
        (tmp_path / name).write_text("{}")
    with pytest.raises(InputError, match=r"f01\.json and f1\.json are both frame 1"):
        frame_files.in_order(tmp_path, ".json", None, [])
    (tmp_path / "f01.json").rename(tmp_path / "f2.JSON")
    with pytest.raises(InputError, match=r"f2\.JSON and f2\.json are both frame 2"):
        frame_files.in_order(tmp_path, ".json", None, [])


def test_names_of_one_recording():
    names = ["a/1.jpg", "b/7.jpg", "a/2.jpg", "a/1.jpg"]
    notes: list[str] = []
    assert frame_files.of_recording(names, None, pathlib.Path("x"), notes) == {0: 1, 2: 2, 3: 1}
    assert notes == ["2 recordings in x; took a/*.jpg."]
    assert frame_files.of_recording(names, "b/*.jpg", pathlib.Path("x"), []) == {1: 7}
    with pytest.raises(InputError, match=r"x: a/1\.jpg and a/001\.jpg are both frame 1"):
        frame_files.of_recording([*names, "a/001.jpg"], None, pathlib.Path("x"), [])
