"""Seeds of poses and imaging parameters optimised over a window, and the best of them (HDVR, section 2.2).

Symbols: K seeds, T frames, J joints; arrays component first (`hdvr_jax.multiseed.terms`).
"""

import functools
from collections.abc import Callable, Mapping, Sequence
from concurrent import futures
from typing import Any

import chex
import jax
import jax.numpy as jnp
import optax
from jaxtyping import Array, Float, Int

from hdvr_jax.multiseed.priors import Prior, all_terms
from hdvr_jax.multiseed.terms import Scalar, Seen, Variables, errors

# Steps of imaging parameters are smaller than those of the pose: they are logarithms, image units and slopes.
_SLOWER = 0.3


@chex.dataclass(frozen=True)
class Solution:
    """An optimised seed; several, and those of several windows, with leading axes.

    Attributes:
        variables: of the seed.
        errors: (T,) e_t^k, what is left in the end.
    """

    variables: Variables
    errors: Float[Array, "*B T"]


def optimise(
    seen: Seen,
    starts: Variables,
    weights: Mapping[str, Scalar],
    learning_rate: Scalar = 0.02,
    prior: Prior | None = None,
    *,
    skeleton: str,
    camera: str,
    steps: int,
    cores: int | None,
) -> Solution:
    """Seeds, leading axis K, by Adam for so many steps, the learning rate falling to zero along a cosine.

    Args:
        seen: of one window; each seed sees `Seen.of_seed`.
        starts: seeds, leading axis K.
        weights: of the terms by name; those without are not computed. Numbers, or traced (`multiseed.sweep`).
        prior: what the term "learned" asks.
        camera: one of `terms.CAMERAS`.
        cores: seeds are optimised by themselves, each of which fits a processor's cache, and as many of them side by
            side, a thread each; no value may be traced. None: all at once, for accelerators.
    """
    fixed = {"skeleton": skeleton, "camera": camera, "steps": steps}
    numbers = range(len(starts.focal))
    if cores is None:
        return _together(seen, starts, jnp.asarray(numbers), weights, learning_rate, prior, **fixed)

    def one(number: int) -> Solution:
        start = jax.tree.map(lambda values: values[number], starts)
        return _one(seen.of_seed(number), start, weights, learning_rate, prior, **fixed)

    with futures.ThreadPoolExecutor(cores) as threads:
        found = list(threads.map(lambda number: jax.block_until_ready(one(number)), numbers))
    return _stacked(found)


def in_turn(function: Callable[..., Any]) -> Callable[..., Any]:
    """`jax.vmap`, but one after another: of what is compiled in it, the number of them is no part."""

    def each(*arguments: Any) -> Any:
        count = len(jax.tree.leaves(arguments)[0])
        return _stacked([function(*jax.tree.map(lambda x, n=n: x[n], arguments)) for n in range(count)])

    return each


def _stacked(found: Sequence[Any]) -> Any:
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *found)


@functools.partial(jax.jit, static_argnames=("skeleton", "camera", "steps"))
def _one(
    seen: Seen,
    start: Variables,
    weights: Mapping[str, Scalar],
    learning_rate: Scalar,
    prior: Prior | None,
    *,
    skeleton: str,
    camera: str,
    steps: int,
) -> Solution:
    """One seed."""
    terms = all_terms(skeleton, prior)

    def error(variables: Variables) -> Float[Array, " T"]:
        return errors(variables, seen, weights, terms, camera)

    def loss(variables: Variables) -> Float[Array, ""]:
        return error(variables).sum() / jnp.maximum(seen.real.sum(), 1.0)

    final = _descend(loss, start, learning_rate, steps)
    return Solution(variables=final, errors=error(final))


@functools.partial(jax.jit, static_argnames=("skeleton", "camera", "steps"))
def _together(
    seen: Seen,
    starts: Variables,
    numbers: Int[Array, " K"],
    weights: Mapping[str, Scalar],
    learning_rate: Scalar,
    prior: Prior | None,
    **fixed: Any,
) -> Solution:
    """All seeds, by their numbers, vectorised."""

    def one(start: Variables, number: Int[Array, ""]) -> Solution:
        return _one(seen.of_seed(number), start, weights, learning_rate, prior, **fixed)

    return jax.vmap(one)(starts, numbers)


def _descend(
    loss: Callable[[Variables], Float[Array, ""]], start: Variables, learning_rate: Scalar, steps: int
) -> Variables:
    """Adam on one seed."""
    optimizer = optax.adam(optax.cosine_decay_schedule(1.0, steps))

    def step(_: Array, state: tuple) -> tuple:
        variables, moments = state
        updates, moments = optimizer.update(jax.grad(loss)(variables), moments)
        slower = jax.tree.map(lambda update: learning_rate * _SLOWER * update, updates)
        scaled = slower.replace(pose=learning_rate * updates.pose)
        return optax.apply_updates(variables, scaled), moments

    return jax.lax.fori_loop(0, steps, step, (start, optimizer.init(start)))[0]
