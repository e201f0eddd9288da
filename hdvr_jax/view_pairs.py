"""Pairs of views of one clip: a partner for every window, and batches of two views.

A window's partner is the same frames seen by another camera, drawn anew at every step (Li's thesis, section 3.4).

Symbols: N windows, B batch.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import jax.numpy as jnp
import numpy as np
from jaxtyping import Int

from hdvr_jax.errors import InputError

Batch = dict[str, Any]
# Of the arrays that hold another view's.
_PREFIX = "other_"
# Sets the draws apart from the order of the windows, which is of the same seed.
_STREAM = 1


class Partners:
    """For every window, the windows of the same frames in the other views of its clip."""

    def __init__(self, labels: Sequence[Mapping[str, str]], sequence: Int[np.ndarray, " N"]):
        """Finds them.

        Args:
          labels: of every sequence; those of one `clip` are its views.
          sequence: of every window, in order.

        Raises:
          InputError: a clip of one view, or of views of different lengths; names it.
        """
        counts = np.bincount(sequence, minlength=len(labels))
        clips: dict[str, list[int]] = {}
        for index, entry in enumerate(labels):
            clips.setdefault(entry["clip"], []).append(index)
        for name, views in clips.items():
            if len(views) < 2:
                raise InputError(f"clip {name}: pairs of views need two or more views; it has {len(views)}")
            if len(lengths := sorted(set(counts[views]))) != 1:
                told = ", ".join(map(str, lengths))
                raise InputError(f"clip {name}: pairs of views need views of one length; they are of {told} windows")
        self._first = np.cumsum(counts) - counts
        self._sequence = sequence
        self._views = np.concatenate(list(clips.values()))
        self._start, self._size, self._rank = (np.zeros(len(labels), int) for _ in range(3))
        start = 0
        for views in clips.values():
            self._start[views], self._size[views], self._rank[views] = start, len(views), np.arange(len(views))
            start += len(views)

    def draw(self, index: Int[np.ndarray, " B"], seed: int, step: int) -> Int[np.ndarray, " B"]:
        """A partner of each window: a pure function of seed and step."""
        own = self._sequence[index]
        others = self._size[own] - 1
        step_to = 1 + (np.random.default_rng([seed, step, _STREAM]).random(len(index)) * others).astype(int)
        other = self._views[self._start[own] + (self._rank[own] + step_to) % self._size[own]]
        return self._first[other] + index - self._first[own]


def joined(first: Batch, second: Mapping[str, Any]) -> Batch:
    """A batch of two views: the second's arrays under names of their own."""
    return {**first, **{_PREFIX + name: value for name, value in second.items()}}


def split(batch: Mapping[str, Any]) -> tuple[Batch, Batch]:
    """(First view, second view) of such a batch, with plain names; what both share is in both."""
    first = {name: value for name, value in batch.items() if not name.startswith(_PREFIX)}
    second = {name.removeprefix(_PREFIX): value for name, value in batch.items() if name.startswith(_PREFIX)}
    return first, {**first, **second}


def stacked(batch: Mapping[str, Any], names: Collection[str]) -> Batch:
    """Both views as examples of one batch of twice the size, the first views first: for statistics over all of it.

    It holds the arrays of these names, and `example`, by which each is told apart.
    """
    first, second = split(batch)
    both = {name: jnp.concatenate([first[name], second[name]]) for name in names}
    return {**both, "example": jnp.concatenate([2 * first["example"], 2 * first["example"] + 1])}


def paired(batch: Mapping[str, Any]) -> bool:
    """Whether a batch holds pairs of views; in evaluation there is one view."""
    return any(name.startswith(_PREFIX) for name in batch)
