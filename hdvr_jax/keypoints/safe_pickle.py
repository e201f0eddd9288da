"""Reading pickles without running them: NumPy arrays, built-in containers and scalars only.

A pickle is a program that may call anything it names. Here it may name only what rebuilds NumPy arrays and scalars
(under the module names of NumPy 1 and 2); everything else is refused before it is looked up. Even those names mean
stand-ins that check their arguments: NumPy's own trust what is in a pickle, and a single flipped bit ends the process.
"""

import contextlib
import math
import pathlib
import pickle
import re
import struct
import sys
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from hdvr_jax.errors import InputError, reading
from hdvr_jax.keypoints.arrays import check_file

_KINDS = re.compile(r"[biufc][0-9]{1,2}|[SU][0-9]{1,9}|O8?|[?bhilqpBHILQPefdgFDG]")
_NDARRAY = "numpy.ndarray"


class _Kind:
    """Stands in for `numpy.dtype`: the type of an array's numbers, texts or objects."""

    __slots__ = ("name", "order")

    def __init__(self, name: Any, align: Any = False, copy: Any = False):
        if not isinstance(name, str) or not _KINDS.fullmatch(name):
            raise pickle.UnpicklingError(f"refused array type {name!r}")
        self.name, self.order = name, "="

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 2 or state[1] not in ("<", ">", "|", "="):
            raise pickle.UnpicklingError("the byte order of an array is damaged")
        self.order = state[1]

    def array(self, shape: Any, order: str, content: Any) -> np.ndarray:
        """The array of that shape; UnpicklingError where the content is not as much as it needs."""
        if not isinstance(shape, tuple) or not all(type(side) is int and side >= 0 for side in shape):
            raise pickle.UnpicklingError(f"refused array shape {str(shape)[:50]}")
        kind = np.dtype(self.name).newbyteorder(self.order)
        objects = kind.hasobject
        if isinstance(content, str):
            content = content.encode("latin1")
        needed = math.prod(shape) * (1 if objects else kind.itemsize)
        if not isinstance(content, list if objects else bytes | bytearray) or len(content) != needed:
            raise pickle.UnpicklingError(f"the content of an array of shape {shape} is damaged")
        if not objects:
            return np.ndarray(shape, kind, bytes(content), order=order).copy("K")
        flat = np.empty(needed, object)
        for place, value in enumerate(content):
            flat[place] = value
        return flat.reshape(shape)


class _Array:
    """Stands in for an array until its content comes, and is replaced by it in the end."""

    __slots__ = ("found",)
    __hash__ = None

    def __setstate__(self, state: Any) -> None:
        if not isinstance(state, tuple) or len(state) < 4 or not isinstance(state[-3], _Kind):
            raise pickle.UnpicklingError("an array is damaged")
        shape, kind, columns_first, content = state[-4:]
        self.found = kind.array(shape, "F" if columns_first else "C", content)


def _reconstruct(kind: Any, shape: Any, code: Any) -> _Array:
    if (kind, shape) != (_NDARRAY, (0,)):
        raise pickle.UnpicklingError("an array does not begin as NumPy's do")
    return _Array()


def _scalar(kind: Any, content: Any) -> Any:
    if not isinstance(kind, _Kind):
        raise pickle.UnpicklingError("the type of a number is damaged")
    return kind.array((), "C", content)[()]


def _frombuffer(content: Any, kind: Any, shape: Any, order: Any) -> np.ndarray:
    if not isinstance(kind, _Kind) or order not in ("C", "F"):
        raise pickle.UnpicklingError("an array is damaged")
    return kind.array(shape, order, content)


def _encode(text: str, encoding: str) -> bytes:
    """Stands in for `_codecs.encode`, which protocol 2 uses for bytes, always as latin1."""
    if encoding != "latin1":
        raise pickle.UnpicklingError(f"refused text encoding {encoding!r}")
    return text.encode(encoding)


def _filled(value: Any, done: dict[int, Any]) -> Any:
    """`value` with the arrays in place of what stood in for them; lists, dictionaries and arrays change in place.

    Args:
        done: By the identity of a container, what has become of it: containers may hold themselves, or one another
            over and over.
    """
    if isinstance(value, _Array):
        if not hasattr(value, "found"):
            raise pickle.UnpicklingError("an array has no content")
        value = value.found
    if not isinstance(value, tuple | list | dict | np.ndarray) or id(value) in done:
        return done.get(id(value), value)
    done[id(value)] = value
    if isinstance(value, tuple):
        entries = tuple(_filled(entry, done) for entry in value)
        done[id(value)] = entries if any(new is not old for new, old in zip(entries, value, strict=True)) else value
        return done[id(value)]
    if isinstance(value, np.ndarray):
        cells, places = value.reshape(-1), range(value.size if value.dtype.hasobject else 0)
    else:
        cells, places = value, range(len(value)) if isinstance(value, list) else list(value)
    for place in places:
        cells[place] = _filled(cells[place], done)
    return value


_ALLOWED = {
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): _Kind,
    ("_codecs", "encode"): _encode,
    ("collections", "OrderedDict"): dict,
    **{
        (module, kind.__name__): kind
        for module in ("builtins", "__builtin__")
        for kind in (set, frozenset, bytes, bytearray, complex)
    },
    **{
        (f"numpy.{core}.{module}", name): function
        for core in ("core", "_core")
        for module, name, function in (
            ("multiarray", "_reconstruct", _reconstruct),
            ("multiarray", "scalar", _scalar),
            ("numeric", "_frombuffer", _frombuffer),
        )
    },
}


class _Refused(Exception):
    """The pickle names something outside the table."""


def _bytes(unpickler: Any) -> None:
    """Reads the bytes of an array as many as there are; pickle makes room for as many as are promised."""
    (size,) = struct.unpack("<Q", unpickler.read(8))
    unpickler.append(bytearray(unpickler.read(min(size, sys.maxsize))))


class RestrictedUnpickler(pickle._Unpickler):
    """Looks up nothing but the names in `allowed`; a subclass may allow more. Use within `errors_of`.

    The one of pickle's two unpicklers that is written in Python: the other makes room for as many objects as a damaged
    file counts, gigabytes of it.
    """

    dispatch = {**pickle._Unpickler.dispatch, pickle.BYTEARRAY8[0]: _bytes}  # noqa: RUF012

    allowed: Mapping[tuple[str, str], Any] = _ALLOWED

    def find_class(self, module: str, name: str) -> Any:
        if (module, name) not in self.allowed:
            raise _Refused(f"{module}.{name}")
        return self.allowed[module, name]

    def load(self) -> Any:
        return _filled(super().load(), {})

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
