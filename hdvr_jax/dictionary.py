"""The hierarchical dictionary of poses: coding, decoding and cameras (Li's thesis, sections 4.3 and 4.5).

Symbols
    P           joints
    K_i         entries of level i, i = 1 ... n
    D_1         basis of the first level (P, 3, K_1): K_1 poses of P joints; D_i (K_{i-1}, K_i) of the others
    X           image points (..., P, 2) about the root
    Psi_i       blocks (..., K_i, 3, 2); ideally entry k of the code times the camera M
    phi_i       code (..., K_i), not negative
    M           camera (..., 3, 2) with orthonormal columns; R (..., 3, 3) the rotation of which they are the first two
    Y_hat, Y    pose (..., P, 3) from the canonical view, and in the frame of the camera: Y = Y_hat R (equation 4.1)

Points are rows here, as in the thesis; elsewhere in the package they are columns. The camera is orthographic, and so
all lengths are in the unit of the image points.
"""

from collections.abc import Callable, Mapping, Sequence

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from hdvr_jax import moments, poses, rotations
from hdvr_jax.normalization import DETECTED
from hdvr_jax.skeletons import get_mapping, get_skeleton, kind_of

# "basis": D_i; "bias": b_i (K_i,) of coding; but for the first, "decoder_bias": b'_i (K_{i-1},) of decoding.
Level = Mapping[str, ArrayLike]

# A person of 1.69 m with arms held off, at shares of the stature (Drillis & Contini 1966; widths between the joints'
# centres, as in `hdvr_jax.bodies`): height above the floor, how far to the left, and to the front.
_STATURE = 1.69
_NOMINAL = {
    "nose": (0.92, 0.0, 0.07), "eye": (0.935, 0.02, 0.05), "ear": (0.93, 0.04, 0.0), "shoulder": (0.797, 0.109, 0.0),
    "elbow": (0.675, 0.231, -0.02), "wrist": (0.57, 0.337, 0.03), "hip": (0.497, 0.065, 0.0),
    "knee": (0.257, 0.065, 0.03), "ankle": (0.015, 0.065, 0.0),
}  # fmt: skip
# Of the running mean that tells front from back.
_MOMENTUM = 0.99
# Joints that end a long bone.
_LONG = ("knee", "ankle", "elbow", "wrist", "spine", "thorax")


def encode(levels: Sequence[Level], points: Float[ArrayLike, "*B P 2"]) -> Float[Array, "*B K 3 2"]:
    """Psi_n of image points (equation 4.5): each level's basis against the one before, less a bias, and ReLU.

    The products with D_i kron I_3 are taken block by block. Joints that were not seen have to be 0.
    """
    first, *others = levels
    joints, _, size = first["basis"].shape
    # (..., 2, 3, K) inside: so all levels are plain matrix products.
    blocks = jnp.swapaxes(jnp.asarray(points), -1, -2) @ first["basis"].reshape(joints, 3 * size)
    blocks = jax.nn.relu(blocks.reshape(*blocks.shape[:-1], 3, size) - first["bias"])
    for level in others:
        blocks = jax.nn.relu(blocks @ level["basis"] - level["bias"])
    return jnp.swapaxes(blocks, -1, -3)


def decode(levels: Sequence[Level], code: Float[ArrayLike, "*B K"]) -> Float[Array, "*B P 3"]:
    """The canonical pose of a code (equation 4.6)."""
    return decode_levels(levels, code)[0]


def decode_levels(
    levels: Sequence[Level], code: Float[ArrayLike, "*B K"]
) -> tuple[Float[Array, "*B P 3"], list[Float[Array, "..."]]]:
    """(Canonical pose, codes phi_1 ... phi_n) of a code phi_n."""
    codes = [jnp.asarray(code)]
    for level in reversed(levels[1:]):
        codes.insert(0, jax.nn.relu(codes[0] @ level["basis"].T - level["decoder_bias"]))
    joints, axes, size = levels[0]["basis"].shape
    flat = codes[0] @ levels[0]["basis"].reshape(joints * axes, size).T
    return flat.reshape(*flat.shape[:-1], joints, axes), codes


def view(canonical: Float[ArrayLike, "*#B P 3"], rotation: Float[ArrayLike, "*#B 3 3"]) -> Float[Array, "*B P 3"]:
    """Y = Y_hat R (equation 4.1); the first two coordinates are the image (Y_hat M)."""
    return jnp.einsum("...pa,...ab->...pb", canonical, rotation, precision=rotations.HIGHEST)


def reprojection(
    pose: Float[ArrayLike, "*B P 3"], points: Float[ArrayLike, "*B P 2"], weights: Float[ArrayLike, "*B P"]
) -> Float[Array, "*B"]:
    """|Y_hat M - X| of each pose (equation 4.7), joints weighted; the gradient of no error is 0."""
    difference = jnp.asarray(pose)[..., :2] - jnp.where(jnp.asarray(weights)[..., None] > 0, points, 0.0)
    return rotations.safe_norm(difference * jnp.sqrt(weights)[..., None], axis=(-2, -1))


