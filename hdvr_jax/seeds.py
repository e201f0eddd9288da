"""Several seeds of one training in one program, and several actions of one seed.

Everything of seed i is what a training with `seed + i` alone has: parameters, order of the data, keys of the steps.
Where a config asks for a model of each action, a seed's models differ in their data only, and seed i has as many as
there are actions. States, batches and keys get a leading axis K of models; one model alone has no such axis.
"""

import functools
from collections.abc import Sequence
from typing import Any

import jax
import jax.numpy as jnp

from hdvr_jax.families import Family
from hdvr_jax.update import State, Update, init_state


def keys(seeds: Sequence[int]) -> Any:
    """The keys (K,) of the runs, or () for one seed."""
    found = [jax.random.key(seed) for seed in seeds]
    return jnp.stack(found) if len(found) > 1 else found[0]


def init_states(family: Family, optimizer: Any, batch: Any, seeds: Sequence[int], ema: float = 0.0) -> State:
    """First states of all seeds, stacked where there are several. `batch` (B, ...) gives shapes."""
    init = jax.jit(functools.partial(init_state, family, optimizer, batch, ema=ema))
    states = [init(jax.random.key(seed)) for seed in seeds]
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *states) if len(states) > 1 else states[0]


def over_seeds(update: Update, *, sequential: bool) -> Update:
    """The update of K seeds at once: state, batch and keys with leading K.

    Args:
      sequential: one seed after the other inside the program (`lax.map`), which keeps one seed's state in the cache of
        a CPU, instead of side by side (`vmap`), which fills an accelerator. The results are the same.
    """

    def update_all(state: State, batch: Any, key: Any, *, axis_name: str | None = None) -> Any:
        one = functools.partial(update, axis_name=axis_name)
        if sequential:
            return jax.lax.map(lambda args: one(*args), (state, batch, key))
        return jax.vmap(one)(state, batch, key)

    return update_all
