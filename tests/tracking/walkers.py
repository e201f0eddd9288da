"""Stick figures that walk across the image, with known identities."""

import cv2
import numpy as np

from hdvr_jax.detections import NOBODY, Detections

FPS, SIZE = 30.0, (640, 360)
_POSE = np.array(
    [
        [0, -70], [3, -73], [-3, -73], [6, -71], [-6, -71], [15, -55], [-15, -55], [20, -35], [-20, -35],
        [22, -15], [-22, -15], [9, 0], [-9, 0], [10, 35], [-10, 35], [10, 70], [-10, 70],
    ],
    float,
)  # fmt: skip


def walk(start, velocity, frames, seed=0, scale=1.0):
    """(T, 17, 2) of one who walks along a line, swinging arms and legs in an own rhythm."""
    rng = np.random.default_rng(seed)
    time = np.arange(frames) / FPS
    swing = np.sin(2 * np.pi * (rng.uniform(1, 2) * time + rng.uniform()))[:, None]
    pose = np.repeat(_POSE[None] * scale * rng.uniform(0.9, 1.1, (1, 1, 2)), frames, 0)
    pose[:, [9, 13, 15], 0] += 15 * scale * swing
    pose[:, [10, 14, 16], 0] -= 15 * scale * swing
    place = np.asarray(start, float) + time[:, None] * np.asarray(velocity, float)
    return pose + place[:, None] + rng.normal(size=pose.shape)


def detected(people, seed=0, hidden=(), person=None, fps=FPS):
    """Detections of people (K, T, 17, 2) in shuffled order; `hidden` holds (person, frame) that the detector missed.

    Joints that are NaN are missing.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for frame in range(people.shape[1]):
        for who in rng.permutation(len(people)):
            if (int(who), frame) not in hidden and np.isfinite(people[who, frame]).any():
                rows.append((frame, int(who)))
    frames, who = np.array(rows, int).reshape(-1, 2).T
    points = people[who, frames].astype(np.float32)
    numbers = np.full(len(who), NOBODY) if person is None else np.asarray(person)[who]
    seen = np.isfinite(points).all(-1)
    return Detections(
        points, np.where(seen, np.float32(0.9), np.float32(0)), frames, numbers, people.shape[1], "coco17", fps, SIZE
    )


def identities(tracking, people):
    """For each track, who it shows in every frame (-1: nobody)."""
    shown = []
    for track in tracking.tracks:
        apart = np.linalg.norm(people - track.keypoints[None], axis=-1)
        known = np.isfinite(apart)
        mean = np.where(known, apart, 0).sum(-1) / np.maximum(known.sum(-1), 1)
        mean = np.where(known.any(-1), mean, np.inf)
        shown.append(np.where(known.any((0, 2)), mean.argmin(0), -1))
    return np.array(shown).reshape(-1, people.shape[1])


def switches(tracking, people):
    """How often a track goes over from one person to another."""
    count = 0
    for shown in identities(tracking, people):
        shown = shown[shown >= 0]
        count += int((np.diff(shown) != 0).sum())
    return count


def drawn(people, clothes, seed=0):
    """BGR frames of people (K, T, 17, 2), each in two colours (K, 2, 3), the later ones in front."""
    rng = np.random.default_rng(seed)
    background = rng.integers(90, 140, (SIZE[1], SIZE[0], 3), np.uint8)
    for frame in range(people.shape[1]):
        image = background.copy()
        for points, (upper, lower) in zip(people[:, frame], clothes, strict=True):
            if np.isfinite(points).all():
                _dress(image, points, tuple(map(int, upper)), tuple(map(int, lower)))
        yield image


def _dress(image, points, upper, lower):
    pixels = np.round(points).astype(int)
    for limb, colour in (((5, 7, 9), upper), ((6, 8, 10), upper), ((11, 13, 15), lower), ((12, 14, 16), lower)):
        cv2.polylines(image, [pixels[list(limb)]], False, colour, 9)
    cv2.fillConvexPoly(image, cv2.convexHull(pixels[[5, 6, 11, 12]].astype(np.int32)), upper)
    cv2.circle(image, tuple(pixels[0].tolist()), 9, (150, 180, 220), -1)
