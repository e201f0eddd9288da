"""The dictionary family: the hierarchical dictionary, learnt from single images (Li's thesis, sections 4.5 and 4.6).

Non-rigid structure from motion: the network (`hdvr_jax.networks.dictionary`) reads one frame of one view, and only
gives back what it read. Views of a clip are never put together and no 3D is read. Equation 4.7 and what `model` adds:

    loss = |Y M - X|                                          reprojection
         + sparsity_weight * mean |phi_i|_1                   in place of the bounds of equation 4.2
         + bone_weight * difference of the bones' lengths from a person's (`dictionary.bone_error`)
         + bend_weight * how far knees and nose point backwards (`dictionary.bent_backwards`)
         + cycle_weight * difference of the pose from the one that is found when it is turned and seen again
         + canonical_weight * difference of both canonical poses (as equation 4.4, with an imagined second view)
         + judge_weight * how well a discriminator tells images of turned poses from those that were seen, against
           which poses are learnt (Drover et al. 2018; `hdvr_jax.adversarial`)

The last five, and that training starts from a nominal person (`nominal_start`), are beyond the thesis. Here, with
reprojection alone, codes take on any depth that a single view does not show: depths grow to several times the widths.

An orthographic image does not tell a pose from the one with all depths negated. Which of the two the dictionary has
learnt is told by the running mean of `dictionary.forwardness` in training (`batch_stats`), and `predict` turns round.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from hdvr_jax import adversarial, dictionary, lifter_inputs, rotations
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family
from hdvr_jax.families import lifter as pose_lifter
from hdvr_jax.networks.dictionary import CAMERAS, Autoencoder
from hdvr_jax.networks.discriminator import Discriminator
from hdvr_jax.poses import turned_randomly
from hdvr_jax.skeletons import get_skeleton

# Of the other poses of the basis, where it starts with a nominal one.
_SMALL = 0.3
# Terms of the loss that have a weight.
_PRIORS = ("sparsity", "bone", "bend", "cycle", "canonical", "judge")


def network(model: Any) -> Autoencoder:
    """The network of a config.

    Raises:
      InputError: levels that are no sizes, or an unknown camera.
    """
    if not model.levels or min(model.levels) < 1:
        raise InputError(f"config.model.levels: expected one or more sizes of 1 or more, got {tuple(model.levels)}")
    if model.camera not in CAMERAS:
        raise InputError(f"config.model.camera: {model.camera!r} is not one of {', '.join(CAMERAS)}")
    return Autoencoder(len(get_skeleton(model.skeleton).joints), tuple(model.levels), model.camera)


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family, from a config (see `configs/dictionary.py`).

    Raises:
      InputError: as `network`; inputs of another kind than frames, or 3D that is asked for.
    """
    lifter_inputs.check(config)
    if lifter_inputs.inputs_of(config) != "frames":
        raise InputError(f"config.model.inputs: the dictionary reads frames, got {config.model.inputs!r}")
    if config.data.get("unlabelled", 0.0):
        raise InputError("config.data.unlabelled: the dictionary reads no labels, and so all of its data is unlabelled")
    net = network(config.model)
    return Family(
        name="dictionary",
        init=functools.partial(_init, config.model, net),
        loss=functools.partial(_loss, config, net, axis_name),
        predict=functools.partial(_predict, config, net),
        scores=functools.partial(pose_lifter.scores, skeleton=config.model.skeleton),
        prepare=functools.partial(pose_lifter.prepare, config),
        fixed=lifter_inputs.CAMERA,
        targets=lifter_inputs.TARGETS,
        augment=functools.partial(lifter_inputs.augment, config, lifter_inputs.noise_of(config.data), (0, 0)),
        on_clip=functools.partial(pose_lifter.lift_clip, config),
        prior=functools.partial(jax.tree_util.Partial, functools.partial(_unlike, net, config.model.skeleton)),
    )


def _init(model: Any, net: Autoencoder, key: Any, batch: Batch) -> Any:
    params = net.init(key, batch["inputs"][..., :2])["params"]
    params = _about_nominal(params, model.skeleton) if model.nominal_start else params
    if model.judge_weight:
        judge = Discriminator().init(jax.random.fold_in(key, 1), batch["inputs"][..., :2])
        params = {**params, "discriminator": judge["params"]}
    return {"params": params, "batch_stats": {"forwardness": jnp.zeros(())}}


def _about_nominal(params: Any, skeleton: str) -> Any:
    """Weights whose every pose is near the nominal person's: the first of the basis, always in use; the second is its
    negative, so that between both nothing of the camera is lost to ReLU."""
    person = jnp.asarray(dictionary.nominal_pose(skeleton))
    person = person * (len(person) - 1) / jnp.linalg.norm(person[:, :2], axis=-1).sum()
    held, head = dict(params["dictionary"]), dict(params["code_head"])
    held["basis_1"] = (_SMALL * held["basis_1"]).at[:, :, 0].set(person).at[:, :, 1].set(-person)
    if "decoder_bias_2" in held:
        held["decoder_bias_2"] = held["decoder_bias_2"].at[0].set(-1.0)
    else:
        head["bias"] = head["bias"].at[0].set(1.0)
    return {**params, "dictionary": held, "code_head": head}


