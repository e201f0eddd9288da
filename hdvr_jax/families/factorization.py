"""The consistent factorization network: canonical poses and cameras from pairs of views (Li's thesis, chapter 4).

A backbone, which is any lifter, and two heads give the code of a pose and its camera; the hierarchical dictionary
makes a canonical pose of the code. Both views of a pair are to have the same one (equations 4.1, 4.3, 4.4 and 4.8;
`hdvr_jax.factorization`). Rows of tables 4.1 and 4.2:

    baseline  no dictionary (`model.levels = ()`): a head gives the canonical pose; reprojection alone
    hd        a dictionary learnt before, by the family dictionary; reprojection alone
    adv       that, and a discriminator, which reads unpaired 3D (`hdvr_jax.adversarial`, `data.unpaired`)
    cf        that of hd, and consistency: the method itself
    sd        consistency, with a dictionary of a single level

An orthographic image does not say which of two joints is in front, and so no loss here but the rival's tells a
solution from the one with all depths negated. `dictionary.forwardness` does, without labels: its running mean is kept
in training, and where it is negative, depths are negated (`batch_stats`, "forwardness").

Beyond the thesis: while lambda rises, poses are also drawn to those that the dictionary's own encoder finds in single
frames (`model.imitated`). Without that, some seeds get stuck with cameras that do not turn with the dancer.
"""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from hdvr_jax import dictionary, factorization, lifter_inputs, losses, rotations, view_pairs
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family
from hdvr_jax.families import dictionary as single_views
from hdvr_jax.families import lifter as pose_lifter
from hdvr_jax.families.pairs import judged, learnt_from_pairs
from hdvr_jax.networks.dictionary import CAMERAS, COORDINATES, PARTS, Autoencoder, Dictionary
from hdvr_jax.networks.discriminator import Discriminator
from hdvr_jax.networks.factorization import Heads, joints_for
from hdvr_jax.networks.lifter import apply_to_sequence
from hdvr_jax.padding import own_frames
from hdvr_jax.poses import center, unit_size
from hdvr_jax.skeletons import get_skeleton

# What is read of both views.
_READ = ("inputs", "rotation", "targets", "mask", "frame_mask")


