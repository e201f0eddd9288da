"""How sure the chosen seed is: the spread of those that are nearly as good, and what else a clip could be.

Symbols: N windows, K seeds, T frames of the clip, W of a window, J joints; arrays component first.
"""

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hdvr_jax.multiseed.solver import Solution
from hdvr_jax.multiseed.windows import Windows, faded

# Metres of mean error by which a seed may be worse to count e times less.
TEMPERATURE = 2e-3


def spread(
    solution: Solution, path: Int[np.ndarray, " N"], windows: Windows, temperature: float = TEMPERATURE
) -> Float[Array, "J T"]:
    """Metres, of every joint in every frame: the root mean square distance of all seeds from the chosen one, each
    counted by exp(-(its mean error - the chosen one's) / temperature), at most once.

    Args:
        solution: leading axes N, K.
        path: the chosen seed of every window.
    """
    numbers = np.arange(len(path))
    mean = solution.errors.mean(-1)
    weights = jnp.exp(jnp.minimum(-(mean - mean[numbers, path][:, None]) / temperature, 0.0))
    pose = solution.variables.pose
    apart = jnp.square(pose - pose[numbers, path][:, None]).sum(2)
    found = jnp.sqrt(jnp.einsum("nk,nkjw->njw", weights, apart) / weights.sum(-1)[:, None, None])
    return faded(found, windows)


def alternatives(
    solution: Solution, path: Int[np.ndarray, " N"], distance: float = 0.1, temperature: float = TEMPERATURE
) -> list[list[int]]:
    """Of every window the other seeds that are nearly as good and plainly another motion, best first: their mean error
    is within `temperature` of the chosen one's, and their joints are `distance` (metres) or more away in the mean from
    it and from those before them."""
    pose, mean = np.asarray(solution.variables.pose), np.asarray(solution.errors).mean(-1)
    found = []
    for number, best in enumerate(path):
        kept = [int(best)]
        for seed in np.argsort(mean[number]):
            near = [np.linalg.norm(pose[number, seed] - pose[number, other], axis=0).mean() for other in kept]
            if mean[number, seed] <= mean[number, best] + temperature and min(near) >= distance:
                kept.append(int(seed))
        found.append(kept[1:])
    return found
