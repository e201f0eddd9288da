"""Files that are whole or not there."""

import os
import subprocess
import sys
import time

import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.files import abandoned, check_place, draft, is_draft, whole_file, writer_mark


def test_a_file_appears_when_it_is_whole(tmp_path):
    path = tmp_path / "a.bin"
    with whole_file(path) as file:
        file.write(b"first")
        assert not path.exists()
    assert path.read_bytes() == b"first"
    assert os.listdir(tmp_path) == ["a.bin"]
    (tmp_path / "plain").write_bytes(b"")
    assert path.stat().st_mode == (tmp_path / "plain").stat().st_mode


def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def interrupted():
        with whole_file(path) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.bin"]


def test_places_that_cannot_be_written_are_told_before_the_work(tmp_path):
    (tmp_path / "file").write_text("")
    check_place(tmp_path / "new" / "deeper" / "found.json")
    check_place(tmp_path, folder=True)
    check_place(tmp_path / "new", folder=True)
    with pytest.raises(InputError, match="this is a folder"):
        check_place(tmp_path)
    for place in (tmp_path / "file" / "found.json", tmp_path / "file" / "deeper" / "found.json"):
        with pytest.raises(InputError, match="file is a file"):
            check_place(place)
    with pytest.raises(InputError, match="file is a file"):
        check_place(tmp_path / "file", folder=True)
    assert os.listdir(tmp_path) == ["file"]


def _gone():
    """The mark of a process of this machine that is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return writer_mark().replace(f"-{os.getpid()}", f"-{process.pid}")


def _aged(path, hours):
    then = time.time() - 3600 * hours
    os.utime(path, (then, then))


def test_drafts_of_killed_processes_go_with_the_next_write(tmp_path):
    for name in (
        f".a.bin.{_gone()}.part",
        ".a.bin.elsewhere-5.part",
        ".a.bin.77.part",
    ):
        (tmp_path / name).write_bytes(b"half")
    _aged(tmp_path / ".a.bin.77.part", 25)
    others = (f".b.bin.{_gone()}.part", ".a.bin.of.me.part", ".a.bin.part", f".a.bin.{_gone()}.txt")
    for name in others:
        (tmp_path / name).write_bytes(b"of somebody else")
        _aged(tmp_path / name, 1000)
    with whole_file(tmp_path / "a.bin") as file:
        file.write(b"whole")
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.bin", ".a.bin.elsewhere-5.part", *others}


def test_tidying_up_never_makes_a_write_fail(tmp_path):
    """What stands in the place of an old draft, or in that of a new one that failed, cannot be unlinked."""
    path, left = tmp_path / "a.bin", tmp_path / f".a.bin.{_gone()}.part"
    left.mkdir()
    with whole_file(path) as file:
        file.write(b"whole")
    assert path.read_bytes() == b"whole"
    assert left.is_dir()

    def failing():
        with draft(path) as place:
            place.mkdir()
            raise KeyError("the reason")

    with pytest.raises(KeyError, match="the reason"):
        failing()


def test_drafts_may_end_as_their_writers_ask(tmp_path):
    left = tmp_path / f".a.mp4.{_gone()}.part.mp4"
    left.write_bytes(b"half")
    with draft(tmp_path / "a.mp4", ".mp4") as place:
        assert place.suffix == ".mp4"
        assert not left.exists()
        assert is_draft(place.name)
        place.write_bytes(b"whole")
    assert os.listdir(tmp_path) == ["a.mp4"]
    assert (tmp_path / "a.mp4").read_bytes() == b"whole"


def test_what_is_a_draft(tmp_path):
    with draft(tmp_path / "a.bin") as place:
        assert is_draft(place.name)
        place.write_bytes(b"")
    assert is_draft(".overlay.elsewhere-1.part.mp4")
    assert not any(map(is_draft, ("a.bin", ".part", "song.part", ".a.bin", ".a.parts", ".a.part.of.me")))


def test_who_writes_and_what_is_new_is_never_abandoned(tmp_path):
    path = tmp_path / "draft"
    path.write_bytes(b"")
    assert not abandoned(path, writer_mark())
    assert not abandoned(path, f"{os.getppid()}")
    assert not abandoned(path, "elsewhere-1")
    assert abandoned(path, _gone())
    assert not abandoned(tmp_path / "nowhere", "elsewhere-1")
    _aged(path, 23)
    assert not abandoned(path, "elsewhere-1")
    _aged(path, 25)
    assert abandoned(path, "elsewhere-1")
    assert not abandoned(path, "something else")


def test_a_folder_is_as_old_as_the_last_thing_written_in_it(tmp_path):
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "growing").write_bytes(b"")
    _aged(folder, 50)
    assert not abandoned(folder, "elsewhere-1")
    _aged(folder / "growing", 50)
    assert abandoned(folder, "elsewhere-1")
