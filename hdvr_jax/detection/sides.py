"""Left and right that a detector exchanged for some frames, put right by continuity.

Detectors that read single pictures take a dancer's front for their back now and then, and exchange left and right for
some frames. Nobody moves that fast. People are linked from frame to frame, whichever way round they are; then arms,
legs and face are each decided by the cheapest way through time (Viterbi): how far joints would have to jump, against
how long the detector would have been wrong.
"""

import dataclasses

import numpy as np
from jaxtyping import Bool, Float, Int

from hdvr_jax.detections import Detections
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.tracking.association import assign
from hdvr_jax.tracking.chain import decode

# Words in the names of joints that are exchanged together; joints with a side and none of these are arms.
_LEGS, _FACE = ("hip", "knee", "ankle", "heel", "foot", "toe"), ("eye", "ear", "mouth")
# Seconds, and a share of a person's size.
_LONGEST_GAP, _FARTHEST = 0.2, 0.4
_WRONG_PER_SECOND = 0.1
_LEAST_CONFIDENCE = 0.3


def steady_sides(detections: Detections) -> tuple[Detections, float]:
    """The same people, with left and right as before and after where they jump for a while.

    Joints keep their places and confidence; they change names.

    Returns:
        The people, and the share of them in whom something was exchanged.
    """
    skeleton = get_skeleton(detections.skeleton)
    mirror = np.array(skeleton.mirror)
    order = np.tile(np.arange(len(mirror)), (len(detections.frame), 1))
    sure = detections.confidence[..., None] >= _LEAST_CONFIDENCE
    points = np.where(sure, detections.keypoints, np.nan).astype(np.float64)
    for chain in chains(detections):
        for group in _groups(skeleton.joints):
            exchanged = _exchanged(points[chain], detections.frame[chain] / detections.fps, group, mirror[group])
            order[np.ix_(chain[exchanged], group)] = mirror[group]
    keypoints = np.take_along_axis(detections.keypoints, order[..., None], 1)
    confidence = np.take_along_axis(detections.confidence, order, 1)
    changed = (order != np.arange(len(mirror))).any(1)
    fixed = dataclasses.replace(detections, keypoints=keypoints, confidence=confidence)
    return fixed, float(changed.mean()) if len(changed) else 0.0


def chains(detections: Detections) -> list[Int[np.ndarray, " n"]]:
    """Indices of people who follow each other from frame to frame, by where they are and how large.

    These are no identities: dancers who cross may change chains.
    """
    middle, size = _boxes(detections.keypoints)
    done: list[list[int]] = []
    running: list[list[int]] = []
    for frame in np.unique(detections.frame):
        rows = detections.in_frame(int(frame))
        here = np.arange(rows.start, rows.stop)
        late = [chain for chain in running if frame - detections.frame[chain[-1]] > _LONGEST_GAP * detections.fps + 1]
        done += late
        running = [chain for chain in running if chain not in late]
        last = np.array([chain[-1] for chain in running], int)
        scale = np.maximum(size[last][:, None], size[here])
        distance = np.linalg.norm(middle[last][:, None] - middle[here], axis=-1) / scale
        before, after = assign(distance, _FARTHEST)
        for chain, person in zip(before, here[after], strict=True):
            running[chain].append(int(person))
        running += [[person] for person in np.delete(here, after).tolist()]
    return [np.array(chain) for chain in done + running]


def _boxes(points: Float[np.ndarray, "N J D"]) -> tuple[Float[np.ndarray, "N D"], Float[np.ndarray, " N"]]:
    """Middle of the box around each person's joints and its longer side; (0, 0) and nearly 0 without any."""
    known = np.isfinite(points)
    some = known.any((1, 2))[:, None]
    low = np.where(some, np.where(known, points, np.inf).min(1, initial=np.inf), 0.0)
    high = np.where(some, np.where(known, points, -np.inf).max(1, initial=-np.inf), 0.0)
    return (low + high) / 2, np.maximum((high - low).max(-1), 1e-6)


def _groups(joints: tuple[str, ...]) -> list[Int[np.ndarray, " G"]]:
    """Indices of the joints that are exchanged together: legs, face and arms."""
    sided = [index for index, joint in enumerate(joints) if joint.startswith(("left_", "right_"))]
    legs = [index for index in sided if any(word in joints[index] for word in _LEGS)]
    face = [index for index in sided if any(word in joints[index] for word in _FACE)]
    arms = [index for index in sided if index not in legs and index not in face]
    return [np.array(group) for group in (legs, face, arms) if group]


def _exchanged(
    points: Float[np.ndarray, "N J D"],
    seconds: Float[np.ndarray, " N"],
    group: Int[np.ndarray, " G"],
    mirror: Int[np.ndarray, " G"],
) -> Bool[np.ndarray, " N"]:
    """Whether a group of joints is better read with its sides exchanged, for each frame of a chain."""
    size = float(np.median(_boxes(points)[1]))
    plain, other = points[:, group], points[:, mirror]
    steps = np.diff(seconds)
    wrong = _WRONG_PER_SECOND * np.r_[np.median(steps) if steps.size else 0.0, np.minimum(steps, _LONGEST_GAP)]
    keep, turn = (np.r_[0.0, _moved(plain[:-1], after[1:]) / size] for after in (plain, other))
    return decode(turn, wrong, keep).astype(bool)


def _moved(before: Float[np.ndarray, "N J D"], after: Float[np.ndarray, "N J D"]) -> Float[np.ndarray, " N"]:
    """Mean distance that joints went, of those known in both frames; 0 where there are none."""
    distance = np.linalg.norm(after - before, axis=-1)
    known = np.isfinite(distance)
    return np.where(known, distance, 0.0).sum(1) / np.maximum(known.sum(1), 1)
