"""What the families share that learn from pairs of views: what they read, and how they are scored and used."""

import functools
from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

from hdvr_jax import adversarial, lifter_inputs, multiview
from hdvr_jax.errors import InputError
from hdvr_jax.families import Family
from hdvr_jax.families import lifter as pose_lifter

# Fields of config.data that have to be so.
_FIXED = {
    "observation": ("detections", "random cameras see no pairs of views"),
    "random_share": (0.0, "random cameras see no pairs of views"),
    "labelled_share": (1.0, "nothing here is learnt from labels"),
    "unlabelled": (0.0, "nothing here is learnt from labels"),
}


def learnt_from_pairs(config: Any, context: tuple[int, int], **own: Any) -> Family:
    """A family of lifters whose training examples are two views each (`hdvr_jax.multiview`).

    Args:
        context: frames that its outputs read before and after their own.
        own: its other fields: name, init, loss and predict.

    Raises:
      InputError: a way of seeing clips that pairs of views leave no room for; names the field.
    """
    for field, (expected, why) in _FIXED.items():
        if (value := config.data.get(field, expected)) != expected:
            raise InputError(f"config.data.{field}: {why}; expected {expected!r}, got {value!r}")
    return Family(
        scores=functools.partial(pose_lifter.scores, skeleton=config.model.skeleton),
        prepare=lambda clips, upstream: multiview.sequences(config, clips),
        fixed=lifter_inputs.CAMERA + lifter_inputs.PLACE,
        pairs=True,
        targets=lifter_inputs.TARGETS,
        context=context,
        augment=functools.partial(multiview.augment, config, lifter_inputs.noise_of(config.data), context),
        on_clip=functools.partial(pose_lifter.lift_clip, config),
        **own,
    )


def judged(
    discriminator: Any,
    params: Any,
    fake: Array,
    real: Array,
    mask: Float[Array, "D T"],
    key: Any,
    both: Any,
    root: int,
) -> dict[str, Float[Array, " B"]]:
    """Terms "discriminator" and "generator" of the adversarial rival (`adversarial.judged`), sums over both views.

    Args:
        fake, real: (2 B, T, J, 3) of both views, one after the other, as `both` (`view_pairs.stacked`).
    """
    judge = functools.partial(discriminator.apply, {"params": params})
    terms = adversarial.judged(judge, fake, real, mask, key, both["example"], root)
    return {name: sum(jnp.split(term, 2)) for name, term in zip(("discriminator", "generator"), terms)}
