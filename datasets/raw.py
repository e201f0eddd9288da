"""Where builders find raw files, and what identifies them."""

import os
import pathlib
import zlib
from collections.abc import Iterable

from hdvr_jax.errors import InputError

_REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


def find_raw(folder: str, raw_dir: str = "") -> pathlib.Path:
    """The folder of a dataset's raw files.

    This is `raw_dir` where it is given, else `folder` under the environment variable HDVR_REAL_DATA (default
    `../shared/data` beside the repository).

    Raises:
        InputError: there is no such folder.
    """
    base = os.environ.get("HDVR_REAL_DATA", _REPOSITORY.parent / "shared" / "data")
    place = pathlib.Path(raw_dir or pathlib.Path(base) / folder)
    if not place.is_dir():
        told = "expected the folder that raw_dir names" if raw_dir else "set HDVR_REAL_DATA to the folder above it"
        raise InputError(f"no raw files of {folder}: looked in {place}; {told}")
    return place


def fingerprint(paths: Iterable[pathlib.Path]) -> str:
    """Eight hex digits that change with the names or contents of `paths`, so that stale records are never reused."""
    total = 0
    for path in sorted(paths):
        total = zlib.crc32(path.read_bytes(), zlib.crc32(path.name.encode(), total))
    return f"{total:08x}"
