"""Files that are either whole or not there.

What is being written stands beside its place under a name that tells by whom, so that what a killed process left can
be told from what another one is writing.
"""

import contextlib
import glob
import os
import pathlib
import platform
import re
import time
from collections.abc import Iterator
from typing import BinaryIO

from hdvr_jax.errors import InputError

# Nobody writes a file for so long without a sign.
_OLD_SECONDS = 24 * 3600.0
_DRAFT = ".part"


@contextlib.contextmanager
def whole_file(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """A binary file to write; it takes the name `path` when the block ends, and is gone when the block fails."""
    with draft(path) as place, place.open("wb") as file:
        yield file


@contextlib.contextmanager
def draft(path: str | os.PathLike, suffix: str = "") -> Iterator[pathlib.Path]:
    """Where to write a file; what is there takes the name `path` when the block ends, and is gone when the block fails.

    Drafts of the same file that killed processes left are removed, as far as that can be done.

    Args:
        suffix: End of the draft's name, for writers that ask for one, such as ".mp4".
    """
    path, end = pathlib.Path(path), f"{_DRAFT}{suffix}"
    for left in path.parent.glob(f".{glob.escape(path.name)}.*{glob.escape(end)}"):
        if abandoned(left, left.name.removeprefix(f".{path.name}.").removesuffix(end)):
            _remove(left)
    place = path.with_name(f".{path.name}.{writer_mark()}{end}")
    try:
        yield place
        place.replace(path)
    except BaseException:
        _remove(place)
        raise


def is_draft(name: str) -> bool:
    """Whether a file is one that `draft` names."""
    return re.fullmatch(rf"\..+{re.escape(_DRAFT)}(\.\w+)?", name, re.DOTALL) is not None


def _remove(place: pathlib.Path) -> None:
    # What cannot be tidied up is no reason to fail, and must not hide one.
    with contextlib.suppress(OSError):
        place.unlink()


def writer_mark() -> str:
    """This machine and process, for the names of unfinished files: letters, digits and "_", then "-" and a number."""
    return f"{_machine()}-{os.getpid()}"


def abandoned(path: pathlib.Path, mark: str) -> bool:
    """Whether an unfinished file, or folder of files, is left from a process that is gone.

    That is so where the process was one of this machine and runs no more, or where nothing has been written to it for a
    day. Marks may also be those of earlier versions, a number or nothing; with any other it is somebody else's.
    """
    found = re.fullmatch(r"(?:(?:(\w+)-)?(\d{1,9}))?", mark)
    if found is None:
        return False
    if found[1] == _machine() and not _runs(int(found[2])):
        return True
    try:
        written = [entry.lstat().st_mtime for entry in (path, *path.rglob("*"))]
    except OSError:
        return False
    return time.time() - max(written) > _OLD_SECONDS


def _machine() -> str:
    """Among whose processes numbers stand: the machine's name and, of containers that share it, the Linux namespace."""
    try:
        space = f"_{os.stat('/proc/self/ns/pid').st_ino}"
    except OSError:
        space = ""
    return re.sub(r"\W", "_", platform.node(), flags=re.ASCII)[:40] + space or "unknown"


def _runs(process: int) -> bool:
    # Elsewhere asking would end the process.
    if os.name != "posix":
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def check_place(path: str | os.PathLike, *, folder: bool = False) -> None:
    """Raises InputError where no such file (or folder of files) could be written: before the work, not after it."""
    path = pathlib.Path(path).absolute()
    if path.is_dir() and not folder:
        raise InputError(f"{path}: expected the name of a file; this is a folder")
    stands = next(place for place in ((path,) if folder else ()) + tuple(path.parents) if place.exists())
    if not stands.is_dir() or not os.access(stands, os.W_OK):
        raise InputError(f"{path}: cannot be written; {stands} is {'read-only' if stands.is_dir() else 'a file'}")
