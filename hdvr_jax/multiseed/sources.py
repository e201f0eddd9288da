"""Where seeds come from: smooth random poses, or given poses and their perturbations.

What HDVR draws its seeds from is not published. Here every seed is a given sequence plus smooth noise, some with the
depths of a limb, or of all, negated: a flipped limb projects almost alike, and no descent leads from one to the other.

Symbols: K seeds, T frames, J joints; arrays component first (`hdvr_jax.multiseed.terms`).
"""

import functools

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, PRNGKeyArray

from hdvr_jax import dictionary, rotations
from hdvr_jax.multiseed.terms import Scalar, Seen, Variables
from hdvr_jax.skeletons import get_skeleton, kind_of

# Noise is drawn so many frames apart and interpolated.
KNOT_FRAMES = 15
# Square metres of joints' distances from their middle that count as little, and by which factor a size may leave the
# clip's.
_LITTLE, _MOST = 0.1, 10.0


def smooth_noise(key: PRNGKeyArray, joints: int, frames: int) -> Float[Array, "3 J T"]:
    """Normal noise of deviation one at knots, straight lines between."""
    knots = frames // KNOT_FRAMES + 2
    values = jax.random.normal(key, (3, joints, knots))
    position = jnp.arange(frames) / KNOT_FRAMES
    low = position.astype(int)
    share = position - low
    return (1 - share) * values[..., low] + share * values[..., low + 1]


def standing(skeleton: str, yaw: Float[Array, ""]) -> Float[Array, "3 J"]:
    """The nominal person, camera axes, metres, about the root, turned about the vertical from facing the camera."""
    turn = rotations.about_axis(jnp.array([0.0, 1.0, 0.0]), yaw)
    return turn @ jnp.asarray(dictionary.nominal_pose(skeleton)).T


def _chains(skeleton: str) -> np.ndarray:
    """(L, J) which joints belong to each limb, with everything that hangs on it, and one row for all joints."""
    tree = get_skeleton(skeleton)

    def hangs_on(joint: int, limb: int) -> bool:
        while joint >= 0 and joint != limb:
            joint = tree.parents[joint]
        return joint == limb

    limbs = [i for i, name in enumerate(tree.joints) if kind_of(name) in ("knee", "ankle", "elbow", "wrist")]
    rows = [[hangs_on(joint, limb) for joint in range(len(tree.joints))] for limb in limbs]
    return np.array([*rows, [True] * len(tree.joints)])


def limb_flipped(pose: Float[Array, "3 J T"], chain: Float[Array, " J"], skeleton: str) -> Float[Array, "3 J T"]:
    """The pose with the depths of the joints of a chain negated about the joint that it hangs on."""
    parents = jnp.asarray(get_skeleton(skeleton).parents)
    first = jnp.argmax(chain)
    hinge = jnp.where(parents[first] < 0, 0, parents[first])
    depth = pose[2]
    return pose.at[2].set(jnp.where(chain[:, None] > 0, 2 * depth[hinge] - depth, depth))


def sizes(pose: Float[Array, "3 J T"], seen: Seen) -> Float[Array, " T"]:
    """Image units a metre at which the pose fits the image best, over `KNOT_FRAMES` about each frame; near the clip's
    where little is known. Who walks up to the camera grows in it, more than steps of the optimiser could follow."""

    def about_middle(points: Float[Array, "2 J T"]) -> Float[Array, "2 J T"]:
        return points - (known * points).sum(1, keepdims=True) / jnp.maximum(known.sum(0), 1e-6)

    def around(values: Float[Array, " T"]) -> Float[Array, " T"]:
        first = KNOT_FRAMES // 2
        return jnp.convolve(values, jnp.ones(KNOT_FRAMES))[first : first + len(values)]

    known = seen.confidence * seen.real
    flat, image = about_middle(pose[:2]), about_middle(seen.points)
    fit, square = (around((known * flat * other).sum((0, 1))) for other in (image, flat))
    found = (fit + _LITTLE * seen.scale) / (square + _LITTLE)
    return jnp.clip(found, seen.scale / _MOST, seen.scale * _MOST)


def placed(pose: Float[Array, "3 J T"], seen: Seen, root: int, size: Float[Array, " T"]) -> Variables:
    """A seed of the pose at a size (image units a metre), standing where its root was seen, else where the joints that
    were seen tell, else in the middle of where it stands in other frames; on a level floor at the mean height of its
    lowest joints."""
    known = seen.confidence * seen.real
    told = jnp.where(known[root] > 0, jnp.zeros_like(known).at[root].set(1.0), known)
    place = (told * (seen.points - size * pose[:2])).sum(1) / jnp.maximum(told.sum(0), 1e-6)
    anybody = told.sum(0) > 0
    middle = (place * anybody).sum(-1) / jnp.maximum(anybody.sum(), 1)
    place = jnp.concatenate([jnp.log(size)[None], jnp.where(anybody, place, middle[:, None])])
    seed = Variables(pose=pose, place=place, focal=jnp.zeros(()), floor=jnp.zeros(3))
    lowest = (pose[1] + seed.trajectory[1]).max(0)
    return seed.replace(floor=seed.floor.at[2].set((lowest * seen.real).sum() / jnp.maximum(seen.real.sum(), 1.0)))


@functools.partial(jax.jit, static_argnames=("count", "skeleton"))
def random_seeds(key: PRNGKeyArray, seen: Seen, noise: Scalar, *, count: int, skeleton: str) -> Variables:
    """K persons who stand, each turned by an angle of its own, evenly spread, with smooth noise (metres). The first
    seeds of many are those of few."""
    joints, frames = seen.confidence.shape
    first, key = jax.random.split(key)
    offset = 2 * jnp.pi * jax.random.uniform(first)

    def one(number: Array) -> Variables:
        own = jax.random.fold_in(key, number)
        standing_pose = standing(skeleton, offset + rotations.GOLDEN_ANGLE * number)
        pose = standing_pose[..., None] + noise * smooth_noise(own, joints, frames)
        size = jnp.broadcast_to(seen.scale, seen.real.shape)
        return placed(pose, seen, get_skeleton(skeleton).root, size)

    return jax.vmap(one)(jnp.arange(count))


@functools.partial(jax.jit, static_argnames=("count", "skeleton"))
def perturbed_seeds(key: PRNGKeyArray, seen: Seen, noise: Scalar, *, count: int, skeleton: str) -> Variables:
    """What seeds begin at (`Seen.starts`) and, after these, perturbed ones: with smooth noise (metres), and every other
    one with the depths of a limb, drawn at random, or of the whole body, negated. The first seeds of many are those of
    few."""
    begun, (joints, frames) = len(seen.starts), seen.confidence.shape
    chains, root = jnp.asarray(_chains(skeleton), jnp.float32), get_skeleton(skeleton).root

    def one(number: Array) -> Variables:
        noise_key, limb_key = jax.random.split(jax.random.fold_in(key, number))
        chain = chains[jax.random.randint(limb_key, (), 0, len(chains))]
        given, perturbed = seen.of_seed(number).starts[0], number >= begun
        flip = perturbed & ((number - begun) % 2 == 0)
        pose = jnp.where(flip, limb_flipped(given, chain, skeleton), given)
        moved = pose + jnp.where(perturbed, noise, 0.0) * smooth_noise(noise_key, joints, frames)
        return placed(moved - moved[:, root : root + 1], seen, root, sizes(given, seen))

    return jax.vmap(one)(jnp.arange(count))
