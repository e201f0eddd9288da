"""A body that bends its limbs in front of a camera, component first, and what the camera sees."""

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import dictionary, poses
from hdvr_jax.multiseed.terms import Seen, Variables, project
from hdvr_jax.skeletons import get_skeleton

SKELETON = "h36m17"


def moving(frames=24, seed=0):
    """(3, J, T) a person whose bones keep their lengths while their directions sway."""
    rng = np.random.default_rng(seed)
    tree, rest = get_skeleton(SKELETON), dictionary.nominal_pose(SKELETON)
    phase, sway = rng.uniform(0, 6, (17, 3)), rng.uniform(0.1, 0.4, (17, 3))
    time = np.arange(frames) / 8
    directions = rest[None] + sway * np.sin(time[:, None, None] + phase)
    lengths = poses.bone_lengths(rest, tree.parents)
    moved = poses.set_bone_lengths(jnp.asarray(directions, jnp.float32), tree.parents, lengths)
    moved = np.asarray(moved - moved[:, :1])
    return np.moveaxis(moved, 0, -1).swapaxes(0, 1).astype(np.float32)


def variables(pose, depth=4.0, at=(0.1, -0.05)):
    frames = pose.shape[-1]
    place = np.stack([np.full(frames, -np.log(depth)), *(np.full(frames, x) for x in at)])
    floor = jnp.array([0.0, 0.0, 1.0])
    return Variables(pose=jnp.asarray(pose), place=jnp.asarray(place, jnp.float32), focal=jnp.zeros(()), floor=floor)


def seen_of(truth, camera="weak"):
    """What a camera sees of a seed, without error."""
    frames = truth.pose.shape[-1]
    return Seen(
        points=project(truth, camera),
        confidence=jnp.ones((17, frames)),
        real=jnp.ones(frames),
        starts=truth.pose[None],
        scale=jnp.exp(truth.place[0, 0]),
    )


def stacked(*seeds):
    return jax.tree.map(lambda *leaves: jnp.stack(leaves), *seeds)
