"""What is known of bodies and floors beyond HDVR's losses, each a term that can be switched on by its weight.

Symbols: T frames, J joints, N bones; arrays component first (`hdvr_jax.multiseed.terms`).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hdvr_jax import dictionary, poses
from hdvr_jax.multiseed.terms import LOSSES, Seen, Term, Variables, norm, steps
from hdvr_jax.normalization import DETECTED
from hdvr_jax.skeletons import get_skeleton

# A learned model (`hdvr_jax.families.Family.prior`): how unlikely poses (T, J, 3) in camera axes are, (T,); a
# `jax.tree_util.Partial`, whose weights are traced.
Prior = Callable[[Float[Array, "T J 3"]], Float[Array, " T"]]
# Metres a frame, of ankles in the image: what is slower stands, more or less.
_STANDING = 0.015


def all_terms(skeleton: str, prior: Prior | None = None) -> dict[str, Term]:
    """Every term by its name; "learned" only with a `prior`."""
    motion = {"accelerations": accelerations, "root_accelerations": root_accelerations}
    terms = {**LOSSES, **motion, **bone_terms(skeleton), **ground_terms(skeleton)}
    return {**terms, "learned": learned_term(prior)} if prior is not None else terms


def accelerations(variables: Variables, seen: Seen, image: Float[Array, "2 J T"]) -> Float[Array, " T"]:
    """Differences of second order in place of `smooth_3d`'s: who moves at a steady pace pays nothing."""
    del image
    return steps(variables.pose, seen.real, 2)


def root_accelerations(variables: Variables, seen: Seen, image: Float[Array, "2 J T"]) -> Float[Array, " T"]:
    """The same of where the root is, whose depth a frame alone tells poorly: metres as they would be at the clip's
    distance, so that to come nearer as a whole wins nothing."""
    del image
    return steps(variables.place[:, None] / seen.scale, seen.real, 2)


def bone_terms(skeleton: str) -> dict[str, Term]:
    """Terms of bones: "constant" lengths over the clip, "symmetric" ones, "nominal" ones; all as shares of a nominal
    person's; and "limits", knees and noses that point backwards (`dictionary.bent_backwards`)."""
    tree = get_skeleton(skeleton)
    ends = np.array(poses.bone_joints(tree.parents))
    starts = np.array([tree.parents[joint] for joint in ends])
    nominal = jnp.asarray(dictionary.nominal_lengths(skeleton))[:, None]
    other = np.array([list(ends).index(tree.mirror[joint]) for joint in ends])

    def lengths(variables: Variables) -> Float[Array, "N T"]:
        return norm(variables.pose[:, ends] - variables.pose[:, starts]) / nominal

    def mean(values: Float[Array, "N T"], seen: Seen) -> Float[Array, "N 1"]:
        return ((values * seen.real).sum(-1) / jnp.maximum(seen.real.sum(), 1.0))[:, None]

    def constant(variables: Variables, seen: Seen, image: Array) -> Float[Array, " T"]:
        del image
        found = lengths(variables)
        return jnp.abs(found - mean(found, seen)).mean(0)

    def symmetric(variables: Variables, seen: Seen, image: Array) -> Float[Array, " T"]:
        del seen, image
        found = lengths(variables)
        return jnp.abs(found - found[other]).mean(0)

    def nominal_mean(variables: Variables, seen: Seen, image: Array) -> Float[Array, " T"]:
        del image
        off = jnp.abs(mean(lengths(variables), seen) - 1).mean()
        return jnp.broadcast_to(off, seen.real.shape)

    def limits(variables: Variables, seen: Seen, image: Array) -> Float[Array, " T"]:
        del seen, image
        return dictionary.bent_backwards(variables.pose.T, skeleton)

    return {"constant": constant, "symmetric": symmetric, "nominal": nominal_mean, "limits": limits}


def ground_terms(skeleton: str) -> dict[str, Term]:
    """Terms of feet and floor: "contact", metres a frame by which ankles slide that stand in the image; "floor",
    metres by which joints are below it (`Variables.floor`) and standing ankles off it."""
    ankles = np.array([get_skeleton(skeleton).index(f"{side}_ankle") for side in ("left", "right")])

    def placed(variables: Variables) -> Float[Array, "3 J T"]:
        return variables.pose + variables.trajectory[:, None]

    def contact(variables: Variables, seen: Seen, image: Array) -> Float[Array, " T"]:
        del image
        slide = norm(jnp.diff(placed(variables)[:, ankles], axis=-1))
        return jnp.pad((_standing(seen, ankles) * slide).mean(0), (1, 0))

    def floor(variables: Variables, seen: Seen, image: Array) -> Float[Array, " T"]:
        del image
        height, still = heights(placed(variables), variables.floor, 1 / seen.scale), _standing(seen, ankles)
        # Who stands before or after a frame stands in it.
        standing = jnp.maximum(jnp.pad(still, ((0, 0), (1, 0))), jnp.pad(still, ((0, 0), (0, 1))))
        return jax.nn.relu(-height).mean(0) + (standing * jnp.abs(height[ankles])).mean(0)

    return {"contact": contact, "floor": floor}


def _standing(seen: Seen, joints: np.ndarray) -> Float[Array, "N S"]:
    """How surely joints stand from each frame but the last to the next: detected in both, at nearly the same place.

    Joints that were filled in would stand wherever they were lost."""
    step = norm(jnp.diff(seen.points[:, joints], axis=-1)) / seen.scale
    known = jnp.where(seen.confidence[joints] > DETECTED, seen.confidence[joints], 0.0) * seen.real
    return known[:, 1:] * known[:, :-1] * jnp.exp(-jnp.square(step / _STANDING))


def heights(
    points: Float[Array, "3 J T"], floor: Float[Array, " 3"], distance: Float[Array, ""] | float
) -> Float[Array, "J T"]:
    """Metres above a floor (`Variables.floor`) of points in camera axes, y down, metres.

    Args:
        distance: metres before the camera at which the floor's height is told.
    """
    right, away, below = floor
    falls = below + right * points[0] + away * (points[2] - distance)
    return (falls - points[1]) / jnp.sqrt(1 + right**2 + away**2)


def learned_term(prior: Prior) -> Term:
    """How unlikely poses are to a learned model, in its unit."""

    def learned(variables: Variables, seen: Seen, image: Array) -> Float[Array, " T"]:
        del seen, image
        return prior(variables.pose.T)

    return learned
