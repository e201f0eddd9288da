"""The dilated temporal convolution lifter (Pavllo et al. 2019, section 3 and figure 2).

One set of weights, three forms. The training form sees windows of exactly one receptive field and gives the pose of one
frame; its convolutions have stride equal to their width, so each is a reshape and one matrix product. The sequence
form gives every frame of a sequence by dilated convolutions. The streaming form of a causal lifter sees one frame at a
time and gives its pose: each layer keeps the frames that its kernel reaches back to, in the collection "cache". All
compute the same function.
"""

import functools
import math
from collections.abc import Callable
from typing import Any

import flax.linen as nn
import jax
import jax.numpy as jnp
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from hdvr_jax import poses
from hdvr_jax.networks import convolution
from hdvr_jax.networks.batch_norm import BatchNorm
from hdvr_jax.networks.dropout import hashed_dropout

# Of a long sequence, the frames whose hidden channels are in memory at once.
_WINDOW_FRAMES = 2048

# Orders of the joints of inputs and of outputs in a mirror.
Mirrors = tuple[tuple[int, ...], tuple[int, ...]]


class Layer(nn.Module):
    """Convolution, then batch normalisation, ReLU and dropout.

    The kernel is stored tap-major as a (width * in, out) matrix.
    """

    width: int
    channels: int
    dropout: float
    norm: Callable[..., BatchNorm]
    kernel_variance: float

    @nn.compact
    def __call__(self, x, *, dilation: int | None, train: bool, mask, key, example, fresh=None):
        """x (B, T, C). `dilation` None: stride = width (training form); `fresh` (B,) given: T = 1, the newest frame
        (streaming form); else valid convolution."""
        shape = (self.width * x.shape[-1], self.channels)
        kernel = self.param("kernel", _uniform(self.kernel_variance), shape)

        if fresh is not None:
            h = self._reached(x[:, 0], dilation, fresh) @ kernel
        elif dilation is None:
            h = convolution.strided(x, kernel)
        else:
            h = convolution.dilated(x, kernel, self.width, dilation, train)
        norm = self.norm(self.channels, name="norm")
        h = nn.relu(norm(h, mask=mask) if train else norm.running(h))
        return hashed_dropout(h, self.dropout, key, example) if train and self.dropout > 0 else h

    def _reached(self, newest: Array, dilation: int, fresh: Array) -> Array:
        """The frames that the kernel reads, side by side (B, 1, width * C), from a ring of as many as it spans.

        To a row that is `fresh`, its first frame has always been there: the sequence form repeats it so.
        """
        span = (self.width - 1) * dilation
        if span == 0:
            return newest[:, None]
        ring = self.variable("cache", "ring", jnp.zeros, (newest.shape[0], span, newest.shape[1]))
        oldest = self.variable("cache", "oldest", jnp.zeros, (), jnp.int32)
        past = jnp.where(fresh[:, None, None], newest[:, None], ring.value)
        taps = [past[:, (oldest.value + tap * dilation) % span] for tap in range(self.width - 1)]
        ring.value = past.at[:, oldest.value].set(newest)
        oldest.value = (oldest.value + 1) % span
        return jnp.concatenate([*taps, newest], -1)[:, None]


def _uniform(variance: float) -> Callable[..., Array]:
    """Initialiser of this variance times the number of inputs."""
    return nn.initializers.variance_scaling(variance, "fan_in", "uniform")


