"""What every reader takes and returns."""

import dataclasses
import pathlib
from typing import NamedTuple

import numpy as np
from jaxtyping import Bool

from hdvr_jax.detections import Detections
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.words import listed, printable
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.tracking.results import Risk

_LONGEST_REFERENCE = 0.1


@dataclasses.dataclass(frozen=True)
class Found:
    """People of a file frame by frame, and what was assumed of them, one sentence each."""

    people: Detections
    notes: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class Reading:
    """The dancers of one recording, on one time line.

    Attributes:
        tracks: One per dancer; at least one.
        notes: What was assumed or chosen (frame rate, units, layout, view), one sentence each.
        risks: Intervals after which dancers may have been taken for each other; None where the file says who is who.
    """

    tracks: list[PoseTrack]
    notes: list[str]
    risks: tuple[Risk, ...] | None = None


class Film(NamedTuple):
    """What is known of the video that keypoints were found in.

    Attributes:
        name: Of the file.
        fps: Frames per second.
        image_size: (width, height) in pixels.
    """

    name: str
    fps: float
    image_size: tuple[int, int]


@dataclasses.dataclass(frozen=True)
class Options:
    """What a caller may say about a file; None leaves the choice to the reader, which notes it.

    Attributes:
        fps: Frame rate that replaces the one in the file.
        view: Camera to take from a file of several.
        clip: Recording to take from a file or folder of several.
        unit: "m", "cm", "mm" or "inch": unit of lengths in the file.
        drop_first_frame: Leave out (or keep) frame 0, a reference pose in many motion files.
        layout: Joint set of the points in the file, a name in `hdvr_jax.keypoints.layouts`.
        image_size: (width, height) in pixels of the images that the points are in.
        film: The video of the same recording; its rate and size count where the user gave none.
        bystanders: Keep people who never move while others do.
    """

    fps: float | None = None
    view: str | None = None
    clip: str | None = None
    unit: str | None = None
    drop_first_frame: bool | None = None
    layout: str | None = None
    image_size: tuple[int, int] | None = None
    film: Film | None = None
    bystanders: bool | None = None

    def given(self) -> list[str]:
        """Names of the options that are set."""
        return [field.name for field in dataclasses.fields(self) if getattr(self, field.name) is not None]


def choose(names: list[str], wanted: str | None, what: str, path: pathlib.Path, notes: list[str]) -> str:
    """`wanted` if it is among `names`, else the first name, with a note when there were others.

    Raises:
        InputError: `wanted` is not there.
    """
    if wanted is None:
        if len(names) > 1:
            notes.append(f"{len(names)} {what}s in {path.name}; took {printable(names[0])}.")
        return names[0]
    if wanted not in names:
        raise InputError(f"{path}: no {what} {wanted}; there are: {listed(names)}")
    return wanted


def reference_frames(shown: Bool[np.ndarray, " T"], fps: float) -> int:
    """How many leading frames are a reference pose rather than motion, from whether each frame shows one.

    A run of more than a tenth of a second, or the whole recording, is motion: someone stood so.
    """
    run = len(shown) if shown.all() else int(np.argmin(shown))
    return run if run < len(shown) and run <= max(1, round(_LONGEST_REFERENCE * fps)) else 0