def shape_distance(first: Float[ArrayLike, "*B P 3"], second: Float[ArrayLike, "*B P 3"]) -> Float[Array, "*B"]:
    """|first - second| of poses about the root, each made of root mean square size one first."""
    return rotations.safe_norm(poses.unit_size(first) - poses.unit_size(second), axis=(-2, -1))


def flipped(pose: Float[ArrayLike, "*B P 3"]) -> Float[Array, "*B P 3"]:
    """The other pose with the same orthographic image: every depth negated."""
    return jnp.asarray(pose) * jnp.array([1.0, 1.0, -1.0])


def bends(points: Float[ArrayLike, "*B P 3"], skeleton: str) -> Float[Array, "*B 3"]:
    """How far both knees and the nose are in front of the body; their signs turn over with those of all depths.

    Knees stand in front of the line from the hip to the ankle, and the nose in front of the line from thorax to head;
    forward is where the trunk's left and up lead.
    """
    joint = {name: jnp.asarray(points)[..., i, :] for i, name in enumerate(get_skeleton(skeleton).joints)}
    across = joint["left_hip"] - joint["right_hip"] + joint["left_shoulder"] - joint["right_shoulder"]
    forward = rotations.normalize(jnp.cross(across, _trunk(joint)))
    found = [joint[f"{s}_knee"] - (joint[f"{s}_hip"] + joint[f"{s}_ankle"]) / 2 for s in ("left", "right")]
    found.append(joint["nose"] - _head(joint))
    return jnp.stack([jnp.sum(bend * forward, -1) for bend in found], -1)


def forwardness(points: Float[ArrayLike, "*B P 3"], skeleton: str) -> Float[Array, "*B"]:
    """Sum of `bends` in trunk lengths: an orthographic image says nothing of the sign of depth, but bodies do."""
    joint = {name: jnp.asarray(points)[..., i, :] for i, name in enumerate(get_skeleton(skeleton).joints)}
    return bends(points, skeleton).sum(-1) / jnp.maximum(rotations.safe_norm(_trunk(joint)), 1e-3)


def running_forwardness(
    before: Float[ArrayLike, ""],
    points: Float[ArrayLike, "*B P 3"],
    weights: Float[ArrayLike, "*B"],
    skeleton: str,
    axis_name: str | None = None,
) -> Float[Array, ""]:
    """The running mean of `forwardness` over all devices with this step's weighted poses; no gradient, and poses that
    are nearly flat have no say beyond 1."""
    now = jnp.clip(forwardness(jax.lax.stop_gradient(points), skeleton), -1.0, 1.0)
    total, count = moments.psum(((now * weights).sum(), jnp.sum(weights)), axis_name)
    return jnp.where(count > 0, _MOMENTUM * before + (1 - _MOMENTUM) * total / jnp.maximum(count, 1.0), before)


def with_image(
    pose: Float[ArrayLike, "*B P 3"], points: Float[ArrayLike, "*B P 2"], weights: Float[ArrayLike, "*B P"], root: int
) -> Float[Array, "*B P 3"]:
    """Poses about the root whose joints are where they were seen (weight above `DETECTED`); depths, and other joints,
    stay."""
    pose = jnp.asarray(pose)
    flat = jnp.where(jnp.asarray(weights)[..., None] > DETECTED, points, pose[..., :2])
    moved = jnp.concatenate([flat, pose[..., 2:]], -1)
    return moved - moved[..., root : root + 1, :]


def facing(points: Float[ArrayLike, "*B P 3"], running: Float[ArrayLike, ""]) -> Float[Array, "*B P 3"]:
    """Poses, `flipped` where what was learnt of `running_forwardness` is backwards."""
    return jnp.where(running < 0, flipped(points), points)


def bent_backwards(points: Float[ArrayLike, "*B P 3"], skeleton: str) -> Float[Array, "*B"]:
    """How far knees and nose are behind the body together, 0 where none is."""
    return jax.nn.relu(-bends(points, skeleton)).sum(-1)


def _trunk(joint: Mapping[str, Array]) -> Array:
    return (joint["left_shoulder"] + joint["right_shoulder"] - joint["left_hip"] - joint["right_hip"]) / 2


def _head(joint: Mapping[str, Array]) -> Array:
    if "left_ear" in joint:
        return (joint["left_ear"] + joint["right_ear"]) / 2
    return (joint["head"] + joint["thorax"]) / 2


def unit_image(pose: Float[ArrayLike, "*B P 3"]) -> tuple[Float[Array, "*B P 2"], Float[Array, "*B 1 1"]]:
    """(Image points of poses about the root, of unit mean distance from it as the inputs of `sight_frames` are, that
    distance)."""
    image = jnp.asarray(pose)[..., :2]
    size = jnp.maximum(rotations.safe_norm(image).sum(-1) / (image.shape[-2] - 1), 1e-3)[..., None, None]
    return image / size, size