class TemporalLifter(nn.Module):
    """2D keypoint sequences to one pose per frame.

    Attributes:
        joints_out: Number of joints of the output.
        widths: Odd filter widths; their product is the receptive field in frames.
        channels: Width of the hidden layers.
        dropout: Share of activations dropped in training.
        causal: Whether a frame's pose may not use frames after it.
        dense: Kernels over all frames that the dilated ones span (the paper's ablation); sequence form only.
        momentum, final_momentum, schedule_steps: Decay of the running batch statistics (`BatchNorm`).
        kernel_variance: Of the first weights, times the number of inputs. Batch normalisation takes the scale out
            again, but smaller weights learn faster: 1/3 is what the published code starts from.
        axis_name: Device axis over which batch statistics are taken in training.
    """

    joints_out: int
    widths: tuple[int, ...] = (3, 3, 3)
    channels: int = 1024
    dropout: float = 0.25
    causal: bool = False
    dense: bool = False
    momentum: float = 0.9
    final_momentum: float = 0.0
    schedule_steps: int = 0
    kernel_variance: float = 2.0
    axis_name: str | None = None

    @property
    def receptive_field(self) -> int:
        """Frames that one output depends on."""
        return math.prod(self.widths)

    @property
    def padding(self) -> tuple[int, int]:
        """Frames to add before and after a sequence so that every frame gets a pose."""
        past = (self.receptive_field - 1) if self.causal else (self.receptive_field - 1) // 2
        return past, self.receptive_field - 1 - past

    def _layer(self, name: str, width: int) -> Layer:
        norm = functools.partial(
            BatchNorm,
            momentum=self.momentum,
            final_momentum=self.final_momentum,
            schedule_steps=self.schedule_steps,
            axis_name=self.axis_name,
        )
        return Layer(width, self.channels, self.dropout, norm, self.kernel_variance, name=name)

    def _shrink(self, h: Float[Array, "B T C"]) -> Float[Array, "B T D"]:
        first = nn.initializers.variance_scaling(min(1.0, self.kernel_variance), "fan_in", "truncated_normal")
        return nn.Dense(self.joints_out * 3, kernel_init=first, name="shrink")(h)

    def _check_form(self, strided: bool, fresh: Array | None) -> None:
        if strided and self.dense:
            raise ValueError("a dense lifter has no strided form")
        if fresh is not None and (strided or not self.causal):
            raise ValueError("only a causal lifter in its sequence form can be given frames one by one")

    def _residual(self, h: Array, width: int, dilation: int | None) -> Array:
        """Of every output of a block, the frame that it is of; `dilation` None: training form."""
        tap = width - 1 if self.causal else width // 2
        if dilation is None:
            return h.reshape(h.shape[0], -1, width, self.channels)[:, :, tap]
        length = h.shape[1] - (width - 1) * dilation
        return jax.lax.dynamic_slice_in_dim(h, tap * dilation, length, 1)

    @nn.compact
    def __call__(
        self,
        x: Float[Array, "B T C"],
        *,
        strided: bool,
        train: bool = False,
        mask: Float[Array, " B"] | None = None,
        key: PRNGKeyArray | None = None,
        example: Int[Array, " B"] | None = None,
        fresh: Bool[Array, " B"] | None = None,
    ) -> Float[Array, "B T_out J 3"]:
        """Poses of the frames whose whole receptive field lies in `x`, or (streaming form) of the only frame in `x`.

        Args:
            x: (B, T, C) inputs; with `strided`, T equals the receptive field and one frame comes out.
            mask: (B,) which examples count in the batch statistics; None for all.
            key, example: dropout's key of the step and each example's index; needed when training with dropout.
            fresh: streaming form: (B,) in which rows a sequence begins; "cache" must be mutable.
        """
        self._check_form(strided, fresh)

        def layer(name, h, index, width, dilation):
            layer_key = None if key is None else jax.random.fold_in(key, index)
            module = self._layer(name, width)
            return module(h, dilation=dilation, train=train, mask=mask, key=layer_key, example=example, fresh=fresh)

        h = layer("expand", x, 0, self.widths[0], None if strided else 1)
        dilation = self.widths[0]
        for block, width in enumerate(self.widths[1:]):
            residual = h if fresh is not None else self._residual(h, width, None if strided else dilation)
            kernel, step = ((width - 1) * dilation + 1, 1) if self.dense else (width, dilation)
            h = layer(f"conv_{block}", h, 2 * block + 1, kernel, None if strided else step)
            h = residual + layer(f"mix_{block}", h, 2 * block + 2, 1, None if strided else 1)
            dilation *= width
        return self._shrink(h).reshape(*h.shape[:2], self.joints_out, 3)


def flat(inputs: Float[Array, "B T J C"]) -> Float[Array, "B T JC"]:
    """Joints side by side, one after the other: (B, T, J * C)."""
    return inputs.reshape(*inputs.shape[:2], -1)


def apply_to_sequence(
    net: nn.Module, mirrors: Mirrors | None, variables: Any, inputs: Float[Array, "B T J C"]
) -> Float[Array, "B T J_out 3"]:
    """Poses of every frame; edges are repeated where the receptive field reaches over them.

    Long sequences are computed in windows, one after the other: the memory of hidden channels does not grow with them.

    Args:
        net: a lifter of any kind, called as `TemporalLifter` is.
        mirrors: to average with the mirror image's poses: how it orders the joints of the inputs, and of the outputs.
    """

    def apply(inputs: Array) -> Array:
        frames = inputs.shape[1]
        size = min(frames, _WINDOW_FRAMES)
        before, after = net.padding
        x = jnp.pad(flat(inputs), ((0, 0), (before, after + -frames % size), (0, 0)), "edge")

        def window(start: Array) -> Array:
            seen = jax.lax.dynamic_slice_in_dim(x, start, size + before + after, 1)
            return net.apply(variables, seen, strided=False)

        if size == frames:
            return window(jnp.int32(0))
        found = jnp.moveaxis(jax.lax.map(window, jnp.arange(0, frames, size)), 0, 1)
        return found.reshape(len(x), -1, *found.shape[3:])[:, :frames]

    if mirrors is None:
        return apply(inputs)
    # One after the other: one half fits a processor's cache.
    straight, turned = jax.lax.map(apply, jnp.stack([inputs, poses.mirror(inputs, mirrors[0])]))
    return (straight + poses.mirror(turned, mirrors[1])) / 2
