"""What a trained model said of clips, kept beside it for the next training or evaluation that asks the same.

A later stage is trained many times on the outputs of one earlier model: every seed, row and width asks them again, and
lifting and reading the built-in dances takes longer than training on them. `WORKDIR/remembered` of the earlier model
holds a file for each clip, under a name made of everything that the answer depends on: all fields of the clip, the
model's config and weights, the code of this package, the versions of the libraries and the kind of device. The folder
may be deleted at any time.
"""

import contextlib
import functools
import hashlib
import os
import pathlib
import re
import shutil
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import flax
import jax
import numpy as np

from hdvr_jax.files import abandoned, whole_file

Answer = np.ndarray | dict[str, np.ndarray]
FOLDER = "remembered"
_ONLY = "output"  # the name in the file of an answer that is one array
_BYTES = 16
# What is edited later is not what runs.
_STARTED = time.time()


def remembering(answer: Callable[[Any], Answer], workdir: str | os.PathLike, model: Any) -> Callable[[Any], Answer]:
    """The same function, which keeps what it answers in `workdir`, where that can be written.

    Nothing is kept or read where the package's files were edited since this process started.

    Args:
      answer: clip -> array or flat dict of arrays; a function of the clip, of `model` and of this package's code alone.
      model: tree of arrays, numbers and texts that `answer` depends on.
    """
    code = _code()
    if code is None:
        return answer
    folder, version = pathlib.Path(workdir) / FOLDER, _digest({"model": model, "code": code, "under": _libraries()})
    # What older code or weights said is of no use to those who go on; others may still be at it.
    for other in folder.glob("*"):
        if other.name != version and re.fullmatch(f"[0-9a-f]{{{2 * _BYTES}}}", other.name) and abandoned(other, ""):
            shutil.rmtree(other, ignore_errors=True)

    def remembered(clip: Any) -> Answer:
        path = folder / version / f"{_digest(clip)}.npz"
        found = _read(path)
        if found is None:
            found = answer(clip)
            _write(path, found)
        return found

    return remembered


def _read(path: pathlib.Path) -> Answer | None:
    try:
        with zipfile.ZipFile(path) as whole, np.load(path, allow_pickle=False) as file:
            # NumPy alone leaves the checksums unread where a header asks for less than there is.
            found = None if whole.testzip() else dict(file)
    # A damaged file shows as any of these.
    except (OSError, ValueError, EOFError, KeyError, RuntimeError, zipfile.BadZipFile, zlib.error):
        return None
    if found is None:
        return None
    return found[_ONLY] if set(found) == {_ONLY} else found


def _write(path: pathlib.Path, answer: Answer) -> None:
    # A full or read-only disk costs time only.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            np.savez(file, **(answer if isinstance(answer, Mapping) else {_ONLY: answer}))


def _digest(tree: Any) -> str:
    """A name for the content of a tree of arrays, numbers and texts."""
    leaves, structure = jax.tree.flatten(tree)
    found = hashlib.blake2b(str(structure).encode(), digest_size=_BYTES)
    for array in map(np.asarray, leaves):
        if array.dtype == object:
            raise TypeError(f"expected arrays, numbers and texts, got an array of {type(array.flat[0])}")
        found.update(f"{array.dtype} {array.shape}".encode() + array.tobytes())
    return found.hexdigest()


def _libraries() -> dict[str, str]:
    versions = {library.__name__: library.__version__ for library in (jax, flax, np)}
    return {**versions, "device": jax.default_backend()}


@functools.cache
def _code() -> str | None:
    """A name for the code and tables of this package; None where they are newer than this process."""
    found, root = hashlib.blake2b(digest_size=_BYTES), pathlib.Path(__file__).parent
    for path in sorted(path for kind in ("py", "csv", "json") for path in root.rglob(f"*.{kind}")):
        if path.stat().st_mtime > _STARTED:
            return None
        found.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return found.hexdigest()
