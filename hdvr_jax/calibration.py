"""What is chosen on a validation split once a model is trained: thresholds of decisions, temperatures of probabilities.

A tally counts, on device and for every example, what each choice would lead to; the choice is made from the sum.

Symbols: B batch, T frames, M types, G classes, N bins.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int

# Of thresholds: logits to either side of the present one, bins, and how many positives a threshold is chosen on.
_REACH, _THRESHOLDS, _FEWEST = 6.0, 96, 30
# What the present temperature may be multiplied by.
_FACTORS = np.geomspace(0.2, 5.0, 65).astype(np.float32)
_CONFIDENCES = 10


def logit_counts(
    probabilities: Float[Array, "B T M"], chosen: Bool[Array, "B T M"], known: Float[Array, "B T M"]
) -> Float[Array, "B M N"]:
    """How many of the chosen frames have a logit in each bin, counted from the present threshold (probability 0.5)."""
    above = jax.scipy.special.logit(jnp.clip(probabilities, 1e-6, 1 - 1e-6))
    place = jnp.clip(jnp.floor((above + _REACH) / (2 * _REACH) * _THRESHOLDS), 0, _THRESHOLDS - 1).astype(jnp.int32)
    examples, types = jnp.arange(place.shape[0])[:, None, None], jnp.arange(place.shape[2])
    empty = jnp.zeros((place.shape[0], place.shape[2], _THRESHOLDS))
    return empty.at[examples, types, place].add(chosen * known)


def best_shifts(there: Float[np.ndarray, "M N"], absent: Float[np.ndarray, "M N"]) -> Float[np.ndarray, " M"]:
    """By how much to raise each type's threshold for the best F-score, from `logit_counts` of both kinds of frames.

    0 for a type that is there in fewer than 30 frames: what is best for so few means nothing.
    """
    # Counts beyond the lower edge of each bin.
    hits, extra = (np.cumsum(count[:, ::-1], 1)[:, ::-1] for count in (there, absent))
    score = 2 * hits / np.maximum(hits + extra + there.sum(1, keepdims=True), 1)
    # The middle of the best edges: where there are gaps, several are as good.
    best = score >= score.max(1, keepdims=True) - 1e-9
    edges = np.linspace(-_REACH, _REACH, _THRESHOLDS + 1)[:-1]
    shift = (best * edges).sum(1) / best.sum(1)
    return np.where(there.sum(1) >= _FEWEST, shift, 0.0).astype(np.float32)


def surprise(probabilities: Float[Array, "B *N G"], label: Int[Array, " B"]) -> Float[Array, "B *N"]:
    """Minus the logarithm of the true class's probability, in nats; of class 0 where the label is negative."""
    index = jnp.maximum(label, 0).reshape(-1, *[1] * (probabilities.ndim - 1))
    return -jnp.log(jnp.maximum(jnp.take_along_axis(probabilities, index, -1)[..., 0], 1e-12))


def warmed_surprise(probabilities: Float[Array, "B G"], label: Int[Array, " B"]) -> Float[Array, "B N"]:
    """`surprise` with the temperature multiplied by every factor that may be chosen."""
    logits = jnp.log(jnp.maximum(probabilities, 1e-30))
    return surprise(jax.nn.softmax(logits[:, None] / jnp.asarray(_FACTORS)[:, None]), label)


def best_factor(total: Float[np.ndarray, " N"]) -> float:
    """The factor on the temperature with the least sum of `warmed_surprise` (Guo et al. 2017, section 4.2)."""
    return float(_FACTORS[int(np.argmin(total))])


def by_confidence(probabilities: Float[Array, "B G"], right: Float[Array, " B"]) -> Float[Array, "B 2 N"]:
    """How sure and how right an answer is, in the bin of its confidence."""
    confidence = probabilities.max(-1)
    bins = jnp.minimum((confidence * _CONFIDENCES).astype(jnp.int32), _CONFIDENCES - 1)
    return jax.nn.one_hot(bins, _CONFIDENCES)[:, None] * jnp.stack([confidence, right], -1)[..., None]


def calibration_error(totals: Float[np.ndarray, "2 N"], count: float) -> float:
    """Mean gap between confidence and accuracy of the bins (Naeini et al. 2015), from the sum of `by_confidence`."""
    return float(np.abs(totals[0] - totals[1]).sum() / count) if count > 0 else float("nan")
