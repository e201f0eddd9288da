"""Which movements moved the probability of a genre: occlusion and expected gradients of a genre model's answer.

A cause is one movement of one body part over the frames that it lasts; its weight is how much of the genre's log odds
it accounts for. These are the running ones, on the mean over the clip: at the end an LSTM has made up its mind, and
hardly has a gradient left for what it saw first. Occlusion takes the movement out of these frames and looks by how much
the log odds fall (Zeiler & Fergus 2014), all else being there. Expected gradients (Erion et al. 2021; integrated
gradients of Sundararajan et al. 2017 from many beginnings) follow the gradient from sequences in which other movements
are missing too. What both agree on can be trusted more than what one says. Poses that the model also reads stay as they
are.

Functions that take a model (`predict`) compile once for it: it should be the same object in every call.

Symbols: T frames, M movement types, C causes, G genres. A cause is a movement type, its first frame, and the frame
after its last.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

Batch = Mapping[str, Any]
Predict = Callable[[Batch], Mapping[str, Any]]
_AT_ONCE, _SAMPLES = 32, 256
_LEAST = 1e-30


def log_odds(predict: Predict, batch: Batch, genre: int | Array) -> Float[Array, " B"]:
    """Mean over the frames of the log odds of a genre from what was seen up to each, for every sequence of a batch."""
    probabilities = predict(batch)["running"]
    # The sum of the others: one minus a probability near one is mostly rounding.
    others = probabilities.at[..., genre].set(0).sum(-1)
    odds = jnp.log(jnp.maximum(probabilities[..., genre], _LEAST)) - jnp.log(jnp.maximum(others, _LEAST))
    real = jnp.asarray(batch["frame_mask"])
    return (odds * real).sum(1) / jnp.maximum(real.sum(1), 1)


def occlusion(predict: Predict, batch: Batch, causes: Int[np.ndarray, "C 3"], genre: int) -> Float[np.ndarray, " C"]:
    """By how much the log odds of the genre fall without each cause.

    Args:
        predict: A genre model: batch -> `running` (B, T, G) probabilities.
        batch: Of one sequence, with `movements` (1, T, M) and `frame_mask` (1, T).
        causes: Of which type and where each is.
        genre: Index of the genre.
    """
    shape = np.shape(batch["movements"])[1:]
    found = []
    # One row more than there are causes, in which nothing is left out; always as many, so that one program does.
    for start in range(0, len(causes) + 1, _AT_ONCE):
        left_out = np.zeros((_AT_ONCE, *shape), bool)
        for row, cause in zip(left_out, causes[start : start + _AT_ONCE], strict=False):
            _mark(row, cause)
        found.append(np.asarray(_answers(predict, batch, left_out, genre)))
    found = np.concatenate(found)
    return found[len(causes)] - found[: len(causes)]


def expected_gradients(
    predict: Predict, batch: Batch, causes: Int[np.ndarray, "C 3"], genre: int
) -> Float[np.ndarray, " C"]:
    """What each cause adds to the log odds of the genre, on the mean over what else is there; arguments as in
    `occlusion`.

    On the way from a sequence in which every other cause is missing, drawn at random, to all of them.
    """
    shape = np.shape(batch["movements"])[1:]
    rng, total = np.random.default_rng(0), np.zeros(shape)
    shares = rng.permutation((np.arange(_SAMPLES) + 0.5) / _SAMPLES).astype(np.float32)
    for some in shares.reshape(-1, _AT_ONCE):
        missing = np.zeros((_AT_ONCE, *shape), bool)
        for row, chosen in zip(missing, rng.random((_AT_ONCE, len(causes))) < 0.5, strict=True):
            for cause in causes[chosen]:
                _mark(row, cause)
        total += np.asarray(_gradients(predict, batch, missing, some, genre))
    # Missing in every second sample.
    added = [total[start:end, movement].sum() for movement, start, end in causes]
    return np.array(added, np.float32) * 2 / _SAMPLES


def weights(predict: Predict, batch: Batch, causes: Int[np.ndarray, "C 3"], genre: int) -> Float[np.ndarray, "2 C"]:
    """The weight of each cause by occlusion and by gradients."""
    return np.stack([way(predict, batch, causes, genre) for way in (occlusion, expected_gradients)])


def agreement(weights: Float[np.ndarray, "2 C"]) -> float:
    """Rank correlation (Spearman) of both kinds of weights, -1 to 1; NaN where all weights of a kind are the same."""
    ranks = [_ranks(one) for one in weights]
    if any(len(np.unique(rank)) < 2 for rank in ranks):
        return float("nan")
    return float(np.corrcoef(ranks)[0, 1])


def _ranks(values: Float[np.ndarray, " C"]) -> Float[np.ndarray, " C"]:
    """Places in ascending order; equal values share the mean of theirs."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    return (np.cumsum(counts) - (counts - 1) / 2)[place]


def _mark(row: np.ndarray, cause: np.ndarray) -> None:
    movement, start, end = cause
    row[start:end, movement] = True


@functools.partial(jax.jit, static_argnames="predict")
def _answers(predict: Predict, batch: Batch, left_out: Array, genre: Array) -> Array:
    """(B,) log odds without what is left out (B, T, M)."""
    return log_odds(predict, _with(batch, jnp.where(left_out, 0.0, batch["movements"])), genre)


@functools.partial(jax.jit, static_argnames="predict")
def _gradients(predict: Predict, batch: Batch, missing: Array, share: Array, genre: Array) -> Array:
    """(T, M) sum of gradients times movements, where `share` (B,) of what is `missing` (B, T, M) is there."""
    taken = jnp.where(missing, batch["movements"], 0.0)

    def along(movements: Array) -> Array:
        return log_odds(predict, _with(batch, movements), genre).sum()

    return (taken * jax.grad(along)(batch["movements"] - (1 - share)[:, None, None] * taken)).sum(0)


def _with(batch: Batch, movements: Array) -> dict[str, Any]:
    """The sequence of the batch as often as there are movements for it."""
    count = len(movements)
    repeated = {name: jnp.repeat(jnp.asarray(value), count, 0) for name, value in batch.items() if name != "movements"}
    return {**repeated, "movements": movements}
