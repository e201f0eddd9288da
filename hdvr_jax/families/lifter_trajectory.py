"""The lifter that also tells where the dancer is, trained on labelled and unlabelled sequences together.

Semi-supervised training of Pavllo et al. 2019, section 4: one network for the poses, another of the same shape for the
trajectory of the root; their sum is projected back through the camera and compared with the keypoints that it came
from, for which no 3D is needed. A labelled and an unlabelled part of each batch (`data.unlabelled`) are seen by both.

    loss = MPJPE + WMPJPE of the labelled examples + of the unlabelled ones, after a warm-up,
           reprojection_weight * reprojection error + bone_weight * difference of mean bone lengths

Projecting each pose from where it would fit best, in place of where the trajectory network sees it, was tried: on 5 %
of the CMU takes N-MPJPE then was 193 mm against 96 mm, because leaning shrinks a body in the image as distance does.

What the trajectory network gives is read by `hdvr_jax.trajectories`.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array

from hdvr_jax import lifter_inputs, losses, metrics, poses, reprojection
from hdvr_jax.families import Batch, Family
from hdvr_jax.families import lifter as pose_lifter
from hdvr_jax.moments import psum
from hdvr_jax.networks.lifter import TemporalLifter, apply_to_sequence
from hdvr_jax.padding import own_frames
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.trajectories import locate, ray_inputs

Networks = dict[str, TemporalLifter]


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family, from a config (see `configs/semi_supervised.py`)."""
    lifter_inputs.check(config)
    nets = {
        "poses": pose_lifter.network(config, axis_name),
        "trajectory": pose_lifter.network(config, axis_name, joints=1),
    }
    context = nets["poses"].padding
    return Family(
        name="lifter_trajectory",
        init=functools.partial(_init, nets),
        loss=functools.partial(_loss, config, nets, axis_name),
        predict=functools.partial(_predict, config, nets),
        scores=functools.partial(_scores, skeleton=config.model.skeleton),
        prepare=functools.partial(pose_lifter.prepare, config),
        fixed=lifter_inputs.CAMERA,
        targets=lifter_inputs.TARGETS,
        context=context,
        augment=functools.partial(lifter_inputs.augment, config, lifter_inputs.noise_of(config.data), context),
        on_clip=functools.partial(pose_lifter.lift_clip, config),
    )


def _read(name: str, batch: Batch) -> Batch:
    """The batch with the inputs of one of the networks. Sightings do not tell how far away a dancer is: but for screen
    coordinates, of two channels, the trajectory is read from rays."""
    if name == "poses" or batch["inputs"].shape[-1] == 2:
        return batch
    return ray_inputs(batch)


def _init(nets: Networks, key: Any, batch: Batch) -> Any:
    keys = dict(zip(nets, jax.random.split(key, len(nets))))
    found = {name: pose_lifter.init(net, keys[name], _read(name, batch)) for name, net in nets.items()}
    return {kind: {name: found[name][kind] for name in nets} for kind in ("params", "batch_stats")}


def _of(variables: Any, name: str) -> Any:
    return {kind: found[name] for kind, found in variables.items()}


def _loss(config: Any, nets: Networks, axis_name: str | None, variables: Any, batch: Batch, key: Any, train: bool):
    """Sums over this device's examples, each term already divided by its weight over all devices."""
    frames = own_frames(batch["inputs"].shape[1], nets["poses"].padding)
    skeleton = get_skeleton(config.model.skeleton)
    keys = dict(zip(nets, jax.random.split(key)))
    found = {
        name: pose_lifter.apply_to_windows(net, _of(variables, name), _read(name, batch), keys[name], train)
        for name, net in nets.items()
    }
    model_state = {"batch_stats": {name: dict(state)["batch_stats"] for name, (_, state) in found.items()}}
    outputs = found["poses"][0]
    root = locate(found["trajectory"][0][:, :, 0], batch, frames, lifter_inputs.root_of(skeleton.name))
    real = batch["frame_mask"][:, frames] * batch["mask"][:, None]
    warm = batch["example"] >= config.model.warmup_steps * config.train.batch_size
    unlabelled = real * (batch["labelled"] == 0)[:, None] * warm[:, None]
    truth, points = batch["trajectory"], lifter_inputs.to_camera(outputs, batch["rotation"][:, frames])
    terms = {
        "mpjpe": pose_lifter.position_errors(outputs, batch, frames),
        "wmpjpe": losses.masked_sum(*losses.shares_of_depth(root, truth, jnp.isfinite(truth).all(-1) * real)),
        "reprojection": reprojection_error(points + root[:, :, None], batch, frames, unlabelled),
    }
    terms = {name: (total.sum(), count.sum()) for name, (total, count) in terms.items()}
    lengths = poses.bone_lengths(outputs, skeleton.parents)
    labelled = real * batch["labelled"][:, None]
    terms["bone"] = _bone_difference(lengths, labelled, unlabelled, config.model.get("bone_each", False), axis_name)
    weights = {name: config.model[f"{name}_weight"] for name in ("bone", "reprojection")}
    total = sum(weights.get(name, 1.0) * _share(term, axis_name) for name, term in terms.items())
    share = 1 / psum(jnp.ones(()), axis_name)
    return total, (model_state, {"loss": (total, share), **terms})


