"""From a clip to the sequences of poses that the movement and genre models read, one per view.

Joints are filled, put on one skeleton, centred on the root and divided by the dancer's size. The result has x to the
right, y up and, in 3D, z towards the viewer (right-handed), in units of the body's size (trunk and leg together).

Symbols: V views, T frames, J joints, D 2 or 3 coordinates.
"""

import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from jaxtyping import Float, Int, Shaped

from hdvr_jax import axes
from hdvr_jax.clips import Clip, labels, single_views, track_2d, track_3d
from hdvr_jax.errors import InputError
from hdvr_jax.levelling import level
from hdvr_jax.movements import Vocabulary, annotate
from hdvr_jax.padding import frame_mask, padded
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.poses import resample
from hdvr_jax.skeletons import get_skeleton

Sequence = dict[str, Any]
Lifter = Callable[[Clip], Any]

INPUTS = ("2d", "3d_lifted", "3d_true")
LIFTED_SKELETON = "h36m17"
# Bones that make up a body's size, and their usual shares of it.
_CHAINS = {("hip", "thorax"): 0.4, ("{}_hip", "{}_knee"): 0.3, ("{}_knee", "{}_ankle"): 0.3}
_LEAST = 1e-6
# Few distinct lengths are compiled this way.
_PAD_FRAMES = 256


def sequences(
    clip: Clip, inputs: str, skeleton: str, fps: float, lifter: Lifter | None = None, *, levelled: bool = False
) -> list[Sequence]:
    """Sequences of poses of one clip.

    Args:
        clip: fields as in `hdvr_jax.clips`; of a single-view clip, `lifted` may hold what the lifter would give.
        inputs: "2d": the detections of each view. "3d_lifted": what `lifter` makes of each view. "3d_true": the clip's
            own 3D, once, whatever saw it.
        skeleton: joint set of the result; it must have a hip and a thorax.
        fps: frame rate of the result.
        lifter: single-view clip -> {"poses": (T, 17, 3)}: metres in the camera's frame (x right, y down, z forward),
            joints of h36m17, NaN where there is no pose. For "3d_lifted" only.
        levelled: whether lifted poses are turned to stand upright (`hdvr_jax.levelling`), which takes the whole clip.

    Returns:
        One dict per sequence: points (T, J, D), visible (T, J), root (T, D) (see `normalise`), fps, and labels. None
        where nothing can be read. A clip with 3D that no camera saw is read as it is for "3d_lifted" too.

    Raises:
        InputError: unknown `inputs`, or "3d_lifted" without a lifter.
    """
    if inputs not in INPUTS:
        raise InputError(f"inputs: {inputs!r} is not known; expected one of {', '.join(INPUTS)}")
    unseen = len(clip["keypoints"]) == 0
    if inputs == "3d_true" or (inputs == "3d_lifted" and unseen):
        if not np.isfinite(clip["points_world"]).any():
            return []
        return [{**normalise(track_3d(clip), skeleton, fps, upside_down=False), **labels(clip), "view": "world"}]
    lift = functools.partial(_points, lifter=lifter, levelled=levelled) if inputs == "3d_lifted" else None
    return [_from_view(view, skeleton, fps, lift) for view in single_views(clip)]


def raw(clip: Clip, fps: float) -> list[Sequence]:
    """The detections of each view as they are: COCO-17 in pixels, 0 where a joint is missing; fields as `sequences`."""
    found = []
    for view in single_views(clip):
        track = track_2d(view, 0).to_skeleton("coco17")
        points = np.nan_to_num(resample(track.keypoints, track.fps, fps)).astype(np.float32)
        confidence = resample(track.confidence, track.fps, fps).astype(np.float32)
        poses = {"points": points, "visible": confidence, "root": np.zeros((len(points), 2), np.float32)}
        found.append({**poses, "fps": np.float32(fps), **labels(view)})
    return found


def lifted(clip: Clip, lifter: Lifter | None) -> Any:
    """The lifter's poses of a single-view clip, or those that it carries already."""
    if "lifted" in clip:
        return clip["lifted"]
    if lifter is None:
        raise InputError("inputs 3d_lifted need a trained lifter: set config.upstream.lifter to its workdir")
    return lifter(clip)["poses"]


def _points(clip: Clip, lifter: Lifter | None, levelled: bool) -> Float[np.ndarray, "T 17 3"]:
    points = np.asarray(lifted(clip, lifter))
    return level(points, LIFTED_SKELETON) if levelled else points


def _from_view(clip: Clip, skeleton: str, fps: float, lift: Lifter | None) -> Sequence:
    seen = track_2d(clip, 0)
    poses = normalise(seen, skeleton, fps, upside_down=True)
    if lift is not None:
        flat, points = poses, lift(clip)
        track = PoseTrack.from_points(points, LIFTED_SKELETON, clip["fps"], id=seen.id)
        poses = normalise(track, skeleton, fps, upside_down=True)
        # A lifter gives poses about the root. Where the dancer goes is seen in the image; depth is not.
        poses["root"] = np.concatenate([flat["root"], np.zeros_like(flat["root"][:, :1])], -1)
        poses["visible"] = flat["visible"]
    return {**poses, **labels(clip)}


