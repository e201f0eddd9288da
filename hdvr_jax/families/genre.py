"""Dance genre (HDVR, Hu & Ahuja 2021, section 2.4): an LSTM over poses and movements, read at its last valid state.

`config.model.streams` says what it reads, side by side: "keypoints" (detections in pixels with their confidences, as
choreAI's classifier reads them), "features2d" (their angles, distances and velocities, `hdvr_jax.features`),
"poses2d" (detections about the hips, by the body's size), "poses3d" (lifted or true, by `config.model.inputs`) and
"movements" (probabilities of a trained movement model, or the annotator's labels of the true 3D, by
`config.model.movements`). The six rows of HDVR's table are choices of these. Cross-entropy is taken at the last valid
state, and with weight `config.model.running_weight` on average over all states, so that the genre can be told before
the clip is over. Frames are thinned to `config.data.fps`, which HDVR does not do: LSTMs of long clips are slow.

Probabilities are calibrated by one temperature, chosen on the validation split (Guo et al. 2017, section 4.2).

Symbols: B batch, T frames, J joints, M movement types, G genres.
"""

import dataclasses
import functools
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import body_inputs, clip_poses, losses, metrics, pieces
from hdvr_jax.errors import InputError
from hdvr_jax.families import Batch, Family, genre_reasons, genre_scores, genre_streams
from hdvr_jax.families.genre_streams import MOVEMENTS, POSES, RAW, STREAMS
from hdvr_jax.movements import own_labels
from hdvr_jax.networks import lstm


@dataclasses.dataclass(frozen=True)
class _Setup:
    """What the functions of the family share: the network, what it reads and the config's choices."""

    reader: genre_streams.Reader
    own_axes: bool
    mirror: bool
    noise: float
    standardise: bool
    forget_bias: float
    running_weight: float
    network: lstm.GenreNetwork
    axis_name: str | None


def make(config: Any, axis_name: str | None = None) -> Family:
    """The family of a config, whose fields are explained in `configs/genre_common.py`.

    Raises:
        InputError: no genres, unknown streams, or 3D poses without a source.
    """
    model = config.model
    _check(model)
    setup = _Setup(
        reader=_reader(config),
        own_axes=model.own_axes,
        mirror=model.mirror,
        noise=model.noise,
        standardise=model.get("standardise", True),
        forget_bias=model.get("forget_bias", 0.0),
        running_weight=model.running_weight,
        network=lstm.GenreNetwork(len(model.genres), model.features, model.layers, model.dropout),
        axis_name=axis_name,
    )
    genres, sequences = setup.reader.genres, functools.partial(genre_streams.sequences, setup.reader)
    return Family(
        name="genre",
        init=functools.partial(_init, setup),
        loss=functools.partial(_loss, setup),
        predict=functools.partial(_predict, setup),
        scores=functools.partial(genre_scores.scores, len(genres)),
        prepare=functools.partial(genre_streams.prepare, setup.reader),
        augment=functools.partial(_augment, setup),
        summarise=functools.partial(genre_scores.summarise, genres),
        on_clip=functools.partial(_on_clip, setup),
        explain=genre_reasons.explainer(sequences, setup.reader.streams, setup.reader.fps),
        tally=genre_scores.tally,
        calibrate=genre_scores.calibrate,
    )


def _reader(config: Any) -> genre_streams.Reader:
    model = config.model
    return genre_streams.Reader(
        streams=tuple(model.streams),
        inputs=model.inputs,
        movements=model.movements,
        skeleton=model.skeleton,
        level=model.get("level", False),
        fps=config.data.fps,
        virtual_views=config.data.virtual_views,
        genres=tuple(model.genres),
        vocabulary=own_labels.vocabulary(tuple(model.get("types", ()))),
    )


def _check(model: Any) -> None:
    if not model.genres:
        raise InputError("config.model.genres: expected the names of the genres")
    if not model.streams or set(model.streams) - set(STREAMS):
        raise InputError(f"config.model.streams: {tuple(model.streams)}; expected one or more of {', '.join(STREAMS)}")
    if model.inputs not in clip_poses.INPUTS:
        raise InputError(f"config.model.inputs: {model.inputs!r}; expected one of {', '.join(clip_poses.INPUTS)}")
    if RAW in model.streams and (model.mirror or model.noise):
        raise InputError("config.model.mirror, noise: the stream keypoints can neither be mirrored nor shaken")
    if "poses3d" in model.streams and model.inputs == "2d":
        raise InputError("config.model.streams: poses3d need config.model.inputs to be 3d_lifted or 3d_true")
    if model.movements == "annotator" and model.get("types", ()):
        raise InputError("config.model.movements: the annotator knows no types of a user's own (config.model.types)")
    if model.movements not in MOVEMENTS:
        raise InputError(f"config.model.movements: {model.movements!r}; expected one of {', '.join(MOVEMENTS)}")


