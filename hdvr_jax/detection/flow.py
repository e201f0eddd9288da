"""From a video file to the people in every frame: shared out to threads, kept on disk, told on the console."""

import collections
import concurrent.futures
import contextlib
import dataclasses
import hashlib
import importlib
import itertools
import os
import pathlib
import queue
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from hdvr_jax.detection import landmarker, people
from hdvr_jax.detection.bundle import default_bundle
from hdvr_jax.detection.cache import Cache
from hdvr_jax.detection.people import SKELETON, Find, People, Picture, Settings
from hdvr_jax.detection.sides import steady_sides
from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.errors import InputError
from hdvr_jax.meter import Meter
from hdvr_jax.video import Video, open_video

DEFAULTS = Settings()
Open = Callable[[], contextlib.AbstractContextManager[Find]]
_MOST_WORKERS = 8
_MOST_BYTES = 2**30
# Part of the name of a cache: to be raised when the same input gives another result.
_VERSION = 1


def detect(
    path: str | os.PathLike,
    notes: list[str] | None = None,
    *,
    fps: float | None = None,
    bundle: str | os.PathLike | None = None,
    cache: str | os.PathLike | None = None,
    settings: Settings = DEFAULTS,
) -> Detections:
    """The people in every frame of a video, found by MediaPipe's pose landmarker.

    Args:
        path: The video.
        notes: Receives what was assumed, a sentence each.
        fps: As of `open_video`.
        bundle: A .task bundle of weights; None takes the published full model, downloaded at the first use.
        cache: Folder in which finished parts are kept, for a run that is stopped, or None.
        settings: How people are looked for.

    Returns:
        People of `mediapipe33`, with visibility as confidence.

    Raises:
        InputError: not a video; MediaPipe, its weights or the cache are unusable; nobody is in the video.
    """
    version = landmarker.check_installed()
    with open_video(path, fps) as video:
        meter = Meter(sys.stderr)
        file = pathlib.Path(bundle) if bundle is not None else default_bundle(meter.note)
        weights = hashlib.sha256(landmarker.read_bundle(file)).hexdigest()
        about = {"mediapipe": version, "weights": weights, "opencv": importlib.import_module("cv2").__version__}
        return detect_with(
            video,
            lambda: landmarker.open_landmarker(file, settings),
            about,
            notes,
            fps=fps,
            cache=cache,
            settings=settings,
        )


def detect_with(
    video: Video,
    open_find: Open,
    about: dict[str, Any],
    notes: list[str] | None = None,
    *,
    fps: float | None = None,
    cache: str | os.PathLike | None = None,
    settings: Settings = DEFAULTS,
    workers: int | None = None,
) -> Detections:
    """As `detect`, with any function that finds people in a square picture.

    Args:
        video: Opened with `fps`.
        open_find: Opens the function, once for each thread.
        about: What tells that function from others, for the cache.
        workers: Threads; None takes one for each processor core. The result is the same with any number.
    """
    asked = {**about, "fps": fps, "settings": dataclasses.asdict(settings), "version": _VERSION}
    kept = Cache(cache, video.path, asked)
    done = kept.whole()
    if done is None:
        found = _run(video, open_find, kept, settings, workers or min(os.cpu_count() or 1, _MOST_WORKERS))
        done = found, {"fps": video.fps, "image_size": video.image_size, "notes": video.notes}
        kept.keep_whole(*done)
    found, known = done
    notes = [] if notes is None else notes
    notes += known["notes"]
    detections, exchanged = steady_sides(_detections(found, known, video.path))
    if exchanged:
        notes.append(f"Left and right jumped in {exchanged:.1%} of the detections and were exchanged back.")
    return detections


def _detections(found: list[People], known: dict[str, Any], path: pathlib.Path) -> Detections:
    """The people of all frames. Raises InputError where there is nobody."""
    counts = [len(frame) for frame in found]
    if not any(counts):
        raise InputError(f"{path}: nobody was found in {len(found)} frames")
    everybody = np.concatenate(found)
    return Detections(
        keypoints=everybody[..., :2],
        confidence=np.clip(everybody[..., 2], 0, 1),
        frame=np.repeat(np.arange(len(found)), counts),
        person=np.full(len(everybody), NOBODY),
        frames=len(found),
        skeleton=SKELETON,
        fps=known["fps"],
        image_size=tuple(known["image_size"]),
    )


def _run(video: Video, open_find: Open, kept: Cache, settings: Settings, workers: int) -> list[People]:
    """The people of each frame. Stretches between two searches do not depend on each other."""
    length = max(1, round(settings.search_seconds * video.fps))
    found = [frame for piece in _finished(kept) for frame in piece]
    first = len(found) // length
    # The last stretch may be shorter: the whole was not finished, so it is done again.
    found = found[: first * length]
    meter = Meter(sys.stderr, video.frames)
    meter.start(len(found))
    with contextlib.ExitStack() as stack:
        finders: queue.SimpleQueue[Find] = queue.SimpleQueue()
        for _ in range(workers):
            finders.put(stack.enter_context(open_find()))
        stretches = _stretches(video, first * length, length, settings.shorter_side)
        done = shared_out(stretches, finders, workers, settings)
        for index, piece in enumerate(stack.enter_context(contextlib.closing(done)), first):
            kept.keep_piece(index, piece)
            found += piece
            meter.report(len(found))
    meter.end(len(found))
    return found


def _finished(kept: Cache) -> Iterator[list[People]]:
    """Stretches that an earlier run finished, up to the first that is missing."""
    for index in itertools.count():
        piece = kept.piece(index)
        if piece is None:
            return
        yield piece


def _stretches(video: Video, first: int, length: int, shorter_side: int) -> Iterator[tuple[list[Picture], float]]:
    """Frames between two searches, shrunk, and by how much."""
    frames = (people.shrunk(frame, shorter_side) for frame in video.frames_from(first))
    while stretch := list(itertools.islice(frames, length)):
        yield [frame for frame, _ in stretch], stretch[0][1]


def shared_out(
    stretches: Iterator[tuple[list[Picture], float]],
    finders: "queue.SimpleQueue[Find]",
    workers: int,
    settings: Settings,
) -> Iterator[list[People]]:
    """Results of the stretches in their order; few are in memory at a time."""

    def work(frames: list[Picture], scale: float) -> list[People]:
        find = finders.get()
        try:
            return [
                found * np.array([scale, scale, 1], np.float32) for found in people.found_in(frames, find, settings)
            ]
        finally:
            finders.put(find)

    executor = concurrent.futures.ThreadPoolExecutor(workers)
    waiting: collections.deque[concurrent.futures.Future[list[People]]] = collections.deque()
    try:
        for frames, scale in stretches:
            waiting.append(executor.submit(work, frames, scale))
            most = min(workers, max(1, _MOST_BYTES // (len(frames) * frames[0].nbytes)))
            while len(waiting) > most:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        executor.shutdown(cancel_futures=True)
