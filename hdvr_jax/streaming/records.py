"""What a stream is told before its first frame and with each, and what it tells of a dancer."""

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from jaxtyping import Float

from hdvr_jax import cameras, cleaning, lifting
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import check_fps
from hdvr_jax.skeletons import get_skeleton

_PIXELS = (1.0, 1e6)

People = Mapping[str, tuple[Any, Any]]


@dataclasses.dataclass(frozen=True)
class Recording:
    """What is known of a stream before its first frame.

    Attributes:
        fps: Frames per second.
        image_size: (width, height) in pixels.
        skeleton: Joint set of the keypoints.
        focal: Focal length in pixels; None takes the longer side of the image.
        max_hold_seconds: A dancer of whom nothing is seen for longer has no pose.
        forget_seconds: A dancer not seen for longer begins anew.
        smoothing: Of the keypoints, "off" or "one_euro"; the other filters look ahead.
    """

    fps: float
    image_size: tuple[int, int]
    skeleton: str = "coco17"
    focal: float | None = None
    max_hold_seconds: float = 0.5
    forget_seconds: float = 2.0
    smoothing: cleaning.Settings = dataclasses.field(default_factory=cleaning.Settings)

    def check(self) -> None:
        """Raises InputError where a field makes no sense."""
        get_skeleton(self.skeleton)
        check_fps(self.fps, "stream")
        ranges = {
            "width": (self.image_size[0], _PIXELS),
            "height": (self.image_size[1], _PIXELS),
        }
        ranges |= {} if self.focal is None else {"focal": (self.focal, _PIXELS)}
        for field, (value, (least, most)) in ranges.items():
            if not least <= value <= most:
                raise InputError(f"stream: {field} is {value:g}; expected {least:g} to {most:g}")
        if not 0 <= self.max_hold_seconds <= self.forget_seconds < np.inf:
            raise InputError(
                f"stream: max_hold_seconds {self.max_hold_seconds}, forget_seconds {self.forget_seconds}; expected "
                "0 or more, and the second not less than the first"
            )
        if self.smoothing.method not in (cleaning.OFF, "one_euro"):
            raise InputError(f"stream: smoothing {self.smoothing.method!r} looks ahead; expected off or one_euro")
        cleaning.check(self.smoothing, self.fps)

    def camera(self) -> cameras.Perspective:
        """Its camera in pixels: of the focal length that was told, else a guessed one."""
        guessed = lifting.guess_camera(self.image_size, np.zeros((0, 1, 2), np.float32))
        return guessed if self.focal is None else guessed.replace(focal=np.full(2, self.focal, np.float32))


@dataclasses.dataclass(frozen=True)
class Frame:
    """A frame as it comes.

    Attributes:
        people: Dancers by id, as `step` takes them.
        time: Seconds since the first frame; None where frames come at the recording's rate.
        arrived: Of `time.perf_counter`, when its picture came; None where it comes as keypoints.
        took: {stage: seconds} of what was done to it before.
        skipped: Pictures between the frame before and this one that were not looked at.
    """

    people: People
    time: float | None = None
    arrived: float | None = None
    took: Mapping[str, float] = dataclasses.field(default_factory=dict)
    skipped: int = 0


@dataclasses.dataclass(frozen=True)
class Stream:
    """A source of frames.

    Attributes:
        recording: What is known of it beforehand.
        frames: Read as they are asked for.
        live: Whether frames may come from a camera now, without telling their time.
        notes: What was assumed.
    """

    recording: Recording
    frames: Iterator[Frame]
    live: bool = False
    notes: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What is known of a dancer at a frame.

    Attributes:
        pose: (17, 3) joints of h36m17 about the hips, metres, camera axes; NaN where the dancer is out of sight.
        trajectory: (3,) the hips, metres, camera axes; None where the lifter does not tell.
        movements: (M,) probabilities, 0.5 being the decision; None without a movement model.
        genre: (G,) probabilities of what was danced so far; None without a genre model, and before its first frame.
    """

    pose: Float[np.ndarray, "J 3"]
    trajectory: Float[np.ndarray, " 3"] | None = None
    movements: Float[np.ndarray, " M"] | None = None
    genre: Float[np.ndarray, " G"] | None = None
