"""The encoder and decoder that learn the hierarchical dictionary from single images (Li's thesis, section 4.5).

One set of weights, the dictionary, codes and decodes. Between them stand two small heads that read code and camera
from the last blocks Psi_n (`CAMERAS`):

    "exponential"   as published: one linear layer from all of Psi_n to the code and the exponential coordinates
    "columns"       the same layer, but to the camera's two columns, which Gram-Schmidt makes orthonormal
    "blocks"        the columns are a weighted sum of the blocks, the code a linear map of the blocks' lengths: the
                    blocks ought to be code times camera, and no other way from the view to the code is left open
"""

from typing import Any

import flax.linen as nn
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from hdvr_jax import dictionary, rotations

CAMERAS = ("exponential", "columns", "blocks")
# How many numbers a linear layer gives for a camera (`rotation_from`).
COORDINATES = {"exponential": 3, "columns": 6}
# What an `Autoencoder` consists of.
PARTS = ("dictionary", "code_head", "camera_head")
_IN_USE = 0.5


def rotation_from(camera: str, coordinates: Float[ArrayLike, "*B D"]) -> Float[Array, "*B 3 3"]:
    """R from exponential coordinates, or from its first two columns, not yet orthonormal (Zhou et al. 2019)."""
    return rotations.so3_exp(coordinates) if camera == "exponential" else rotations.from_6d(coordinates)


class Dictionary(nn.Module):
    """The dictionary itself: the weights of equations 4.5 and 4.6.

    Attributes:
        joints: P.
        levels: K_1, ..., K_n; of length one, a dictionary of a single level.
    """

    joints: int
    levels: tuple[int, ...]

    def setup(self) -> None:
        """Weights, all of them whichever method is called: what is trained here fits where only `decode` is used."""
        found, before = [], self.joints
        for number, size in enumerate(self.levels, 1):
            shape = (before, 3, size) if number == 1 else (before, size)
            scale = nn.initializers.normal((2 / (before + size)) ** 0.5)
            level: dict[str, Any] = {"basis": self.param(f"basis_{number}", scale, shape)}
            level["bias"] = self.param(f"bias_{number}", nn.initializers.zeros, (size,))
            if number > 1:
                level["decoder_bias"] = self.param(f"decoder_bias_{number}", nn.initializers.zeros, (before,))
            found.append(level)
            before = size
        self.weights = tuple(found)

    def __call__(self, points: Float[ArrayLike, "*B P 2"]) -> Float[Array, "*B K 3 2"]:
        """`dictionary.encode`."""
        return dictionary.encode(self.weights, points)

    def decode(self, code: Float[ArrayLike, "*B K"]) -> Float[Array, "*B P 3"]:
        """`dictionary.decode`."""
        return dictionary.decode(self.weights, code)

    def decode_levels(self, code: Float[ArrayLike, "*B K"]) -> tuple[Float[Array, "*B P 3"], list[Array]]:
        """`dictionary.decode_levels`."""
        return dictionary.decode_levels(self.weights, code)


class Autoencoder(nn.Module):
    """Image points to the code of a pose and the camera that saw it.

    Attributes:
        joints, levels: Of the dictionary.
        camera: One of `CAMERAS`.
    """

    joints: int
    levels: tuple[int, ...]
    camera: str = "blocks"

    def setup(self) -> None:
        """The dictionary and the heads."""
        self.dictionary = Dictionary(self.joints, self.levels)
        # Above zero: an entry that ReLU leaves at zero for all of the data never learns again.
        self.code_head = nn.Dense(self.levels[-1], bias_init=nn.initializers.constant(_IN_USE))
        self.camera_head = nn.Dense(COORDINATES.get(self.camera, 1), use_bias=self.camera != "blocks")

    def __call__(
        self, points: Float[ArrayLike, "*B P 2"]
    ) -> tuple[Float[Array, "*B P 3"], Float[Array, "*B 3 3"], list[Array]]:
        """(Canonical pose, rotation R, codes of all levels) of image points, in which unseen joints are 0."""
        blocks = self.dictionary(points)
        flat = blocks.reshape(*blocks.shape[:-3], -1)
        read = rotations.safe_norm(blocks, axis=(-2, -1)) if self.camera == "blocks" else flat
        canonical, codes = self.dictionary.decode_levels(nn.relu(self.code_head(read)))
        return canonical, self._rotation(blocks, flat), codes

    def _rotation(self, blocks: Array, flat: Array) -> Array:
        if self.camera != "blocks":
            return rotation_from(self.camera, self.camera_head(flat))
        columns = self.camera_head(jnp.moveaxis(blocks, -3, -1))[..., 0]
        return rotations.from_6d(jnp.swapaxes(columns, -1, -2).reshape(*columns.shape[:-2], 6))
