"""Batch normalisation that counts only real examples, over all devices (Ioffe & Szegedy 2015)."""

import flax.linen as nn
import jax
import jax.numpy as jnp

from hdvr_jax.moments import masked_moments, psum


class BatchNorm(nn.Module):
    """Normalises each channel by the moments of the batch in training, by running moments otherwise.

    Attributes:
        momentum: Decay of the running moments per step.
        axis_name: Device axis that the batch is sharded over, or None.
    """

    momentum: float = 0.9
    epsilon: float = 1e-5
    axis_name: str | None = None

    @nn.compact
    def __call__(self, x, *, train: bool, mask=None):
        """x (B, T, C); mask (B,) is 1 for examples that count, None for all."""
        channels = x.shape[-1]
        scale = self.param("scale", nn.initializers.ones_init(), (channels,))
        bias = self.param("bias", nn.initializers.zeros_init(), (channels,))
        mean = self.variable("batch_stats", "mean", jnp.zeros, (channels,))
        var = self.variable("batch_stats", "var", jnp.ones, (channels,))
        if train:
            weight = jnp.ones(x.shape[:-1]) if mask is None else jnp.broadcast_to(mask[:, None], x.shape[:-1])
            axis_name = None if self.is_initializing() else self.axis_name
            moments = masked_moments(x, weight, axis_name)
            if not self.is_initializing():
                # The running variance is the unbiased one, as in the published lifter.
                count = psum(weight.sum(), axis_name)
                found = jax.lax.stop_gradient((moments[0], moments[1] * count / jnp.maximum(count - 1, 1)))
                mean.value = self.momentum * mean.value + (1 - self.momentum) * found[0]
                var.value = self.momentum * var.value + (1 - self.momentum) * found[1]
        else:
            moments = (mean.value, var.value)
        factor = scale * jax.lax.rsqrt(moments[1] + self.epsilon)
        return x * factor + (bias - moments[0] * factor)
