"""Detection in real video: how near to OpenPose, how small dancers may be, how fast.

    HDVR_REAL_DATA=../shared/data python -m benchmarks.detection [--detector=FILE.task] [--scenes=12]

First table: both clips of `pose2sim`, in which one person moves and another stands by, against OpenPose's detections
of the same cameras (BODY_25B; they are a reference, not the truth). That they show the same take is checked: joints
are nearest to OpenPose's with hardly a shift in time, and twice as far off with ten frames. PCK counts nose, shoulders,
elbows, wrists, hips, knees and ankles that OpenPose found, within 0.2 of the torso (middle of shoulders to middle of
hips) or 0.5 of the head (neck to crown). "Landmarker alone" is MediaPipe on whole frames, with the largest person of
each taken. Frames a second are of this machine, with reading the file, and with whatever else it does.

Second table: real people of several sizes beside each other (`detection_scenes.py`), the share of them that is found
(half of the joints within 0.2 of the torso, left and right perhaps exchanged). Who is found besides is mostly the one
who stands by, where the cut-outs show them.
"""

import argparse
import contextlib
import os
import pathlib
import sys
import time
from collections.abc import Callable, Iterator

import numpy as np
from jaxtyping import Float

from benchmarks import detection_scenes as scenes
from hdvr_jax import keypoints, metrics, scripts
from hdvr_jax.detection import Settings, detect, landmarker
from hdvr_jax.detection.bundle import default_bundle
from hdvr_jax.detection.people import People, Picture, box, look_at, search
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.tracking import track_keypoints
from hdvr_jax.video import open_video

ROOT = pathlib.Path(__file__).resolve().parent.parent
CAMERAS = ("cam01", "cam02")
_MOST_SHIFT = 10
_COLUMNS = (
    "clip",
    "detector",
    "PCK@0.2 torso",
    "PCK@0.5 head",
    "PCK@0.2 torso, either way round",
    "one main dancer",
    "frames/s",
    "CPU ms a frame",
)
_SIZES = ((1, 0.15), (1, 0.25), (1, 0.5), (2, 0.25), (2, 0.5), (3, 0.25), (3, 0.5), (5, 0.25))
Points = Float[np.ndarray, "T 13 2"]


