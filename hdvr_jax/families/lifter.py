"""The lifter family: 2D keypoints of a sequence to root-relative 3D poses (Pavllo et al. 2019).

Sequences, inputs and targets are those of `hdvr_jax.lifter_inputs`.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import lifter_inputs, lifting, losses, metrics, rotations
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family
from hdvr_jax.networks.lifter import Mirrors, TemporalLifter, apply_to_sequence, flat
from hdvr_jax.networks.residual import ResidualLifter
from hdvr_jax.padding import own_frames
from hdvr_jax.skeletons import get_skeleton

# Joints that every source measures; faces, spines and hips of different sources are different places.
BODY = tuple(
    f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
)

BACKBONES = ("temporal", "residual")
Lifter = TemporalLifter | ResidualLifter


def network(config: Any, axis_name: str | None = None, joints: int | None = None) -> Lifter:
    """The network that a config describes, for `joints` outputs (None: the skeleton's).

    Raises:
        InputError: a backbone, channels, blocks or widths that make no network; names the field.
    """
    model = config.model
    backbone = model.get("backbone", "temporal")
    if backbone not in BACKBONES:
        raise InputError(f"config.model.backbone: {backbone!r} is not one of {', '.join(BACKBONES)}")
    if model.channels < 1:
        raise InputError(f"config.model.channels: expected 1 or more, got {model.channels}")
    joints = joints or len(get_skeleton(model.skeleton).joints)
    if backbone == "residual":
        if model.blocks < 1:
            raise InputError(f"config.model.blocks: expected 1 or more, got {model.blocks}")
        # The windows of training are as long as the widths say, and this network reads single frames.
        if any(width != 1 for width in model.widths):
            widths = tuple(model.widths)
            raise InputError(
                f"config.model.widths: the backbone residual reads single frames: expected (1,), got {widths}"
            )
        return ResidualLifter(joints, model.channels, model.blocks, model.dropout, model.momentum, axis_name)
    if not model.widths or any(width not in range(1, 1000, 2) for width in model.widths):
        raise InputError(f"config.model.widths: expected odd filter widths, got {tuple(model.widths)}")
    return TemporalLifter(
        joints_out=joints,
        widths=tuple(model.widths),
        channels=model.channels,
        dropout=model.dropout,
        causal=model.causal,
        dense=model.get("dense", False),
        momentum=model.momentum,
        final_momentum=model.get("final_momentum", 0.0),
        schedule_steps=config.train.steps,
        kernel_variance=model.get("kernel_variance", 2.0),
        axis_name=axis_name,
    )


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family, from a config (see `configs/lifter_cmu.py`)."""
    lifter_inputs.check(config)
    if config.data.get("unlabelled", 0.0):
        raise InputError("config.data.unlabelled: the family lifter learns from labels alone; see lifter_trajectory")
    net = network(config, axis_name)
    return Family(
        name="lifter",
        init=functools.partial(init, net),
        loss=functools.partial(_loss, net),
        predict=functools.partial(_predict, net, config),
        scores=functools.partial(scores, skeleton=config.model.skeleton),
        prepare=functools.partial(prepare, config),
        fixed=lifter_inputs.CAMERA,
        targets=lifter_inputs.TARGETS,
        context=net.padding,
        augment=functools.partial(lifter_inputs.augment, config, lifter_inputs.noise_of(config.data), net.padding),
        on_clip=functools.partial(lift_clip, config),
    )


def prepare(config: Any, clips: list[dict], upstream: dict) -> list[dict]:
    """`lifter_inputs.sequences`; a lifter reads no other model."""
    del upstream
    return lifter_inputs.sequences(config, clips)


def mirrors_of(config: Any, net: Lifter) -> Mirrors | None:
    """Where predictions are averaged with the mirrored input's, the orders of its joints, in and out, in a mirror."""
    if not config.model.get("flip", False):
        return None
    order = get_skeleton(config.model.skeleton).mirror
    return order, order if net.joints_out == len(order) else tuple(range(net.joints_out))


def init(net: Lifter, key: Any, batch: Batch) -> Any:
    """Variables, from the shapes of an augmented batch."""
    return net.init(key, flat(batch["inputs"])[:, : net.receptive_field], strided=not net.dense)


def apply_to_windows(net: Lifter, variables: Any, batch: Batch, key: Any, train: bool) -> tuple[Any, Any]:
    """(Outputs (B, T', J, 3) of the frames whose receptive field the windows hold, new batch statistics)."""
    outputs = batch["inputs"].shape[1] - net.receptive_field + 1
    return net.apply(
        variables, flat(batch["inputs"]), strided=outputs == 1 and not net.dense, train=train, mask=batch["mask"],
        key=key, example=batch["example"], mutable=["batch_stats"],
    )  # fmt: skip


def position_errors(outputs: Any, batch: Batch, frames: slice) -> tuple[Any, Any]:
    """(Sum of the joints' distances to the truth in metres, their number), both (B,), over those frames, which are
    the targets'."""
    if batch["targets"].shape[1] != outputs.shape[1]:
        raise ValueError(f"{outputs.shape[1]} frames of outputs, {batch['targets'].shape[1]} of targets")
    targets = rotations.rotate(batch["rotation"][:, frames, None], batch["targets"])
    known = jnp.isfinite(targets).all(-1) * batch["frame_mask"][:, frames, None] * batch["mask"][:, None, None]
    return losses.masked_sum(*losses.distances(outputs, targets, known))


def _loss(net: Lifter, variables: Any, batch: Batch, key: Any, train: bool) -> tuple:
    """MPJPE (Pavllo et al. 2019, protocol 1) in metres, over the frames whose receptive field the window holds."""
    outputs, state = apply_to_windows(net, variables, batch, key, train)
    error, count = position_errors(outputs, batch, own_frames(batch["inputs"].shape[1], net.padding))
    total, weight = error.sum(), count.sum()
    return total, (dict(state), {"loss": (total, weight), "mpjpe_mm": (1000 * total, weight)})


def _predict(net: Lifter, config: Any, variables: Any, batch: Batch) -> dict[str, Any]:
    outputs = apply_to_sequence(net, mirrors_of(config, net), variables, batch["inputs"])
    return {"poses": camera_poses(outputs, batch, config.model.skeleton)}


def camera_poses(outputs: Any, batch: Batch, skeleton: str) -> Any:
    """Poses (B, T, J, 3) in metres, camera axes, relative to the root."""
    root = lifter_inputs.root_of(skeleton)
    return lifter_inputs.to_camera(outputs - outputs[:, :, root : root + 1], batch["rotation"])


def lift_clip(config: Any, predict: Any, clip: Any) -> dict[str, np.ndarray]:
    """What the model gives for every frame of a clip's only view, in metres and camera axes: "poses" (T, 17, 3) about
    the root and, where the model has it, "trajectory" (T, 3) of the root."""
    skeleton = config.model.skeleton
    return lifting.lift(
        lambda batch: predict(_represented(lifter_inputs.inputs_of(config), skeleton, batch)),
        clip, skeleton, config.data.fps,
    )  # fmt: skip


@functools.partial(jax.jit, static_argnums=(0, 1))
def _represented(kind: str, skeleton: str, batch: Batch) -> Batch:
    root = lifter_inputs.root_of(skeleton)
    return {**batch, **jax.vmap(lambda seen: lifter_inputs.represent(kind, seen, root))(batch)}


def scores(outputs: dict[str, Any], batch: Batch, skeleton: str) -> dict[str, tuple]:
    """Protocols 1, 2, 3 and velocity over all joints, and (body_) over the twelve that every source measures.

    Poses are relative to their own root, whose error is then 0; the published code leaves the root where it predicts
    it, near 0, and counts that.
    """
    body = np.array([get_skeleton(skeleton).index(joint) for joint in BODY])
    found = {}
    for prefix, joints in (("", np.arange(outputs["poses"].shape[2])), ("body_", body)):
        lifted, targets = outputs["poses"][:, :, joints], batch["targets"][:, :, joints]
        known = jnp.isfinite(targets).all(-1) * batch["frame_mask"][..., None]
        found |= {
            f"{prefix}mpjpe_mm": metrics.mpjpe_mm(lifted, targets, known),
            f"{prefix}n_mpjpe_mm": metrics.n_mpjpe_mm(lifted, targets, known),
            f"{prefix}p_mpjpe_mm": metrics.p_mpjpe_mm(lifted, targets, known),
            f"{prefix}velocity_mm": metrics.velocity_error_mm(lifted, targets, known),
        }
    return found
