"""The lifter that learns from pairs of views without 3D: transform re-projection (Li's thesis, chapter 3).

Each view of a pair is lifted by itself; its pose is put where the dancer stands, projected back into its own view and
transformed into the other's:

    loss = reprojection (3.2) + transform_weight * transform re-projection (3.5), equation 3.7

`model.root` says where the dancer stands. "branch": a second network of the lifter's shape, from rays, which gives a
depth about `trajectories.DEPTH` and a place beside the root's own ray; "published": the same network gives the
place as it is, which does not converge without pre-training (3.6), the first `model.pretraining_steps`; "fit": where
the pose fits both views best, in closed form (`hdvr_jax.reprojection.fit_root`), without a second network.

The rows "+ADV" of table 3.1 add a discriminator of poses (`hdvr_jax.adversarial`), which reads unpaired 3D.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from hdvr_jax import lifter_inputs, reprojection, view_pairs
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family
from hdvr_jax.families import lifter as pose_lifter
from hdvr_jax.families.pairs import judged, learnt_from_pairs
from hdvr_jax.networks.discriminator import Discriminator
from hdvr_jax.padding import own_frames
from hdvr_jax.reprojection import View
from hdvr_jax.trajectories import DEPTH, locate, ray_inputs

ROOTS = ("branch", "published", "fit")
# Of the root branch's outputs: the dancer begins near the middle of the range of depths. From guesses of e times as far
# or near, poses end several metres large and N-MPJPE at 470 mm (AIST++, row "trans_reproj").
_GUESS = 0.1
# What the networks read of both views.
_READ = ("inputs", "rays", "confidence", "rotation", "mask")

Networks = dict[str, Any]


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family, from a config (see `configs/reprojection.py`)."""
    lifter_inputs.check(config)
    if config.model.root not in ROOTS:
        raise InputError(f"config.model.root: {config.model.root!r} is not one of {', '.join(ROOTS)}")
    nets = _networks(config, axis_name)
    return learnt_from_pairs(
        config,
        nets["poses"].padding,
        name="reprojection",
        init=functools.partial(_init, nets),
        loss=functools.partial(_loss, config, nets),
        predict=functools.partial(_predict, config, nets["poses"]),
    )


def _networks(config: Any, axis_name: str | None) -> Networks:
    nets = {"poses": pose_lifter.network(config, axis_name)}
    if config.model.root != "fit":
        nets["root"] = pose_lifter.network(config, axis_name, joints=1)
    if config.model.adversarial_weight:
        nets["discriminator"] = Discriminator()
    return nets


def _of(variables: Any, name: str) -> Any:
    return {kind: found[name] for kind, found in variables.items() if name in found}


def _init(nets: Networks, key: Any, batch: Batch) -> Any:
    keys = dict(zip(nets, jax.random.split(key, len(nets))))
    found = {"poses": pose_lifter.init(nets["poses"], keys["poses"], batch)}
    if "root" in nets:
        found["root"] = pose_lifter.init(nets["root"], keys["root"], ray_inputs(batch))
    if "discriminator" in nets:
        found["discriminator"] = nets["discriminator"].init(keys["discriminator"], batch["targets"])
    kinds = ("params", "batch_stats")
    return {kind: {name: own[kind] for name, own in found.items() if kind in own} for kind in kinds}


