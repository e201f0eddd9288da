"""A published VideoPose3D model as the lifter of a recognition.

Inputs are keypoints in the published code's screen coordinates (width from -1 to 1, aspect kept); edges are repeated,
and the poses of the mirrored input are averaged in, as the published evaluation does (Pavllo et al. 2019, 4.2 and 5).
"""

import functools
import os
import pathlib
from collections.abc import Callable

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from hdvr_jax import clips, lifting, poses
from hdvr_jax.errors import InputError
from hdvr_jax.networks.lifter import TemporalLifter
from hdvr_jax.padding import padded
from hdvr_jax.published import videopose3d
from hdvr_jax.skeletons import get_skeleton

LAYOUTS = ("coco17", "h36m17")  # of the inputs that published weights were trained on
_OUTPUT = "h36m17"


def load(path: str | os.PathLike, layout: str) -> tuple[Callable[[clips.Clip], np.ndarray], tuple[str, ...]]:
    """The lifter of a checkpoint, and the report of its import.

    Args:
        layout: joint set of its inputs, one of `LAYOUTS`; the file does not tell.
    Returns:
        function of a clip with one view -> poses (T, 17, 3) in metres, the camera's axes, relative to the hips.
    Raises:
        InputError: as `videopose3d.load`, another layout, or a model of other joints.
    """
    if layout not in LAYOUTS:
        raise InputError(f"no published weights read the layout {layout!r}; expected {' or '.join(LAYOUTS)}")
    found = videopose3d.load(pathlib.Path(path))
    joints = (len(get_skeleton(layout).joints), len(get_skeleton(_OUTPUT).joints))
    if (found.joints_in, found.network.joints_out) != joints:
        raise InputError(
            f"{path}: lifts {found.joints_in} joints to {found.network.joints_out}; "
            f"expected {joints[0]} of {layout} to {joints[1]} of {_OUTPUT}"
        )
    variables = jax.tree.map(jnp.asarray, found.variables)
    apply = jax.jit(functools.partial(_with_mirror, found.network, variables, layout))
    return functools.partial(_on_clip, apply, found.network.padding, layout), found.report


def screen_coordinates(pixels: Float[np.ndarray, "*N 2"], size: tuple[int, int]) -> Float[np.ndarray, "*N 2"]:
    """Pixels so that the image's width goes from -1 to 1, with the same scale for its height."""
    width, height = size
    return (pixels * (2 / width) - np.array([1.0, height / width])).astype(np.float32)


def _on_clip(
    apply: Callable[[Array], Array], padding: tuple[int, int], layout: str, clip: clips.Clip
) -> Float[np.ndarray, "T 17 3"]:
    track = clips.track_2d(clip, 0).fill_gaps().to_skeleton(layout)
    screen = np.nan_to_num(screen_coordinates(track.keypoints, track.image_size))
    lengthened = np.pad(screen, (padding, (0, 0), (0, 0)), "edge")
    return np.asarray(apply(padded(lengthened, lifting.PAD_FRAMES)))[: len(screen)]


def _with_mirror(
    network: TemporalLifter, variables: dict, layout: str, screen: Float[Array, "T J 2"]
) -> Float[Array, "T_out 17 3"]:
    """Poses, the mean of those of the input and of its mirror image, relative to the hips."""
    both = jnp.stack([screen, poses.mirror(screen, get_skeleton(layout).mirror)])
    output = get_skeleton(_OUTPUT)
    straight, turned = network.apply(variables, both.reshape(*both.shape[:2], -1), strided=False)
    found = (straight + poses.mirror(turned, output.mirror)) / 2
    root = output.index("hip")
    return found - found[:, root : root + 1]
