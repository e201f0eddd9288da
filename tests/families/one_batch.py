"""The functions of a family, compiled, and a training on one batch, over and over: whatever is to be learnt has to be
learnt there."""

import functools
from typing import Any

import jax
import optax

from hdvr_jax.families import Batch, Family
from hdvr_jax.update import init_state, make_update

KEY = jax.random.key(0)


@functools.partial(jax.jit, static_argnums=(0, 2))
def augmented(family: Family, batch: Batch, train: bool) -> Batch:
    """The batch as networks see it."""
    return family.augment(batch, KEY, train)


@functools.partial(jax.jit, static_argnums=(0, 2))
def started(family: Family, batch: Batch, train: bool = True) -> tuple[Batch, Any]:
    """(Augmented batch, variables)."""
    seen = family.augment(batch, KEY, train)
    return seen, family.init(KEY, seen)


@functools.partial(jax.jit, static_argnums=0)
def loss(family: Family, variables: Any, batch: Batch) -> Any:
    """The loss of an augmented batch in training, and its other results."""
    return family.loss(variables, batch, KEY, True)


@functools.partial(jax.jit, static_argnums=0)
def predicted(family: Family, variables: Any, batch: Batch) -> dict[str, Any]:
    """What is predicted for an augmented batch."""
    return family.predict(variables, batch)


def losses(family: Family, batch: Batch, steps: int, learning_rate: float = 3e-3) -> list[dict[str, Any]]:
    """The metrics of every step, each divided by its weight."""
    optimizer = optax.adam(learning_rate)
    update = jax.jit(make_update(family, optimizer))
    state, found = jax.jit(lambda: init_state(family, optimizer, batch, KEY))(), []
    for _ in range(steps):
        state, metrics = update(state, batch, KEY)
        found.append({name: float(total / weight) for name, (total, weight) in metrics.items()})
    return found
