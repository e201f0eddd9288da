"""Frames of several real people of a wanted size: the dancer of two clips, cut out and put side by side."""

import pathlib
from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from hdvr_jax import keypoints
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.video import open_video

_PAIRS = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
JOINTS = ("nose", *(f"{side}_{joint}" for joint in _PAIRS for side in ("left", "right")))
MIRROR = [0, *(index + 1 if index % 2 else index - 1 for index in range(1, 13))]
SIZE = (1920, 1080)
_EVERY = 4
# Background left around the dancer, as a share of their height.
_AROUND = 0.12
_GREY = (120, 130, 140)


class Actor(NamedTuple):
    """A dancer in one frame: the picture around them and (13, 2) where their joints are in it, NaN where unknown."""

    picture: UInt8[np.ndarray, "h w 3"]
    points: Float[np.ndarray, "13 2"]


def index(skeleton: str, joint: str) -> int:
    """Position of a joint."""
    return get_skeleton(skeleton).index(joint)


def indices(skeleton: str) -> list[int]:
    """Positions of the thirteen joints that are compared."""
    return [index(skeleton, joint) for joint in JOINTS]


def points(track: PoseTrack) -> Float[np.ndarray, "T 13 2"]:
    """The thirteen joints of a track."""
    return track.keypoints[:, indices(track.skeleton)]


def cast(root: pathlib.Path, cameras: Sequence[str]) -> list[Actor]:
    """Every few frames of the dancer of each camera."""
    actors = []
    for camera in cameras:
        video = open_video(root / f"{camera}.mp4")
        tracks = keypoints.read(root / f"openpose_{camera}", fps=video.fps).tracks
        known = points(max(tracks, key=lambda track: float(np.nanmedian(np.ptp(track.keypoints[..., 1], 1)))))
        frames = [(image, place) for image, place in zip(video, known) if np.isfinite(place).all()]
        actors += [_cut_out(image, place) for image, place in frames[::_EVERY]]
    return actors


def scene(
    actors: Sequence[Actor], people: int, height: float, random: np.random.Generator
) -> tuple[UInt8[np.ndarray, "1080 1920 3"], list[Float[np.ndarray, "13 2"]]]:
    """A frame of some people side by side, each so high (nose to ankles) as a share of the frame's height.

    Returns:
        The frame and the joints of each, which are all in it.
    """
    frame = np.full((SIZE[1], SIZE[0], 3), _GREY, np.uint8)
    true = []
    for place, chosen in enumerate(random.choice(len(actors), people, replace=False)):
        actor = actors[chosen]
        scale = height * SIZE[1] / np.ptp(actor.points[:, 1])
        image = cv2.resize(actor.picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
        x = round(SIZE[0] * (place + 0.5) / people - image.shape[1] / 2)
        y = int(random.integers(0, SIZE[1] - image.shape[0]))
        frame[y : y + image.shape[0], x : x + image.shape[1]] = image
        true.append(actor.points * scale + np.array([x, y], np.float32))
    return frame, true


def hits(found: Float[np.ndarray, "N 33 3"], true: list[Float[np.ndarray, "13 2"]]) -> int:
    """How many of the people were found."""
    return sum(any(_is_near(person[indices("mediapipe33"), :2], one) for person in found) for one in true)


def _is_near(found: Float[np.ndarray, "13 2"], true: Float[np.ndarray, "13 2"]) -> bool:
    torso = np.linalg.norm(true[1:3].mean(0) - true[7:9].mean(0))
    return any((np.linalg.norm(way - true, axis=-1) < 0.2 * torso).mean() > 0.5 for way in (found, found[MIRROR]))


def _cut_out(image: UInt8[np.ndarray, "H W 3"], place: Float[np.ndarray, "13 2"]) -> Actor:
    """The picture around a dancer, with room for the crown of the head and the feet."""
    low, high = place.min(0), place.max(0)
    room = _AROUND * (high[1] - low[1])
    left, top = np.maximum(low - room, 0).astype(int)
    right, bottom = np.minimum(high + room, image.shape[1::-1]).astype(int)
    return Actor(image[top:bottom, left:right].copy(), place - np.array([left, top], np.float32))