def seen_from_elsewhere(
    lift: Callable[[Float[Array, "T P 2"]], Float[Array, "T P 3"]], pose: Float[Array, "T P 3"], root: int
) -> Float[Array, " T"]:
    """Metres, the mean over joints between a pose and what is made of it when it is seen from another side: who knows
    poses gives back one that is likely, and leaves it where it is (the cycle of Drover et al. 2018, with a model that
    is learnt already). Neighbouring frames are seen from far apart, all of them from all sides.

    Args:
        lift: images as `unit_image` gives them to poses about the root, in their unit.
    """
    turn = rotations.about_axis(jnp.array([0.0, 1.0, 0.0]), rotations.GOLDEN_ANGLE * (1 + jnp.arange(len(pose))))
    turned = rotations.rotate(turn[:, None], pose - pose[:, root : root + 1])
    points, size = unit_image(turned)
    return rotations.safe_norm(size * lift(points) - turned).mean(-1)


def apparent_size(
    points: Float[ArrayLike, "*B P 2"], weights: Float[ArrayLike, "*B P"], skeleton: str
) -> Float[Array, "*B"]:
    """How large the body in an image is: image units for each metre of the nominal person.

    An orthographic image shows no bone longer than it is, and of many bones some are seen in full (Taylor 2000). The
    second largest ratio of seen to nominal length, of the long bones whose ends were both seen (weight above
    0); 0 where fewer than two were.
    """
    parents, joints = get_skeleton(skeleton).parents, get_skeleton(skeleton).joints
    ends = poses.bone_joints(parents)
    long = np.array([bone for bone, joint in enumerate(ends) if kind_of(joints[joint]) in _LONG])
    seen = jnp.asarray(weights) > 0
    known = seen[..., ends] & seen[..., tuple(parents[j] for j in ends)]
    ratios = jnp.where(known, poses.bone_lengths(points, parents) / nominal_lengths(skeleton), 0.0)
    return jnp.sort(ratios[..., long], -1)[..., -2]


def bone_error(points: Float[ArrayLike, "*B P 3"], size: Float[ArrayLike, "*B"], skeleton: str) -> Float[Array, "*B"]:
    """How far the bones' lengths are from those of a nominal person of `size` image units for each metre, as a share.

    The bones of the head are left out: where they end is different in every source. 0 where the size is.
    """
    parents, joints = get_skeleton(skeleton).parents, get_skeleton(skeleton).joints
    ends = poses.bone_joints(parents)
    used = np.array([bone for bone, joint in enumerate(ends) if joints[joint] not in ("nose", "head")])
    nominal = nominal_lengths(skeleton)[used]
    size = jnp.asarray(size)
    wanted = jnp.where(size > 0, size, 1.0)[..., None] * nominal
    error = jnp.abs(poses.bone_lengths(points, parents)[..., used] / wanted - 1) @ (nominal / nominal.sum())
    return jnp.where(size > 0, error, 0.0)


def nominal_pose(skeleton: str) -> Float[np.ndarray, "P 3"]:
    """Someone of average stature who stands before a camera and faces it: camera axes, metres, about the root."""
    points = np.zeros((len(get_skeleton("coco17").joints), 3))
    for index, name in enumerate(get_skeleton("coco17").joints):
        side, _, part = name.rpartition("_")
        height, left, front = _NOMINAL[part]
        points[index] = [-left if side == "right" else left, -height, -front]
    joints = get_mapping("coco17", skeleton).apply(_STATURE * points)
    return (joints - joints[get_skeleton(skeleton).root]).astype(np.float32)


def nominal_lengths(skeleton: str) -> Float[np.ndarray, " N"]:
    """Lengths of the bones of `nominal_pose`, in metres, in the order of `poses.bone_lengths`."""
    pose, parents = nominal_pose(skeleton), get_skeleton(skeleton).parents
    return np.array([np.linalg.norm(pose[j] - pose[parents[j]]) for j in poses.bone_joints(parents)], np.float32)


def nominal_length(skeleton: str) -> float:
    """Length of all bones of a skeleton of a person of average stature together, in metres."""
    return float(nominal_lengths(skeleton).sum())


def nominal_size(points: Float[ArrayLike, "*B P 3"], skeleton: str) -> Float[Array, "*B P 3"]:
    """Poses about the root, each scaled so that its bones together are as long as an average person's, in metres.

    A pose without length stays one.
    """
    length = jnp.sum(poses.bone_lengths(points, get_skeleton(skeleton).parents), -1)[..., None, None]
    return jnp.asarray(points) * (nominal_length(skeleton) / jnp.maximum(length, 1e-6))
