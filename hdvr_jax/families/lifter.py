"""The lifter family: 2D keypoints of a sequence to root-relative 3D poses (Pavllo et al. 2019).

Two kinds of training examples. `observation = "detections"`: what a detector saw in each recorded view, with the 3D of
the clip in that camera. `observation = "random"`: the clip's 3D motion seen by a new random camera at every step.
Both become, inside the step, `inputs` (B, T, J, 3), `targets` (B, T, J, 3) in camera axes relative to the root, and
`rotation` (B, T, 3, 3) from camera axes to the frame in which the network works (`hdvr_jax.normalization`).
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import detector_noise, lifting, losses, metrics, normalization, observation, rotations
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family
from hdvr_jax.networks.lifter import TemporalLifter
from hdvr_jax.skeletons import get_mapping, get_skeleton

OBSERVATIONS = ("random", "detections")
# Joints that every source measures; faces, spines and hips of different sources are different places.
BODY = tuple(
    f"{side}_{joint}" for side in ("left", "right") for joint in ("hip", "knee", "ankle", "shoulder", "elbow", "wrist")
)


def network(config: Any, axis_name: str | None = None) -> TemporalLifter:
    """The network that a config describes."""
    model = config.model
    joints = len(get_skeleton(model.skeleton).joints)
    if not model.widths or any(width not in range(1, 1000, 2) for width in model.widths):
        raise InputError(f"config.model.widths: expected odd filter widths, got {tuple(model.widths)}")
    if model.channels < 1:
        raise InputError(f"config.model.channels: expected 1 or more, got {model.channels}")
    return TemporalLifter(
        joints_out=joints,
        widths=tuple(model.widths),
        channels=model.channels,
        dropout=model.dropout,
        causal=model.causal,
        momentum=model.momentum,
        axis_name=axis_name,
    )


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family, from a config (see `configs/lifter_cmu.py`)."""
    if config.data.observation not in OBSERVATIONS:
        raise InputError(
            f"config.data.observation: {config.data.observation!r} is not one of {', '.join(OBSERVATIONS)}"
        )
    net = network(config, axis_name)
    skeleton = config.model.skeleton
    scorer = functools.partial(_scores, body=np.array([get_skeleton(skeleton).index(joint) for joint in BODY]))
    return Family(
        name="lifter",
        init=functools.partial(_init, net),
        loss=functools.partial(_loss, net),
        predict=functools.partial(_predict, net),
        scores=scorer,
        prepare=functools.partial(_prepare, config),
        augment=functools.partial(_augment, config, detector_noise.load_params()),
        on_clip=functools.partial(_on_clip, config),
    )


def _prepare(config: Any, clips: list[dict], upstream: dict) -> list[dict]:
    """Sequences at the lifter's frame rate: world motion, or each view's detections with the truth in its camera."""
    del upstream
    data, skeleton = config.data, config.model.skeleton
    if data.observation == "detections":
        found = [entry for clip in clips for entry in lifting.recorded_views(clip, skeleton, data.fps, data.skip_views)]
    else:
        found = [
            {**lifting.world_motion(clip, data.fps), "view": f"random{view}"}
            for clip in clips
            for view in range(1 if clip["split"] == "train" else config.evaluate.views)
        ]
    if not found:
        raise InputError(f"dataset {data.dataset}: no clip can be used with observation {data.observation!r}")
    return found


def _augment(config: Any, noise: Any, batch: Batch, key: Any, train: bool) -> Batch:
    """Adds inputs, targets and rotation to a batch of either kind."""
    data, skeleton = config.data, config.model.skeleton
    joints, root = get_mapping("coco17", skeleton), get_skeleton(skeleton).index("hip")
    ranges = observation.Ranges(**{name: _tuple(value) for name, value in data.cameras.items()})
    used = jnp.asarray(joints.weights != 0)

    def see(entry: Batch) -> Batch:
        own_key = jax.random.fold_in(key, entry["example"])
        if data.observation == "random":
            motion, fps = entry["points_world"], jnp.float32(data.fps)
            seen = observation.observe(own_key, motion, fps, ranges, noise, vary_body=data.vary_bodies, train=train)
            rays, truth = joints.apply(seen.rays), joints.apply(seen.points_camera)
            confidence = jnp.where(used, seen.confidence[:, None], jnp.inf).min(-1)
        else:
            rays, confidence, truth = entry["rays"], entry["confidence"], entry["points_camera"]
        sighting = normalization.sight(rays, confidence, entry["frame_mask"], root)
        inputs, targets, rotation = sighting.inputs, truth - truth[:, root : root + 1], sighting.rotation
        if data.observation == "detections" and train:
            flip = jax.random.bernoulli(own_key)
            inputs, targets, rotation = _mirror((inputs, targets, rotation), flip, skeleton)
        return {"inputs": inputs, "targets": targets, "rotation": rotation}

    return {**batch, **jax.vmap(see)(batch)}


