"""Body part movements (HDVR, Hu & Ahuja 2021, section 2.3): one LSTM per body part, several labels at a time.

Trained on the labels that the kinematic annotator gives to true 3D motion, or on a user's own (`own_labels`: the table
`config.data.labels`, the types `config.model.types`), it reads 2D detections, poses that a lifter made of them, or the
true 3D itself (`config.model.inputs`). HDVR reads the joints of a part. Additions of ours:

    config.model.evidence    3D poses also say how far they are beyond the thresholds of the vocabulary's rules
                             (`hdvr_jax.movements.evidence`), which looks a fifth of a second ahead; on how many of
                             three scales, from the coarsest, that is added to the logits (0: it is not read). With
                             types of a user's own, which have no rules, it is read and added nowhere
    config.model.level       lifted poses are turned upright first (`hdvr_jax.levelling`), which takes the whole clip
    config.model.beside      the detections stand beside lifted poses: what a lifter smoothed away is still in them
    config.model.whole_body  every part's model reads all joints

With `config.data.label_doubt`, frames within so much of a threshold that no observer could be sure are neither learned
nor scored (`annotate`; 0, the default, decides everywhere). Each type's threshold is chosen on the validation split.

Rare types are weighted up: a positive counts sqrt((1 - r) / r) times, r the share of frames that show the type, at most
`config.model.max_positive_weight` times; shares are counted over the training batches so far. HDVR does not say how it
treats rare types; this is our choice, and so are all sizes.

Symbols: B batch, T frames, J joints, E body parts, M movement types.
"""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import body_inputs, clip_poses, filming, losses, pieces
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family, movement_scores
from hdvr_jax.moments import psum
from hdvr_jax.movements import WORLD_UP, Vocabulary, load_vocabulary, own_labels, type_slots
from hdvr_jax.movements.evidence import evidence
from hdvr_jax.networks import lstm
from hdvr_jax.skeletons import BODY_PARTS, get_mapping

# Frames that a fresh model acts as if it had seen, a tenth of them positive; and how long counts are remembered.
_PRIOR_FRAMES, _PRIOR_SHARE, _MEMORY = 100.0, 0.1, 0.999
_SCALES = 3  # of `_told`


