"""Where a dancer stands, from what a trajectory network gives (Pavllo et al. 2019, section 4; Li's thesis, 3.4.1).

The network gives (a, b, c): the root stands at depth `DEPTH * exp(c)` and is seen at its own ray plus (a, b). That
fixes the scale that the published network has to learn, and no root is ever behind the camera.

Symbols: B batch, T frames.
"""

from typing import Any

import jax.numpy as jnp
from jaxtyping import Array, Float

Batch = dict[str, Any]
# Metres; how far away dancers mostly are.
DEPTH = 4.0


def ray_inputs(batch: Batch) -> Batch:
    """The batch with rays and confidence as inputs, which tell how far away a dancer is; those of unit size do not."""
    return {**batch, "inputs": jnp.concatenate([batch["rays"], batch["confidence"][..., None]], -1)}


def locate(outputs: Float[Array, "B T 3"], batch: Batch, frames: slice, root: int) -> Float[Array, "B T 3"]:
    """Where the root is, in metres and camera axes, from what the trajectory network gives."""
    depth = DEPTH * jnp.exp(jnp.clip(outputs[..., 2:], -3.0, 3.0))
    return depth * jnp.concatenate([batch["rays"][:, frames, root] + outputs[..., :2], jnp.ones_like(depth)], -1)
