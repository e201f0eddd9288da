"""The density family: how likely poses are (`hdvr_jax.density`), learnt from 3D motion that belongs to no image.

    loss = -log density of poses as the data's cameras see them, half of them mirrored, with noise on their coordinates

The noise keeps the Gaussians from becoming flat, and lets a descent come to them from afar. No image is read. What is
learnt is a prior of other methods (`hdvr_jax.multiseed.priors`).
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hdvr_jax import density, dictionary, lifter_inputs, poses
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family
from hdvr_jax.families import lifter as pose_lifter
from hdvr_jax.skeletons import get_skeleton


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
        prior=functools.partial(_prior, skeleton),
    )


def _init(model: Any, key: Any, batch: Batch) -> Any:
    """Gaussians about poses of the batch, each as wide as all poses together."""
    values, known = _coordinates(batch, model.skeleton)
    values, known = values.reshape(-1, values.shape[-1]), known.reshape(-1)
    total = jnp.maximum(known.sum(), 1.0)
    mean = (known[:, None] * values).sum(0) / total
    wide = jnp.sqrt((known[:, None] * jnp.square(values - mean)).sum(0) / total + model.noise**2)
    chosen, count = jax.random.choice(key, len(values), (model.gaussians,), p=known / total), values.shape[-1]
    jitter = model.noise * jax.random.normal(jax.random.fold_in(key, 1), (model.gaussians, count))
    params = {
        "logits": jnp.zeros(model.gaussians),
        "means": values[chosen] + jitter,
        "scales": jnp.broadcast_to(-jnp.log(wide), (model.gaussians, count)),
        "factors": jnp.zeros((model.gaussians, count, count)),
    }
    return {"params": params}


def _coordinates(batch: Batch, skeleton: str) -> tuple[Float[Array, "B T F"], Float[Array, "B T"]]:
    """(Coordinates of the batch's poses, 1 where they are known)."""
    targets = batch["targets"]
    known = jnp.isfinite(targets).all((-1, -2)) * batch["frame_mask"]
    safe = jnp.where(known[..., None, None] > 0, targets, jnp.asarray(dictionary.nominal_pose(skeleton)))
    return density.coordinates(safe, skeleton), known


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
    values, known = _coordinates({**batch, "targets": targets}, model.skeleton)
    nats = density.log_density(variables["params"], values + model.noise * noise) / values.shape[-1]
    counted = known * batch["mask"][:, None]
    total, weight = -(nats * counted).sum(), counted.sum()
    return total, ({}, {"loss": (total, weight)})


def _predict(skeleton: str, variables: Any, batch: Batch) -> dict[str, Any]:
    """ "surprise" (B, T) of the batch's poses and "flipped_surprise" of the same with all depths negated."""
    ways = {"surprise": batch["targets"], "flipped_surprise": dictionary.flipped(batch["targets"])}
    return {name: density.surprise(variables["params"], points, skeleton) for name, points in ways.items()}


def _scores(outputs: dict[str, Any], batch: Batch) -> dict[str, tuple]:
    """Surprise, nats for each coordinate, and of a hundred poses how many are likelier than the same with all depths
    negated, which no orthographic image tells from it."""
    known = jnp.isfinite(batch["targets"]).all((-1, -2)) * batch["frame_mask"]
    found = {
        "surprise": outputs["surprise"],
        "told_from_flipped": 100.0 * (outputs["surprise"] < outputs["flipped_surprise"]),
    }
    return {name: (jnp.where(known > 0, value, 0.0).sum(-1), known.sum(-1)) for name, value in found.items()}


def _prior(skeleton: str, variables: Any) -> jax.tree_util.Partial:
    """`density.surprise` of poses (T, J, 3)."""
    return jax.tree_util.Partial(functools.partial(_surprising, skeleton), variables["params"])


def _surprising(skeleton: str, params: Any, points: Float[Array, "T J 3"]) -> Float[Array, " T"]:
    return density.surprise(params, points, skeleton)
