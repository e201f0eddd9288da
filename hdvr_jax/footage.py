"""The part of a video that tracks are of, to draw over."""

import dataclasses
import pathlib
from collections.abc import Iterable

import numpy as np
from jaxtyping import UInt8


@dataclasses.dataclass(frozen=True)
class Footage:
    """Pictures, and what is heard under them.

    Attributes:
        frames: BGR, one for each frame of the tracks; taken one by one, once.
        sound: File whose sound fits the pictures, and the second of it at which they begin; None without.
        silent: Why there is no sound; empty where there is.
    """

    frames: Iterable[UInt8[np.ndarray, "H W 3"]]
    sound: tuple[pathlib.Path, float] | None = None
    silent: str = ""
