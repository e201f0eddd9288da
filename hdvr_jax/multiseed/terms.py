"""What a pose sequence is held to: the losses of HDVR (Hu & Ahuja 2021, section 2.2). Priors: `multiseed.priors`.

A seed is a sequence of poses P_t and imaging parameters w_t, `Variables`; `Seen` is what all seeds of a clip share.
Every term is a function of one seed that gives (T,) values, one a frame, means over joints or bones, without weights:
`errors` weighs and adds them. Distances are in metres, those of the image too: divided by the size of the body in it
(`Seen.scale`).

Symbols: T frames, J joints. Arrays are component first, (3, J, T), so that one coordinate of all frames lies
together in memory.
"""

from collections.abc import Callable, Mapping

import chex
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from hdvr_jax import rotations

CAMERAS = ("weak", "perspective", "fitted")
# Depth of a joint, as a share of the root's, below which perspective enlarges it no more.
_NEAREST = 0.1
# Image errors beyond it, in metres, count linearly: a detector that takes left for right is far off.
KNEE = 0.03


@chex.dataclass(frozen=True)
class Seen:
    """What is known of a clip, or of a window of it; of several, with leading axes.

    Attributes:
        points: (2, J, T) detections; any finite value where confidence is 0. Ideal image points (x / z, y / z), with a
            guessed focal length where it is not known.
        confidence: (J, T) weights; 0 where missed.
        real: (T,) 0 for frames of padding.
        starts: (S, 3, J, T) P* of S kinds, poses about the root in metres, such as those of S trainings of a lifter;
            S = 0 where there are none. Seed k begins at one of them and stays near it (`of_seed`).
        scale: () image units a metre, about.
    """

    points: Float[Array, "*B 2 J T"]
    confidence: Float[Array, "*B J T"]
    real: Float[Array, "*B T"]
    starts: Float[Array, "*B S 3 J T"]
    scale: Float[Array, "*B"]

    def of_seed(self, number: Int[Array, ""] | int) -> "Seen":
        """What one seed sees: of P* its own kind alone, which seeds take in turn."""
        count = len(self.starts)
        return self.replace(starts=self.starts[number % count][None]) if count else self


@chex.dataclass(frozen=True)
class Variables:
    """A seed: poses and imaging parameters; several, with leading axes.

    Attributes:
        pose: (3, J, T) about the root, metres, camera axes.
        place: (3, T) log of the image units a metre at the root (the inverse of its depth where the focal length was
            right), and where the root is in the image.
        focal: () log of the factor by which the focal length was guessed too short; 0 but for the camera "fitted".
        floor: (3,) how much it falls to the right and away from the camera, and how many metres it is below the camera
            at the distance that the clip's scale tells, straight ahead; read by the terms of the floor.
    """

    pose: Float[Array, "*B 3 J T"]
    place: Float[Array, "*B 3 T"]
    focal: Float[Array, "*B"]
    floor: Float[Array, "*B 3"]

    @property
    def trajectory(self) -> Float[Array, "*B 3 T"]:
        """Where the origin of the poses is, metres in camera axes."""
        metres = jnp.exp(-self.place[..., :1, :])
        depth = jnp.exp(self.focal[..., None, None]) * metres
        return jnp.concatenate([self.place[..., 1:, :] * metres, depth], -2)


Scalar = Float[Array, ""] | float
Term = Callable[[Variables, Seen, Float[Array, "2 J T"]], Float[Array, " T"]]


def project(variables: Variables, camera: str) -> Float[Array, "2 J T"]:
    """p_hat: the image by "weak" perspective, "perspective", or that with a focal length of its own, "fitted": a longer
    one leaves the size at the root, so that only how much nearer joints are enlarged tells of it."""
    size = jnp.exp(variables.place[0])
    image = size * variables.pose[:2] + variables.place[1:, None]
    if camera == "weak":
        return image
    nearness = size * variables.pose[2] * (jnp.exp(-variables.focal) if camera == "fitted" else 1)
    return image / jnp.maximum(1 + nearness, _NEAREST)


def norm(vectors: Float[Array, "D *N"]) -> Float[Array, "*N"]:
    """Lengths of vectors, component first; the gradient of none is 0."""
    return rotations.safe_norm(vectors, axis=0)


def steps(values: Float[Array, "D J T"], real: Float[Array, " T"], order: int) -> Float[Array, " T"]:
    """(T,) mean length over the joints of differences over time of an order, 0 where they reach beyond the real
    frames."""
    change, known = values, real
    for _ in range(order):
        change, known = change[..., 1:] - change[..., :-1], known[1:] * known[:-1]
    return jnp.pad(known * norm(change).mean(0), (order, 0))


def projection(variables: Variables, seen: Seen, image: Float[Array, "2 J T"]) -> Float[Array, " T"]:
    """L_2D = |p_hat_t - p_t|, by confidence; squares over `KNEE` of errors far below it (pseudo-Huber)."""
    del variables
    apart = (image - seen.points) / seen.scale
    # Written out, the sum is fused with what is about it: on processors a reduction is an operation of its own.
    squared = jnp.square(apart[0]) + jnp.square(apart[1])
    error = KNEE * (jnp.sqrt(1 + squared / KNEE**2) - 1)
    return (seen.confidence * error).mean(0)


def smooth_2d(variables: Variables, seen: Seen, image: Float[Array, "2 J T"]) -> Float[Array, " T"]:
    """L_smooth2D = |p_hat_t - p_hat_(t-1)|."""
    del variables
    return steps(image / seen.scale, seen.real, 1)


def smooth_3d(variables: Variables, seen: Seen, image: Float[Array, "2 J T"]) -> Float[Array, " T"]:
    """L_smooth3D = |P_hat_t - P_hat_(t-1)|."""
    del image
    return steps(variables.pose, seen.real, 1)


def consistency(variables: Variables, seen: Seen, image: Float[Array, "2 J T"]) -> Float[Array, " T"]:
    """L_3D = |P_hat_t - P*_t|, of the first kind of P* (`Seen.of_seed`); 0 where there is none."""
    del image
    return norm(variables.pose - seen.starts[0]).mean(0) if len(seen.starts) else jnp.zeros(seen.real.shape)


LOSSES: dict[str, Term] = {
    "projection": projection, "smooth_2d": smooth_2d, "smooth_3d": smooth_3d, "consistency": consistency,
}  # fmt: skip


def errors(
    variables: Variables, seen: Seen, weights: Mapping[str, Scalar], terms: Mapping[str, Term], camera: str
) -> Float[Array, " T"]:
    """e_t: the weighted sum of the terms that have a weight, 0 for frames of padding."""
    image = project(variables, camera)
    total = sum(weights[name] * terms[name](variables, seen, image) for name in weights)
    return seen.real * jnp.asarray(total)