def _loss(config: Any, nets: Networks, variables: Any, batch: Batch, key: Any, train: bool) -> tuple:
    """Sum over the examples of equation 3.7, or of 3.6 in the pre-training."""
    model, mask = config.model, batch["mask"]
    lifted, state = _lift(nets, model.skeleton, variables, batch, key, train)
    own = own_frames(batch["inputs"].shape[1], nets["poses"].padding)
    views = tuple(_view(view, own) for view in view_pairs.split(batch))
    roots, state = _roots(config, nets, variables, batch, lifted, views, state, key, train)
    points = [pose + root[:, :, None] for pose, root in zip(lifted, roots)]
    real = jnp.asarray(batch["frame_mask"][:, own] * mask[:, None])
    there_and_back = (views, views[::-1])
    terms = {
        "reprojection": sum(reprojection.reprojection(p, v, real, model.knee) for p, v in zip(points, views)),
        "transform": sum(
            reprojection.transform_reprojection(p, *v, real, model.knee) for p, v in zip(points, there_and_back)
        ),
    }
    total = terms["reprojection"] + model.transform_weight * terms["transform"]
    if model.pretraining_steps:
        first = batch["example"] < model.pretraining_steps * config.train.batch_size
        terms["pretraining"] = reprojection.pretraining(*points, views, real)
        total = jnp.where(first, terms["pretraining"], total)
    if "discriminator" in nets:
        true, judge = view_pairs.stacked(batch, ("targets",)), _of(variables, "discriminator")["params"]
        fake, both_real = jnp.concatenate(lifted), jnp.concatenate([real, real])
        root, judge_key = lifter_inputs.root_of(model.skeleton), jax.random.fold_in(key, 2)
        terms |= judged(nets["discriminator"], judge, fake, true["targets"], both_real, judge_key, true, root)
        total += model.adversarial_weight * terms["discriminator"]
    count = mask.sum()
    found = {name: ((value * mask).sum(), count) for name, value in {"loss": total, **terms}.items()}
    return found["loss"][0], ({"batch_stats": state}, found)


def _lift(
    nets: Networks, skeleton: str, variables: Any, batch: Batch, key: Any, train: bool
) -> tuple[list[Array], dict]:
    """(Poses of both views about their roots, metres, camera axes; new batch statistics)."""
    both, net = view_pairs.stacked(batch, _READ), nets["poses"]
    outputs, state = pose_lifter.apply_to_windows(net, _of(variables, "poses"), both, key, train)
    own = own_frames(both["inputs"].shape[1], net.padding)
    outputs = pose_lifter.camera_poses(outputs, {"rotation": both["rotation"][:, own]}, skeleton)
    return jnp.split(outputs, 2), {"poses": state["batch_stats"]}


def _view(view: Batch, own: slice) -> View:
    return View(
        rays=view["rays"][:, own],
        confidence=view["confidence"][:, own],
        # Errors in metres as far away as dancers mostly are, whatever the lens.
        focal=jnp.full_like(view["focal"], DEPTH),
        rotation=view["camera_rotation"],
        translation=view["camera_translation"],
    )


def _roots(
    config: Any, nets: Networks, variables: Any, batch: Any, lifted: Any, views: Any, state: dict, key: Any, train: bool
) -> tuple[list[Array], dict]:
    """(Where both views' roots stand in their cameras' axes, the batch statistics with the root branch's)."""
    if config.model.root == "fit":
        return [reprojection.fit_root(pose, v) for pose, v in zip(lifted, (views, views[::-1]))], state
    both = ray_inputs(view_pairs.stacked(batch, _READ))
    variables = _of(variables, "root")
    outputs, found = pose_lifter.apply_to_windows(nets["root"], variables, both, jax.random.fold_in(key, 1), train)
    outputs = outputs[:, :, 0]
    if config.model.root == "branch":
        frames = own_frames(both["rays"].shape[1], nets["root"].padding)
        outputs = locate(_GUESS * outputs, both, frames, lifter_inputs.root_of(config.model.skeleton))
    return jnp.split(outputs, 2), {**state, "root": found["batch_stats"]}


def _predict(config: Any, net: Any, variables: Any, batch: Batch) -> dict[str, Any]:
    mirrors = pose_lifter.mirrors_of(config, net)
    outputs = pose_lifter.apply_to_sequence(net, mirrors, _of(variables, "poses"), batch["inputs"])
    return {"poses": pose_lifter.camera_poses(outputs, batch, config.model.skeleton)}
