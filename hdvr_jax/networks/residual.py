"""The lifter of single frames: fully connected layers in residual blocks (Martinez et al. 2017; Li's thesis, 3.3).

It is called as the temporal lifter is, with a receptive field of one frame.
"""

import functools
from typing import Any

import flax.linen as nn
import jax
from jaxtyping import Array, Bool, Float, Int, PRNGKeyArray

from hdvr_jax.networks.batch_norm import BatchNorm
from hdvr_jax.networks.dropout import hashed_dropout


class ResidualLifter(nn.Module):
    """2D keypoints of a frame to its pose.

    A layer, then blocks of two layers each, every block with a residual connection; a layer is fully connected, with
    batch normalisation, ReLU and dropout.

    Attributes:
        joints_out: Number of joints of the output.
        channels: Width of the hidden layers.
        blocks: Residual blocks: four in Li's thesis, two as first published.
        dropout: Share of activations dropped in training.
        momentum: Decay of the running batch statistics.
        axis_name: Device axis over which batch statistics are taken in training.
    """

    joints_out: int
    channels: int = 1024
    blocks: int = 4
    dropout: float = 0.25
    momentum: float = 0.9
    axis_name: str | None = None

    receptive_field = 1
    padding = (0, 0)
    dense = False
    causal = True

    @nn.compact
    def __call__(
        self,
        x: Float[Array, "B T C"],
        *,
        strided: bool = False,
        train: bool = False,
        mask: Float[Array, " B"] | None = None,
        key: PRNGKeyArray | None = None,
        example: Int[Array, " B"] | None = None,
        fresh: Bool[Array, " B"] | None = None,
    ) -> Float[Array, "B T J 3"]:
        """Poses of all frames; arguments as of `TemporalLifter`.

        All of its forms are one here: `strided` changes nothing, nor does `fresh`, as no frame is kept in "cache".
        """
        del strided, fresh
        layer = functools.partial(self._layer, train=train, mask=mask, key=key, example=example)
        h = layer("expand", x, 0)
        for block in range(self.blocks):
            inner = layer(f"first_{block}", h, 2 * block + 1)
            h = h + layer(f"second_{block}", inner, 2 * block + 2)
        out = nn.Dense(self.joints_out * 3, kernel_init=nn.initializers.lecun_normal(), name="shrink")(h)
        return out.reshape(*out.shape[:2], self.joints_out, 3)

    def _layer(self, name: str, h: Array, index: int, *, train: bool, mask: Any, key: Any, example: Any) -> Array:
        h = nn.Dense(self.channels, use_bias=False, kernel_init=nn.initializers.he_normal(), name=name)(h)
        norm = BatchNorm(self.channels, momentum=self.momentum, axis_name=self.axis_name, name=f"{name}_norm")
        h = nn.relu(norm(h, mask=mask) if train else norm.running(h))
        if not (train and self.dropout > 0):
            return h
        return hashed_dropout(h, self.dropout, jax.random.fold_in(key, index), example)
