"""A judge of 3D poses: real or made (the adversarial rival of Li's thesis, tables 3.1 and 4.1)."""

import flax.linen as nn
from jaxtyping import Array, Float

_LEAK = 0.2


class Discriminator(nn.Module):
    """Fully connected layers, one pose at a time: no statistics of a batch, through which poses could see each other.

    Attributes:
        channels: of every hidden layer.
        layers: hidden layers.
    """

    channels: int = 256
    layers: int = 3

    @nn.compact
    def __call__(self, poses: Float[Array, "*B J D"]) -> Float[Array, "*B"]:
        """Log odds that each pose is real; poses as `adversarial.unify` gives them."""
        h = poses.reshape(*poses.shape[:-2], -1)
        for layer in range(self.layers):
            h = nn.leaky_relu(self._dense(self.channels, f"hidden_{layer}")(h), _LEAK)
        return self._dense(1, "odds")(h)[..., 0]

    def _dense(self, channels: int, name: str) -> nn.Dense:
        return nn.Dense(channels, kernel_init=nn.initializers.he_normal(), name=name)
