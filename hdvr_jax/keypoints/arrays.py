"""Opening .npz files safely."""

import pathlib
import zipfile

import numpy as np

from hdvr_jax.errors import InputError


def open_npz(path: pathlib.Path) -> dict[str, np.ndarray]:
    """Every array of an .npz file; arrays of Python objects are refused.

    Raises:
        InputError: missing, empty, truncated, or not an .npz of plain arrays.
    """
    check_archive(path)
    try:
        with np.load(path, allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except Exception as error:  # damaged headers make NumPy raise nearly anything
        raise InputError(f"{path}: cannot be read as .npz ({error})") from error


def npz_names(path: pathlib.Path) -> set[str]:
    """Names of the arrays in an .npz file; empty for any other file."""
    if not path.is_file() or not zipfile.is_zipfile(path):
        return set()
    try:
        with zipfile.ZipFile(path) as archive:
            return {name.removesuffix(".npy") for name in archive.namelist()}
    except (zipfile.BadZipFile, RuntimeError, ValueError):  # RuntimeError: of a version that zipfile does not know
        return set()


def check_archive(path: pathlib.Path) -> None:
    """Raises InputError when `path` is not a whole zip archive, which .npz files are."""
    check_file(path)
    if not zipfile.is_zipfile(path):
        raise InputError(f"{path}: not an .npz archive, or one that was cut short")


def check_file(path: pathlib.Path) -> None:
    """Raises InputError when `path` is missing, a folder or empty."""
    if not path.exists():
        raise InputError(f"{path}: no such file")
    if not path.is_file():
        raise InputError(f"{path}: not a file")
    if path.stat().st_size == 0:
        raise InputError(f"{path}: the file is empty")
