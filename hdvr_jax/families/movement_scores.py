"""Scores of movement models, and the threshold of every type.

Symbols: B batch, T frames, M movement types.
"""

from typing import Any

import jax.numpy as jnp
import numpy as np

from hdvr_jax import calibration, metrics
from hdvr_jax.families import Batch, Totals
from hdvr_jax.movements import Vocabulary
from hdvr_jax.skeletons import BODY_PARTS

_COUNTS = ("true_positives", "false_positives", "false_negatives")


def known(batch: Batch) -> Any:
    """(B, T, M) 1 where the frame is real and its label is known."""
    return (batch["labels"] >= 0) * batch["frame_mask"][..., None]


def scores(outputs: dict[str, Any], batch: Batch) -> Totals:
    """Counts (B, M) of right and wrong decisions, each with the number of frames that were decided."""
    counted = known(batch)
    counts = metrics.multilabel_counts(outputs["active"], batch["labels"] > 0, counted)
    return {name: (count, counted.sum(1)) for name, count in zip(_COUNTS, counts, strict=True)}


def tally(outputs: dict[str, Any], batch: Batch) -> Totals:
    counted, there = known(batch), batch["labels"] > 0
    found = {"there": there, "absent": ~there}
    counts = {name: calibration.logit_counts(outputs["probabilities"], which, counted) for name, which in found.items()}
    return {name: (count, jnp.ones(len(count))) for name, count in counts.items()}


def calibrate(variables: Any, totals: Totals) -> Any:
    """The variables with each type's threshold where the F-score is best."""
    decisions = variables["decisions"]
    shifts = calibration.best_shifts(np.asarray(totals["there"][0]), np.asarray(totals["absent"][0]))
    return {**variables, "decisions": {**decisions, "threshold": decisions["threshold"] + shifts}}


def summarise(vocabulary: Vocabulary, totals: Totals) -> dict[str, float]:
    """F-scores, macro (the mean over the types that occur) and micro (of all decisions together), of all parts and of
    every part (`f/<part>`, `micro_f/<part>`).

    `types` is how many types occur, `support/<part>` the number of positive labels.
    """
    counts = np.array([np.asarray(totals[name][0], np.float64) for name in _COUNTS])
    support = counts[0] + counts[2]
    result = {
        "macro_f": float(metrics.f_score(*counts)),
        "micro_f": float(metrics.f_score(*counts, average="micro")),
        "types": float((support > 0).sum()),
    }
    parts = {part: list(vocabulary.indices(part)) for part in BODY_PARTS}
    result |= {f"f/{part}": float(metrics.f_score(*counts[:, columns])) for part, columns in parts.items()}
    for part, columns in parts.items():
        result[f"micro_f/{part}"] = float(metrics.f_score(*counts[:, columns], average="micro"))
    return result | {f"support/{part}": float(support[columns].sum()) for part, columns in parts.items()}
