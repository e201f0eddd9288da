"""Optimisers and learning-rate schedules by name, from the `optim` part of a config."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import optax

from hdvr_jax.errors import InputError

OPTIMIZERS = ("adam", "amsgrad", "adamw", "sgd")
SCHEDULES = ("constant", "exponential", "cosine")


def make_schedule(optim: Any, steps: int, steps_per_epoch: int) -> Callable[[Any], Any]:
    """Learning rate as a function of the step.

    "constant"; "exponential": times `decay` after every epoch (Pavllo et al. 2019, section 5), or smoothly in every
    `decay_steps` steps where these are given; "cosine": to `final_fraction` of the rate at the last step. All rise
    linearly over the first `warmup_steps`.

    Raises:
      InputError: unknown name.
    """
    rate = optim.learning_rate
    if optim.schedule == "constant":
        base = optax.constant_schedule(rate)
    elif optim.schedule == "exponential":
        every = optim.get("decay_steps", 0)
        base = optax.exponential_decay(rate, every or steps_per_epoch, optim.decay, staircase=not every)
    elif optim.schedule == "cosine":
        base = optax.cosine_decay_schedule(rate, steps, optim.final_fraction)
    else:
        raise InputError(f"config.optim.schedule: {optim.schedule!r} is not one of {', '.join(SCHEDULES)}")
    if not optim.warmup_steps:
        return base
    return lambda step: base(step) * jnp.minimum(1.0, (step + 1) / optim.warmup_steps)


class AmsgradState(NamedTuple):
    """Steps done, running first and second moments of the gradients, and the largest second moments."""

    count: Any
    mu: Any
    nu: Any
    nu_max: Any


def scale_by_amsgrad(b1: float, b2: float, eps: float) -> optax.GradientTransformation:
    """AMSGrad as it is published (Reddi et al. 2018) and as the published lifters were trained.

    optax's takes the largest of the bias-corrected second moments: there the first gradients, which are corrected most
    and of random weights, slow all of a training down.
    """

    def init(params: Any) -> AmsgradState:
        # Three trees of their own: a step that consumes its state may not be given a buffer twice.
        return AmsgradState(jnp.zeros((), jnp.int32), *(jax.tree.map(jnp.zeros_like, params) for _ in range(3)))

    def update(grads: Any, state: AmsgradState, params: Any = None) -> tuple[Any, AmsgradState]:
        del params
        count = state.count + 1
        mu = jax.tree.map(lambda m, g: b1 * m + (1 - b1) * g, state.mu, grads)
        nu = jax.tree.map(lambda n, g: b2 * n + (1 - b2) * g * g, state.nu, grads)
        nu_max = jax.tree.map(jnp.maximum, state.nu_max, nu)
        first, second = 1 / (1 - b1**count), 1 / (1 - b2**count)
        changes = jax.tree.map(lambda m, n: first * m / (jnp.sqrt(second * n) + eps), mu, nu_max)
        return changes, AmsgradState(count, mu, nu, nu_max)

    return optax.GradientTransformation(init, update)


def slowed(factors: Mapping[str, float]) -> optax.GradientTransformation:
    """Multiplies the changes of some parts of the parameters, {first name: factor}: a learning rate of their own."""

    def update(changes: Any, params: Any = None) -> Any:
        del params
        if missing := sorted(set(factors) - set(changes)):
            raise InputError(f"config.optim.slower: {missing[0]!r} is not one of {', '.join(sorted(changes))}")
        return {
            name: optax.tree.scale(factors[name], part) if name in factors else part for name, part in changes.items()
        }

    return optax.stateless(update)


def make_optimizer(optim: Any, steps: int, steps_per_epoch: int) -> optax.GradientTransformation:
    """The optimiser of a config.

    Args:
      optim: fields as in `configurations.base_config().optim`; `slower`, where there is one, as in `slowed`.
      steps: length of the whole training, for the cosine schedule.
      steps_per_epoch: for the exponential schedule.

    Raises:
      InputError: unknown optimiser or schedule; the first update raises it for an unknown name in `slower`.
    """
    rate = make_schedule(optim, steps, steps_per_epoch)
    adam = {"b1": optim.beta1, "b2": optim.beta2, "eps": optim.epsilon}
    makers = {
        "adam": lambda: optax.adam(rate, **adam),
        "amsgrad": lambda: optax.chain(scale_by_amsgrad(**adam), optax.scale_by_learning_rate(rate)),
        "adamw": lambda: optax.adamw(rate, **adam, weight_decay=optim.weight_decay),
        "sgd": lambda: optax.sgd(rate, momentum=optim.momentum or None),
    }
    if optim.optimizer not in makers:
        raise InputError(f"config.optim.optimizer: {optim.optimizer!r} is not one of {', '.join(OPTIMIZERS)}")
    optimizer = makers[optim.optimizer]()
    if l2 := optim.get("l2", 0.0):
        optimizer = optax.chain(optax.add_decayed_weights(l2), optimizer)
    if factors := dict(optim.get("slower", {})):
        optimizer = optax.chain(optimizer, slowed(factors))
    return optax.chain(optax.clip_by_global_norm(optim.clip_norm), optimizer) if optim.clip_norm else optimizer
