"""Temporal convolution as matrix products, in the form that is fastest for the work at hand.

Kernels are stored tap-major as (width * C, D) matrices. Figures are of two processor cores, 1,024 channels.

Symbols: B batch, T frames, C channels in, D channels out.
"""

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

# Where minimal filtering wins: from this many channels on its additions cost less than the products that they save, and
# up to this share of the output its whole blocks may reach over the end.
_FEWEST_CHANNELS, _MOST_WASTE = 256, 0.25


@jax.custom_vjp
def product(x: Float[Array, "B T C"], kernel: Float[Array, "C D"]) -> Float[Array, "B T D"]:
    """`x @ kernel`, with a kernel's gradient that is laid out as the kernel is.

    JAX's own gradient is the transpose of that; XLA then turns the upstream gradient around, computing all that led to
    it once more in the turned order (a training step of 66 ms takes 56 ms without).
    """
    return x @ kernel


def _forward(x: Array, kernel: Array) -> tuple[Array, tuple[Array, Array]]:
    return x @ kernel, (x, kernel)


def _backward(saved: tuple[Array, Array], gradient: Array) -> tuple[Array, Array]:
    x, kernel = saved
    rows, columns = gradient.reshape(-1, kernel.shape[1]), x.reshape(-1, kernel.shape[0]).T
    return (rows @ kernel.T).reshape(x.shape), columns @ rows


product.defvjp(_forward, _backward)


def strided(x: Float[Array, "B T C"], kernel: Float[Array, "width_C D"]) -> Float[Array, "B T_out D"]:
    """Convolution with a stride equal to its width: windows do not overlap, so it is one matrix product."""
    return product(x.reshape(x.shape[0], -1, kernel.shape[0]), kernel)


def dilated(
    x: Float[Array, "B T C"], kernel: Float[Array, "width_C D"], width: int, dilation: int, train: bool
) -> Float[Array, "B T_valid D"]:
    """Valid convolution over time. `train`: a gradient will be taken.

    With a gradient, the taps are laid side by side and multiplied: the gradient of that is several times faster than
    that of XLA's convolution. Without, XLA's convolution beats that product, and minimal filtering beats both.
    """
    if width == 1:
        return product(x, kernel)
    length = x.shape[1] - (width - 1) * dilation
    if train:
        taps = [jax.lax.slice_in_dim(x, tap * dilation, tap * dilation + length, axis=1) for tap in range(width)]
        return product(jnp.concatenate(taps, -1), kernel)
    waste = -length % (2 * dilation)
    if width == 3 and x.shape[-1] >= _FEWEST_CHANNELS and waste <= _MOST_WASTE * length:
        return minimally_filtered(x, kernel, dilation)
    return jax.lax.conv_general_dilated(
        x,
        kernel.reshape(width, x.shape[-1], -1),
        window_strides=(1,),
        padding="VALID",
        rhs_dilation=(dilation,),
        dimension_numbers=("NWC", "WIO", "NWC"),
    )


def minimally_filtered(
    x: Float[Array, "B T C"], kernel: Float[Array, "three_C D"], dilation: int
) -> Float[Array, "B T_valid D"]:
    """Valid convolution of width 3 by Winograd's minimal filtering F(2, 3).

    Two frames that lie `dilation` apart are computed together from the four that they depend on, by four products in
    place of six (Winograd 1980; Lavin & Gray 2016, section 4.1). 2,000 frames through the lifter of 243, with their
    mirror image: 292 ms, by XLA's convolution 341 ms.
    """
    batch, frames, channels = x.shape
    length = frames - 2 * dilation
    blocks = -(-length // (2 * dilation))
    x = jnp.pad(x, ((0, 0), (0, (2 * blocks + 2) * dilation - frames), (0, 0)))
    x = x.reshape(batch, blocks + 1, 2, dilation, channels)
    first, second, third, fourth = x[:, :-1, 0], x[:, :-1, 1], x[:, 1:, 0], x[:, 1:, 1]
    left, middle, right = kernel.reshape(3, channels, -1)
    outer = (first - third) @ left, (second - fourth) @ right
    even = (second + third) @ ((left + middle + right) / 2)
    odd = (third - second) @ ((left - middle + right) / 2)
    pairs = jnp.stack([outer[0] + even + odd, even - odd - outer[1]], 2)
    return pairs.reshape(batch, blocks * 2 * dilation, -1)[:, :length]