def main() -> None:
    """Prints both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--detector", type=pathlib.Path, help="a .task bundle in place of the full model")
    parser.add_argument("--scenes", type=int, default=12, help="how many of each kind")
    options = parser.parse_args()
    root = pathlib.Path(os.environ.get("HDVR_REAL_DATA", ROOT.parent / "shared" / "data")) / "pose2sim"
    bundle = options.detector or default_bundle(lambda line: print(line, file=sys.stderr))
    print(f"| {' | '.join(_COLUMNS)} |\n|{' --- |' * len(_COLUMNS)}")
    for camera in CAMERAS:
        for line in clip_rows(root, camera, bundle):
            print(line, flush=True)
    print("\n| people | height of each, of the frame's | landmarker alone | ours | found besides, a frame |")
    print("| --- | --- | --- | --- | --- |")
    for line in scene_rows(root, bundle, options.scenes):
        print(line, flush=True)


def clip_rows(root: pathlib.Path, camera: str, bundle: pathlib.Path) -> Iterator[str]:
    """A line of the first table for each detector."""
    path = root / f"{camera}.mp4"
    reading = keypoints.read(root / f"openpose_{camera}", fps=open_video(path).fps)
    reference = max(reading.tracks, key=_height)
    start = _clocks()
    found = detect(path, bundle=bundle)
    cost = (_clocks() - start) / found.frames
    tracks = track_keypoints(found).tracks
    shift, distances = alignment(scenes.points(tracks[0]), scenes.points(reference))
    least, unshifted, far = distances.min(), distances[_MOST_SHIFT], distances[[0, -1]].min()
    print(
        f"{camera}: {unshifted:.0f} px from OpenPose; {least:.0f} px where {shift} frames late, {far:.0f} px or more "
        f"{_MOST_SHIFT} frames off",
        file=sys.stderr,
    )
    yield _row(camera, "ours", scenes.points(tracks[0]), reference, len(tracks), cost)
    for mode in ("IMAGE", "VIDEO"):
        points, cost = _alone(path, bundle, mode)
        yield _row(camera, f"landmarker alone, {mode}", points, reference, 1, cost)


def alignment(found: Points, reference: Points) -> tuple[int, Float[np.ndarray, " S"]]:
    """By how many frames joints are late where their median distance is least, and that distance for all shifts."""

    def distance(shift: int) -> float:
        late, early = found[max(shift, 0) :], reference[max(-shift, 0) :]
        count = min(len(late), len(early))
        return float(np.nanmedian(np.linalg.norm(late[:count] - early[:count], axis=-1)))

    distances = np.array([distance(shift) for shift in range(-_MOST_SHIFT, _MOST_SHIFT + 1)])
    return int(distances.argmin()) - _MOST_SHIFT, distances


def _row(camera: str, name: str, found: Points, reference: PoseTrack, dancers: int, cost: np.ndarray) -> str:
    true = scenes.points(reference)
    torso = np.linalg.norm(true[:, 1:3].mean(1) - true[:, 7:9].mean(1), axis=-1)
    joints = reference.keypoints[:, [scenes.index("body25b", joint) for joint in ("neck", "head")]]
    head = np.linalg.norm(joints[:, 0] - joints[:, 1], axis=-1)
    turned = found[:, scenes.MIRROR]
    nearer = np.nanmean(np.linalg.norm(turned - true, axis=-1), 1) < np.nanmean(
        np.linalg.norm(found - true, axis=-1), 1
    )
    either = np.where(nearer[:, None, None], turned, found)
    shares = (pck(found, true, torso, 0.2), pck(found, true, head, 0.5), pck(either, true, torso, 0.2))
    present = np.isfinite(found).all(-1).any(1).mean() if dancers == 1 else 0.0
    cells = [f"{share:.3f}" for share in shares]
    return f"| {camera} | {name} | {' | '.join(cells)} | {present:.0%} | {1 / cost[0]:.1f} | {1000 * cost[1]:.0f} |"


def pck(found: Points, true: Points, scale: Float[np.ndarray, " T"], fraction: float) -> float:
    """PCK over the joints of the reference; one that was not found counts as wrong."""
    known = np.isfinite(true).all(-1)
    far = np.where(np.isfinite(found), found, 1e6).astype(np.float32)
    scale = np.nan_to_num(scale, nan=np.nanmedian(scale)).astype(np.float32)
    total, weight = metrics.pck_2d(far, np.nan_to_num(true).astype(np.float32), scale, known, fraction=fraction)
    return float(np.sum(total) / np.sum(weight))


def _alone(path: pathlib.Path, bundle: pathlib.Path, mode: str) -> tuple[Points, np.ndarray]:
    """The largest person that MediaPipe finds in each whole frame, and seconds a frame by both clocks."""
    found = []
    with _whole_frames(bundle, mode) as find:
        start = _clocks()
        for frame in open_video(path):
            people = find(frame)
            largest = max(people, key=lambda person: np.ptp(box(person)[:, 1]), default=None)
            found.append(np.full((33, 2), np.nan, np.float32) if largest is None else largest[:, :2])
        cost = (_clocks() - start) / len(found)
    return np.stack(found)[:, scenes.indices("mediapipe33")], cost


@contextlib.contextmanager
def _whole_frames(bundle: pathlib.Path, mode: str) -> Iterator[Callable[[Picture], People]]:
    """MediaPipe's landmarker as its guide sets it up, with its defaults but for the number of people."""
    mediapipe = landmarker.load_mediapipe()
    vision = mediapipe.tasks.vision
    options = vision.PoseLandmarkerOptions(
        base_options=mediapipe.tasks.BaseOptions(model_asset_buffer=bundle.read_bytes()),
        running_mode=vision.RunningMode[mode],
        num_poses=6,
    )
    with vision.PoseLandmarker.create_from_options(options) as found:
        frames = iter(range(0, 10**9, 16))

        def find(picture: Picture) -> People:
            detect_in = found.detect if mode == "IMAGE" else lambda image: found.detect_for_video(image, next(frames))
            return landmarker.people_of(mediapipe, detect_in, picture)

        yield find


def scene_rows(root: pathlib.Path, bundle: pathlib.Path, count: int) -> Iterator[str]:
    """A line of the second table for each number and size of people."""
    cast = scenes.cast(root, CAMERAS)
    settings = Settings()
    with landmarker.open_landmarker(bundle, settings) as find, _whole_frames(bundle, "IMAGE") as whole:
        for people, height in _SIZES:
            random = np.random.default_rng(0)
            alone, ours, besides = 0, 0, 0
            for _ in range(count):
                frame, true = scenes.scene(cast, people, height, random)
                found = look_at(frame, find, search(frame, find, settings), settings.margin)
                hits = scenes.hits(found, true)
                alone, ours, besides = alone + scenes.hits(whole(frame), true), ours + hits, besides + len(found) - hits
            shares = f"{alone / people / count:.0%} | {ours / people / count:.0%}"
            yield f"| {people} | {height:.0%} | {shares} | {besides / count:.2f} |"


def _clocks() -> np.ndarray:
    """Seconds by the clock on the wall and of the processor."""
    return np.array([time.perf_counter(), time.process_time()])


def _height(track: PoseTrack) -> float:
    return float(np.nanmedian(np.nanmax(track.keypoints[..., 1], 1) - np.nanmin(track.keypoints[..., 1], 1)))


if __name__ == "__main__":
    scripts.guarded(main)
