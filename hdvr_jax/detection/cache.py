"""What was detected so far, on disk: a run that was stopped goes on from there, a finished one is not repeated."""

import hashlib
import json
import os
import pathlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from hdvr_jax.detection.people import People
from hdvr_jax.errors import InputError
from hdvr_jax.files import check_place, whole_file

_WHOLE = "detections.npz"


class Cache:
    """One folder for one video with one model and one set of options; without a folder nothing is kept."""

    def __init__(self, folder: str | os.PathLike | None, path: pathlib.Path, about: Mapping[str, Any]):
        """Args:
            folder: Where all caches are, or None.
            path: The video; what counts is its content, not its name.
            about: All else that the result depends on.

        Raises:
            InputError: the folder cannot be written.
        """
        self._folder = None
        if folder is not None:
            self._folder = pathlib.Path(folder) / f"{path.stem[:40]}-{_digest(path, about)[:16]}"
            check_place(self._folder, folder=True)
            self._folder.mkdir(parents=True, exist_ok=True)

    def piece(self, index: int) -> list[People] | None:
        """The people of each frame of a stretch of the video, None where it is still to be done, or damaged."""
        found = self._read(_piece(index))
        return None if found is None else _split(found)

    def keep_piece(self, index: int, people: list[People]) -> None:
        """Keeps a finished stretch."""
        self._write(_piece(index), _joined(people))

    def whole(self) -> tuple[list[People], dict[str, Any]] | None:
        """The people of each frame and what is known of the video, where the whole video is done."""
        found = self._read(_WHOLE)
        try:
            about = json.loads(str(found["about"])) if found is not None else None
        except (KeyError, ValueError):
            return None
        return (_split(found), about) if isinstance(about, dict) else None

    def keep_whole(self, people: list[People], about: Mapping[str, Any]) -> None:
        """Keeps the result and removes the pieces."""
        self._write(_WHOLE, {**_joined(people), "about": np.array(json.dumps(about))})
        if self._folder is not None:
            for path in self._folder.iterdir():
                if path.name != _WHOLE:
                    path.unlink(missing_ok=True)

    def _write(self, name: str, arrays: Mapping[str, np.ndarray]) -> None:
        if self._folder is not None:
            try:
                with whole_file(self._folder / name) as file:
                    np.savez(file, **arrays)
            except OSError as error:
                raise InputError(f"{self._folder / name}: cannot be written ({error.strerror})") from error

    def _read(self, name: str) -> dict[str, np.ndarray] | None:
        if self._folder is None or not (self._folder / name).is_file():
            return None
        try:
            with np.load(self._folder / name, allow_pickle=False) as archive:
                found = dict(archive)
            counts, people = found["counts"], found["people"]
            sound = counts.ndim == 1 and people.shape == (counts.sum(), 33, 3) and people.dtype == np.float32
            return found if sound else None
        # Any damage ends here: what cannot be read is detected again.
        except Exception:
            return None


def _piece(index: int) -> str:
    return f"{index:07d}.npz"


def _joined(people: list[People]) -> dict[str, np.ndarray]:
    everybody = np.concatenate([np.zeros((0, 33, 3), np.float32), *people])
    return {"counts": np.array([len(found) for found in people], np.int64), "people": everybody}


def _split(found: dict[str, np.ndarray]) -> list[People]:
    return np.split(found["people"], np.cumsum(found["counts"])[:-1]) if len(found["counts"]) else []


def _digest(path: pathlib.Path, about: Mapping[str, Any]) -> str:
    with path.open("rb") as file:
        content = hashlib.file_digest(file, "sha256").hexdigest()
    return hashlib.sha256(json.dumps([content, dict(about)], sort_keys=True).encode()).hexdigest()
