"""Keypoint and motion files of other tools, and the project's own, to `PoseTrack`s.

A format is one module with `recognises(path)` and `read(path, options)`, and one row of `FORMATS`.
"""

import dataclasses
import os
import pathlib
from collections.abc import Callable

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import (
    aistpp,
    alphapose,
    bvh,
    cmu,
    coco_annotations,
    coco_results,
    frame_files,
    mediapipe_landmarks,
    mmpose,
    native,
    openpose,
    point_lines,
    ultralytics,
    unknown,
    videopose3d_custom,
)
from hdvr_jax.keypoints.arrays import check_archive
from hdvr_jax.keypoints.people import followed
from hdvr_jax.keypoints.reading import Found, Options, Reading
from hdvr_jax.keypoints.words import printable
from hdvr_jax.pose_track import check_fps


@dataclasses.dataclass(frozen=True)
class Format:
    """A kind of file or folder.

    Attributes:
        name: What a user calls it.
        description: One line for help texts.
        recognises: Whether a path looks like this format, by content where possible. No InputError, but an OSError
            where it cannot be opened.
        read: Reads a path: the dancers, or people frame by frame, who have to be tracked; raises InputError with file,
            frame and field.
        options: Fields of `Options` that the reader heeds, besides `fps` and `film`.
        fields: Names in the file by which a damaged one is known, besides those that many have.
    """

    name: str
    description: str
    recognises: Callable[[pathlib.Path], bool]
    read: Callable[[pathlib.Path, Options], Reading | Found]
    options: tuple[str, ...] = ()
    fields: frozenset[str] = frozenset()


_LONGEST_MESSAGE = 800
_POINTS = ("layout", "image_size", "bystanders")
FORMATS = (
    Format(
        "tracks",
        "tracks of this project (.npz, .json)",
        native.recognises,
        native.read,
        fields=frozenset({"format", "tracks", "skeleton", "fps", "provenance"}),
    ),
    Format("aistpp", "AIST++ keypoints (.pkl, or their folder)", aistpp.recognises, aistpp.read, ("view", "clip")),
    Format(
        "cmu",
        "CMU motion capture pack (.npz)",
        cmu.recognises,
        cmu.read,
        ("clip", "drop_first_frame"),
        frozenset({"joint_names", "meta", "fps"}),
    ),
    Format("bvh", "BVH motion (.bvh)", bvh.recognises, bvh.read, ("unit", "drop_first_frame")),
    Format(
        "openpose",
        "OpenPose (folder of .json)",
        openpose.recognises,
        openpose.read,
        ("clip", *_POINTS),
        frozenset({"people", "pose_keypoints_2d", "person_id"}),
    ),
    Format(
        "alphapose",
        "AlphaPose results (.json)",
        alphapose.recognises,
        alphapose.read,
        ("clip", *_POINTS),
        frozenset({"image_id", "keypoints", "idx", "box", "score"}),
    ),
    Format(
        "coco",
        "COCO keypoint results (.json)",
        coco_results.recognises,
        coco_results.read,
        _POINTS,
        frozenset({"image_id", "keypoints", "category_id", "score"}),
    ),
    Format(
        "annotations",
        "COCO annotations of people (.json)",
        coco_annotations.recognises,
        coco_annotations.read,
        ("clip", *_POINTS),
        frozenset({"images", "annotations", "image_id", "keypoints", "num_keypoints", "file_name"}),
    ),
    Format(
        "mmpose",
        "MMPose predictions (.json, or their folder)",
        mmpose.recognises,
        mmpose.read,
        ("clip", *_POINTS),
        frozenset({"instances", "instance_info", "keypoint_scores", "frame_id", "meta_info"}),
    ),
    Format(
        "mediapipe",
        "MediaPipe pose landmarks (.json, or their folder)",
        mediapipe_landmarks.recognises,
        mediapipe_landmarks.read,
        ("view", "clip", *_POINTS),
        frozenset({"pose_landmarks", "landmarks", "landmark", "pose_world_landmarks", "visibility"}),
    ),
    Format(
        "ultralytics",
        "Ultralytics poses (.json, or a folder of .json or .txt)",
        ultralytics.recognises,
        ultralytics.read,
        ("clip", *_POINTS),
        frozenset({"keypoints", "box", "class", "name", "track_id"}),
    ),
    Format("lines", "text of a frame a line, 51 numbers (.txt)", point_lines.recognises, point_lines.read, _POINTS),
    Format(
        "videopose3d",
        "Detectron2 or custom 2D detections for VideoPose3D (.npz)",
        videopose3d_custom.recognises,
        videopose3d_custom.read,
        ("view", "clip", *_POINTS),
        frozenset({"positions_2d", "boxes", "keypoints", "metadata"}),
    ),
)


def formats() -> list[str]:
    """Names of the formats that `read` knows."""
    return [entry.name for entry in FORMATS]


