"""Video files: containers, rotation, varying frame times, damage, memory."""

import contextlib
import itertools
import math
import os
import pathlib
import struct
import subprocess
import sys

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.errors import InputError
from hdvr_jax.video import TimeLine, is_video, open_video
from tests.real_data import real_data

WIDTH, HEIGHT = 64, 48


def write_video(path: pathlib.Path, frames: int = 12, fps: float = 30.0, codec: str = "mp4v") -> pathlib.Path:
    """Frame number i in the brightness, a red mark in the corner at the top left."""
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter_fourcc(*codec), fps, (WIDTH, HEIGHT))
    assert writer.isOpened()
    for number in range(frames):
        image = np.full((HEIGHT, WIDTH, 3), 16 * number, np.uint8)
        image[:16, :16] = (0, 0, 255)
        writer.write(image)
    writer.release()
    return path


def shown(video) -> list[int]:
    """Numbers of the frames that come, as drawn by `write_video`."""
    return [round(int(np.median(image)) / 16) for image in video]


def atom(content: bytes, name: bytes) -> int:
    """Where the content of an atom of an MP4 file begins."""
    return content.index(name) + 4


def tick_of(path: pathlib.Path) -> int:
    """Units of time of an MP4 file in a thirtieth of a second."""
    content = path.read_bytes()
    start = atom(content, b"mdhd") + 12
    return struct.unpack(">I", content[start : start + 4])[0] // 30


def with_times(path: pathlib.Path, runs: list[tuple[int, int]]) -> pathlib.Path:
    """Gives the frames of an MP4 file, whose index is at its end, other durations: runs of (frames, ticks each)."""
    content = bytearray(path.read_bytes())
    start = atom(content, b"stts") - 8
    size = struct.unpack(">I", content[start : start + 4])[0]
    table = b"stts" + struct.pack(">II", 0, len(runs)) + b"".join(struct.pack(">II", *run) for run in runs)
    grown = len(table) + 4 - size
    content[start : start + size] = struct.pack(">I", len(table) + 4) + table
    for name in (b"stbl", b"minf", b"mdia", b"trak", b"moov"):
        place = content.index(name) - 4
        content[place : place + 4] = struct.pack(">I", struct.unpack(">I", content[place : place + 4])[0] + grown)
    # The list of edits and the duration would cut the film at its old length.
    start = atom(content, b"mdhd") + 16
    content[start : start + 4] = struct.pack(">I", sum(frames * ticks for frames, ticks in runs))
    path.write_bytes(content.replace(b"edts", b"free"))
    return path


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "mp4v"), ("a.avi", "MJPG"), ("a.mkv", "mp4v"), ("a.mov", "mp4v")]
)
def test_containers(tmp_path, name, codec):
    with open_video(write_video(tmp_path / name, codec=codec)) as video:
        assert (video.fps, video.frames, video.image_size) == (30, 12, (WIDTH, HEIGHT))
        assert shown(video) == list(range(12))
        assert shown(video) == list(range(12))
        assert video.notes == []
        assert video.at_own_pace
        for first in (0, 1, 11):
            np.testing.assert_array_equal(list(video.frames_from(first)), list(video)[first:])
        assert list(video.frames_from(12)) == []


def test_names_that_ffmpeg_would_take_for_a_pattern_or_an_address(tmp_path):
    folder = tmp_path / "http:"
    folder.mkdir()
    write_video(folder / "take.mp4").rename(folder / "take%03d é.mp4")
    with contextlib.chdir(tmp_path):
        assert shown(open_video("http:/take%03d é.mp4")) == list(range(12))


@pytest.mark.parametrize(
    ("matrix", "corner", "size"),
    [
        ((0, 1, -1, 0), (0, -1), (HEIGHT, WIDTH)),
        ((-1, 0, 0, -1), (-1, -1), (WIDTH, HEIGHT)),
        ((0, -1, 1, 0), (-1, 0), (HEIGHT, WIDTH)),
    ],
)
def test_rotation_flags_are_followed(tmp_path, matrix, corner, size):
    path = write_video(tmp_path / "turned.mp4")
    content = bytearray(path.read_bytes())
    a, b, c, d = (65536 * value for value in matrix)
    start = atom(content, b"tkhd") + 40
    content[start : start + 36] = struct.pack(">9i", a, b, 0, c, d, 0, 0, 0, 1 << 30)
    path.write_bytes(content)
    video = open_video(path)
    assert video.image_size == size
    image = next(iter(video))
    assert image.shape == (size[1], size[0], 3)
    red = image[[4, -4][corner[0]], [4, -4][corner[1]]]
    assert red[2] > 180
    assert red[0] < 80
    assert "turned by" in video.notes[0]


