"""A published VideoPose3D model as the lifter of a recognition.

Inputs are keypoints in the published code's screen coordinates (width from -1 to 1, aspect kept); edges are repeated,
and what the mirrored input gives is averaged in, as the published evaluation does (Pavllo et al. 2019, 4.2 and 5). A
checkpoint of semi-supervised training holds a trajectory model besides, which tells where the hips are.
"""

import functools
import os
import pathlib
from collections.abc import Callable
from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Float

from hdvr_jax import clips, lifting
from hdvr_jax.errors import InputError
from hdvr_jax.networks.lifter import Mirrors, apply_to_sequence
from hdvr_jax.padding import padded
from hdvr_jax.published import videopose3d
from hdvr_jax.skeletons import get_skeleton

LAYOUTS = ("coco17", "h36m17")  # of the inputs that published weights were trained on
_OUTPUT = "h36m17"

Apply = Callable[[Float[np.ndarray, "T J 2"]], Float[np.ndarray, "T N 3"]]


@dataclass(frozen=True)
class PublishedLifter:
    """The models of a checkpoint.

    Attributes:
        poses, trajectory: screen coordinates (T, J, 2) -> (T, 17, 3) relative to the hips, and (T, 1, 3), the hips;
            metres, the camera's axes. `trajectory` is None where the checkpoint has no such model.
        layout: joint set of the inputs.
        report: of the import.
    """

    poses: Apply
    trajectory: Apply | None
    layout: str
    report: tuple[str, ...]

    def on_clip(self, clip: clips.Clip) -> dict[str, Float[np.ndarray, "T *N 3"]]:
        """`poses` (T, 17, 3) and, where there is a model of it, `trajectory` (T, 3) of a clip with one view."""
        track = clips.track_2d(clip, 0).fill_gaps().to_skeleton(self.layout)
        screen = np.nan_to_num(screen_coordinates(track.keypoints, track.image_size))
        found = {"poses": self.poses(screen)}
        return found if self.trajectory is None else {**found, "trajectory": self.trajectory(screen)[:, 0]}


def load(path: str | os.PathLike, layout: str, *, causal: bool = False) -> PublishedLifter:
    """The lifter of a checkpoint.

    Args:
        layout: joint set of its inputs, one of `LAYOUTS`; the file does not tell.
        causal: whether it was trained to read no frame after its own; the file does not tell that either.
    Raises:
        InputError: as `videopose3d.load`, another layout, or a model of other joints.
    """
    if layout not in LAYOUTS:
        raise InputError(f"no published weights read the layout {layout!r}; expected {' or '.join(LAYOUTS)}")
    posed, moved = videopose3d.load_with_trajectory(pathlib.Path(path), causal=causal)
    joints = (len(get_skeleton(layout).joints), len(get_skeleton(_OUTPUT).joints))
    if (posed.joints_in, posed.network.joints_out) != joints:
        raise InputError(
            f"{path}: lifts {posed.joints_in} joints to {posed.network.joints_out}; "
            f"expected {joints[0]} of {layout} to {joints[1]} of {_OUTPUT}"
        )
    mirrors = get_skeleton(layout).mirror, get_skeleton(_OUTPUT).mirror
    apply = _compiled(posed, mirrors)
    if moved is None:
        return PublishedLifter(apply, None, layout, posed.report)
    if (moved.joints_in, moved.network.joints_out) != (joints[0], 1):
        raise InputError(
            f"{path}: model_traj takes {moved.joints_in} joints to {moved.network.joints_out}; "
            f"expected {joints[0]} of {layout} to 1"
        )
    report = (*posed.report, *(f"model_traj: {line}" for line in moved.report))
    return PublishedLifter(apply, _compiled(moved, (mirrors[0], (0,))), layout, report)


def screen_coordinates(pixels: Float[np.ndarray, "*N 2"], size: tuple[int, int]) -> Float[np.ndarray, "*N 2"]:
    """Pixels so that the image's width goes from -1 to 1, with the same scale for its height."""
    width, height = size
    return (pixels * (2 / width) - np.array([1.0, height / width])).astype(np.float32)


def _compiled(model: videopose3d.Imported, mirrors: Mirrors) -> Apply:
    """A model for sequences of any length, about the first of its joints where it has several."""
    variables = jax.tree.map(jnp.asarray, model.variables)
    apply = jax.jit(functools.partial(apply_to_sequence, model.network, mirrors, variables))

    def run(screen: Float[np.ndarray, "T J 2"]) -> Float[np.ndarray, "T N 3"]:
        found = np.asarray(apply(padded(screen, lifting.PAD_FRAMES)[None]))[0, : len(screen)]
        return found - found[:, :1] if found.shape[1] > 1 else found

    return run