def normalise(track: PoseTrack, skeleton: str, fps: float, *, upside_down: bool) -> Sequence:
    """One dancer's poses without place and size.

    Args:
        track: 2D in pixels or 3D in metres. Missing joints are interpolated between the frames that have them.
        skeleton: joint set to put them on.
        fps: frame rate to give them.
        upside_down: whether y points down, as in images and in camera frames.

    Returns:
        points (T, J, D): relative to the hips, in body sizes; 0 where nothing is known of a joint.
        visible (T, J): confidence, 0 where missing or interpolated.
        root (T, D): path of the hips in body sizes, around its middle.
        fps: as given.
    """
    measured = track.to_skeleton(skeleton)
    points = track.fill_gaps().to_skeleton(skeleton).keypoints / body_size(measured.keypoints, skeleton)
    points = resample(points, track.fps, fps)
    if upside_down:
        points = axes.upright(points)
    root = points[:, get_skeleton(skeleton).index("hip")]
    known = root[np.isfinite(root).all(-1)]
    centre = known.mean(0) if len(known) else np.zeros(root.shape[-1], np.float32)
    return {
        "points": np.nan_to_num(points - root[:, None]).astype(np.float32),
        "visible": resample(measured.confidence, track.fps, fps).astype(np.float32),
        "root": np.nan_to_num(root - centre).astype(np.float32),
        "fps": np.float32(fps),
    }


def body_size(points: Float[np.ndarray, "T J D"], skeleton: str) -> float:
    """Length of trunk and leg together, over the frames of a clip; 1 where it cannot be told.

    A bone in 3D keeps its length, so the median over frames is robust. A projected bone is never longer than the
    bone: in 2D the 80th percentile is taken. Of a dancer whose feet are out of the picture, say, the rest is taken to
    be of usual proportions.
    """
    index = get_skeleton(skeleton).index
    total, known, percentile = 0.0, 0.0, 50 if points.shape[-1] == 3 else 80
    for (start, end), share in _CHAINS.items():
        sides = ("left", "right") if "{}" in start else ("",)
        bones = [points[:, index(start.format(side))] - points[:, index(end.format(side))] for side in sides]
        lengths = np.linalg.norm(np.stack(bones), axis=-1)
        lengths = lengths[np.isfinite(lengths)]
        if lengths.size:
            total, known = total + float(np.percentile(lengths, percentile)), known + share
    return total / known if total > _LEAST else 1.0


def movement_labels(clip: Clip, vocabulary: Vocabulary, fps: float, doubt: float = 0.0) -> Int[np.ndarray, "T M"]:
    """The annotator's labels of the clip's true 3D at another frame rate, int8: 1, 0, or -1 where nothing is known.

    `doubt` as in `annotate`.
    """
    active, valid = annotate(clip["points_world"], clip["fps"], clip["skeleton"], vocabulary=vocabulary, doubt=doubt)
    return np.where(valid, active, -1).astype(np.int8)[_nearest(len(active), clip["fps"], fps)]


def _nearest(frames: int, fps_from: float, fps_to: float) -> Int[np.ndarray, " S"]:
    """The frame nearest in time to each frame at another rate; as many as `resample` gives."""
    count = len(resample(np.zeros(frames, np.float32), fps_from, fps_to))
    return np.minimum(np.rint(np.arange(count) * (fps_from / fps_to)).astype(int), frames - 1)


def at_frames(values: Shaped[np.ndarray, "S *N"], fps: float, frames: int, fps_to: float) -> Shaped[np.ndarray, "T *N"]:
    """Per-frame values at rate `fps` for each of a clip's `frames` at rate `fps_to`: the latest at or before it."""
    index = np.floor(np.arange(frames) * (fps / fps_to) + 1e-6).astype(int)
    return values[np.minimum(index, len(values) - 1)]


def averaged(values: Float[np.ndarray, "T *N"], fps: float, fps_to: float) -> Float[np.ndarray, "S *N"]:
    """Means over the frames nearest to each frame at a lower rate; as many frames as `resample` gives."""
    nearest, count = _thinned(len(values), fps, fps_to)
    total, weight = np.zeros((count, *values.shape[1:]), np.float32), np.bincount(nearest, minlength=count)
    np.add.at(total, nearest, values)
    return total / np.maximum(weight, 1).reshape(-1, *[1] * (values.ndim - 1)).astype(np.float32)


def _thinned(frames: int, fps: float, fps_to: float) -> tuple[Int[np.ndarray, " T"], int]:
    """Which frame at a lower rate each frame is nearest to, and how many there are of those."""
    count = len(resample(np.zeros((frames, 0), np.float32), fps, fps_to))
    return np.minimum(np.rint(np.arange(frames) * (fps_to / fps)).astype(int), count - 1), count


def intervals(causes: Iterable[tuple[int, int, int]], frames: int, fps: float, fps_to: float) -> Int[np.ndarray, "C 3"]:
    """(movement type, first frame, frame after the last) of a clip of so many frames, at the lower rate to which
    `averaged` takes it: all frames into whose means any of theirs went."""
    nearest, _ = _thinned(frames, fps, fps_to)
    found = [(movement, nearest[start], nearest[end - 1] + 1) for movement, start, end in causes]
    return np.array(found, int).reshape(-1, 3)


def batch(sequence: Sequence) -> dict[str, np.ndarray]:
    """A batch of one sequence, as a family's `prepare` gives it, its arrays padded to one of few lengths."""
    arrays = {name: np.asarray(value) for name, value in sequence.items() if not isinstance(value, str)}
    frames = next(len(value) for value in arrays.values() if value.ndim)
    found = {name: (padded(value, _PAD_FRAMES) if value.ndim else value)[None] for name, value in arrays.items()}
    return {**found, "frame_mask": frame_mask(frames, _PAD_FRAMES)[None], "example": np.zeros(1, np.int32)}
