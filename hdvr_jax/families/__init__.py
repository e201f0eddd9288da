"""The trainable things of the project: one file each, found in one explicit table.

A family is a file `hdvr_jax/families/<name>.py` with one public function

    make(config, axis_name=None) -> Family

`config` is the whole experiment config. `axis_name` is None, or the name of the device axis that the training step is
mapped over. A family whose networks reduce over the batch (batch norm) has to reduce over that axis too, with sums and
weights (`hdvr_jax.moments.masked_moments`); the loop only ever calls `loss` of a family that was made with an axis
name, and `init`, `predict` and `scores` of one made without.
"""

import dataclasses
import difflib
import importlib
import types
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from hdvr_jax.errors import InputError

Batch = dict[str, Any]
Totals = dict[str, tuple[Any, Any]]

FAMILIES: Mapping[str, str] = types.MappingProxyType(
    {
        "lifter": "hdvr_jax.families.lifter",
        "lifter_trajectory": "hdvr_jax.families.lifter_trajectory",
        "reprojection": "hdvr_jax.families.reprojection",
        "dictionary": "hdvr_jax.families.dictionary",
        "factorization": "hdvr_jax.families.factorization",
        "density": "hdvr_jax.families.density",
        "movements": "hdvr_jax.families.movements",
        "genre": "hdvr_jax.families.genre",
    }
)


def ratios(totals: Totals) -> dict[str, float]:
    """Sum divided by weight for every scalar metric; NaN where nothing was counted. The default `summarise`."""
    return {
        name: float(np.float64(total) / np.float64(weight)) if weight > 0 else float("nan")
        for name, (total, weight) in totals.items()
    }


def unchanged(batch: Batch, key: Any, train: bool) -> Batch:
    """The default `augment`: the batch as it came."""
    del key, train
    return batch


@dataclasses.dataclass(frozen=True)
class Family:
    """Pure functions that say how one kind of model is prepared for, trained, run and scored.

    A batch is a dict of arrays with leading axis B. Beside the family's own arrays it holds `mask` (B,) float32 (1 a
    real example, 0 padding), `frame_mask` (B, T) float32 (1 where the frame is real), `example` (B,) int32 (position in
    the stream of examples: unique within a batch and the same however the batch is sharded) and `sequence` (B,) int32
    (which entry of `prepare`'s list the example was cut from).

    Keys are the same on all devices: randomness per example is drawn from `fold_in(key, example)`, so that sharding
    changes nothing.

    Attributes:
      name: the name in the table.
      init: (key, batch) -> variables, {"params": ..., "batch_stats": ... where there are any}. The batch is augmented.
      loss: (variables, batch, key, train) -> (total, (model_state, terms)). `total` is the masked SUM over examples;
        `terms` is {name: (sum, weight)} of scalars and must hold "loss": (total, its weight). `model_state` is the
        variables beside "params" as they stand after the step ({} where there are none), equal on all devices.
      predict: (variables, batch) -> outputs, a dict of arrays with leading B; never needs `mask`.
      scores: (outputs, batch) -> {name: (sum (B, ...), weight (B, ...))}, per example; the caller applies `mask`.
      prepare: (clips, upstream) -> list of dicts of NumPy arrays, one dict per sequence (a clip seen from one view,
        say). An array is (T, ...) with the same T for all of a sequence, or a scalar, or named in `fixed`. A str is a
        label: it is never put into a batch, and evaluation can group by it. NaN is left as it is. `upstream` is
        {name: function of a clip}, from the trained models that the config names (see `on_clip`).
      fixed: names of the prepared arrays with one or more axes and none of them time.
      pairs: whether training batches hold, beside each array `x` of a window, `other_x` of the same frames seen by
        another camera: sequences of one `clip` are its views (`hdvr_jax.view_pairs`).
      targets: names of the prepared arrays of which training reads no more than the frames that the loss is over.
      context: frames at either end of a training window that the loss is not over.
      augment: (batch, key, train) -> batch, on device inside the step. Called with train=False before `predict` in
        evaluation, and with train=True on the batch that `init` gets.
      summarise: {name: (sum (...), weight (...))} -> {metric: float}; metrics that are not one ratio (F-scores) go
        here.
      tally, calibrate: what is chosen on the validation split after training, such as thresholds; None for nothing.
        `tally` is like `scores`; (variables, {name: (sum, weight)} of the tallies) -> variables, in which nothing but
        collections beside "params" has changed.
      on_clip: (predict, clip) -> what later stages read of this model, or None where there is no later stage.
        `predict` is batch -> outputs with the trained variables in it.
      explain: (predict, clip, causes, genre) -> (2, C), by how much each cause moved the log odds of a genre (index),
        by occlusion and by gradients (`hdvr_jax.attribution`). `predict` is as above, but can be differentiated, and is
        the same object in every call; `clip` is that of `on_clip`; `causes` are (movement type, first frame, frame
        after the last) in the clip's frames. None where the model tells no genre or reads no movements.
      prior: variables -> `hdvr_jax.multiseed.priors.Prior`, what the model knows of poses; None where it knows none.
    """

    name: str
    init: Callable[..., Any]
    loss: Callable[..., Any]
    predict: Callable[..., dict[str, Any]]
    scores: Callable[..., Totals]
    prepare: Callable[..., list[dict[str, Any]]]
    fixed: tuple[str, ...] = ()
    pairs: bool = False
    targets: tuple[str, ...] = ()
    context: tuple[int, int] = (0, 0)
    augment: Callable[..., Batch] = unchanged
    summarise: Callable[[Totals], dict[str, float]] = ratios
    on_clip: Callable[..., Any] | None = None
    explain: Callable[..., Any] | None = None
    tally: Callable[..., Totals] | None = None
    calibrate: Callable[..., Any] | None = None
    prior: Callable[..., Any] | None = None


def build(config: Any, axis_name: str | None = None) -> Family:
    """The family that `config.family` names, made from the config.

    Raises:
      InputError: there is no family of that name.
    """
    name = config.family
    if name not in FAMILIES:
        near = difflib.get_close_matches(str(name), FAMILIES, n=1)
        hint = f"; did you mean {near[0]!r}?" if near else f"; there are {', '.join(FAMILIES)}"
        raise InputError(f"config.family: no family is called {name!r}{hint}")
    return importlib.import_module(FAMILIES[name]).make(config, axis_name=axis_name)
