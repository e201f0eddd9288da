"""Random processes over frames in closed form, for use inside a jit-compiled training step.

Symbols: T frames, J joints, C channels.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, UInt32

_TOEPLITZ_FRAMES = 256  # up to here a (T, T) matrix product per joint is faster than a scan
_HALF = 16  # bits


def normals(bits: UInt32[Array, "*N"]) -> tuple[Float[Array, "*N"], Float[Array, "*N"]]:
    """Two roughly normal numbers (mean 0, variance 1, within 2.5) from each random word, as sums of two bytes each.

    Three times cheaper than the inverse error function. `correlate` adds many of them, and the tails of the detector's
    errors come from their varying spread, not from here.
    """
    deviation = np.float32(np.sqrt(2 * (256**2 - 1) / 12))

    def pair(word: UInt32[Array, "*N"]) -> Float[Array, "*N"]:
        return (((word & 255) + ((word >> 8) & 255)).astype(jnp.float32) - 255.0) / deviation

    return pair(bits), pair(bits >> _HALF)


def correlate(white: Float[Array, "T J C"], decay: Float[Array, "J C"]) -> Float[Array, "T J C"]:
    """A stationary AR(1) process of unit variance from white noise of unit variance, in closed form.

    x[0] = w[0], x[t] = decay x[t-1] + sqrt(1 - decay^2) w[t].

    Args:
      white: independent over frames, mean 0, variance 1.
      decay: correlation of neighbouring frames, in [0, 1).
    """
    frames = white.shape[0]
    first = jnp.arange(frames)[:, None, None] == 0
    driven = white * jnp.where(first, 1.0, jnp.sqrt(1.0 - jnp.square(decay)))
    if frames > _TOEPLITZ_FRAMES:
        decays = jnp.broadcast_to(decay, white.shape)
        return jax.lax.associative_scan(lambda x, y: (x[0] * y[0], y[0] * x[1] + y[1]), (decays, driven))[1]
    lag = jnp.arange(frames)[:, None] - jnp.arange(frames)
    powers = jnp.where(lag >= 0, decay[..., None, None] ** jnp.maximum(lag, 0), 0.0)
    return jnp.einsum("jcts,sjc->tjc", powers, driven)


def episodes(
    bits: UInt32[Array, " T"], rate: Float[Array, ""], seconds: Float[Array, ""], fps: Float[Array, ""]
) -> Float[Array, " T"]:
    """1 inside the episodes of a stationary two-state Markov chain, 0 outside.

    With chance `on + off` per frame the state is drawn afresh, else it is kept: the same chain as one with those two
    transition probabilities, without a loop over frames.

    Args:
      bits: one random word per frame; half decides whether to draw afresh, half is the draw. At most 65536 frames.
      rate: episodes per second of time outside them.
      seconds: their mean duration; at least one frame is meant.
      fps: frames per second.
    """
    on, off = rate / fps, 1.0 / jnp.maximum(seconds * fps, 1.0)
    top, low = float(2**_HALF), 2**_HALF - 1
    frame = jnp.arange(bits.shape[0], dtype=jnp.uint32)
    afresh = ((bits >> _HALF).astype(jnp.float32) < (on + off) * top) | (frame == 0)
    last = jax.lax.cummax(jnp.where(afresh, (frame << _HALF) | (bits & low), 0))
    return ((last & low).astype(jnp.float32) < on / (on + off) * top).astype(jnp.float32)