def _mirror(entry: tuple, flip: Any, skeleton: str) -> tuple:
    """Inputs, targets and rotation as a mirror shows them, where `flip` is true."""
    order, side = jnp.array(get_skeleton(skeleton).mirror), jnp.array([-1.0, 1.0, 1.0])
    inputs, targets, rotation = entry
    mirrored = ((inputs * side)[:, order], (targets * side)[:, order], side[:, None] * rotation * side)
    return tuple(jnp.where(flip, new, old) for new, old in zip(mirrored, entry))


def _tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, list | tuple) else value


def _flat(inputs: Any) -> Any:
    return inputs.reshape(*inputs.shape[:2], -1)


def _init(net: TemporalLifter, key: Any, batch: Batch) -> Any:
    return net.init(key, _flat(batch["inputs"])[:, : net.receptive_field], strided=True)


def _loss(net: TemporalLifter, variables: Any, batch: Batch, key: Any, train: bool) -> tuple:
    """MPJPE (Pavllo et al. 2019, protocol 1) in metres, over the frames whose receptive field the window holds."""
    past, future = net.padding
    frames = slice(past, batch["inputs"].shape[1] - future)
    poses, state = net.apply(
        variables, _flat(batch["inputs"]), strided=frames.stop - past == 1, train=train, mask=batch["mask"], key=key,
        example=batch["example"], mutable=["batch_stats"],
    )  # fmt: skip
    targets = rotations.rotate(batch["rotation"][:, frames, None], batch["targets"][:, frames])
    known = jnp.isfinite(targets).all(-1) * batch["frame_mask"][:, frames, None] * batch["mask"][:, None, None]
    error, count = losses.masked_sum(*losses.distances(poses, targets, known))
    total, weight = error.sum(), count.sum()
    return total, (dict(state), {"loss": (total, weight), "mpjpe_mm": (1000 * total, weight)})


def _predict(net: TemporalLifter, variables: Any, batch: Batch) -> dict[str, Any]:
    """Poses (B, T, J, 3) in metres, camera axes, relative to the root."""
    padding = ((0, 0), net.padding, (0, 0))
    poses = net.apply(variables, jnp.pad(_flat(batch["inputs"]), padding, "edge"), strided=False)
    poses = poses - poses[:, :, :1]
    return {"poses": rotations.rotate(jnp.swapaxes(batch["rotation"], -1, -2)[:, :, None], poses)}


def _on_clip(config: Any, predict: Any, clip: Any) -> np.ndarray:
    """Poses (T, 17, 3) of a clip's only view: metres, its camera's axes, relative to the root."""
    skeleton, fps = config.model.skeleton, config.data.fps

    def from_rays(batch: Batch) -> dict[str, Any]:
        sighting = _sight(get_skeleton(skeleton).index("hip"), batch)
        return predict({"inputs": sighting.inputs, "rotation": sighting.rotation})

    rays = lifting.view_rays(clip, 0, skeleton, fps)
    return lifting.lift(from_rays, rays, fps, clip["fps"], clip["keypoints"].shape[1])


@functools.partial(jax.jit, static_argnums=0)
def _sight(root: int, batch: Batch) -> normalization.Sighting:
    see = functools.partial(normalization.sight, root=root)
    return jax.vmap(see)(batch["rays"], batch["confidence"], batch["frame_mask"])


def _scores(outputs: dict[str, Any], batch: Batch, body: np.ndarray) -> dict[str, tuple]:
    """Protocols 1, 2, 3 and velocity over all joints, and (body_) over the twelve that every source measures."""
    found = {}
    for prefix, joints in (("", np.arange(outputs["poses"].shape[2])), ("body_", body)):
        poses, targets = outputs["poses"][:, :, joints], batch["targets"][:, :, joints]
        known = jnp.isfinite(targets).all(-1) * batch["frame_mask"][..., None]
        found |= {
            f"{prefix}mpjpe_mm": metrics.mpjpe_mm(poses, targets, known),
            f"{prefix}n_mpjpe_mm": metrics.n_mpjpe_mm(poses, targets, known),
            f"{prefix}p_mpjpe_mm": metrics.p_mpjpe_mm(poses, targets, known),
            f"{prefix}velocity_mm": metrics.velocity_error_mm(poses, targets, known),
        }
    return found
