"""Files that are either whole or not there."""

import contextlib
import os
import pathlib
from collections.abc import Iterator
from typing import BinaryIO

from hdvr_jax.errors import InputError


@contextlib.contextmanager
def whole_file(path: str | os.PathLike) -> Iterator[BinaryIO]:
    """A binary file to write; it takes the name `path` when the block ends, and is gone when the block fails."""
    path = pathlib.Path(path)
    draft = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def check_place(path: str | os.PathLike, *, folder: bool = False) -> None:
    """Raises InputError where no such file (or folder of files) could be written: before the work, not after it."""
    path = pathlib.Path(path).absolute()
    if path.is_dir() and not folder:
        raise InputError(f"{path}: expected the name of a file; this is a folder")
    stands = next(place for place in ((path,) if folder else ()) + tuple(path.parents) if place.exists())
    if not stands.is_dir() or not os.access(stands, os.W_OK):
        raise InputError(f"{path}: cannot be written; {stands} is {'read-only' if stands.is_dir() else 'a file'}")
