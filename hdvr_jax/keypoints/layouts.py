"""Joint sets of detectors' files: told apart by the number of points, and by geometry where that does not decide."""

import dataclasses
import pathlib
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_skeleton

# Points of face and hands follow those of the body in the larger sets.
_WHOLE_BODIES = {
    "halpe136": ("halpe26", 136),
    "wholebody133": ("coco23", 133),
    "body135": ("body25b", 135),
}
# Wrongly named joints make longer bones. Measured over the clips of CMU's dances, seen from random sides: BODY_25 read
# as BODY_25B 2.5 to 3.2 times as long, the reverse 2.0 to 2.5 (OpenPose's own files 2.4 to 2.9), Human3.6M read as COCO
# 2.1 to 2.5, but COCO read as Human3.6M 0.8 to 1.5 times: there COCO is the usual one.
_CLEAR = 1.3
_LOOKED_AT, _FEWEST_BONES = 500, 5


@dataclasses.dataclass(frozen=True)
class Layout:
    """A joint set as files have it.

    Attributes:
        name: As a user says it.
        skeleton: The skeleton that the first points are.
        points: How many points files have, with those that follow.
    """

    name: str
    skeleton: str
    points: int

    @property
    def joints(self) -> int:
        """How many of the points are the skeleton's joints."""
        return len(get_skeleton(self.skeleton).joints)


def get_layout(name: str) -> Layout:
    """The layout of that name: a skeleton's, "halpe136", "wholebody133" or "body135"; raises InputError for another."""
    if name in _WHOLE_BODIES:
        return Layout(name, *_WHOLE_BODIES[name])
    return Layout(name, name, len(get_skeleton(name).joints))


def choose(
    path: pathlib.Path,
    points: Float[np.ndarray, "N J D"],
    candidates: Sequence[str],
    wanted: str | None,
    notes: list[str],
    usual: str | None = None,
) -> Layout:
    """The layout of points: the one wanted, else the only candidate with as many points, else the plausible one.

    Args:
        points: NaN where missing.
        candidates: Names of layouts that the format may have.
        usual: The one to take where limbs do not decide; None: the user is asked.
    Raises:
        InputError: a layout that the format does not have or that has another number of points, or no decision.
    """
    count = points.shape[1]
    layouts = [get_layout(name) for name in candidates]
    known = ", ".join(f"{layout.name} ({layout.points})" for layout in layouts)
    if wanted is not None and wanted not in candidates:
        raise InputError(f"{path}: layout {wanted!r} is not one of this format; expected one of: {known}")
    fitting = [layout for layout in layouts if layout.points == count and wanted in (None, layout.name)]
    if not fitting:
        raise InputError(f"{path}: people have {count} points; expected {wanted or 'one of'}: {known}")
    chosen, how = fitting[0], "as was said" if wanted else "by their number"
    if len(fitting) > 1:
        chosen, how = _plausible(path, points, fitting, usual)
    notes.append(f"Read as {chosen.name}, {count} points, {how}.")
    if chosen.points > chosen.joints:
        notes.append(f"{chosen.points - chosen.joints} points of face and hands were left out.")
    return chosen


def by_names(names: Sequence[str], candidates: Sequence[str]) -> str | None:
    """The candidate whose joints stand where those of that name do in the file; None where none has half of them."""
    shares = {}
    for name in candidates:
        layout = get_layout(name)
        if layout.points == len(names):
            shares[name] = np.mean([a == b for a, b in zip(get_skeleton(layout.skeleton).joints, names)])
    best = max(shares, key=shares.get, default=None)
    return best if best is not None and shares[best] >= 0.5 else None


def _plausible(
    path: pathlib.Path, points: Float[np.ndarray, "N J D"], layouts: list[Layout], usual: str | None
) -> tuple[Layout, str]:
    """The layout under which bones are clearly shortest, else the usual one, and why; InputError where none is."""
    few = points[:: max(1, len(points) // _LOOKED_AT)]
    lengths = [_bone_length(few, layout.skeleton) for layout in layouts]
    first, second = np.argsort(lengths)[:2]
    if not lengths[second] > _CLEAR * lengths[first]:
        if usual is not None:
            return get_layout(usual), "the usual layout"
        names = " or ".join(layout.name for layout in layouts)
        raise InputError(f"{path}: {points.shape[1]} points may be {names}; say which as the layout (--layout)")
    return layouts[first], "by the lengths of the limbs"


def _bone_length(points: Float[np.ndarray, "N J D"], skeleton: str) -> float:
    """Median over people of their mean bone, as a share of their extent; infinite where too little is seen."""
    child, parent = np.array(get_skeleton(skeleton).bones).T
    lengths = np.linalg.norm(points[:, child] - points[:, parent], axis=-1)
    there = np.isfinite(points).all(-1)
    largest = np.where(there[..., None], points, -np.inf).max(1) - np.where(there[..., None], points, np.inf).min(1)
    extent = largest.max(-1)
    usable = (np.isfinite(lengths).sum(1) >= _FEWEST_BONES) & (extent > 0) & np.isfinite(extent)
    if not usable.any():
        return np.inf
    return float(np.median(np.nanmean(lengths[usable], axis=1) / extent[usable]))
