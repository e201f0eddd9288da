"""How sure the chosen seed is: the spread of those that are nearly as good, and what else a clip could be.

Symbols: N windows, K seeds, T frames of the clip, W of a window, J joints; arrays component first.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hdvr_jax.multiseed.solver import Solution
from hdvr_jax.multiseed.windows import Windows, faded

# Metres of mean error by which a seed may be worse to count e times less.
TEMPERATURE = 5e-4


def shares(solution: Solution, path: Int[np.ndarray, " N"], temperature: float = TEMPERATURE) -> Float[Array, "N K"]:
    """How much each seed counts among those that survive: exp(-(its mean error - the chosen one's) / temperature), at
    most once before they are made to sum to 1; with temperature 0 the chosen seed alone, k* of HDVR.

    Args:
        solution: leading axes N, K.
        path: the chosen seed of every window.
    """
    mean, numbers = solution.errors.mean(-1), np.arange(len(path))
    if not temperature:
        return jnp.zeros(mean.shape).at[numbers, path].set(1.0)
    weights = jnp.exp(jnp.minimum(-(mean - mean[numbers, path][:, None]) / temperature, 0.0))
    return weights / weights.sum(-1, keepdims=True)


def spread(solution: Solution, counts: Float[Array, "N K"], windows: Windows) -> Float[Array, "J T"]:
    """Metres, of every joint in every frame: the root mean square distance of the seeds, each as much as it counts
    (`shares`), from their mean."""
    pose = solution.variables.pose
    mean = jnp.einsum("nk,nkcjw->ncjw", counts, pose)
    found = jnp.sqrt(jnp.einsum("nk,nkjw->njw", counts, jnp.square(pose - mean[:, None]).sum(2)))
    return faded(found, windows)


def alternatives(
    solution: Solution, path: Int[np.ndarray, " N"], distance: float = 0.1, worse: float = 2e-3
) -> list[list[int]]:
    """Of every window the other seeds that are nearly as good and plainly another motion, best first: their mean error
    is within `worse` (metres) of the chosen one's, and their joints are `distance` (metres) or more away in the mean
    from it and from those before them."""
    pose, mean = np.asarray(solution.variables.pose), np.asarray(solution.errors).mean(-1)
    found = []
    for number, best in enumerate(path):
        kept = [int(best)]
        for seed in np.argsort(mean[number]):
            near = [np.linalg.norm(pose[number, seed] - pose[number, other], axis=0).mean() for other in kept]
            if mean[number, seed] <= mean[number, best] + worse and min(near) >= distance:
                kept.append(int(seed))
        found.append(kept[1:])
    return found
