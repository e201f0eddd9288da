"""Recurrent networks of HDVR (Hu & Ahuja 2021): one LSTM per body part (2.3) and the genre LSTM (2.4).

HDVR publishes neither widths nor depths, so they are fields here and choices in the configs.

A sequence can be given piece by piece. With `fresh` (B,), in which rows a sequence begins, each LSTM goes on from the
state in the collection "cache" and leaves its own there; every frame counts. With `ending` (B,) too, in which rows a
sequence ends, LSTMs that read backwards go on from the state which the piece after this one left in "cache_backward",
from the last real frame on.

Symbols: B batch, T frames, E body parts, F features, H cell size, M movement types, S types of one part, G genres.
"""

import functools
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from hdvr_jax.networks.dropout import hashed_dropout
from hdvr_jax.networks.initializers import orthogonal

# Collections of the states of LSTMs that read forwards and backwards.
STATES = ("cache", "cache_backward")
# Logit of full evidence before training.
_GAIN = 6.0


def sequence_lengths(frame_mask: Float[Array, "B T"]) -> Int[Array, " B"]:
    """Frames up to and including the last real one; 0 where no frame is real."""
    last = jnp.arange(1, frame_mask.shape[1] + 1, dtype=jnp.int32)
    return jnp.max(jnp.where(frame_mask > 0, last, 0), axis=1, initial=0)


def dropout_over_time(
    shape: tuple[int, ...], rate: float, key: PRNGKeyArray | None, example: Int[Array, " B"] | None
) -> Float[Array, "B *S"] | None:
    """Multipliers (B, ...) of dropout, drawn per example and held over its frames (Gal & Ghahramani 2016).

    None where there is no key (not training) or the rate is 0.
    """
    if key is None or example is None or rate == 0:
        return None
    return hashed_dropout(jnp.ones((example.shape[0], *shape)), rate, key, example)


def with_forget_bias(params: Any, bias: float) -> Any:
    """Parameters of LSTMs whose forget gates start more open (Jozefowicz et al. 2015); 1 is TensorFlow's default."""
    gate = (jax.tree_util.DictKey("hf"), jax.tree_util.DictKey("bias"))
    return jax.tree_util.tree_map_with_path(lambda path, x: x + bias if path[-2:] == gate else x, params)


def no_state(network: nn.Module, *parts: int) -> dict[str, Any]:
    """The state before the first piece of a sequence and after its last: zeros, by collection.

    Args:
        network: a movement network, which reads so many `parts`, or a genre network.
    """
    return jax.tree.map(lambda leaf: np.zeros(leaf.shape, leaf.dtype), _state_shapes(network, parts))


@functools.lru_cache(maxsize=64)
def _state_shapes(network: nn.Module, parts: tuple[int, ...]) -> dict[str, Any]:
    """Remembered, for tracing a network takes longer than running it on a clip."""
    here, one = jnp.ones(1, bool), jnp.ones((*parts, 1, 1, 1))
    run = functools.partial(network.init, fresh=here, ending=here)
    shapes = jax.eval_shape(run, jax.random.key(0), one, jnp.ones((1, 1)))
    return {name: shapes[name] for name in STATES if name in shapes}


def read(network: nn.Module, params: Any, inputs: Float[Array, "*E B T F"], batch: dict[str, Any]) -> tuple[Any, Any]:
    """What a network gives of whole sequences, and {}; or of a piece of one (`hdvr_jax.pieces`), and its new `state`.

    The first frame of a piece is the one before it, which only its features need. With `backwards` in the batch, only
    the state of what reads backwards is computed; what the network gives is None.
    """
    if "state" not in batch:
        return network.apply({"params": params}, inputs, batch["frame_mask"]), {}
    weights, mask = {"params": params, **batch["state"]}, batch["frame_mask"][:, 1:]
    ends = {name: batch[name] for name in ("fresh", "ending")}
    found, state = network.apply(weights, inputs[..., 1:, :], mask, **ends, mutable=list(batch["state"]))
    asked = STATES["backwards" in batch]
    return None if "backwards" in batch else found, {"state": {asked: state[asked]}}


