"""A clip lifted with many settings and numbers of seeds at once: weights are a batched axis of one program.

Fewer seeds are the first of more (`hdvr_jax.multiseed.sources`), so that one optimisation serves all numbers of them.
"""

from collections.abc import Mapping, Sequence

import jax
from jaxtyping import Array, Float, PRNGKeyArray

from hdvr_jax.multiseed.clip import Found, Settings, found, solutions
from hdvr_jax.multiseed.priors import Lift
from hdvr_jax.multiseed.terms import Seen


def sweep(
    key: PRNGKeyArray,
    seen: Seen,
    fps: float,
    settings: Settings,
    skeleton: str,
    weights: Mapping[str, Float[Array, " W"]],
    counts: Sequence[int],
    learned: Lift | None = None,
) -> list[list[Found]]:
    """What every setting comes to with every number of seeds.

    Args:
        settings: of everything but what is swept; `settings.seeds` is the largest number of seeds.
        weights: of W settings by term; a term that a setting is to do without has weight 0.
        counts: numbers of seeds, each up to `settings.seeds`.
        key, seen, fps, skeleton, learned: as in `clip.lift`.
    Raises:
        InputError: as `Settings.check`.
    """
    solution, where = solutions(key, seen, fps, settings, skeleton, learned, weights)

    def first(setting: int, count: int) -> Found:
        seeds = jax.tree.map(lambda values: values[:, setting, :count], solution)
        return found(seeds, where, settings, skeleton)

    settings_count = len(next(iter(weights.values())))
    return [[first(setting, count) for count in counts] for setting in range(settings_count)]
