"""The lifter, one frame at a time: every convolution of a causal network costs one column.

What the batch result takes from the whole clip is here taken from the past. The scale of a sighting is the root mean
square distance of the joints from the root over the frames so far, with weights that fade with `SCALE_SECONDS`, which
is about the length of a training window.

Symbols: S dancers, J joints.
"""

import functools
import math
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from hdvr_jax import cameras, lifter_inputs, normalization, poses, trajectories
from hdvr_jax.clip_poses import LIFTED_SKELETON
from hdvr_jax.families import lifter as lifter_family
from hdvr_jax.networks.lifter import Mirrors, flat
from hdvr_jax.skeletons import get_mapping
from hdvr_jax.streaming.models import LiftModel

SCALE_SECONDS = 3.0

State = dict[str, Any]


def start(model: LiftModel, slots: int) -> State:
    """The state before the first frame, for so many dancers."""
    joints = len(lifter_inputs.get_skeleton(model.skeleton).joints)
    channels = 2 if model.inputs == "screen" else 3
    seen = jax.ShapeDtypeStruct((slots, 1, joints, channels), jnp.float32)
    rays = jax.ShapeDtypeStruct((slots, 1, joints, 3), jnp.float32)
    caches = {
        name: _empty_cache(net, model.mirrors[name], model.variables[name], _choose(name, seen, rays))
        for name, net in model.networks.items()
    }
    return {"caches": caches, "squares": jnp.zeros(slots), "count": jnp.zeros(slots)}


def _choose(name: str, seen: Any, rays: Any) -> Any:
    """What a network reads, as in the family `lifter_trajectory`: the trajectory from rays, but for screen points."""
    return seen if name == "poses" or seen.shape[-1] == 2 else rays


def _empty_cache(net: nn.Module, mirrors: Mirrors | None, variables: Any, inputs: Any) -> Any:
    fresh = jax.ShapeDtypeStruct(inputs.shape[:1], bool)
    shapes = jax.eval_shape(functools.partial(_newest, net, mirrors), variables, {}, inputs, fresh)[1]
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)


def step(model: LiftModel, skeleton: str, fps: float, variables: Any, camera: Any, state: State, frame: Any) -> Any:
    """(The state after the frame, `poses` (S, 17, 3) about the root and perhaps `trajectory` (S, 3): metres, camera).

    Args:
        skeleton: Of the recording.
        fps: At which the frames come.
        variables: Of the model; an argument, so that they are not compiled in.
        camera: {"pixels": Perspective, "screen": arrays of `lifting.screen_camera`}.
        frame: `points` (S, J, 2) pixels, NaN where nothing is known of a joint; `confidence` (S, J') of the joints of
            the model, 0 where they are not seen; `fresh` (S,), in which rows a dancer begins.
    """
    ideal = cameras.ideal_coordinates(camera["pixels"], frame["points"])
    rays = jnp.nan_to_num(get_mapping(skeleton, model.skeleton).apply(ideal))[:, None]
    screen = {name: jnp.broadcast_to(value, (len(rays), *value.shape)) for name, value in camera["screen"].items()}
    batch = {"rays": rays, "confidence": frame["confidence"][:, None], "frame_mask": jnp.ones(rays.shape[:2]), **screen}
    batch, scale = _represented(model, fps, batch, state, frame["fresh"])
    plain = jnp.concatenate([batch["rays"], batch["confidence"][..., None]], -1)
    outputs, caches = {}, {}
    for name, net in model.networks.items():
        inputs = _choose(name, batch["inputs"], plain)
        outputs[name], caches[name] = _newest(
            net, model.mirrors[name], variables[name], state["caches"][name], inputs, frame["fresh"]
        )
    found = {"poses": lifter_family.camera_poses(outputs["poses"], batch, LIFTED_SKELETON)[:, 0]}
    if "trajectory" in outputs:
        found["trajectory"] = _located(model, outputs["trajectory"][:, :, 0], batch)[:, 0]
    return {"caches": caches, **scale}, found


def _located(model: LiftModel, outputs: Float[Array, "S 1 3"], batch: Any) -> Float[Array, "S 1 3"]:
    if model.published:
        return outputs
    root = lifter_inputs.root_of(model.skeleton)
    return trajectories.locate(outputs, batch, slice(None), root)


def _represented(model: LiftModel, fps: float, batch: Any, state: State, fresh: Bool[Array, " S"]) -> tuple[Any, State]:
    """The batch with `inputs` and `rotation`, and what is remembered of the scale."""
    scale = {"squares": state["squares"], "count": state["count"]}
    if model.inputs != "sighting":
        root = 0 if model.published else lifter_inputs.root_of(model.skeleton)
        found = jax.vmap(lambda seen: lifter_inputs.represent(model.inputs, seen, root))(batch)
        return {**batch, **found}, scale
    root = lifter_inputs.root_of(model.skeleton)
    alone = jax.vmap(functools.partial(normalization.sight, root=root))(
        batch["rays"], batch["confidence"], batch["frame_mask"]
    )
    count = (batch["confidence"][:, 0] > normalization.CONFIDENT).sum(-1).astype(jnp.float32)
    kept = jnp.where(fresh, 0.0, math.exp(-1 / (SCALE_SECONDS * fps)))
    scale = {"squares": kept * scale["squares"] + alone.scale**2 * count, "count": kept * scale["count"] + count}
    now = jnp.sqrt(jnp.maximum(scale["squares"] / jnp.maximum(scale["count"], 1e-6), 1e-12))
    ratio = (alone.scale / now)[:, None, None, None]
    inputs = jnp.concatenate([alone.inputs[..., :2] * ratio, alone.inputs[..., 2:]], -1)
    return {**batch, "inputs": inputs, "rotation": alone.rotation}, scale


def _newest(
    net: nn.Module,
    mirrors: Mirrors | None,
    variables: Any,
    cache: Any,
    inputs: Float[Array, "S 1 J C"],
    fresh: Any,
) -> tuple[Float[Array, "S 1 N 3"], Any]:
    """Outputs of the newest frame and the new cache; mirror images stand beside what they mirror."""

    def run(rows: Array, begun: Array) -> tuple[Array, Any]:
        return net.apply({**variables, **cache}, flat(rows), strided=False, fresh=begun, mutable=["cache"])

    if mirrors is None:
        return run(inputs, fresh)
    both = jnp.stack([inputs, poses.mirror(inputs, mirrors[0])], 1).reshape(-1, *inputs.shape[1:])
    found, cache_after = run(both, jnp.repeat(fresh, 2))
    found = found.reshape(-1, 2, *found.shape[1:])
    return (found[:, 0] + poses.mirror(found[:, 1], mirrors[1])) / 2, cache_after