def _share(term: tuple[Any, Any], axis_name: str | None) -> Array:
    """This device's part of a term's mean over all devices."""
    return term[0] / jnp.maximum(psum(term[1], axis_name), 1e-6)


def reprojection_error(points: Any, batch: Batch, frames: slice, weights: Any) -> tuple[Any, Any]:
    """Distance of projected joints (B, T, J, 3) from the detected ones in screen coordinates, (sum, weight) per
    example."""
    projected = lifter_inputs.screen_points(reprojection.ideal(points), batch)
    seen = lifter_inputs.screen_points(batch["rays"][:, frames], batch)
    known = (batch["confidence"][:, frames] > 0) * weights[..., None]
    return losses.masked_sum(*losses.distances(projected, seen, known))


def _bone_difference(
    lengths: Any, labelled: Any, unlabelled: Any, each: bool, axis_name: str | None
) -> tuple[Any, Any]:
    """Mean over the bones of the difference between mean predicted lengths of both parts of the batch, in metres.

    Of the unlabelled part the mean is taken over all of it, as published, or (`each`) over the frames of each example,
    so that no body grows at another's expense; the labelled part's is then a fixed target. (Sum, weight) of this
    device, 0 where a part is empty.
    """
    count = psum(labelled.sum(), axis_name)
    known = psum((lengths * labelled[..., None]).sum((0, 1)), axis_name) / jnp.maximum(count, 1.0)
    frames = unlabelled.sum(1)
    if each:
        own = (lengths * unlabelled[..., None]).sum(1) / jnp.maximum(frames, 1.0)[:, None]
        weights = (frames > 0) * (count > 0).astype(jnp.float32)
        return (jnp.abs(own - jax.lax.stop_gradient(known)).mean(-1) * weights).sum(), weights.sum()
    total = psum(frames.sum(), axis_name)
    guessed = psum((lengths * unlabelled[..., None]).sum((0, 1)), axis_name) / jnp.maximum(total, 1.0)
    share = jnp.where((count > 0) & (total > 0), 1 / psum(jnp.ones(()), axis_name), 0.0)
    return jnp.abs(known - guessed).mean() * share, share


def _predict(config: Any, nets: Networks, variables: Any, batch: Batch) -> dict[str, Any]:
    """Poses (B, T, J, 3) about the root and trajectory (B, T, 3) of the root, metres, camera axes."""
    found = {
        name: apply_to_sequence(
            net, pose_lifter.mirrors_of(config, net), _of(variables, name), _read(name, batch)["inputs"]
        )
        for name, net in nets.items()
    }
    skeleton = config.model.skeleton
    root = lifter_inputs.root_of(skeleton)
    return {
        "poses": pose_lifter.camera_poses(found["poses"], batch, skeleton),
        "trajectory": locate(found["trajectory"][:, :, 0], batch, slice(None), root),
    }


def _scores(outputs: dict[str, Any], batch: Batch, skeleton: str) -> dict[str, tuple]:
    """Those of the poses, and the distance of the root from where it is: as it is, and as a share of its depth."""
    truth = batch["trajectory"]
    known = jnp.isfinite(truth).all(-1) * batch["frame_mask"]
    return {
        **pose_lifter.scores(outputs, batch, skeleton),
        "trajectory_mm": metrics.mpjpe_mm(outputs["trajectory"], truth, known),
        "trajectory_share": losses.masked_sum(*losses.shares_of_depth(outputs["trajectory"], truth, known)),
    }
