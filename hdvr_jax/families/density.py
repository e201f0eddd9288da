"""The density family: how likely poses are (`hdvr_jax.density`), learnt from 3D motion that belongs to no image.

    loss = -log density of poses as the data's cameras see them, half of them mirrored, with noise on their coordinates

The noise keeps the Gaussians from becoming flat, and lets a descent come to them from afar. No image is read. What is
learnt is a prior of other methods (`hdvr_jax.multiseed.priors`).
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hdvr_jax import density, dictionary, lifter_inputs, poses
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family
from hdvr_jax.families import lifter as pose_lifter
from hdvr_jax.skeletons import get_skeleton

# Metres, of the first Gaussians.
_APART = 0.3


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family, from a config (see `configs/density_cmu.py`).

    Raises:
        InputError: Gaussians or noise that make no density; as `lifter_inputs.check`.
    """
    del axis_name
    lifter_inputs.check(config)
    if config.model.gaussians < 1:
        raise InputError(f"config.model.gaussians: expected 1 or more, got {config.model.gaussians}")
    if not config.model.noise > 0:
        raise InputError(f"config.model.noise: expected more than 0, got {config.model.noise}")
    skeleton = config.model.skeleton
    return Family(
        name="density",
        init=functools.partial(_init, config.model),
        loss=functools.partial(_loss, config.model),
        predict=functools.partial(_predict, skeleton),
        scores=_scores,
        prepare=functools.partial(pose_lifter.prepare, config),
        fixed=lifter_inputs.CAMERA,
        targets=lifter_inputs.TARGETS,
        augment=functools.partial(lifter_inputs.augment, config, lifter_inputs.noise_of(config.data), (0, 0)),
        prior=functools.partial(_prior, functools.partial(density.surprise, skeleton=skeleton)),
    )


def _init(model: Any, key: Any, batch: Batch) -> Any:
    """Gaussians about the nominal person, as wide as they are apart."""
    del batch
    person = density.coordinates(dictionary.nominal_pose(model.skeleton), model.skeleton)
    shape = (model.gaussians, len(person))
    params = {
        "logits": jnp.zeros(model.gaussians),
        "means": person + _APART * jax.random.normal(key, shape),
        "scales": jnp.full(shape, -math.log(_APART)),
        "factors": jnp.zeros((*shape, len(person))),
    }
    return {"params": params}


def _known(batch: Batch) -> Float[Array, "B T"]:
    """1 where a pose is known."""
    return jnp.isfinite(batch["targets"]).all((-1, -2)) * batch["frame_mask"]


def _loss(model: Any, variables: Any, batch: Batch, key: Any, train: bool) -> tuple:
    """Sums over the poses of this device's examples, nats for each coordinate."""
    del train
    order = get_skeleton(model.skeleton).mirror

    def varied(targets: Array, example: Array) -> tuple[Array, Array]:
        mirror_key, noise_key = jax.random.split(jax.random.fold_in(key, example))
        turned = jax.random.bernoulli(mirror_key, shape=(len(targets), 1, 1))
        shape = (len(targets), 3 * (targets.shape[1] - 1))
        return jnp.where(turned, poses.mirror(targets, order), targets), jax.random.normal(noise_key, shape)

    targets, noise = jax.vmap(varied)(batch["targets"], batch["example"])
    known = _known(batch)
    safe = jnp.where(known[..., None, None] > 0, targets, jnp.asarray(dictionary.nominal_pose(model.skeleton)))
    values = density.coordinates(safe, model.skeleton)
    nats = density.log_density(variables["params"], values + model.noise * noise) / values.shape[-1]
    counted = known * batch["mask"][:, None]
    total, weight = -(nats * counted).sum(), counted.sum()
    return total, ({}, {"loss": (total, weight)})


def _predict(skeleton: str, variables: Any, batch: Batch) -> dict[str, Any]:
    """Surprise (B, T) of the batch's poses, and flipped_surprise of the same with all depths negated."""
    ways = {"surprise": batch["targets"], "flipped_surprise": dictionary.flipped(batch["targets"])}
    return {name: density.surprise(variables["params"], points, skeleton) for name, points in ways.items()}


def _scores(outputs: dict[str, Any], batch: Batch) -> dict[str, tuple]:
    """Surprise, nats for each coordinate, and of a hundred poses how many are likelier than the same with all depths
    negated, which no orthographic image tells from it."""
    known = _known(batch)
    found = {
        "surprise": outputs["surprise"],
        "told_from_flipped": 100.0 * (outputs["surprise"] < outputs["flipped_surprise"]),
    }
    return {name: (jnp.where(known > 0, value, 0.0).sum(-1), known.sum(-1)) for name, value in found.items()}


def _prior(surprise: Callable[..., Array], variables: Any) -> jax.tree_util.Partial:
    return jax.tree_util.Partial(surprise, variables["params"])