def _seen(inputs: Float[Array, "B T J 3"]) -> tuple[Float[Array, "B T J 2"], Float[Array, "B T J"]]:
    """(Image points, 0 where a joint has no place; weights, 1 where it has one).

    Those that were filled in count too: of who turns away or bends over some joint is mostly hidden, and these poses
    would be missing from what is learnt, and from what the discriminator takes for real.
    """
    weights = (inputs[..., 2] > 0).astype(jnp.float32)
    return jnp.where(weights[..., None] > 0, inputs[..., :2], 0.0), weights


def poses_of(net: Autoencoder, params: Any, inputs: Float[Array, "B T J 3"], root: int) -> Float[Array, "B T J 3"]:
    """Poses about the root, in the frame and the unit of the inputs, as trained weights have them; depths may be all
    negated."""
    return _pose(net, params, _seen(inputs)[0], root)[0]


def _pose(net: Autoencoder, params: Any, points: Array, root: int) -> tuple[Array, Array, list[Array]]:
    """(Poses about the root in the frame of the inputs, canonical poses, codes of all levels)."""
    canonical, rotation, codes = net.apply({"params": params}, points)
    canonical = canonical - canonical[..., root : root + 1, :]
    return dictionary.view(canonical, rotation), canonical, codes


def _loss(config: Any, net: Autoencoder, axis_name: str | None, variables: Any, batch: Batch, key: Any, train: bool):
    """Sums over the frames of this device's examples."""
    del train
    model, params, root = config.model, variables["params"], lifter_inputs.root_of(config.model.skeleton)
    points, weights = _seen(batch["inputs"])
    pose, canonical, codes = _pose(net, params, points, root)
    real = batch["frame_mask"] * batch["mask"][:, None] * (weights.sum(-1) > 0)
    terms = {
        "reprojection": dictionary.reprojection(pose, points, weights),
        "sparsity": sum(code.sum(-1) for code in codes) / len(codes),
        "bone": dictionary.bone_error(pose, dictionary.apparent_size(points, weights, model.skeleton), model.skeleton),
        "bend": dictionary.bent_backwards(pose, model.skeleton),
    }
    if model.cycle_weight or model.canonical_weight or model.judge_weight:
        found, again, image = _seen_again(net, params, pose, batch["example"], key, root)
        terms |= {"cycle": found, "canonical": dictionary.shape_distance(canonical, again)}
        if model.judge_weight:
            terms["judge"], terms["fooling"] = _judged(params, image, points, weights, real)
    total = terms["reprojection"] + sum(model[f"{name}_weight"] * terms[name] for name in terms if name in _PRIORS)
    found = {name: ((value * real).sum(), real.sum()) for name, value in {"loss": total, **terms}.items()}
    before = variables["batch_stats"]["forwardness"]
    mean = dictionary.running_forwardness(before, pose, real, model.skeleton, axis_name)
    return found["loss"][0], ({"batch_stats": {"forwardness": mean}}, found)


def _seen_again(
    net: Autoencoder, params: Any, pose: Array, example: Array, key: Any, root: int
) -> tuple[Array, Array, Array]:
    """(Distance (B, T) of poses turned about the vertical from those found in their new images, the canonical poses
    found, those images)."""
    turned = turned_randomly(pose, key, example)
    image, size = dictionary.unit_image(turned)
    found, canonical, _ = _pose(net, params, image, root)
    return rotations.safe_norm(size * found - turned, axis=(-2, -1)), canonical, image


def _judged(params: Any, turned: Array, points: Array, weights: Array, real: Array) -> tuple[Array, Array]:
    """The discriminator's loss and the generator's, (B, T): images of turned poses beside those seen, if seen whole."""
    judge = functools.partial(Discriminator().apply, {"params": params["discriminator"]})
    whole = jnp.where(weights.min(-1)[..., None, None] > 0, points, jnp.nan)
    fake, seen = (images.reshape(-1, *images.shape[2:]) for images in (turned, whole))
    judged, fooling = adversarial.adversarial_terms(judge, fake, seen, real.reshape(-1))
    return judged.reshape(real.shape), fooling.reshape(real.shape)


def _unlike(net: Autoencoder, skeleton: str, variables: Any, pose: Float[Array, "T J 3"]) -> Float[Array, " T"]:
    """`dictionary.seen_from_elsewhere` of poses."""
    root = lifter_inputs.root_of(skeleton)

    def lift(points: Float[Array, "T J 2"]) -> Float[Array, "T J 3"]:
        found, _, _ = _pose(net, variables["params"], points, root)
        return dictionary.facing(found, variables["batch_stats"]["forwardness"])

    return dictionary.seen_from_elsewhere(lift, pose, root)


def _predict(config: Any, net: Autoencoder, variables: Any, batch: Batch) -> dict[str, Any]:
    """Poses (B, T, J, 3) about the root, camera axes, in metres of a person of average stature. With `keep_image`,
    joints stay where they were seen, and only depths, and joints that were missed, are the dictionary's."""
    skeleton, root = config.model.skeleton, lifter_inputs.root_of(config.model.skeleton)
    points, _ = _seen(batch["inputs"])
    pose, _, _ = _pose(net, variables["params"], points, root)
    if config.model.keep_image:
        pose = dictionary.with_image(pose, points, batch["inputs"][..., 2], root)
    pose = dictionary.facing(pose, variables["batch_stats"]["forwardness"])
    return {"poses": lifter_inputs.to_camera(dictionary.nominal_size(pose, skeleton), batch["rotation"])}
