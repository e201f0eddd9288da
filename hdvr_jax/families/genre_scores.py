"""Scores of genre models, and the temperature of their probabilities."""

from typing import Any

import jax.numpy as jnp
import numpy as np

from hdvr_jax import calibration, metrics
from hdvr_jax.families import Batch, Totals


def known(batch: Batch) -> Any:
    """(B,) 1 where the genre is known and a frame is real."""
    return ((batch["label"] >= 0) & (batch["frame_mask"].max(1, initial=0) > 0)).astype(jnp.float32)


def scores(genres: int, outputs: dict[str, Any], batch: Batch) -> Totals:
    """Confusion counts (B, G, G), row true and column predicted; whether the most probable genre is right; how much the
    true one surprises; and how sure and how right the answer is (`hdvr_jax.calibration`)."""
    weight, probabilities = known(batch), outputs["probabilities"]
    predicted = probabilities.argmax(-1)
    right = metrics.accuracy(predicted, batch["label"], weight)
    return {
        "confusion": (metrics.confusion_matrix(predicted, batch["label"], genres, weight), weight),
        "accuracy": right,
        "surprise": (calibration.surprise(probabilities, batch["label"]) * weight, weight),
        "confidence": (calibration.by_confidence(probabilities, right[0]) * weight[:, None, None], weight),
    }


def tally(outputs: dict[str, Any], batch: Batch) -> Totals:
    weight = known(batch)
    warmed = calibration.warmed_surprise(outputs["probabilities"], batch["label"])
    return {"surprise": (warmed * weight[:, None], weight)}


def calibrate(variables: Any, totals: Totals) -> Any:
    """The variables with the temperature of the least cross-entropy."""
    temperature = variables["calibration"]["temperature"] * calibration.best_factor(np.asarray(totals["surprise"][0]))
    return {**variables, "calibration": {"temperature": np.float32(temperature)}}


def summarise(genres: tuple[str, ...], totals: Totals) -> dict[str, float]:
    """Accuracy, macro-F over the genres that occur, F of every genre, and confusion/true/recognised: how often.

    `surprise` is the mean cross-entropy in nats, `calibration_error` 0 where probabilities mean what they say.
    """
    confusion = np.asarray(totals["confusion"][0], np.float64)
    right, count = totals["accuracy"]
    counts = metrics.counts_from_confusion(confusion)
    f_scores = metrics.f_score(*counts, average=None)
    result = {
        "macro_f": float(metrics.f_score(*counts)),
        "accuracy": float(right / count) if count > 0 else float("nan"),
        "surprise": float(totals["surprise"][0] / count) if count > 0 else float("nan"),
        "calibration_error": calibration.calibration_error(np.asarray(totals["confidence"][0]), float(count)),
    }
    result |= {f"f/{genre}": float(value) for genre, value in zip(genres, f_scores, strict=True)}
    return result | {
        f"confusion/{genre}/{other}": float(confusion[row, column])
        for row, genre in enumerate(genres)
        for column, other in enumerate(genres)
    }
