"""Movement and genre models, one frame at a time: LSTMs go on from the state in which the frame before left them.

Symbols: S dancers, M movement types, G genres.
"""

import functools
from typing import Any

import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float

from hdvr_jax import body_inputs
from hdvr_jax.clip_poses import LIFTED_SKELETON
from hdvr_jax.movements import load_vocabulary
from hdvr_jax.streaming import bodies
from hdvr_jax.streaming.models import GenreModel, MovementModel

# Which of the fields of `bodies.step` a stream or kind of inputs reads.
SOURCES = {"2d": "flat", "poses2d": "flat", "3d_lifted": "posed", "poses3d": "posed"}

State = dict[str, Any]


def start(model: MovementModel | GenreModel, slots: int) -> State:
    """The state before the first frame, for so many dancers."""
    frame = {**bodies.nobody(slots), "movements": jnp.zeros((slots, len(load_vocabulary())))}
    run = functools.partial(step, model)
    blank = {"cache": {}, "before": {source: frame[source] for source in ("flat", "posed")}}
    shapes = jax.eval_shape(run, model.variables, blank, frame, jnp.ones(slots, bool))[0]
    return jax.tree.map(lambda leaf: jnp.zeros(leaf.shape, leaf.dtype), shapes)


def step(
    model: MovementModel | GenreModel, variables: Any, state: State, frame: Any, fresh: Bool[Array, " S"]
) -> tuple[State, Float[Array, "S N"]]:
    """The state after a frame, and probabilities (S, M) of movements, scaled so that 0.5 is the decision, or of genres
    (S, G).

    Args:
        variables: Of the model; an argument, so that they are not compiled in.
        frame: As `bodies.step` gives it, at the model's frame rate; a genre model may also read `movements` (S, M).
        fresh: (S,) in which rows a dancer begins.
    """
    read = _read_movements if isinstance(model, MovementModel) else _read_genre
    inputs = read(model, variables, functools.partial(_features, model, state["before"], frame, fresh), frame)
    mask = jnp.ones((len(fresh), 1))
    weights = {"params": variables["params"], **state["cache"]}
    found, cache = model.network.apply(weights, inputs, mask, fresh=fresh, mutable=["cache"])
    before = {source: frame[source] for source in ("flat", "posed")}
    if isinstance(model, MovementModel):
        found = jax.nn.sigmoid(found[:, 0] - variables["decisions"]["threshold"])
    else:
        found = jax.nn.softmax(found[1][:, 0] / variables["calibration"]["temperature"])
    return {"cache": cache, "before": before}, found


def _read_movements(model: MovementModel, variables: Any, features: Any, frame: Any) -> Float[Array, "E S 1 F"]:
    del frame
    found = features(model.inputs, variables["moments"])
    return body_inputs.select_parts(found, LIFTED_SKELETON, every_joint=model.whole_body)


def _read_genre(model: GenreModel, variables: Any, features: Any, frame: Any) -> Float[Array, "S 1 F"]:
    found = [
        frame["movements"][:, None]
        if stream == "movements"
        else body_inputs.whole_body(features(stream, variables["moments"][stream]))
        for stream in model.streams
    ]
    return jnp.concatenate(found, -1)


def _features(
    model: MovementModel | GenreModel, before: Any, frame: Any, fresh: Array, name: str, moments: Any
) -> body_inputs.Features:
    """Features of the frame, standardised, from it and the one before."""
    source = SOURCES[name]
    pair = jax.tree.map(lambda old, new: jnp.stack([old, new], 1), before[source], frame[source])
    real = jnp.stack([~fresh, jnp.ones_like(fresh)], 1).astype(jnp.float32)
    batch = {**pair, "fps": jnp.full(len(fresh), model.fps), "frame_mask": real}
    own_axes = model.own_axes and source == "posed"
    found = body_inputs.joint_features(batch, LIFTED_SKELETON, own_axes)
    return body_inputs.standardised({part: value[:, 1:] for part, value in found.items()}, moments)
