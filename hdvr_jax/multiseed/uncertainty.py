"""How much each seed counts, how far those that count lie apart, and what else a clip could be.

Symbols: N windows, K seeds, T frames of the clip, W of a window, J joints; arrays component first.
"""

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.multiseed.windows import Windows, faded

# Metres of mean error by which a seed may be worse to count e times less.
TEMPERATURE = 5e-4


def shares(
    errors: Float[np.ndarray, "N K"], path: Int[np.ndarray, " N"], temperature: float = TEMPERATURE
) -> Float[np.ndarray, "N K"]:
    """How much each seed counts: exp(-(its mean error - the chosen one's) / temperature), at most once before they are
    made to sum to 1; with temperature 0 the chosen seed alone, k* of HDVR.

    Args:
        errors: mean over the frames (`windows.mean_errors`).
        path: the chosen seed of every window.
    """
    numbers = np.arange(len(path))
    if not temperature:
        return np.eye(errors.shape[1], dtype=errors.dtype)[path]
    weights = np.exp(np.minimum(-(errors - errors[numbers, path][:, None]) / temperature, 0.0))
    return weights / weights.sum(-1, keepdims=True)


def mixed(
    values: Float[np.ndarray, "N K *B W"], counts: Float[np.ndarray, "N K"], windows: Windows
) -> Float[np.ndarray, "*B T"]:
    """The clip's values: the mean of every window's seeds, each as much as it counts, windows faded into each other."""
    return faded(np.einsum("nk,nk...->n...", counts, values), windows)


def spread(
    points: Float[np.ndarray, "N K 3 J W"], counts: Float[np.ndarray, "N K"], windows: Windows
) -> Float[np.ndarray, "J T"]:
    """Metres, of every joint in every frame: the root mean square distance of the seeds, each as much as it counts
    (`shares`), from their mean."""
    mean = np.einsum("nk,nk...->n...", counts, points)
    return faded(np.sqrt(np.einsum("nk,nkjw->njw", counts, np.square(points - mean[:, None]).sum(2))), windows)


def alternatives(
    errors: Float[np.ndarray, "N K"],
    points: Float[np.ndarray, "N K 3 J W"],
    path: Int[np.ndarray, " N"],
    distance: float = 0.1,
    worse: float = 2e-3,
) -> list[list[int]]:
    """Of every window the other seeds that are nearly as good and plainly another motion, best first: their mean error
    is within `worse` (metres) of the chosen one's, and their joints are `distance` (metres) or more away in the mean
    from it and from those before them."""
    found = []
    for number, best in enumerate(path):
        kept = [int(best)]
        for seed in np.argsort(errors[number]):
            near = [np.linalg.norm(points[number, seed] - points[number, other], axis=0).mean() for other in kept]
            if errors[number, seed] <= errors[number, best] + worse and min(near) >= distance:
                kept.append(int(seed))
        found.append(kept[1:])
    return found
