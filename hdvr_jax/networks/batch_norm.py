"""Batch normalisation that counts only real examples, over all devices (Ioffe & Szegedy 2015)."""

import flax.linen as nn
import jax
import jax.numpy as jnp

from hdvr_jax.moments import masked_moments, psum


class BatchNorm(nn.Module):
    """Normalises each channel by the moments of the batch in training, by running moments otherwise.

    Attributes:
        channels: Number of channels C.
        momentum: Decay of the running moments per step.
        final_momentum: Where the decay goes to within `schedule_steps` steps, geometrically in 1 - momentum (Pavllo et
            al. 2019, section 5: from 0.9 to 0.999); 0 where it stays.
        axis_name: Device axis that the batch is sharded over, or None.
    """

    channels: int
    momentum: float = 0.9
    final_momentum: float = 0.0
    schedule_steps: int = 0
    epsilon: float = 1e-5
    axis_name: str | None = None

    def setup(self):
        self.scale = self.param("scale", nn.initializers.ones_init(), (self.channels,))
        self.bias = self.param("bias", nn.initializers.zeros_init(), (self.channels,))
        self.mean = self.variable("batch_stats", "mean", jnp.zeros, (self.channels,))
        self.var = self.variable("batch_stats", "var", jnp.ones, (self.channels,))
        if self.final_momentum:
            self.steps = self.variable("batch_stats", "steps", jnp.zeros, ())

    def __call__(self, x, *, mask=None):
        """Training: x (B, T, C) normalised, running moments moved; mask (B,) is 1 for what counts, None for all."""
        weight = jnp.ones(x.shape[:-1]) if mask is None else jnp.broadcast_to(mask[:, None], x.shape[:-1])
        axis_name = None if self.is_initializing() else self.axis_name
        mean, var = masked_moments(x, weight, axis_name)
        if not self.is_initializing():
            # The running variance is the unbiased one, as in the published lifter.
            count = psum(weight.sum(), axis_name)
            found = jax.lax.stop_gradient((mean, var * count / jnp.maximum(count - 1, 1)))
            share = self._share()
            self.mean.value += share * (found[0] - self.mean.value)
            self.var.value += share * (found[1] - self.var.value)
        return self._normalised(x, mean, var)

    def _share(self):
        """What this step's moments count in the running ones."""
        if not self.final_momentum:
            return 1 - self.momentum
        done = jnp.minimum(self.steps.value / self.schedule_steps, 1.0)
        self.steps.value += 1
        return (1 - self.momentum) * ((1 - self.final_momentum) / (1 - self.momentum)) ** done

    def running(self, x):
        """Evaluation: x (..., C) normalised by the running moments."""
        return self._normalised(x, self.mean.value, self.var.value)

    def _normalised(self, x, mean, var):
        factor = self.scale * jax.lax.rsqrt(var + self.epsilon)
        return x * factor + (self.bias - mean * factor)
