"""Heads of the consistent factorization network: a pose's code and its camera (Li's thesis, section 4.4).

Each head is two fully connected layers with a ReLU between them. The first layers of both are the last layer of the
backbone, any lifter whose "joints" are so many that its outputs are `2 * width` channels (`joints_for`): they read the
same features, and side by side they are one matrix. A width is therefore a multiple of 3.
"""

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, Float

from hdvr_jax.networks.dictionary import COORDINATES, rotation_from


def joints_for(width: int) -> int:
    """How many "joints" a lifter has to give for two heads of a width, 3 channels each.

    Raises:
        ValueError: a width that is not a positive multiple of 3.
    """
    if width < 3 or width % 3:
        raise ValueError(f"expected a positive multiple of 3, got {width}")
    return 2 * width // 3


class Heads(nn.Module):
    """Features to code and camera.

    Attributes:
        size: Length of the code.
        camera: "exponential", exponential coordinates of the rotation, as published; or "columns", its first two
            columns (`rotation_from`): where a body turns once around, these never jump.
        positive: Whether the code is not negative, as a dictionary's is (equation 4.2), by softplus. By ReLU an entry
            that is zero for all of the data would never learn again.
    """

    size: int
    camera: str = "exponential"
    positive: bool = True

    @nn.compact
    def __call__(self, features: Float[Array, "*B N 3"]) -> tuple[Float[Array, "*B K"], Float[Array, "*B 3 3"]]:
        """(Code phi_n, rotation R) from what the backbone gives."""
        code, turn = jnp.split(nn.relu(features.reshape(*features.shape[:-2], -1)), 2, -1)
        code = self._dense(self.size, "code")(code)
        code = nn.softplus(code) if self.positive else code
        return code, rotation_from(self.camera, self._dense(COORDINATES[self.camera], "camera")(turn))

    def _dense(self, channels: int, name: str) -> nn.Dense:
        return nn.Dense(channels, kernel_init=nn.initializers.he_normal(), name=name)
