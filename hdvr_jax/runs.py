"""The models that are trained together: which examples each draws, and which of all variables are whose.

A training has a run for every seed, or for every seed and action. Its examples are a pure function of run and step.

Symbols: N windows, B batch, K runs.
"""

import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import jax
import numpy as np
from jaxtyping import Int

from hdvr_jax.errors import InputError


@dataclasses.dataclass(frozen=True)
class Order:
    """The endless stream of a training's examples: every window once per epoch, in an order of the epoch's own.

    Attributes:
      seed: of the order.
      count: number of windows.
      batch_size: examples per step.
    """

    seed: int
    count: int
    batch_size: int

    def permutation(self, epoch: int) -> Int[np.ndarray, " N"]:
        """Order of the windows in an epoch: a pure function of seed and epoch."""
        return _permutation(self.seed, epoch, self.count)

    def batch_at(self, step: int) -> Int[np.ndarray, " B"]:
        """Windows of a step. A batch may reach from one epoch into the next: nothing is dropped."""
        place = step * self.batch_size + np.arange(self.batch_size)
        epochs = place // self.count
        parts = [self.permutation(int(e))[place[epochs == e] % self.count] for e in np.unique(epochs)]
        return np.concatenate(parts)


@functools.lru_cache(maxsize=32)
def _permutation(seed: int, epoch: int, count: int) -> np.ndarray:
    order = np.random.default_rng([seed, epoch]).permutation(count)
    order.setflags(write=False)
    return order


@dataclasses.dataclass(frozen=True, eq=False)
class Run:
    """The endless stream of examples of one of the models that are trained together.

    Attributes:
      seed: of the order, and of all else that is random in the model's training.
      parts: windows (N_i,) of each part that every batch draws from; within a part, every window once per epoch.
      sizes: examples of each part in a batch.
      value: of the label that tells a seed's runs apart, "" where there is one.
    """

    seed: int
    parts: tuple[Int[np.ndarray, " _"], ...]
    sizes: tuple[int, ...]
    value: str = ""

    @property
    def name(self) -> str:
        """For logs."""
        return f"seed_{self.seed}" + (f"_{self.value}" if self.value else "")

    def batch_at(self, step: int) -> Int[np.ndarray, " B"]:
        """Windows of a step."""
        orders = [Order(self.seed, len(part), size) for part, size in zip(self.parts, self.sizes)]
        return np.concatenate([part[order.batch_at(step)] for part, order in zip(self.parts, orders)])


def make_runs(
    windows: Any,
    seeds: Sequence[int],
    batch_size: int,
    *,
    unlabelled: float = 0.0,
    label: str = "",
    values: Sequence[str] = ("",),
) -> tuple[Run, ...]:
    """A run for every seed and, within it, for every value of a label, on the windows of that value alone.

    Args:
      windows: `pipeline.Windows`.
      unlabelled: share of each batch that is drawn from sequences with `labelled` 0, the rest being drawn from those
        with `labelled` 1. Where sequences do not say, all are labelled.
      label: of the sequences; "" for one run a seed on all windows.

    Raises:
      InputError: no window that a part could be drawn from, or no room for a part in the batch.
    """
    labelled = windows.labelled
    others = round(unlabelled * batch_size)
    sizes = (batch_size - others, others) if others else (batch_size,)
    if min(sizes) < 1 or unlabelled < 0 or (unlabelled > 0 and not others):
        raise InputError(f"config.data.unlabelled: {unlabelled} of {batch_size} examples leaves a part empty")
    found = []
    for value in values:
        own = windows.having(label, value) if label else np.ones(len(windows), bool)
        parts = tuple(np.flatnonzero(own & wanted) for wanted in (labelled, ~labelled)[: len(sizes)])
        for part, kind in zip(parts, ("labelled", "unlabelled")):
            if not len(part):
                where = f" with {label} {value!r}" if label else ""
                raise InputError(
                    f"there is no {kind} sequence{where} in the training split (config.data.unlabelled, labelled, keep)"
                )
        found.append((parts, sizes, value))
    return tuple(Run(seed, *run) for seed in seeds for run in found)


def steps_per_epoch(runs: Sequence[Run]) -> int:
    """Steps in which every labelled window of the first seed's runs is drawn about once, 1 or more.

    Models of one action each thereby see as many examples as one model of all actions (Bai 2021, equation 3).
    """
    first = [run for run in runs if run.seed == runs[0].seed]
    return max(1, sum(len(run.parts[0]) for run in first) // runs[0].sizes[0])


def select(tree: Any, index: int, count: int) -> Any:
    """The part of one of `count` models."""
    return jax.tree.map(lambda x: x[index], tree) if count > 1 else tree


def values_of(config: Any) -> tuple[str, ...]:
    """The values of the label `train.model_per` that each seed has a model of its own for; ("",) without a label."""
    if not config.train.get("model_per", ""):
        return ("",)
    if not config.train.models:
        raise InputError("config.train.models: expected the values of train.model_per to train models for, got none")
    return tuple(config.train.models)


def models_of(tree: Any, index: int, config: Any) -> dict[str, Any]:
    """{value of the label: variables} of the `index`-th seed, from the variables of all models of a config."""
    own = values_of(config)
    count = config.num_seeds * len(own)
    return {value: select(tree, index * len(own) + place, count) for place, value in enumerate(own)}