class Recurrent(nn.Module):
    """A stack of LSTMs. Frames past the length change nothing before it and come out as zeros.

    Attributes:
        features: cell size H of each direction.
        layers: how many LSTMs stand on each other.
        bidirectional: also read the sequence backwards; the output is then (B, T, 2 H) and not causal.
    """

    features: int
    layers: int = 1
    bidirectional: bool = False

    @nn.compact
    def __call__(
        self,
        inputs: Float[Array, "B T F"],
        lengths: Int[Array, " B"],
        fresh: Bool[Array, " B"] | None = None,
        ending: Bool[Array, " B"] | None = None,
    ) -> Float[Array, "B T H"]:
        if self.bidirectional and fresh is not None and ending is None:
            raise ValueError("an LSTM that reads backwards too needs what comes after")
        hidden = inputs
        for layer in range(self.layers):
            outputs = [self._direction(hidden, lengths, layer, "forward", fresh)]
            if self.bidirectional:
                outputs.append(self._direction(hidden, lengths, layer, "backward", ending))
            hidden = jnp.concatenate(outputs, -1)
        real = jnp.arange(inputs.shape[1]) < lengths[:, None]
        return jnp.where(real[..., None], hidden, 0.0)

    def _direction(
        self, inputs: Array, lengths: Array, layer: int, name: str, begins: Array | None
    ) -> Float[Array, "B T H"]:
        """The outputs of one direction; `begins` (B,): in which rows it starts from zeros, None for all."""
        cell = nn.OptimizedLSTMCell(self.features, recurrent_kernel_init=orthogonal, name=f"{name}_cell_{layer}")
        backward = name == "backward"
        rnn = nn.RNN(cell, reverse=backward, keep_order=backward, name=f"{name}_{layer}")
        if begins is None:
            return rnn(inputs, seq_lengths=lengths)
        shape = (inputs.shape[0], self.features)
        carry = self.variable(STATES[backward], f"carry_{layer}", lambda: (jnp.zeros(shape), jnp.zeros(shape)))
        begun = jax.tree.map(lambda kept: jnp.where(begins[:, None], 0.0, kept), carry.value)
        # A length has every carry kept, to choose the last: forwards no piece but a sequence's last is short.
        counted = lengths if backward else None
        carry.value, outputs = rnn(inputs, initial_carry=begun, seq_lengths=counted, return_carry=True)
        return outputs


class PartNetwork(nn.Module):
    """The model of one body part: its joints' features in, logits of its movement types out."""

    features: int
    layers: int
    bidirectional: bool
    types: int
    evidence: int

    @nn.compact
    def __call__(
        self,
        inputs: Float[Array, "B T F"],
        lengths: Int[Array, " B"],
        keep: Float[Array, "B H"] | None,
        fresh: Bool[Array, " B"] | None = None,
        ending: Bool[Array, " B"] | None = None,
    ) -> Float[Array, "B T S"]:
        hidden = nn.relu(nn.Dense(self.features, name="encode")(inputs))
        recurrent = Recurrent(self.features, self.layers, self.bidirectional, name="recurrent")
        hidden = recurrent(hidden, lengths, fresh, ending)
        if keep is not None:
            hidden = hidden * keep[:, None]
        logits = nn.Dense(self.types, name="classify")(hidden)
        if not self.evidence:
            return logits
        width = self.evidence * self.types
        gain = self.param("gain", nn.initializers.constant(_GAIN / self.evidence), (width,))
        told = gain * inputs[..., -width:]
        return logits + told.reshape(*logits.shape[:-1], self.evidence, self.types).sum(-2)


