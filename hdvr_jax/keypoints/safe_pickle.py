"""Reading pickles without running them: NumPy arrays, built-in containers and scalars only.

A pickle is a program that may call anything it names. Here it may name only what rebuilds NumPy arrays and scalars
(under the module names of NumPy 1 and 2); everything else is refused before it is looked up.
"""

import contextlib
import pathlib
import pickle
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from numpy._core.multiarray import _reconstruct, scalar
from numpy._core.numeric import _frombuffer

from hdvr_jax.errors import InputError, reading
from hdvr_jax.keypoints.arrays import check_file


def _encode(text: str, encoding: str) -> bytes:
    """Stands in for `_codecs.encode`, which protocol 2 uses for bytes, always as latin1."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"refused text encoding {encoding!r}")
    return text.encode(encoding)


_ALLOWED = {
    ("numpy", "ndarray"): np.ndarray,
    ("numpy", "dtype"): np.dtype,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): dict,
    **{
        (module, kind.__name__): kind
        for module in ("builtins", "__builtin__")
        for kind in (set, frozenset, bytes, bytearray, complex)
    },
    **{
        (f"numpy.{core}.{name}", function.__name__): function
        for core in ("core", "_core")
        for name, function in (("multiarray", _reconstruct), ("multiarray", scalar), ("numeric", _frombuffer))
    },
}


class _Refused(Exception):
    """The pickle names something outside the table."""


class RestrictedUnpickler(pickle.Unpickler):
    """Looks up nothing but the names in `allowed`; a subclass may allow more. Use within `errors_of`."""

    allowed: Mapping[tuple[str, str], Any] = _ALLOWED

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.allowed:
            raise _Refused(f"{module}.{name}")
        return self.allowed[module, name]

    def persistent_load(self, identity: Any) -> Any:
        raise _Refused(f"persistent object {identity!r}")


def load(path: pathlib.Path) -> Any:
    """The object in a pickle file.

    Raises:
        InputError: missing, empty or truncated file, not a pickle, or a pickle that names anything but arrays,
            containers and scalars; the message says what it named.
    """
    check_file(path)
    with path.open("rb") as file, errors_of(path, "a whole pickle file"):
        return RestrictedUnpickler(file, encoding="latin1").load()


def looks_like_pickle(path: pathlib.Path) -> bool:
    """Whether the file's name or first byte (the protocol mark of protocol 2 and later) says pickle."""
    if not path.is_file():
        return False
    if path.suffix in (".pkl", ".pickle"):
        return True
    with path.open("rb") as file:
        return file.read(1) == b"\x80"


@contextlib.contextmanager
def errors_of(path: pathlib.Path, expected: str) -> Iterator[None]:
    """Turns whatever a malformed or hostile pickle makes the unpickler raise into an InputError about `path`."""
    with reading(path, expected):
        try:
            yield
        except _Refused as error:
            raise InputError(
                f"{path}: refused a pickle that names {error}; only arrays and plain values are read"
            ) from None
