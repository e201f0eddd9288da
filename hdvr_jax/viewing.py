"""Quick looks in notebooks and pictures, without a plotting library."""

import dataclasses
import html

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from hdvr_jax.recognition.results import Recognition
from hdvr_jax.report import page
from hdvr_jax.skeletons import get_skeleton

# The page's colours of left, right and middle, as blue, green, red.
_COLOURS = {"left": (181, 111, 31), "right": (10, 101, 200)}
_MIDDLE = (108, 99, 89)


@dataclasses.dataclass(frozen=True)
class NotebookPage:
    """A report that a notebook shows as the value of a cell."""

    content: str
    height: int

    def _repr_html_(self) -> str:
        source = html.escape(self.content, quote=True)
        return f'<iframe srcdoc="{source}" style="width:100%;height:{self.height}px;border:0"></iframe>'


def in_notebook(recognition: Recognition, height: int = 900) -> NotebookPage:
    """The report page for the output of a notebook cell, `height` pixels high."""
    return NotebookPage(page(recognition), height)


def draw_skeleton(
    image: UInt8[np.ndarray, "H W 3"],
    points: Float[np.ndarray, "J 2"],
    skeleton: str,
    thickness: int = 3,
    edge: tuple[int, int, int] | None = None,
) -> UInt8[np.ndarray, "H W 3"]:
    """A copy of an image (BGR) with one pose drawn over it.

    Args:
        points: Joints in pixels; those with NaN, and the bones at them, are left out.
        skeleton: Name of the joint set.
        thickness: Of the bones, in pixels.
        edge: Colour (BGR) around the bones, which then have no dots for joints; None for dots and no edge.
    """
    image = image.copy()
    joints = get_skeleton(skeleton)
    seen = np.isfinite(points).all(-1)
    # Four fractional bits: whole pixels make a moving skeleton jitter.
    fixed = np.rint(16 * np.clip(np.nan_to_num(points), -(2**22), 2**22)).astype(int)
    bones = [(child, parent) for child, parent in joints.bones if seen[child] and seen[parent]]
    for ink, width in ((edge, 2 * thickness + 2), (None, thickness)) if edge else ((None, thickness),):
        for child, parent in bones:
            colour = ink or _colour(joints.joints[child])
            cv2.line(image, fixed[child].tolist(), fixed[parent].tolist(), colour, width, cv2.LINE_AA, 4)
    for joint in () if edge else np.flatnonzero(seen):
        cv2.circle(image, fixed[joint].tolist(), 16 * thickness, _colour(joints.joints[joint]), -1, cv2.LINE_AA, 4)
    return image


def draw_pose(
    points: Float[np.ndarray, "J 3"],
    skeleton: str,
    size: tuple[int, int] = (360, 480),
    yaw: float = -0.5,
    background: int = 255,
) -> UInt8[np.ndarray, "H W 3"]:
    """A picture (BGR) of one 3D pose, seen from far away.

    Args:
        points: Metres, x right, y up, z towards the viewer (`Poses.upright`); NaN is left out.
        skeleton: Name of the joint set.
        size: Width and height in pixels.
        yaw: Turn of the dancer about the vertical, radians.
        background: Grey of the background.
    """
    width, height = size
    across = np.cos(yaw) * points[:, 0] + np.sin(yaw) * points[:, 2]
    flat = np.stack([across, -points[:, 1]], -1)
    seen = flat[np.isfinite(flat).all(-1)]
    canvas = np.full((height, width, 3), background, np.uint8)
    if not len(seen):
        return canvas
    low, high = seen.min(0), seen.max(0)
    scale = 0.85 * min(width / max(high[0] - low[0], 0.1), height / max(high[1] - low[1], 0.1))
    placed = (flat - (low + high) / 2) * scale + np.array([width, height]) / 2
    return draw_skeleton(canvas, placed, skeleton, thickness=max(2, height // 120))


def _colour(joint: str) -> tuple[int, int, int]:
    return _COLOURS.get(joint.split("_")[0], _MIDDLE)
