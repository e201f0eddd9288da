"""People found in the frames of a recording, before anybody knows who is who."""

import dataclasses

import numpy as np
from jaxtyping import Float, Int

from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import check_fps
from hdvr_jax.skeletons import get_skeleton

NOBODY = -1


@dataclasses.dataclass(frozen=True)
class Detections:
    """People in frames, ordered by frame; N of them in all.

    Attributes:
        keypoints: (N, J, 2) pixels or (N, J, 3) metres; NaN where a joint is missing.
        confidence: (N, J) in [0, 1]; 0 where missing.
        frame: (N,) the frame of each, ascending.
        person: (N,) number that the detector's own tracker gave, the same for one person through time; NOBODY
            where it gave none.
        frames: Of the recording, with and without people.
        skeleton: Name of the joint set.
        fps: Frames per second.
        image_size: (width, height) in pixels, or None when unknown.
        first: Number that a file gives its first frame, where it counts frames.
    """

    keypoints: Float[np.ndarray, "N J D"]
    confidence: Float[np.ndarray, "N J"]
    frame: Int[np.ndarray, " N"]
    person: Int[np.ndarray, " N"]
    frames: int
    skeleton: str
    fps: float
    image_size: tuple[int, int] | None = None
    first: int = 0

    def __post_init__(self):
        """Raises InputError when the fields contradict each other or the skeleton."""
        joints = len(get_skeleton(self.skeleton).joints)
        count = len(self.frame)
        if self.keypoints.ndim != 3 or self.keypoints.shape[:2] != (count, joints):
            expected = f"({count}, {joints}, 2 or 3) for {self.skeleton}"
            raise InputError(f"keypoints {self.keypoints.shape}; expected {expected}")
        if self.confidence.shape != (count, joints) or self.person.shape != (count,):
            raise InputError(f"confidence {self.confidence.shape}, person {self.person.shape} for {count} people")
        if self.frames < 1:
            raise InputError("no frames; expected at least one")
        within = count == 0 or (self.frame[0] >= 0 and self.frame[-1] < self.frames)
        if not within or (np.diff(self.frame) < 0).any():
            raise InputError(f"frames of people are not in order or not within 0 to {self.frames - 1}")
        check_fps(self.fps, "people")

    def in_frame(self, frame: int) -> slice:
        """Where the people of a frame are."""
        first, last = np.searchsorted(self.frame, [frame, frame + 1])
        return slice(int(first), int(last))
