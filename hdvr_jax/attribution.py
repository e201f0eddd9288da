"""Which movements moved the probability of a genre: occlusion and expected gradients of a genre model's answer.

A cause is one movement of one body part over the frames that it lasts; its weight is how much of the genre's log odds
it accounts for. These are the running ones, on the mean over the clip: at the end an LSTM has made up its mind, and
hardly has a gradient left for what it saw first. Occlusion takes the movement out of these frames and looks by how much
the log odds fall (Zeiler & Fergus 2014), all else being there. Expected gradients (Erion et al. 2021; integrated
gradients of Sundararajan et al. 2017 from many beginnings) follow the gradient from sequences in which other movements
are missing too. What both agree on can be trusted more than what one says. Poses that the model also reads stay as they
are.

Symbols: T frames, M movement types, C causes, G genres.
"""

from collections.abc import Callable, Mapping
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float

Batch = Mapping[str, Any]
Predict = Callable[[Batch], Mapping[str, Any]]
_AT_ONCE, _SAMPLES = 32, 256
_LEAST = 1e-30


def log_odds(predict: Predict, batch: Batch, genre: int) -> Float[Array, " B"]:
    """Mean over the frames of the log odds of a genre from what was seen up to each, for every sequence of a batch."""
    probabilities = predict(batch)["running"]
    # The sum of the others: one minus a probability near one is mostly rounding.
    others = probabilities.at[..., genre].set(0).sum(-1)
    odds = jnp.log(jnp.maximum(probabilities[..., genre], _LEAST)) - jnp.log(jnp.maximum(others, _LEAST))
    real = jnp.asarray(batch["frame_mask"])
    return (odds * real).sum(1) / jnp.maximum(real.sum(1), 1)


def occlusion(predict: Predict, batch: Batch, causes: Bool[np.ndarray, "C T M"], genre: int) -> Float[np.ndarray, " C"]:
    """By how much the log odds of the genre fall without each cause.

    Args:
        predict: A genre model: batch -> `running` (B, T, G) probabilities.
        batch: Of one sequence, with `movements` (1, T, M) and `frame_mask` (1, T).
        causes: Where and of which type each is.
        genre: Index of the genre.
    """
    compiled = jax.jit(lambda movements: log_odds(predict, _with(batch, movements), genre))
    seen = np.asarray(batch["movements"])
    whole = float(compiled(np.repeat(seen, _AT_ONCE, 0))[0])
    found = []
    for start in range(0, len(causes), _AT_ONCE):
        some = causes[start : start + _AT_ONCE]
        # Always as many, so that one program does.
        left_out = np.zeros((_AT_ONCE, *causes.shape[1:]), bool)
        left_out[: len(some)] = some
        found.append(whole - np.asarray(compiled(np.where(left_out, 0.0, seen).astype(np.float32)))[: len(some)])
    return np.concatenate(found) if found else np.zeros(0, np.float32)


def expected_gradients(
    predict: Predict, batch: Batch, causes: Bool[np.ndarray, "C T M"], genre: int
) -> Float[np.ndarray, " C"]:
    """What each cause adds to the log odds of the genre, on the mean over what else is there; arguments as in
    `occlusion`.

    On the way from a sequence in which every other cause is missing, drawn at random, to all of them.
    """
    seen = jnp.asarray(batch["movements"])

    def along(movements: Array) -> Array:
        return log_odds(predict, _with(batch, movements), genre).sum()

    @jax.jit
    def summed(missing: Array, share: Array) -> Array:
        taken = jnp.where(missing, seen, 0.0)
        return (taken * jax.grad(along)(seen - (1 - share)[:, None, None] * taken)).sum(0)

    rng, total = np.random.default_rng(0), np.zeros(seen.shape[1:])
    shares = rng.permutation((np.arange(_SAMPLES) + 0.5) / _SAMPLES).astype(np.float32)
    for some in shares.reshape(-1, _AT_ONCE):
        chosen = rng.random((_AT_ONCE, len(causes))) < 0.5
        missing = np.stack([causes[row].any(0) for row in chosen])
        total += np.asarray(summed(missing, some))
    # Missing in every second sample.
    return (causes * total).sum((1, 2)) * 2 / _SAMPLES


def weights(predict: Predict, batch: Batch, causes: Bool[np.ndarray, "C T M"], genre: int) -> Float[np.ndarray, "2 C"]:
    """The weight of each cause by occlusion and by gradients."""
    return np.stack([way(predict, batch, causes, genre) for way in (occlusion, expected_gradients)])


def agreement(weights: Float[np.ndarray, "2 C"]) -> float:
    """Rank correlation (Spearman) of both kinds of weights, -1 to 1; NaN for fewer than two causes."""
    if weights.shape[1] < 2:
        return float("nan")
    ranks = np.argsort(np.argsort(weights, axis=1), axis=1)
    return float(np.corrcoef(ranks)[0, 1])


def _with(batch: Batch, movements: Array) -> dict[str, Any]:
    """The sequence of the batch as often as there are movements for it."""
    count = len(movements)
    repeated = {name: jnp.repeat(jnp.asarray(value), count, 0) for name, value in batch.items() if name != "movements"}
    return {**repeated, "movements": movements}
