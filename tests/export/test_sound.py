"""Sound under an overlay: a stand-in for ffmpeg is told what to do; where it fails, the video stays."""

import json
import os
import pathlib
import shutil
import subprocess
import sys

import numpy as np
import pytest

from hdvr_jax import export, recordings
from hdvr_jax.export import mp4
from hdvr_jax.export.overlay import write_overlay
from hdvr_jax.export.sound import add_sound
from hdvr_jax.footage import Footage
from hdvr_jax.keypoints.reading import Reading
from hdvr_jax.video import Video
from tests.recognition import fabricated

# Writes down its arguments, and does what it is told by its name's neighbour "does".
_STAND_IN = """#!{python}
import json, pathlib, sys
here = pathlib.Path(__file__).parent
(here / "asked.json").write_text(json.dumps(sys.argv[1:]))
does = (here / "does").read_text()
out = pathlib.Path(sys.argv[-1].removeprefix("file:"))
if does == "works":
    out.write_bytes(b"with sound" * 1000)
elif does == "half":
    out.write_bytes(b"wi")
elif does == "fails":
    out.write_bytes(b"with sound" * 1000)
    print("Stream map matches no streams", file=sys.stderr)
    sys.exit(1)
"""


@pytest.fixture
def program(tmp_path, monkeypatch):
    """The folder of a stand-in for ffmpeg that is alone on the PATH."""
    folder = tmp_path / "programs"
    folder.mkdir()
    (folder / "ffmpeg").write_text(_STAND_IN.format(python=sys.executable))
    (folder / "ffmpeg").chmod(0o755)
    monkeypatch.setenv("PATH", str(folder))
    return folder


@pytest.fixture
def video(tmp_path):
    (tmp_path / "out").mkdir()
    path = tmp_path / "out" / "overlay.mp4"
    path.write_bytes(b"silent" * 1000)
    return path


def _alone(path):
    return os.listdir(path.parent) == [path.name]


def test_the_program_gets_files_only_and_the_right_stretch(program, video):
    (program / "does").write_text("works")
    assert add_sound(video, pathlib.Path("-i http:dance.mkv"), 2.5, 8.0) == ""
    assert video.read_bytes() == b"with sound" * 1000
    assert _alone(video)
    asked = json.loads((program / "asked.json").read_text())
    inputs = [asked[place + 1] for place, word in enumerate(asked) if word == "-i"]
    assert inputs == [f"file:{video}", f"file:{pathlib.Path('-i http:dance.mkv').resolve()}"]
    assert asked[asked.index("-ss") + 1] == "2.5000"
    assert asked[asked.index("-t") + 1] == "8.0000"
    assert asked.count("-protocol_whitelist") == 2


@pytest.mark.parametrize("does", ["half", "fails", "nothing"])
def test_the_video_stays_as_it_is_where_the_program_fails(program, video, capfd, does):
    (program / "does").write_text(does)
    found = add_sound(video, pathlib.Path("dance.mkv"), 0.0, 8.0)
    assert found == "ffmpeg found none in dance.mkv, or could not copy it"
    assert video.read_bytes() == b"silent" * 1000
    assert _alone(video)
    assert capfd.readouterr() == ("", "")


def test_without_the_program_nothing_happens(tmp_path, video, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert "no program ffmpeg" in add_sound(video, pathlib.Path("dance.mkv"), 0.0, 8.0)
    assert _alone(video)


def test_an_overlay_asks_for_its_own_length(program, tmp_path):
    (program / "does").write_text("fails")
    footage = Footage(iter([]), (tmp_path / "dance.mkv", 1.0))
    silent = write_overlay(fabricated.recognition(dancers=1), footage, tmp_path / "overlay.mp4")
    assert silent == "ffmpeg found none in dance.mkv, or could not copy it"
    asked = json.loads((program / "asked.json").read_text())
    assert asked[asked.index("-t") + 1] == "3.0000"
    assert (tmp_path / "overlay.mp4").stat().st_size > 1000


def _film(path, frames=30):
    with mp4.whole_video(path, 30.0, (64, 48)) as write:
        for shade in range(frames):
            write(np.full((48, 64, 3), 5 * shade, np.uint8))
    return path


def _pictures(path):
    return list(Video(path))


def test_sound_fits_only_where_tracks_keep_the_pace_of_the_video(tmp_path):
    path = _film(tmp_path / "dance.mp4")
    track = fabricated.track_result(frames=20).given
    assert track.fps == 30
    reading = Reading([track], [])
    footage = recordings.Recording(reading, Video(path), 6).footage()
    assert (footage.sound, footage.silent) == ((path, 0.2), "")
    np.testing.assert_array_equal(next(iter(footage.frames)), _pictures(path)[6])
    assert recordings.Recording(reading).footage() is None
    unpaced = recordings.Recording(reading, Video(path, fps=30)).footage()
    assert (unpaced.sound, unpaced.silent) == (None, "the pace of dance.mp4 is not known, or replaced by --fps")
    slow = fabricated.track_result(frames=20).given
    slow = type(slow)(**{**vars(slow), "fps": 25.0})
    unequal = recordings.Recording(Reading([track, slow], []), Video(path)).footage()
    assert (unequal.sound, unequal.silent) == (None, "dance.mp4 has 30 frames/s, the dancers 25")


@pytest.mark.parametrize("silent", ["", "the pace of dance.mp4 is not known"])
def test_why_an_overlay_has_no_sound_is_told_in_a_sentence(tmp_path, silent):
    told = []
    footage = Footage([np.zeros((48, 64, 3), np.uint8)], silent=silent)
    export.write(fabricated.recognition(dancers=1), tmp_path, ["overlay"], footage, told.append)
    assert told == ([f"The overlay has no sound: {silent}."] if silent else [])
    export.write(fabricated.recognition(dancers=1), tmp_path, ["csv"], footage, told.append)
    assert len(told) == bool(silent)


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no program ffmpeg on the PATH")
def test_the_real_program_adds_sound_and_keeps_every_frame(tmp_path):
    silent, source = _film(tmp_path / "overlay.mp4"), tmp_path / "dance.mkv"
    tone = ["-f", "lavfi", "-i", "sine=frequency=440:duration=3", "-c:a", "pcm_s16le", str(source)]
    subprocess.run(["ffmpeg", "-v", "error", *tone], check=True, timeout=60)
    before = _pictures(silent)
    assert add_sound(silent, source, 1.0, 1.0) == ""
    assert b"mp4a" in silent.read_bytes()
    after = _pictures(silent)
    assert len(after) == len(before)
    assert all((first == second).all() for first, second in zip(after, before))
    assert Video(silent).frames == 30
