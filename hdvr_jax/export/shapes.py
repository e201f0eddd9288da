"""What a rig looks like: an octahedron for every bone, as in animation programs."""

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.rigging import Rig

# A bone is thickest at this share of its length, and there this share of its length wide to every side.
_WAIST, _WIDTH = 0.15, 0.09
_LEAST_BONE = 1e-4


def bones(rig: Rig) -> tuple[Float[np.ndarray, "V 3"], Float[np.ndarray, "V 3"], Int[np.ndarray, " V"]]:
    """Triangles of the body at rest, with its root at the origin: corners, normals and the joint that each moves with.

    Three corners in a row are a triangle, seen counter-clockwise from outside.
    """
    corners, moved_by = [], []
    for child, parent in enumerate(rig.parents):
        if parent < 0 or np.linalg.norm(rig.offsets[child]) < _LEAST_BONE:
            continue
        # Neck and collar bones begin in one place: one bone of the spine leads there.
        if any(
            np.array_equal(rig.offsets[child], rig.offsets[other]) for other in rig.children(parent) if other < child
        ):
            continue
        corners.append(_octahedron(rig.rest[parent], rig.rest[child]))
        moved_by += [parent] * len(corners[-1])
    points = np.concatenate(corners)
    triangles = points.reshape(-1, 3, 3)
    normals = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])
    normals /= np.linalg.norm(normals, axis=-1, keepdims=True)
    return points, np.repeat(normals, 3, axis=0), np.array(moved_by)


def _octahedron(start: Float[np.ndarray, "3"], end: Float[np.ndarray, "3"]) -> Float[np.ndarray, "24 3"]:
    bone = end - start
    length = np.linalg.norm(bone)
    side = np.cross(bone / length, np.eye(3)[np.abs(bone).argmin()])
    side /= np.linalg.norm(side)
    other = np.cross(bone / length, side)
    ring = [start + _WAIST * bone + _WIDTH * length * way for way in (side, other, -side, -other)]
    faces = []
    for first, second in zip(ring, [*ring[1:], ring[0]]):
        faces += [first, second, end, second, first, start]
    return np.array(faces)
