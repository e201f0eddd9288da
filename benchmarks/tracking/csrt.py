"""OpenCV's CSRT on a video, in a process that has opencv-contrib on its path.

python -m benchmarks.tracking.csrt VIDEO FIRST.npy FOUND.npz
"""

import sys
import time

import cv2
import numpy as np


def main(video: str, first: str, found: str) -> None:
    """Follows every box of `first` (D, 4) through the video; NaN where CSRT gives up."""
    started = np.load(first, allow_pickle=False)
    capture = cv2.VideoCapture(video)
    trackers, rows, seconds = [], [], 0.0
    while True:
        there, picture = capture.read()
        if not there:
            break
        begin = time.process_time()
        if not trackers:
            trackers = [_start(picture, box) for box in started]
            rows.append(started)
        else:
            rows.append(np.array([_follow(tracker, picture) for tracker in trackers]))
        seconds += time.process_time() - begin
    np.savez(found, boxes=np.stack(rows, 1), seconds=seconds)


def _start(picture: np.ndarray, box: np.ndarray) -> cv2.Tracker:
    height, width = picture.shape[:2]
    low, high = np.clip(box[:2], 0, (width - 2, height - 2)), np.clip(box[2:], 1, (width, height))
    left, top, right, bottom = np.round([*low, *high]).astype(int).tolist()
    tracker = cv2.TrackerCSRT.create()
    tracker.init(picture, (left, top, max(right - left, 1), max(bottom - top, 1)))
    return tracker


def _follow(tracker: cv2.Tracker, picture: np.ndarray) -> list[float]:
    there, (left, top, width, height) = tracker.update(picture)
    return [left, top, left + width, top + height] if there else [np.nan] * 4


if __name__ == "__main__":
    main(*sys.argv[1:])
