"""Who is who while frames come: from keypoints alone, and without looking ahead."""

import dataclasses

import numpy as np
from jaxtyping import Float

from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.tracking.association import Following, follow
from hdvr_jax.tracking.figures import measure
from hdvr_jax.tracking.settings import Settings


@dataclasses.dataclass(frozen=True)
class Live:
    """What is known after some frames; never changed.

    Attributes:
        skeleton: Of the keypoints.
        fps: Frames per second.
        settings: Of the tracking.
        frame: Frames so far.
        following: Everybody who is followed; None before the first frame.
    """

    skeleton: str
    fps: float
    settings: Settings = dataclasses.field(default_factory=Settings)
    frame: int = 0
    following: Following | None = None


def step(
    live: Live, keypoints: Float[np.ndarray, "M J 2"], confidence: Float[np.ndarray, "M J"]
) -> tuple[Live, list[str | None]]:
    """One more frame, and the id of each person in it: the same for a person through time, None for too few joints.

    Args:
        keypoints: Pixels; NaN where missing.
        confidence: In [0, 1].
    Raises:
        InputError: arrays that do not fit the skeleton.
    """
    count, frame = len(keypoints), live.frame
    people = Detections(keypoints, confidence, np.zeros(count, int), np.full(count, NOBODY), 1, live.skeleton, live.fps)
    # Measured as the only frame: what is looked at must not grow with the stream.
    figures = measure(people, live.settings)
    figures = dataclasses.replace(figures, frame=np.full(len(figures), frame))
    following = live.following or Following.nobody(figures)
    following, pieces, _ = follow(following, figures, np.arange(len(figures)), frame, live.settings)
    ids: list[str | None] = [None] * count
    taken: set[str] = set()
    # Of somebody who was found in two halves the one with more joints has the id.
    for figure in np.argsort(-figures.weight.sum(1), kind="stable"):
        if (name := str(pieces[figure] + 1)) not in taken:
            ids[int(figures.source[figure])] = name
            taken.add(name)
    return dataclasses.replace(live, frame=frame + 1, following=following), ids
