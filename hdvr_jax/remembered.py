"""What a trained model said of clips, kept beside it for the next training or evaluation that asks the same.

A later stage is trained many times on the outputs of one earlier model: every seed, row and width asks them again, and
lifting and reading the built-in dances takes longer than training on them. `WORKDIR/outputs` of the earlier model holds
a file for each clip, under a name made of everything that the answer depends on: the clip's fields, the model's config
and weights, and the code of this package. The folder may be deleted at any time.
"""

import contextlib
import functools
import hashlib
import os
import pathlib
import shutil
import zipfile
import zlib
from collections.abc import Callable, Mapping
from typing import Any

import jax
import numpy as np

from hdvr_jax.files import whole_file

Answer = np.ndarray | dict[str, np.ndarray]
FOLDER = "outputs"
_ONLY = "output"  # the name in the file of an answer that is one array
_BYTES = 16


def remembering(answer: Callable[[Any], Answer], workdir: str | os.PathLike, model: Any) -> Callable[[Any], Answer]:
    """The same function, which keeps what it answers in `workdir`, where that can be written.

    Args:
      answer: clip -> array or flat dict of arrays; a function of the clip, of `model` and of this package's code alone.
      model: tree of arrays and texts that `answer` depends on.
    """
    folder = pathlib.Path(workdir) / FOLDER
    version = _digest({"model": model, "code": _code()})
    # What older code or weights said is of no use any more.
    for other in folder.glob("*"):
        if other.name != version:
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
        with np.load(path, allow_pickle=False) as file:
            found = dict(file)
    # A damaged file shows as any of these.
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error):
        return None
    return found[_ONLY] if set(found) == {_ONLY} else found


def _write(path: pathlib.Path, answer: Answer) -> None:
    # A full or read-only disk costs time only.
    with contextlib.suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with whole_file(path) as file:
            np.savez(file, **(answer if isinstance(answer, Mapping) else {_ONLY: answer}))


def _digest(tree: Any) -> str:
    """A name for the content of a tree of arrays and texts."""
    found = hashlib.blake2b(digest_size=_BYTES)
    for path, leaf in jax.tree_util.tree_leaves_with_path(tree):
        array = np.ascontiguousarray(leaf)
        found.update(f"{jax.tree_util.keystr(path)} {array.dtype} {array.shape}".encode())
        found.update(array.tobytes())
    return found.hexdigest()


@functools.cache
def _code() -> str:
    """A name for the code and tables of this package."""
    found = hashlib.blake2b(digest_size=_BYTES)
    root = pathlib.Path(__file__).parent
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            found.update(str(path.relative_to(root)).encode() + path.read_bytes())
    return found.hexdigest()
