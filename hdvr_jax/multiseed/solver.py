"""Seeds of poses and imaging parameters optimised over a window, and the best of them (HDVR, section 2.2).

Symbols: K seeds, T frames, J joints; arrays component first (`hdvr_jax.multiseed.terms`).
"""

import functools
from collections.abc import Callable, Mapping

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
    """Optimised seeds; of several windows, with a leading axis.

    Attributes:
        variables: of all seeds, leading axis K.
        errors: (K, T) e_t^k, what is left in the end.
    """

    variables: Variables
    errors: Float[Array, "*B K T"]

    @property
    def best(self) -> Int[Array, ""]:
        """k*, the seed of least cumulative error."""
        return jnp.argmin(self.errors.sum(-1))


@functools.partial(jax.jit, static_argnames=("skeleton", "camera", "steps", "one_by_one"))
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
    one_by_one: bool,
) -> Solution:
    """Adam on every seed for so many steps, the learning rate falling to zero along a cosine.

    Args:
        seen: of one window; each seed sees `Seen.of_seed`.
        starts: seeds, leading axis K.
        weights: of the terms by name; those without are not computed. Numbers, or traced (`multiseed.sweep`).
        prior: what the term "learned" asks.
        camera: one of `terms.CAMERAS`.
        one_by_one: seeds in turn, each of which fits a processor's cache; False, all at once, for accelerators.
    """
    terms = all_terms(skeleton, prior)

    def one(seed: tuple[Variables, Array]) -> tuple[Variables, Float[Array, " T"]]:
        start, number = seed
        own = seen.of_seed(number)

        def error(variables: Variables) -> Float[Array, " T"]:
            return errors(variables, own, weights, terms, camera)

        def loss(variables: Variables) -> Float[Array, ""]:
            return error(variables).sum() / jnp.maximum(seen.real.sum(), 1.0)

        final = _descend(loss, start, learning_rate, steps)
        return final, error(final)

    seeds = (starts, jnp.arange(len(starts.focal)))
    found, left = jax.lax.map(one, seeds) if one_by_one else jax.vmap(one)(seeds)
    return Solution(variables=found, errors=left)


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