@dataclasses.dataclass(frozen=True)
class Networks:
    """The parts of the model; None where a row has none of a kind."""

    backbone: pose_lifter.Lifter
    heads: Heads
    dictionary: Dictionary | None
    discriminator: Discriminator | None
    imitated: Autoencoder | None


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family, from a config (see `configs/factorization.py`)."""
    lifter_inputs.check(config)
    nets = networks(config, axis_name)
    return learnt_from_pairs(
        config,
        nets.backbone.padding,
        name="factorization",
        init=functools.partial(_init, nets),
        loss=functools.partial(_loss, config, nets, axis_name),
        predict=functools.partial(_predict, config, nets),
    )


def networks(config: Any, axis_name: str | None = None) -> Networks:
    """The networks that a config describes.

    Raises:
      InputError: an unknown camera, a width of the heads that is not a multiple of 3, or poses to imitate and no
        dictionary.
    """
    model, joints = config.model, len(get_skeleton(config.model.skeleton).joints)
    if model.camera not in COORDINATES:
        raise InputError(f"config.model.camera: {model.camera!r} is not one of {', '.join(COORDINATES)}")
    try:
        outputs = joints_for(model.head_channels)
    except ValueError as error:
        raise InputError(f"config.model.head_channels: {error}") from error
    levels = tuple(model.levels)
    if model.imitated and (model.imitated not in CAMERAS or not levels):
        raise InputError(
            f"config.model.imitated: expected the camera of a dictionary, one of {', '.join(CAMERAS)}, or nothing, as "
            f"without a dictionary; got {model.imitated!r}, with levels {levels}"
        )
    return Networks(
        backbone=pose_lifter.network(config, axis_name, joints=outputs),
        heads=Heads(levels[-1] if levels else 3 * joints, model.camera, positive=bool(levels)),
        dictionary=Dictionary(joints, levels) if levels else None,
        discriminator=Discriminator() if model.adversarial_weight else None,
        imitated=Autoencoder(joints, levels, model.imitated) if model.imitated else None,
    )


def _init(nets: Networks, key: Any, batch: Batch) -> Any:
    keys = jax.random.split(key, 4)
    backbone = pose_lifter.init(nets.backbone, keys[0], batch)
    features = jnp.zeros((1, nets.backbone.joints_out, 3))
    params = {"backbone": backbone["params"], "heads": nets.heads.init(keys[1], features)["params"]}
    if nets.imitated:
        params |= nets.imitated.init(keys[2], batch["inputs"][:1, :1, :, :2])["params"]
    elif nets.dictionary:
        code = jnp.zeros((1, nets.heads.size))
        params["dictionary"] = nets.dictionary.init(keys[2], code, method="decode")["params"]
    if nets.discriminator:
        params["discriminator"] = nets.discriminator.init(keys[3], batch["targets"])["params"]
    return {"params": params, "batch_stats": {"backbone": backbone["batch_stats"], "forwardness": jnp.zeros(())}}


def _backbone(variables: Any) -> Any:
    return {kind: found["backbone"] for kind, found in variables.items()}


def _factorize(nets: Networks, params: Any, features: Array, root: int) -> tuple[Array, Array]:
    """(Canonical poses (B, T, J, 3) of unit size, poses of unit size in the frame of the inputs)."""
    code, rotation = nets.heads.apply({"params": params["heads"]}, features)
    if nets.dictionary:
        canonical = nets.dictionary.apply({"params": params["dictionary"]}, code, method="decode")
    else:
        canonical = code.reshape(*code.shape[:-1], -1, 3)
    canonical = unit_size(center(canonical, root))
    return canonical, dictionary.view(canonical, rotation)


def _loss(config: Any, nets: Networks, axis_name: str | None, variables: Any, batch: Batch, key: Any, train: bool):
    """Sum over the examples of equation 4.8, and of the adversarial loss where there is one."""
    model, params, mask = config.model, variables["params"], batch["mask"]
    both = view_pairs.stacked(batch, _READ)
    features, state = pose_lifter.apply_to_windows(nets.backbone, _backbone(variables), both, key, train)
    own, root = own_frames(both["inputs"].shape[1], nets.backbone.padding), lifter_inputs.root_of(model.skeleton)
    canonical, poses = _factorize(nets, params, features, root)
    weights = both["inputs"][:, own, :, 2] * both["frame_mask"][:, own, None]
    points, seen = both["inputs"][:, own, :, :2], weights.max(-1) > 0
    views = jnp.split(factorization.reprojection(poses, points, weights), 2)
    scales = tuple(jnp.split(factorization.image_scale(poses, points, weights), 2))
    both_seen = jnp.logical_and(*jnp.split(seen, 2))
    terms = {
        "reprojection": views[0] + views[1],
        "consistency": factorization.consistency(*jnp.split(canonical, 2), scales, both_seen),
    }
    weight, imitation_weight = loss_weights(config, batch["example"])
    total = factorization.total(tuple(views), terms["consistency"], weight)
    if nets.imitated:
        distances = _to_imitated(nets.imitated, params, both["inputs"][:, own], poses, root)
        terms["imitation"] = sum(jnp.split(losses.masked_mean(distances, seen), 2))
        total = total + imitation_weight * terms["imitation"]
    real = seen * both["mask"][:, None]
    before = variables["batch_stats"]["forwardness"]
    forwardness = dictionary.running_forwardness(before, poses, real, model.skeleton, axis_name)
    if nets.discriminator:
        facing = dictionary.facing(poses, forwardness)
        truth = unit_size(center(rotations.rotate(both["rotation"][:, own, None], both["targets"]), root))
        judge, judge_key = params["discriminator"], jax.random.fold_in(key, 1)
        terms |= judged(nets.discriminator, judge, facing, truth, real, judge_key, both, root)
        total = total + model.adversarial_weight * terms["discriminator"]
    found = {name: ((value * mask).sum(), mask.sum()) for name, value in {"loss": total, **terms}.items()}
    stats = {"backbone": dict(state)["batch_stats"], "forwardness": forwardness}
    return found["loss"][0], ({"batch_stats": stats}, found)


def loss_weights(config: Any, example: Int[Array, "B"]) -> tuple[Float[Array, "B"], Float[Array, "B"]]:
    """(Lambda of equation 4.8, weight of what is imitated), rising to `model.consistency_weight` and falling to 0 over
    the first `model.warmup_steps`: one pose for everything is the most consistent, and a training that begins with
    lambda whole ends there."""
    examples = config.model.warmup_steps * config.train.batch_size
    share = jnp.minimum(example / examples, 1.0) if examples else jnp.ones(example.shape)
    return config.model.consistency_weight * share, 1.0 - share


def _to_imitated(net: Autoencoder, params: Any, inputs: Array, poses: Array, root: int) -> Float[Array, "B T"]:
    """Distances of poses from those that the dictionary's own encoder, which does not learn by it, finds."""
    found = single_views.poses_of(net, {name: params[name] for name in PARTS}, inputs, root)
    return dictionary.shape_distance(poses, jax.lax.stop_gradient(found))


def _predict(config: Any, nets: Networks, variables: Any, batch: Batch) -> dict[str, Any]:
    """Poses (B, T, J, 3) about the root, camera axes, in metres of a person of average size. With `keep_image`, joints
    stay where they were seen, and only depths, and joints that were missed, are the network's."""
    skeleton, root = config.model.skeleton, lifter_inputs.root_of(config.model.skeleton)
    features = apply_to_sequence(nets.backbone, None, _backbone(variables), batch["inputs"])
    _, poses = _factorize(nets, variables["params"], features, root)
    if config.model.keep_image:
        points, weights = batch["inputs"][..., :2], batch["inputs"][..., 2]
        poses = factorization.image_scale(poses, points, weights)[..., None, None] * poses
        poses = dictionary.with_image(poses, points, weights, root)
    poses = dictionary.nominal_size(dictionary.facing(poses, variables["batch_stats"]["forwardness"]), skeleton)
    return {"poses": lifter_inputs.to_camera(poses, batch["rotation"])}