@dataclasses.dataclass(frozen=True)
class _Setup:
    """What the functions of the family share: the network, the vocabulary and the config's choices."""

    inputs: str
    skeleton: str
    own_axes: bool
    level: bool
    beside: bool
    whole_body: bool
    labels: str
    types: tuple[str, ...]
    evidence: int
    sharpness: float
    label_doubt: float
    fps: float
    virtual_views: int
    turn: bool
    mirror: bool
    max_weight: float
    vocabulary: Vocabulary
    network: lstm.MovementNetwork
    axis_name: str | None


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family of a config, whose fields are explained in `configs/movements_common.py`."""
    setup = _setup(config, axis_name)
    if setup.mirror and not own_labels.symmetric(setup.vocabulary):
        raise InputError("config.model.mirror: a movement type has no twin on the other side; set it to False")
    return Family(
        name="movements",
        init=functools.partial(_init, setup),
        loss=functools.partial(_loss, setup),
        predict=functools.partial(_predict, setup),
        scores=movement_scores.scores,
        prepare=functools.partial(_prepare, setup),
        augment=functools.partial(_augment, setup),
        summarise=functools.partial(movement_scores.summarise, setup.vocabulary),
        on_clip=functools.partial(_on_clip, setup),
        tally=movement_scores.tally,
        calibrate=movement_scores.calibrate,
    )


def _setup(config: Any, axis_name: str | None) -> _Setup:
    model = config.model
    lifted, types = model.inputs == "3d_lifted", tuple(model.get("types", ()))
    vocabulary, told = own_labels.vocabulary(types), _evidence(model)
    return _Setup(
        inputs=model.inputs,
        skeleton=model.skeleton,
        own_axes=model.own_axes and model.inputs != "2d",
        level=model.get("level", False) and lifted,
        beside=model.get("beside", False) and lifted,
        whole_body=model.get("whole_body", False),
        labels=config.data.get("labels", ""),
        types=types,
        evidence=told,
        sharpness=model.get("sharpness", 2.0),
        label_doubt=config.data.get("label_doubt", 0.0),
        fps=config.data.fps,
        virtual_views=config.data.virtual_views,
        turn=model.turn and model.inputs == "3d_true",
        mirror=model.mirror,
        max_weight=model.max_positive_weight,
        vocabulary=vocabulary,
        # Types of a user's own have no rules.
        network=_network(model, vocabulary, evidence=0 if types else told),
        axis_name=axis_name,
    )


def _evidence(model: Any) -> int:
    """On how many scales evidence is added to the logits; flat poses have none."""
    scales = int(model.get("evidence", 0))
    if not 0 <= scales <= _SCALES:
        raise InputError(f"config.model.evidence: expected 0 to {_SCALES} scales, got {scales}")
    return 0 if model.inputs == "2d" else scales


def _network(model: Any, vocabulary: Vocabulary, evidence: int) -> lstm.MovementNetwork:
    return lstm.MovementNetwork(
        type_slots(vocabulary),
        len(BODY_PARTS),
        model.features,
        model.layers,
        model.bidirectional,
        model.dropout,
        evidence=evidence,
    )


def _prepare(setup: _Setup, clips: list[Any], upstream: Any) -> list[dict[str, Any]]:
    """One sequence per view, or one per clip for true 3D; `labels` (T, M) int8 is -1 where nothing is known."""
    own, prepared = own_labels.read(setup.labels) if setup.labels else None, []
    for clip in filming.film_unseen(clips, setup.virtual_views):
        found = _sequences(setup, clip, upstream.get("lifter"))
        if found:
            labels = _labels(setup, clip, own, len(found[0]["points"]))
            prepared += [{**sequence, "labels": labels} for sequence in found]
    training = prepared and all(clip.get("split") == "train" for clip in clips)
    if training and not any((sequence["labels"] >= 0).any() for sequence in prepared):
        raise InputError(
            f"none of the {len(clips)} clips of the training split has movements to learn: expected clips with 3D, or "
            "a table of labels of these clips (config.data.labels)"
        )
    return prepared


def _sequences(setup: _Setup, clip: Any, lifter: clip_poses.Lifter | None = None) -> list[dict[str, Any]]:
    """Poses of each view, with all that the model reads beside them."""
    found = clip_poses.sequences(clip, setup.inputs, setup.skeleton, setup.fps, lifter, levelled=setup.level)
    if setup.beside:
        flat = [seen["points"] for seen in clip_poses.sequences(clip, "2d", setup.skeleton, setup.fps)]
        # Of motion that no camera saw nothing stands beside the poses.
        flat = flat or [np.zeros_like(sequence["points"][..., :2]) for sequence in found]
        found = [{**sequence, "flat": points} for sequence, points in zip(found, flat, strict=True)]
    return [_with_evidence(setup, sequence) for sequence in found]


def _labels(setup: _Setup, clip: Any, own: own_labels.OwnLabels | None, frames: int) -> np.ndarray:
    if own is None:
        return clip_poses.movement_labels(clip, setup.vocabulary, setup.fps, setup.label_doubt)
    names = (clip["clip"], clip["take"])
    return own_labels.frames(own, setup.vocabulary, setup.types, names, frames, setup.fps)


def _with_evidence(setup: _Setup, sequence: dict[str, Any]) -> dict[str, Any]:
    """The sequence and the `evidence` of its poses for the project's types, where the model reads it."""
    if not setup.evidence:
        return sequence
    points = get_mapping(setup.skeleton, "h36m17").apply(sequence["points"])
    return {**sequence, "evidence": evidence(points, setup.fps, load_vocabulary(), WORLD_UP)}


def _augment(setup: _Setup, batch: Batch, key: Any, train: bool) -> Batch:
    """In training: turns true 3D by a random yaw, and shows every other example in a mirror, labels and all."""
    if not train:
        return batch
    batch = jax.tree.map(jnp.asarray, batch)
    turns, mirrors = (body_inputs.per_example(k, batch["example"]) for k in jax.random.split(key))
    if setup.turn:
        batch = body_inputs.turn(batch, jax.vmap(lambda k: jax.random.uniform(k, maxval=2 * jnp.pi))(turns))
    if setup.mirror:
        chosen = jax.vmap(jax.random.bernoulli)(mirrors)
        batch = body_inputs.mirror(batch, chosen, setup.skeleton)
        orders = {
            "labels": setup.vocabulary.mirror,
            **({"evidence": load_vocabulary().mirror} if setup.evidence else {}),
        }
        for name, order in orders.items():
            swapped = batch[name][..., jnp.array(order)]
            batch = {**batch, name: body_inputs.choose(chosen, swapped, batch[name])}
    return batch


def _features(setup: _Setup, batch: Batch) -> body_inputs.Features:
    return body_inputs.joint_features(batch, setup.skeleton, setup.own_axes)


def _inputs(setup: _Setup, features: body_inputs.Features, moments: Any, batch: Batch) -> Any:
    """(E, B, T, F) what every part's network reads: own joints or all, and evidence for its types of the project."""
    standardised = body_inputs.standardised(features, moments)
    parts = body_inputs.select_parts(standardised, setup.skeleton, every_joint=setup.whole_body)
    if not setup.evidence:
        return parts
    place, slot = np.array(type_slots(load_vocabulary())).T
    shape = (len(parts), 1 + slot.max(), *batch["evidence"].shape[:2])
    for seen in _told(batch["evidence"], setup.sharpness):
        shown = jnp.moveaxis(seen * batch["frame_mask"][..., None], -1, 0)
        parts = jnp.concatenate([parts, jnp.moveaxis(jnp.zeros(shape).at[place, slot].set(shown), 1, -1)], -1)
    return parts


