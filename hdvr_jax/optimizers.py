"""Optimisers and learning-rate schedules by name, from the `optim` part of a config."""

from collections.abc import Callable
from typing import Any

import jax.numpy as jnp
import optax

from hdvr_jax.errors import InputError

OPTIMIZERS = ("adam", "amsgrad", "adamw", "sgd")
SCHEDULES = ("constant", "exponential", "cosine")


def make_schedule(optim: Any, steps: int, steps_per_epoch: int) -> Callable[[Any], Any]:
    """Learning rate as a function of the step.

    "constant"; "exponential": times `decay` after every epoch (Pavllo et al. 2019, section 5); "cosine": to
    `final_fraction` of the rate at the last step. All rise linearly over the first `warmup_steps`.

    Raises:
      InputError: unknown name.
    """
    rate = optim.learning_rate
    if optim.schedule == "constant":
        base = optax.constant_schedule(rate)
    elif optim.schedule == "exponential":
        base = optax.exponential_decay(rate, steps_per_epoch, optim.decay, staircase=True)
    elif optim.schedule == "cosine":
        base = optax.cosine_decay_schedule(rate, steps, optim.final_fraction)
    else:
        raise InputError(f"config.optim.schedule: {optim.schedule!r} is not one of {', '.join(SCHEDULES)}")
    if not optim.warmup_steps:
        return base
    return lambda step: base(step) * jnp.minimum(1.0, (step + 1) / optim.warmup_steps)


def make_optimizer(optim: Any, steps: int, steps_per_epoch: int) -> optax.GradientTransformation:
    """The optimiser of a config.

    Args:
      optim: fields as in `configurations.base_config().optim`.
      steps: length of the whole training, for the cosine schedule.
      steps_per_epoch: for the exponential schedule.

    Raises:
      InputError: unknown optimiser or schedule.
    """
    rate = make_schedule(optim, steps, steps_per_epoch)
    adam = {"b1": optim.beta1, "b2": optim.beta2, "eps": optim.epsilon}
    makers = {
        "adam": lambda: optax.adam(rate, **adam),
        "amsgrad": lambda: optax.amsgrad(rate, **adam),
        "adamw": lambda: optax.adamw(rate, **adam, weight_decay=optim.weight_decay),
        "sgd": lambda: optax.sgd(rate, momentum=optim.momentum or None),
    }
    if optim.optimizer not in makers:
        raise InputError(f"config.optim.optimizer: {optim.optimizer!r} is not one of {', '.join(OPTIMIZERS)}")
    optimizer = makers[optim.optimizer]()
    return optax.chain(optax.clip_by_global_norm(optim.clip_norm), optimizer) if optim.clip_norm else optimizer
