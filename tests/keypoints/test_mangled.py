"""Damaged files of every format: a sound reading or an error of one line, soon, and nothing read beside the input."""

import builtins
import io
import os
import pathlib
import time

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import formats, read
from hdvr_jax.provenance import MISSING
from tests.keypoints import detected, mangling

_SECONDS = 10


@pytest.fixture
def opened(monkeypatch):
    """Paths of the files that are opened."""
    paths: list[str] = []
    plain = io.open

    def watched(file, *args, **kwargs):
        if isinstance(file, str | os.PathLike):
            paths.append(os.fspath(file))
        return plain(file, *args, **kwargs)

    monkeypatch.setattr(io, "open", watched)
    monkeypatch.setattr(builtins, "open", watched)
    return paths


def _check_sound(reading):
    assert reading.tracks
    assert all(isinstance(note, str) and "\n" not in note for note in reading.notes)
    for track in reading.tracks:
        track.validate()
        there = np.isfinite(track.keypoints).all(-1)
        assert ((track.provenance == MISSING) == ~there).all()
        assert ((track.confidence >= 0) & (track.confidence <= 1)).all()
        assert track.frames < 20_000


def _outcome(kind: str, seed: int, folder: pathlib.Path, opened: list[str]) -> bool:
    """Whether a damaged file was read rather than refused; fails where neither happened as it should."""
    inside = folder / "input"
    inside.mkdir(parents=True)
    detected.dump(folder / "secret.json", detected.openpose_frame(detected.dancers(1, 1, "body25b")[:, 0]))
    (folder / "secret.txt").write_text(detected.ultralytics_line(detected.dancers(1, 1)[0, 0], (1280, 720)))
    path = mangling.mangle(kind, inside, np.random.default_rng(seed))
    opened.clear()
    start = time.perf_counter()
    try:
        _check_sound(read(path))
        return True
    except InputError as error:
        message = str(error)
        assert "\n" not in message
        assert inside.name in message
        assert len(message) < 1000
        return False
    finally:
        assert time.perf_counter() - start < _SECONDS
        beside = [name for name in opened if name.startswith(str(folder)) and not name.startswith(str(inside))]
        assert not beside


@pytest.mark.parametrize("kind", mangling.KINDS)
def test_undamaged_files_are_read(tmp_path, kind):
    _check_sound(read(mangling.KINDS[kind](tmp_path)))


@given(kind=st.sampled_from(sorted(mangling.KINDS)), seed=st.integers(0, 2**32))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damaged_files_give_a_sound_reading_or_an_error_of_one_line(tmp_path_factory, opened, kind, seed):
    _outcome(kind, seed, tmp_path_factory.mktemp("damaged"), opened)


@pytest.mark.slow
def test_a_thousand_damaged_files(tmp_path, opened, capsys):
    kinds = sorted(mangling.KINDS)
    sound = [_outcome(kinds[seed % len(kinds)], seed, tmp_path / str(seed), opened) for seed in range(1000)]
    with capsys.disabled():
        print(f"\n{sum(sound)} of {len(sound)} damaged files were read, {len(sound) - sum(sound)} refused")
    assert 50 < sum(sound) < 950


@pytest.mark.parametrize("name", formats())
def test_a_pipe_is_not_waited_for(tmp_path, name):
    os.mkfifo(tmp_path / "pipe.json")
    for wanted in (None, name):
        with pytest.raises(InputError, match=r"pipe\.json: neither a file nor a folder"):
            read(tmp_path / "pipe.json", format=wanted)


def test_links_out_of_the_folder_are_refused(tmp_path):
    folder = detected.openpose(tmp_path / "input", detected.dancers(1, 3, "coco18"))
    detected.dump(tmp_path / "secret.json", detected.openpose_frame(detected.dancers(1, 1, "coco18")[:, 0]))
    (folder / "frame_1.json").symlink_to(tmp_path / "secret.json")
    with pytest.raises(InputError, match=r"frame_1\.json: a link that leads out of its folder"):
        read(folder)