def _told(evidence: Any, sharpness: float) -> list[Any]:
    """Evidence on three scales from -1 to 1: about the threshold that switches a label on, about that which switches it
    off, and from far away."""
    return [jnp.tanh(sharpness * (evidence - 0.5)), jnp.tanh(sharpness * (evidence + 0.5)), jnp.tanh(evidence / 4)]


def _init(setup: _Setup, key: Any, batch: Batch) -> Any:
    features = _features(setup, batch)
    moments = body_inputs.unknown_moments(features)
    params = setup.network.init(key, _inputs(setup, features, moments, batch), batch["frame_mask"])["params"]
    types = len(setup.vocabulary)
    decisions = {name: jnp.zeros(types) for name in ("positive", "known", "threshold")}
    return {"params": params, "decisions": decisions, "moments": moments}


def _positive_weights(setup: _Setup, decisions: Any) -> Any:
    """(M,) how many times a positive of each type counts."""
    share = (decisions["positive"] + _PRIOR_FRAMES * _PRIOR_SHARE) / (decisions["known"] + _PRIOR_FRAMES)
    return jnp.clip(jnp.sqrt((1 - share) / share), 1.0, setup.max_weight)


def _counted(setup: _Setup, decisions: Any, positive: Any, known: Any) -> Any:
    """The decisions with this step's labels counted in, over all devices."""
    axes = (0, 1)
    seen = psum({"positive": positive.sum(axes), "known": known.sum(axes)}, setup.axis_name)
    return {**decisions, **{name: _MEMORY * decisions[name] + count for name, count in seen.items()}}


def _loss(setup: _Setup, variables: Any, batch: Batch, key: Any, train: bool) -> Any:
    """Weighted binary cross-entropy summed over frames and types with a known label (HDVR's L_BCE, all parts)."""
    known = movement_scores.known(batch) * batch["mask"][:, None, None]
    positive = (batch["labels"] > 0) * known
    decisions = _counted(setup, variables["decisions"], positive, known) if train else variables["decisions"]
    features, moments = _features(setup, batch), variables["moments"]
    if train:
        real = batch["frame_mask"] * batch["mask"][:, None]
        moments = body_inputs.updated_moments(moments, features, real, setup.axis_name)
    logits = setup.network.apply(
        {"params": variables["params"]},
        _inputs(setup, features, moments, batch),
        batch["frame_mask"],
        key if train else None,
        batch["example"],
    )
    weights, count = _positive_weights(setup, decisions), known.sum((1, 2))
    total, weight = (losses.bce_with_logits(logits, positive, known, weights) * count).sum(), count.sum()
    active = (logits > decisions["threshold"]) * known
    hits = (active * positive).sum()
    terms = {"loss": (total, weight), "micro_f": (2 * hits, active.sum() + positive.sum())}
    return total, ({"decisions": decisions, "moments": moments}, terms)


def _predict(setup: _Setup, variables: Any, batch: Batch) -> dict[str, Any]:
    """`probabilities` (B, T, M), scaled so that 0.5 is the decision, `active` (B, T, M) bool; 0 where no frame is.

    Of a piece of a sequence (`hdvr_jax.pieces`) also the `state` after it.
    """
    inputs = _inputs(setup, _features(setup, batch), variables["moments"], batch)
    logits, after = lstm.read(setup.network, variables["params"], inputs, batch)
    if logits is None:
        return after
    probabilities = jax.nn.sigmoid(logits - variables["decisions"]["threshold"])
    probabilities = probabilities * batch["frame_mask"][:, -logits.shape[1] :, None]
    return {"probabilities": probabilities, "active": probabilities > 0.5, **after}


def _on_clip(setup: _Setup, predict: Any, clip: Any) -> np.ndarray:
    """Probabilities (T, M) at the clip's own frames; the mean over its views where there are several."""
    found = _sequences(setup, clip)
    if not found:
        raise InputError(f"clip {clip['clip']}: holds nothing that a movement model of {setup.inputs} poses can read")
    state, layers = lstm.no_state(setup.network, len(BODY_PARTS)), setup.network.layers
    frames, outputs = len(clip["points_world"]), [pieces.run(predict, sequence, state, layers) for sequence in found]
    views = [clip_poses.at_frames(out["probabilities"], setup.fps, frames, clip["fps"]) for out in outputs]
    return np.mean(views, 0)