def read(
    path: str | os.PathLike,
    *,
    format: str | None = None,
    fps: float | None = None,
    view: str | None = None,
    clip: str | None = None,
    unit: str | None = None,
    drop_first_frame: bool | None = None,
    layout: str | None = None,
    image_size: tuple[int, int] | None = None,
    bystanders: bool | None = None,
) -> Reading:
    """Reads the dancers of one recording; people of a detector's file are tracked by their keypoints.

    Args:
        path: File, or folder of a format that consists of many files.
        format: One of `formats()`; recognised from the content by default.
        fps: Replaces the file's frame rate.
        view: Camera, for files with several ("c01" to "c09" in AIST++; default the first).
        clip: Recording, for files or folders with several (default the first).
        unit: "m", "cm", "mm" or "inch", for motion files that do not say (default: what makes a plausible body).
        drop_first_frame: Whether to leave out frame 0 of a motion file (default: if it is a reference pose).
        layout: Joint set of a detector's points, where their number does not tell (default: what makes a plausible
            body), such as "body25" or "body25b".
        image_size: (width, height) in pixels, for files that give shares of it or do not say.
        bystanders: Whether to keep people who never move while others do (default: they are left out, with a note).
    Returns:
        The tracks, at least one, and notes of what was assumed. A track may be missing throughout.
    Raises:
        InputError: nothing there or not to be opened, unknown or ambiguous format, an option that does not apply, or
            malformed content.
    """
    options = Options(fps, view, clip, unit, drop_first_frame, layout, image_size, bystanders=bystanders)
    found = load(path, options, format)
    return found if isinstance(found, Reading) else followed(found, pathlib.Path(path), options)


def load(path: str | os.PathLike, options: Options, format: str | None = None) -> Reading | Found:
    """What a file holds: dancers, or people frame by frame, for `people.followed` to track.

    Raises:
        InputError: as `read`, but for what shows only in tracking.
    """
    path = _only_file(pathlib.Path(path))
    chosen = _find(path, format)
    _check(options, chosen, path)
    return _read(chosen, path, options)


def check_there(path: str | os.PathLike) -> None:
    """Raises InputError when nothing is there, or a file is empty or cannot be opened."""
    try:
        _check_readable(pathlib.Path(path))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error


def _check(options: Options, chosen: Format, path: pathlib.Path) -> None:
    """Raises InputError for an option that does not apply to the format, or whose value is none."""
    size = options.image_size
    if options.fps is not None:
        check_fps(options.fps, str(path))
    if size is not None and not (len(size) == 2 and min(size) > 0):
        raise InputError(f"image size is {size}; expected width and height in pixels")
    for option in options.given():
        if option not in ("fps", "film", *chosen.options):
            raise InputError(f"{path}: option {option} does not apply to format {chosen.name}")


def _read(chosen: Format, path: pathlib.Path, options: Options) -> Reading | Found:
    """What the format reads; an error names the file, also where it shows only as the track is put together."""
    try:
        return chosen.read(path, options)
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    except InputError as error:
        raise InputError(_one_line(str(error) if path.name in str(error) else f"{path}: {error}")) from error


def _one_line(message: str) -> str:
    """The message without line breaks, other controls, and the middle of what a damaged file made too long."""
    words = printable(" ".join(message.split()))
    return words if len(words) <= _LONGEST_MESSAGE else f"{words[: _LONGEST_MESSAGE - 150]} ... {words[-150:]}"


def _only_file(path: pathlib.Path) -> pathlib.Path:
    """The only JSON file of a folder that has one, as detectors leave behind; `path` itself otherwise."""
    try:
        found = frame_files.names(path, ".json") if path.is_dir() else []
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    return path / found[0] if len(found) == 1 else path


def _find(path: pathlib.Path, name: str | None) -> Format:
    """The format of that name, or the only one that recognises the path."""
    if name is not None and name not in formats():
        raise InputError(f"unknown keypoint format {name!r}; known: {', '.join(formats())}")
    try:
        _check_readable(path)
        found = [entry for entry in FORMATS if (entry.name == name if name else entry.recognises(path))]
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error
    if len(found) == 1:
        return found[0]
    if found:
        raise InputError(f"{path}: could be {', '.join(entry.name for entry in found)}; say which format it is")
    if path.suffix == ".npz":
        check_archive(path)
    try:
        known = {entry.name: entry.description for entry in FORMATS}
        raise InputError(unknown.about(path, known, {entry.name: entry.fields for entry in FORMATS}))
    except OSError as error:
        raise InputError(f"{path}: cannot be read ({error.strerror or error})") from error


def _check_readable(path: pathlib.Path) -> None:
    """Raises InputError when nothing is there or the file is empty, and OSError when it cannot be opened."""
    if not path.exists():
        raise InputError(f"{path}: no such file or folder{unknown.stream_hint(path)}")
    if path.is_dir():
        return
    if not path.is_file():
        raise InputError(f"{path}: neither a file nor a folder{unknown.stream_hint(path)}")
    with path.open("rb") as file:
        if not file.read(1):
            raise InputError(f"{path}: the file is empty")