def _augment(setup: _Setup, batch: Batch, key: Any, train: bool) -> Batch:
    """In training: shows every other example in a mirror, movements and all, and shakes the joints a little."""
    if not train:
        return batch
    batch = jax.tree.map(jnp.asarray, batch)
    mirrors, noises = (body_inputs.per_example(k, batch["example"]) for k in jax.random.split(key))
    chosen = jax.vmap(jax.random.bernoulli)(mirrors) & setup.mirror
    for stream in setup.reader.streams:
        if stream == "movements":
            swapped = batch["movements"][..., jnp.array(setup.reader.vocabulary.mirror)]
            batch["movements"] = body_inputs.choose(chosen, swapped, batch["movements"])
            continue
        poses = body_inputs.mirror(_stream(batch, stream), chosen, setup.reader.skeleton)
        shape = poses["points"].shape[1:]
        shake = jax.vmap(functools.partial(jax.random.normal, shape=shape))(noises)
        poses["points"] = poses["points"] + setup.noise * shake
        batch |= {f"{stream}_{name}": poses[name] for name in POSES}
    return batch


def _stream(batch: Batch, stream: str) -> Batch:
    """The poses of one stream under the names that `body_inputs` reads."""
    poses = {name: batch[f"{stream}_{name}"] for name in POSES}
    return {**poses, "fps": batch["fps"], "frame_mask": batch["frame_mask"]}


def _features(setup: _Setup, batch: Batch) -> dict[str, body_inputs.Features]:
    """Features of the joints for every stream of poses."""
    found = {}
    for stream in setup.reader.streams:
        if stream == RAW:
            found[stream] = body_inputs.raw_features(_stream(batch, stream))
        elif stream == "features2d":
            found[stream] = body_inputs.engineered_features(_stream(batch, stream), setup.reader.skeleton)
        elif stream != "movements":
            own_axes = setup.own_axes and stream == "poses3d"
            found[stream] = body_inputs.joint_features(_stream(batch, stream), setup.reader.skeleton, own_axes)
    return found


def _inputs(setup: _Setup, features: dict[str, body_inputs.Features], moments: Any, batch: Batch) -> Any:
    """(B, T, F) all streams side by side."""
    found = {
        stream: body_inputs.whole_body(body_inputs.standardised(own, moments[stream]) if setup.standardise else own)
        for stream, own in features.items()
    }
    if "movements" in setup.reader.streams:
        found["movements"] = batch["movements"] * batch["frame_mask"][..., None]
    return jnp.concatenate([found[stream] for stream in setup.reader.streams], -1)


def _init(setup: _Setup, key: Any, batch: Batch) -> Any:
    features = _features(setup, batch)
    moments = {stream: body_inputs.unknown_moments(own) for stream, own in features.items()}
    params = setup.network.init(key, _inputs(setup, features, moments, batch), batch["frame_mask"])["params"]
    params = lstm.with_forget_bias(params, setup.forget_bias)
    return {"params": params, "moments": moments, "calibration": {"temperature": jnp.ones(())}}


def _loss(setup: _Setup, variables: Any, batch: Batch, key: Any, train: bool) -> Any:
    """Cross-entropy at the last valid state (HDVR), plus `running_weight` times its mean over all states."""
    features, moments = _features(setup, batch), variables["moments"]
    if train:
        real = batch["frame_mask"] * batch["mask"][:, None]
        moments = {
            stream: body_inputs.updated_moments(moments[stream], own, real, setup.axis_name)
            for stream, own in features.items()
        }
    last, running = setup.network.apply(
        {"params": variables["params"]},
        _inputs(setup, features, moments, batch),
        batch["frame_mask"],
        key if train else None,
        batch["example"],
    )
    weight = batch["mask"] * genre_scores.known(batch)
    entropy = losses.cross_entropy(last, batch["label"], weight)
    targets = jnp.broadcast_to(batch["label"][:, None], running.shape[:2])
    along = losses.cross_entropy(running, targets, batch["frame_mask"] * weight[:, None])
    total = ((entropy + setup.running_weight * along) * weight).sum()
    right = metrics.accuracy(last.argmax(-1), batch["label"], weight)
    terms = {
        "loss": (total, weight.sum()),
        "cross_entropy": ((entropy * weight).sum(), weight.sum()),
        "accuracy": (right[0].sum(), right[1].sum()),
    }
    return total, ({"moments": moments, "calibration": variables["calibration"]}, terms)


def _predict(setup: _Setup, variables: Any, batch: Batch) -> dict[str, Any]:
    """`probabilities` (B, G) of the whole, `running` (B, T, G) of all up to each frame; after a piece, its `state`."""
    inputs = _inputs(setup, _features(setup, batch), variables["moments"], batch)
    (last, running), after = lstm.read(setup.network, variables["params"], inputs, batch)
    temperature = variables["calibration"]["temperature"]
    found = {"probabilities": jax.nn.softmax(last / temperature), "running": jax.nn.softmax(running / temperature)}
    return {**found, **after}


def _on_clip(setup: _Setup, predict: Any, clip: Any) -> dict[str, Any]:
    """`names` of the genres, `overall` (G,) probabilities, `running` (T, G) at the clip's own frames.

    Means over the views where there are several. The clip holds what the streams ask earlier stages for: `lifted` of a
    single view, `movements` (T, M).
    """
    found = genre_streams.sequences(setup.reader, clip)
    state, layers = lstm.no_state(setup.network), setup.network.layers
    frames, outputs = len(clip["points_world"]), [pieces.run(predict, sequence, state, layers) for sequence in found]
    running = [clip_poses.at_frames(output["running"], setup.reader.fps, frames, clip["fps"]) for output in outputs]
    overall = [output["probabilities"] for output in outputs]
    return {"names": setup.reader.genres, "overall": np.mean(overall, 0), "running": np.mean(running, 0)}
