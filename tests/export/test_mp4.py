"""Videos written: in a codec that reads back, whole or not at all, and without a word."""

import subprocess
import sys
import tracemalloc

import cv2
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.export import mp4
from hdvr_jax.video import Video
from tests.processes import environment

_SAYS_NOTHING = """
import sys, numpy
from hdvr_jax.export import mp4
with mp4.whole_video(sys.argv[1], 30.0, (64, 48)) as write:
    write(numpy.zeros((48, 64, 3), numpy.uint8))
"""


class _Mute:
    """A writer that says it is open and writes nothing that can be read."""

    def __init__(self, path):
        path.write_bytes(b"no video")

    def isOpened(self):
        return True

    def write(self, frame):
        assert frame.dtype == np.uint8

    def release(self):
        pass


def _codec(path):
    video = cv2.VideoCapture(str(path))
    return int(video.get(cv2.CAP_PROP_FOURCC)).to_bytes(4, "little").decode().lower()


def test_a_codec_that_only_says_that_it_works_is_not_taken(tmp_path, monkeypatch):
    """The writer of H.264 is replaced by one that writes rubbish: the next codec writes the video."""
    asked, real = [], mp4._writer

    def writer(codec, path, *rest):
        asked.append(codec)
        return _Mute(path) if codec == "avc1" else real(codec, path, *rest)

    monkeypatch.setattr(mp4, "_writer", writer)
    with mp4.whole_video(tmp_path / "a.mp4", 25.0, (64, 48)) as write:
        for shade in (0, 100, 200):
            write(np.full((48, 64, 3), shade, np.uint8))
    assert asked == ["avc1", "mp4v", "mp4v"]
    assert _codec(tmp_path / "a.mp4") in ("mp4v", "fmp4")
    assert [round(float(image.mean()), -2) for image in Video(tmp_path / "a.mp4")] == [0, 100, 200]


def test_the_first_codec_that_reads_back_is_taken(tmp_path, monkeypatch):
    """Stands in for a build with an H.264 encoder, by letting "avc1" write the codec that this one has."""
    asked, real = [], mp4._writer

    def writer(codec, *rest):
        asked.append(codec)
        return real("mp4v", *rest)

    monkeypatch.setattr(mp4, "_writer", writer)
    with mp4.whole_video(tmp_path / "a.mp4", 25.0, (64, 48)) as write:
        write(np.zeros((48, 64, 3), np.uint8))
    assert asked == ["avc1", "avc1"]


def test_a_trial_takes_a_few_frames_of_memory(tmp_path):
    """What was written and what is read of it are compared one by one; the codec's own memory is not counted."""
    size = (640, 480)
    tracemalloc.start()
    try:
        with mp4.whole_video(tmp_path / "a.mp4", 25.0, size):
            most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 4 * 3 * size[0] * size[1]


class _Altering:
    """A writer of which the last frame of a trial comes back otherwise."""

    def __init__(self, real, change):
        self._real, self._change, self._written = real, change, 0

    def isOpened(self):
        return self._real.isOpened()

    def write(self, frame):
        self._written += 1
        for image in self._change(frame) if self._written == mp4._TRIAL_FRAMES else [frame]:
            self._real.write(image)

    def release(self):
        self._real.release()


@pytest.mark.parametrize(
    "change",
    [lambda frame: [], lambda frame: [frame, frame], lambda frame: [frame // 2]],
    ids=["lost", "twice", "darker"],
)
def test_a_codec_of_which_one_frame_is_not_as_it_was_is_not_taken(tmp_path, monkeypatch, change):
    real = mp4._writer
    monkeypatch.setattr(mp4, "_writer", lambda *given: _Altering(real(*given), change))
    with pytest.raises(InputError, match="no mp4v encoder"), mp4.whole_video(tmp_path / "a.mp4", 25.0, (64, 48)):
        pass
    assert not list(tmp_path.iterdir())


def test_no_codec_at_all(tmp_path, monkeypatch):
    monkeypatch.setattr(mp4, "_writer", lambda codec, path, *rest: _Mute(path))
    with pytest.raises(InputError, match="no mp4v encoder"), mp4.whole_video(tmp_path / "a.mp4", 25.0, (64, 48)):
        pass
    assert not list(tmp_path.iterdir())


def test_a_failure_leaves_what_was_there(tmp_path):
    def broken():
        with mp4.whole_video(tmp_path / "a.mp4", 25.0, (64, 48)) as write:
            write(np.zeros((48, 64, 3), np.uint8))
            raise RuntimeError

    (tmp_path / "a.mp4").write_text("earlier")
    with pytest.raises(RuntimeError):
        broken()
    assert [path.read_text() for path in tmp_path.iterdir()] == ["earlier"]


def test_nothing_is_printed_whatever_this_build_lacks(tmp_path):
    command = [sys.executable, "-c", _SAYS_NOTHING, str(tmp_path / "a.mp4")]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert (tmp_path / "a.mp4").stat().st_size > 100
