"""A clip lifted with many settings and numbers of seeds at once: weights are a batched axis of one program, or what one
program is given in turn, as `Settings.one_by_one` has it.

Fewer seeds are the first of more (`hdvr_jax.multiseed.sources`), so that one optimisation serves all numbers of them.
"""

import dataclasses
from collections.abc import Sequence

import jax
import jax.numpy as jnp
from jaxtyping import PRNGKeyArray

from hdvr_jax.errors import InputError
from hdvr_jax.multiseed.clip import Found, solutions, stitched, windows_of
from hdvr_jax.multiseed.priors import Prior
from hdvr_jax.multiseed.settings import Settings
from hdvr_jax.multiseed.solver import Solution, in_turn
from hdvr_jax.multiseed.terms import Seen


def sweep(
    key: PRNGKeyArray,
    seen: Seen,
    fps: float,
    settings: Settings,
    skeleton: str,
    counts: Sequence[int],
    prior: Prior | None = None,
) -> list[list[Found]]:
    """What every one of W settings comes to with every number of seeds.

    Args:
        settings: its weights are arrays (W,), equally long; a term that a setting is to do without has weight 0.
        counts: numbers of seeds. Where there are more starts than that, the first of these alone are read.
        key, seen, fps, skeleton, prior: as in `clip.lift`.
    Raises:
        InputError: as `Settings.check`; a number of seeds below 1 or above `settings.seeds`.
    """
    for count in counts:
        if not 1 <= count <= settings.seeds:
            raise InputError(f"multiseed sweep: expected from 1 to {settings.seeds} seeds, got {count}")

    def weighed(weights: dict) -> Solution:
        return solutions(key, [seen], fps, dataclasses.replace(settings, weights=weights), skeleton, prior)

    settings.check(skeleton, prior, swept=True)
    every, where = jax.tree.map(jnp.asarray, dict(settings.weights)), windows_of(seen, fps, settings)
    solution = (in_turn if settings.in_turn else jax.vmap)(weighed)(every)

    def first(setting: int, count: int) -> Found:
        seeds = jax.tree.map(lambda values: values[setting, :, :count], solution)
        return stitched(seeds, where, settings, skeleton)

    return [[first(setting, count) for count in counts] for setting in range(len(solution.errors))]
