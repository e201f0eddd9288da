"""Files that are whole or not there."""

import os

import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.files import check_place, whole_file


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