class MovementNetwork(nn.Module):
    """One LSTM per body part, multi-label (HDVR 2.3).

    The sixteen networks are one network mapped over a leading axis of parts, so that their matrix products run as one
    batched product: on two CPU cores (batch 32, 96 frames, two directions of 64) 193 ms a gradient against 232 ms for
    a Python loop over parts, and half the compile time.

    Attributes:
        slots: (M,) of (part, slot): where the logit of each movement type stands among its part's logits.
        parts: number of body parts E.
        features, layers, bidirectional: of every part's LSTM.
        dropout: rate on the LSTM's output.
        evidence: how many times the last inputs of every part are evidence for its types, in the order of their slots.
            It is added to the logits: the LSTM corrects the rules, and need not learn them where a type is rare.
    """

    slots: tuple[tuple[int, int], ...]
    parts: int
    features: int = 64
    layers: int = 1
    bidirectional: bool = True
    dropout: float = 0.0
    evidence: int = 0

    @nn.compact
    def __call__(
        self,
        inputs: Float[Array, "E B T F"],
        frame_mask: Float[Array, "B T"],
        key: PRNGKeyArray | None = None,
        example: Int[Array, " B"] | None = None,
        fresh: Bool[Array, " B"] | None = None,
        ending: Bool[Array, " B"] | None = None,
    ) -> Float[Array, "B T M"]:
        """Logits of every movement type in every frame.

        Args:
            inputs: features of every part's joints (`hdvr_jax.body_inputs.select_parts`).
            frame_mask: 1 where the frame is real; logits past the last real frame mean nothing.
            key: for dropout; None when not training.
            example: index of each example, which with the key decides what is dropped.
            fresh, ending: (B,) when given a sequence piece by piece.
        """
        width = self.features * (2 if self.bidirectional else 1)
        keep = dropout_over_time((self.parts, width), self.dropout, key, example)
        types = 1 + max(slot for _, slot in self.slots)
        network = nn.vmap(
            PartNetwork,
            in_axes=(0, None, None if keep is None else 1, None, None),
            out_axes=2,
            variable_axes=dict.fromkeys(("params", *STATES), 0),
            split_rngs={"params": True},
        )(self.features, self.layers, self.bidirectional, types, self.evidence, name="parts")
        logits = network(inputs, sequence_lengths(frame_mask), keep, fresh, ending)
        columns = jnp.array([part * logits.shape[-1] + slot for part, slot in self.slots])
        return logits.reshape(*logits.shape[:2], -1)[..., columns]


class GenreNetwork(nn.Module):
    """An LSTM over all inputs side by side; the genre is read from the last valid state (HDVR 2.4).

    Attributes:
        genres: number of genres G.
        features, layers: of the LSTM; it is causal, so that its running output is what was known at that frame.
        dropout: rate on the encoded inputs and on the LSTM's output.
    """

    genres: int
    features: int = 64
    layers: int = 1
    dropout: float = 0.0

    @nn.compact
    def __call__(
        self,
        inputs: Float[Array, "B T F"],
        frame_mask: Float[Array, "B T"],
        key: PRNGKeyArray | None = None,
        example: Int[Array, " B"] | None = None,
        fresh: Bool[Array, " B"] | None = None,
        ending: Bool[Array, " B"] | None = None,
    ) -> tuple[Float[Array, "B G"], Float[Array, "B T G"]]:
        """Logits from the last valid state and from every state.

        An example without a real frame gets the logits of a zero state. `key` and `example` are for dropout,
        `fresh` and `ending` (B,) for a sequence given piece by piece.
        """
        lengths = sequence_lengths(frame_mask)
        keep = dropout_over_time((2, self.features), self.dropout, key, example)
        hidden = nn.relu(nn.Dense(self.features, name="encode")(inputs))
        if keep is not None:
            hidden = hidden * keep[:, None, 0]
        hidden = Recurrent(self.features, self.layers, name="recurrent")(hidden, lengths, fresh, ending)
        if keep is not None:
            hidden = hidden * keep[:, None, 1]
        running = nn.Dense(self.genres, name="classify")(hidden)
        last = jnp.maximum(lengths - 1, 0)
        return jnp.take_along_axis(running, last[:, None, None], axis=1)[:, 0], running
