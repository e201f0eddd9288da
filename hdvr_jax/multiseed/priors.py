"""What is known of bodies and floors beyond HDVR's losses, each a term that can be switched on by its weight.

Symbols: T frames, J joints, N bones; arrays component first (`hdvr_jax.multiseed.terms`).
"""

from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hdvr_jax import dictionary, poses, rotations
from hdvr_jax.multiseed.terms import LOSSES, Seen, Term, Variables, accelerations, norm
from hdvr_jax.skeletons import get_skeleton

# Poses (T, J, 3) about the root of images (T, J, 2) about it, of unit mean distance from it, as a learned model has
# them, in their unit; a `jax.tree_util.Partial`, whose weights are traced.
Lift = Callable[[Float[Array, "T J 2"]], Float[Array, "T J 3"]]
# Metres a frame, of ankles in the image: what is slower stands, more or less.
_STANDING = 0.015
# Frame after frame a body is looked at from all sides, neighbours from far apart (the golden angle).
_TURN = np.pi * (3 - 5**0.5)


def all_terms(skeleton: str, lift: Lift | None = None) -> dict[str, Term]:
    """Every term by its name; "learned" only with a `lift`."""
    terms = {**LOSSES, "accelerations": accelerations, **bone_terms(skeleton), **ground_terms(skeleton)}
    return {**terms, "learned": learned_term(skeleton, lift)} if lift is not None else terms


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
        return dictionary.bent_backwards(jnp.moveaxis(variables.pose, -1, 0).swapaxes(-1, -2), skeleton)

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
        height = heights(placed(variables), variables.floor)
        standing = jnp.pad(_standing(seen, ankles), ((0, 0), (1, 0)))
        return jax.nn.relu(-height).mean(0) + (standing * jnp.abs(height[ankles])).mean(0)

    return {"contact": contact, "floor": floor}


def _standing(seen: Seen, joints: np.ndarray) -> Float[Array, "N S"]:
    """How surely joints stand from each frame but the last to the next: seen in both, at nearly the same place."""
    step = norm(jnp.diff(seen.points[:, joints], axis=-1)) / seen.scale
    known = seen.confidence[joints] * seen.real
    return known[:, 1:] * known[:, :-1] * jnp.exp(-jnp.square(step / _STANDING))


def heights(points: Float[Array, "3 J T"], floor: Float[Array, " 3"]) -> Float[Array, "J T"]:
    """Metres above a floor (`Variables.floor`) of points in camera axes, y down."""
    right, away, below = floor
    depth = points[2] - jax.lax.stop_gradient(points[2].mean())
    return (below + right * points[0] + away * depth - points[1]) / jnp.sqrt(1 + right**2 + away**2)


def learned_term(skeleton: str, lift: Lift) -> Term:
    """Metres between a pose and what a model of single images makes of it when it is seen from another side: who knows
    poses gives back one that is likely, and leaves it where it is (the cycle of Drover et al. 2018, with a model that
    is learnt already)."""
    root = get_skeleton(skeleton).parents.index(-1)

    def learned(variables: Variables, seen: Seen, image: Array) -> Float[Array, " T"]:
        del image
        pose = jnp.moveaxis(variables.pose, -1, 0).swapaxes(-1, -2)
        angles = _TURN * (1 + jnp.arange(seen.real.shape[0]))
        turn = rotations.about_axis(jnp.array([0.0, 1.0, 0.0]), angles)
        turned = rotations.rotate(turn[:, None], pose - pose[:, root : root + 1])
        size = rotations.safe_norm(turned[..., :2]).sum(-1)[:, None, None] / (pose.shape[1] - 1)
        size = jnp.maximum(size, 1e-3)
        return rotations.safe_norm(size * lift(turned[..., :2] / size) - turned).mean(-1)

    return learned
