"""Where builders find raw files, and what identifies them."""

import os
import pathlib
import zlib
from collections.abc import Iterable

from hdvr_jax.errors import InputError

_REPOSITORY = pathlib.Path(__file__).resolve().parent.parent


def find_raw(folder: str, raw_dir: str = "", manual_dir: os.PathLike | None = None) -> pathlib.Path:
    """The folder of a dataset's raw files.

    Looked for in this order: `raw_dir` itself, TFDS's `manual_dir` itself, and `folder` under the environment variable
    HDVR_REAL_DATA (default `../shared/data` beside the repository).

    Raises:
        InputError: none exists; names every place.
    """
    base = os.environ.get("HDVR_REAL_DATA", _REPOSITORY.parent / "shared" / "data")
    places = [pathlib.Path(raw_dir)] if raw_dir else [pathlib.Path(base) / folder]
    if manual_dir and not raw_dir:
        places.insert(0, pathlib.Path(manual_dir))
    for place in places:
        if place.is_dir():
            return place
    looked = ", ".join(str(place) for place in places)
    raise InputError(f"no raw files of {folder}: looked in {looked}; set HDVR_REAL_DATA or the option raw_dir")


def fingerprint(paths: Iterable[pathlib.Path]) -> str:
    """Eight hex digits that change with the names or contents of `paths`, so that stale records are never reused."""
    total = 0
    for path in sorted(paths):
        total = zlib.crc32(path.read_bytes(), zlib.crc32(path.name.encode(), total))
    return f"{total:08x}"
