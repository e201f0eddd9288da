"""MediaPipe's pose landmarker, as a function from a picture to the people in it.

Each picture is read for itself (IMAGE mode): results do not depend on what came before, so that work can be shared out
and taken up again with exactly the same result. On the two clips of `benchmarks.detection` the VIDEO mode, which
follows people from frame to frame, was no more accurate, and it finds no more people.
"""

import contextlib
import importlib
import importlib.util
import os
import pathlib
import sys
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from hdvr_jax.detection.figure import standing_person
from hdvr_jax.detection.people import Find, People, Picture, Settings
from hdvr_jax.errors import InputError

_MISSING = (
    "reading a video needs MediaPipe: `make video` installs it (or `pip install --no-deps -r requirements-video.txt`); "
    "or give keypoints that a detector wrote: OpenPose, AlphaPose, MMPose, COCO, MediaPipe, Ultralytics, AIST++"
)


def check_installed() -> str:
    """MediaPipe's version. Raises InputError, which says what to install or to give, where it is missing."""
    if importlib.util.find_spec("mediapipe") is None:
        raise InputError(_MISSING)
    return importlib.import_module("importlib.metadata").version("mediapipe")


@contextlib.contextmanager
def open_landmarker(bundle: pathlib.Path, settings: Settings) -> Iterator[Find]:
    """The landmarker with the weights of a .task bundle, for square pictures; for one thread at a time.

    Raises:
        InputError: MediaPipe, a library of the system or the weights cannot be loaded.
    """
    check_installed()
    mediapipe = load_mediapipe()
    vision = mediapipe.tasks.vision
    options = vision.PoseLandmarkerOptions(
        # From memory: paths of any characters, and no other file than the one that was checked.
        base_options=mediapipe.tasks.BaseOptions(model_asset_buffer=read_bundle(bundle)),
        num_poses=settings.people_in_square,
        min_pose_detection_confidence=settings.confidence,
        min_pose_presence_confidence=settings.confidence,
    )
    try:
        with _quiet():
            landmarker = vision.PoseLandmarker.create_from_options(options)
            # Both networks speak up at their first picture with a person.
            people_of(mediapipe, landmarker.detect, standing_person())
    except OSError as error:
        raise InputError(
            f"MediaPipe cannot start ({error}); on Debian and Ubuntu: apt-get install libgl1 libegl1 libgles2"
        ) from error
    except (ValueError, RuntimeError) as error:
        reason = (str(error).splitlines() or [""])[0]
        raise InputError(f"{bundle}: not a bundle of MediaPipe's pose landmarker ({reason})") from error
    try:
        yield lambda picture: people_of(mediapipe, landmarker.detect, picture)
    finally:
        landmarker.close()


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keeps what libraries write to the console by themselves (how they were built, which kernels they use) off it."""
    sys.stderr.flush()
    console = os.dup(2)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 2)
        yield
    finally:
        os.dup2(console, 2)
        os.close(console)
        os.close(nowhere)


def read_bundle(bundle: pathlib.Path) -> bytes:
    """The content of a .task bundle. Raises InputError where it cannot be read."""
    try:
        return bundle.read_bytes()
    except OSError as error:
        raise InputError(f"{bundle}: cannot be read ({error.strerror}); expected a .task bundle") from error


def load_mediapipe() -> Any:
    """The module. It would load TensorFlow, which takes seconds, only for a decorator of its documentation."""
    barred = "tensorflow" not in sys.modules
    try:
        if barred:
            sys.modules["tensorflow"] = None
        return importlib.import_module("mediapipe")
    except (ImportError, OSError) as error:
        raise InputError(f"MediaPipe is installed but cannot be loaded ({error}); `make video` installs it") from error
    finally:
        if barred:
            sys.modules.pop("tensorflow", None)


def people_of(mediapipe: Any, detect: Callable[[Any], Any], picture: Picture) -> People:
    """The people whom a landmarker's method finds in a BGR picture, in its pixels."""
    import cv2

    image = mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
    found = detect(image).pose_landmarks
    height, width = picture.shape[:2]
    people = [[(joint.x * width, joint.y * height, joint.visibility) for joint in person] for person in found]
    people = np.array(people, np.float32).reshape(-1, 33, 3)
    return people[np.isfinite(people).all((1, 2))]
