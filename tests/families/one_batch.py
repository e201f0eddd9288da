"""A training on one batch, over and over: whatever is to be learnt has to be learnt there."""

from typing import Any

import jax
import optax

from hdvr_jax.families import Batch, Family
from hdvr_jax.update import init_state, make_update

KEY = jax.random.key(0)


def losses(family: Family, batch: Batch, steps: int, learning_rate: float = 3e-3) -> list[dict[str, Any]]:
    """The metrics of every step, each divided by its weight."""
    optimizer = optax.adam(learning_rate)
    update = jax.jit(make_update(family, optimizer))
    state, found = init_state(family, optimizer, batch, KEY), []
    for _ in range(steps):
        state, metrics = update(state, batch, KEY)
        found.append({name: float(total / weight) for name, (total, weight) in metrics.items()})
    return found
