"""Reading files of `torch.save` without torch, and without running the pickle in them.

Both layouts are read: the zip archive (torch 1.6 and later) and the older sequence of pickles with the raw storages
behind them. Tensors come back as NumPy arrays. A generator's state (`numpy.random`), which training checkpoints carry,
comes back as an `Unread` and is never rebuilt; every other name that is not of tensors and containers is refused.
"""

import io
import math
import pathlib
import zipfile
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from hdvr_jax.keypoints import safe_pickle
from hdvr_jax.keypoints.arrays import check_file

_MAGIC, _PROTOCOL = 0x1950A86A20F9469CFC6C, 1001
_STORAGES = {
    "FloatStorage": "<f4",
    "DoubleStorage": "<f8",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "?",
}


class Unread:
    """Stands where a file held something that is not read."""

    def __init__(self, *args: Any):
        """Takes and forgets anything."""

    def __setstate__(self, state: Any) -> None:
        """Forgets the state."""


class _Dict(dict):
    """A dict that, like a state_dict, may carry attributes (`_metadata`)."""


@dataclass
class _Storage:
    """Numbers that tensors are views of; `data` comes later in the older layout."""

    key: str
    kind: np.dtype
    count: int
    data: np.ndarray | None = None


@dataclass
class _Tensor:
    storage: _Storage
    offset: int
    size: tuple[int, ...]
    stride: tuple[int, ...]

    def array(self) -> np.ndarray:
        """A copy of the view."""
        data = self.storage.data
        last = self.offset + sum((n - 1) * s for n, s in zip(self.size, self.stride, strict=True))
        if min((self.offset, *self.size, *self.stride)) < 0 or (math.prod(self.size) and last >= len(data)):
            raise ValueError(f"a tensor of shape {self.size} does not lie in its {len(data)} numbers")
        steps = [step * data.itemsize for step in self.stride]
        return np.lib.stride_tricks.as_strided(data[self.offset :], self.size, steps).copy()


def _tensor(storage: _Storage, offset: int, size: tuple, stride: tuple, *_: Any) -> _Tensor:
    return _Tensor(storage, offset, tuple(size), tuple(stride))


def _parameter(tensor: _Tensor, *_: Any) -> _Tensor:
    return tensor


@dataclass
class _Names:
    """The storages that a pickle names, by key."""

    found: dict[str, _Storage] = field(default_factory=dict)

    def storage(self, identity: Any) -> _Storage:
        """What stands for the persistent object ("storage", kind, key, device, count, ...)."""
        word, kind, key, _, count = identity[:5]
        if word != "storage" or kind not in _STORAGES.values():
            raise ValueError(f"unknown persistent object {word!r}")
        return self.found.setdefault(str(key), _Storage(str(key), np.dtype(kind), int(count)))


_ALLOWED = {
    **safe_pickle.RestrictedUnpickler.allowed,
    ("collections", "OrderedDict"): _Dict,
    ("torch._utils", "_rebuild_tensor_v2"): _tensor,
    ("torch._utils", "_rebuild_tensor"): _tensor,
    ("torch._utils", "_rebuild_parameter"): _parameter,
    ("torch.nn.parameter", "Parameter"): _parameter,
    # Names of types, not types: NumPy trusts what a pickle says of those.
    **{("torch", name): kind for name, kind in _STORAGES.items()},
    **{
        ("numpy.random._pickle", name): Unread
        for name in ("__randomstate_ctor", "__bit_generator_ctor", "__generator_ctor")
    },
    ("numpy.random", "__RandomState_ctor"): Unread,
    ("numpy.random._mt19937", "MT19937"): Unread,
    ("numpy.random.bit_generator", "__pyx_unpickle_SeedSequence"): Unread,
}


class _Unpickler(safe_pickle.RestrictedUnpickler):
    allowed = _ALLOWED

    def __init__(self, file: Any, names: _Names):
        super().__init__(file, encoding="latin1")
        self._names = names

    def persistent_load(self, identity: Any) -> Any:
        return self._names.storage(identity)


def load(path: pathlib.Path) -> Any:
    """What a file of `torch.save` holds; tensors as NumPy arrays.

    Raises:
        InputError: missing, empty or truncated file, not a file of `torch.save`, or a pickle that names anything but
            tensors, containers and scalars; the message says what it named.
    """
    check_file(path)
    with safe_pickle.errors_of(path, "a whole file of torch.save"):
        found = _load_zip(path) if zipfile.is_zipfile(path) else _load_sequence(path)
        return _arrays(found)


def _load_zip(path: pathlib.Path) -> Any:
    with zipfile.ZipFile(path) as archive:
        members = [name for name in archive.namelist() if name.endswith("/data.pkl")]
        if len(members) != 1:
            raise ValueError("no data.pkl in the archive")
        names = _Names()
        found = _Unpickler(io.BytesIO(archive.read(members[0])), names).load()
        for storage in names.found.values():
            content = archive.read(members[0].removesuffix("data.pkl") + f"data/{storage.key}")
            storage.data = np.frombuffer(content, storage.kind, storage.count)
    return found


def _load_sequence(path: pathlib.Path) -> Any:
    with path.open("rb") as file:
        names = _Names()
        if _Unpickler(file, names).load() != _MAGIC or _Unpickler(file, names).load() != _PROTOCOL:
            raise ValueError("it does not begin as such files do")
        if not _Unpickler(file, names).load().get("little_endian", True):
            raise ValueError("its numbers are big-endian")
        found = _Unpickler(file, names).load()
        for key in _Unpickler(file, names).load():
            storage = names.found[key]
            count = int(np.frombuffer(file.read(8), "<i8")[0])
            if count != storage.count:
                raise ValueError(f"storage {key} has {count} numbers instead of {storage.count}")
            content = file.read(count * storage.kind.itemsize)
            storage.data = np.frombuffer(content, storage.kind, count)
    return found


def _arrays(value: Any) -> Any:
    if isinstance(value, _Tensor):
        return value.array()
    if isinstance(value, dict):
        return {key: _arrays(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_arrays(entry) for entry in value)
    return value