def test_varying_frame_times_become_an_even_line(tmp_path):
    """12 frames at 30 a second, but frame 3 stands for four places."""
    path = write_video(tmp_path / "varying.mp4")
    tick = tick_of(path)
    video = open_video(with_times(path, [(3, tick), (1, 4 * tick), (8, tick)]))
    assert video.fps == pytest.approx(30)
    assert shown(video) == [0, 1, 2, 3, 3, 3, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert video.frames == 15
    assert any("varying times" in note for note in video.notes)
    assert video.at_own_pace
    count = len(video.notes)
    assert shown(video.frames_from(5)) == [3, 3, 4, 5, 6, 7, 8, 9, 10, 11]
    assert len(video.notes) == count


def test_a_given_rate_takes_frames_as_they_come(tmp_path):
    path = write_video(tmp_path / "slow.mp4")
    tick = tick_of(path)
    video = open_video(with_times(path, [(3, tick), (1, 4 * tick), (8, tick)]), fps=120)
    assert (video.fps, shown(video)) == (120, list(range(12)))
    assert "as given" in video.notes[0]
    assert not video.at_own_pace
    for fps in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(InputError, match="fps is"):
            open_video(path, fps=fps)


def test_a_rate_that_cannot_be_is_replaced_and_told(tmp_path):
    video = open_video(write_video(tmp_path / "fast.mp4", fps=1000.0))
    assert video.fps == 30
    assert shown(video) == list(range(12))
    assert "1000 frames/s, which cannot be" in video.notes[0]
    assert not video.at_own_pace


def test_no_video(tmp_path):
    files = {
        "empty.mp4": b"",
        "text.mp4": b"hello\n",
        "list.m3u8": b"#EXTM3U\n#EXTINF:2,\nother.ts\n",
        "list.mp4": b"ffconcat version 1.0\nfile 'other.mp4'\n",
        "noise.mp4": np.random.default_rng(0).bytes(5000),
        "zeros.mp4": bytes(5000),
        "begun.mp4": write_video(tmp_path / "whole.mp4").read_bytes()[:200],
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(InputError, match=name) as error:
            open_video(tmp_path / name)
        assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="no such file"):
        open_video(tmp_path / "missing.mp4")
    with pytest.raises(InputError, match="a folder"):
        open_video(tmp_path)
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(InputError, match="no such file"):
        open_video(tmp_path / "pipe.mp4")


def test_what_is_a_video(tmp_path):
    path = write_video(tmp_path / "a.mp4")
    assert is_video(path)
    assert is_video(path.rename(tmp_path / "film"))
    (tmp_path / "broken.MOV").write_bytes(b"cut")
    assert is_video(tmp_path / "broken.MOV")
    np.savez(tmp_path / "points.npz", a=np.zeros(5))
    (tmp_path / "points.json").write_text("{}")
    for other in ("points.npz", "points.json", "missing.mp4", "."):
        assert not is_video(tmp_path / other)


def test_a_truncated_file_gives_what_it_has_and_says_so(tmp_path):
    path = write_video(tmp_path / "cut.avi", frames=15, codec="MJPG")
    content = path.read_bytes()
    path.write_bytes(content[: len(content) * 2 // 3])
    video = open_video(path)
    found = shown(video)
    assert found == list(range(len(found)))
    assert 0 < len(found) < 15
    assert video.frames == len(found)
    assert any("truncated or damaged" in note for note in video.notes)
    # OpenCV's libraries have their own ways to the console, which only a new process opens as users' do.
    script = f"from hdvr_jax.video import open_video; print(sum(1 for _ in open_video({str(path)!r})))"
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert (ran.stdout.strip(), ran.stderr) == (str(len(found)), "")


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**31))
def test_flipped_bytes_end_in_frames_or_one_line(tmp_path_factory, seed):
    path = tmp_path_factory.mktemp("flipped") / "a.mp4"
    content = bytearray(write_video(path, frames=5).read_bytes())
    random = np.random.default_rng(seed)
    for place in random.integers(0, len(content), random.integers(1, 40)):
        content[place] = random.integers(256)
    path.write_bytes(content)
    images = []
    with contextlib.suppress(InputError):
        video = open_video(path)
        images = list(itertools.islice(video, 500))
    assert all(image.shape == (video.image_size[1], video.image_size[0], 3) for image in images)


@settings(max_examples=50, deadline=None)
@given(
    st.floats(10, 120),
    st.lists(st.floats(-0.49, 0.49), min_size=1, max_size=40),
    st.floats(-1000, 1000),
)
def test_frames_that_shake_by_less_than_half_a_place_are_all_kept(fps, shake, begin):
    line = TimeLine(fps)
    # The first frame defines where the line begins.
    shake = [0.0, *shake]
    assert [line.slot(begin + (i + s) / fps) for i, s in enumerate(shake)] == list(range(len(shake)))
    assert line.notes(len(shake), len(shake)) == []


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(-(10**6), 10**6), min_size=1, max_size=40))
def test_any_times_give_a_line_that_goes_forward_and_stays_short(times):
    line = TimeLine(30.0)
    slots = [line.slot(seconds) for seconds in times]
    assert slots[0] == 0
    assert all(0 <= step <= 60 * 30 + 1 for step in np.diff(slots))


def test_times_that_jump_are_joined():
    line = TimeLine(10.0)
    assert [line.slot(seconds) for seconds in (5.0, 5.1, 9000.0, 9000.1, 0.0, 0.1)] == [0, 1, 2, 3, 4, 5]
    assert "jump at 2 places" in line.notes(6, 6)[0]


def test_real_clip():
    video = open_video(real_data("pose2sim", "cam01.mp4"))
    assert (video.fps, video.frames, video.image_size) == (60, 100, (1080, 1920))
    assert sum(1 for _ in itertools.islice(video, 3)) == 3
