"""What the readers of detectors' files share: from the people of every frame to tracks."""

import collections
import dataclasses
import importlib
import pathlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
from jaxtyping import Bool, Float, Int, UInt8

from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import frame_files, ids, layouts, outside
from hdvr_jax.keypoints.reading import Found, Options, Reading
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_skeleton

FPS, IMAGE_SIZE = 30.0, (1920, 1080)
_FARTHEST = 1e6  # pixels or metres


class Person(NamedTuple):
    """Someone in a frame.

    Attributes:
        frame: Number of the frame, as the file counts.
        points: (J, 3) x, y and confidence, or (J, 4) x, y, z and confidence.
        number: That the detector's tracker gave, or NOBODY.
    """

    frame: int
    points: np.ndarray
    number: int = NOBODY


@dataclasses.dataclass(frozen=True)
class Source:
    """A file, and what its format says about it.

    Attributes:
        path: Of the file or folder, for errors.
        options: Of the user.
        layouts: Names of the layouts that the format may have.
        notes: What was assumed; added to.
        image_size: (width, height) where the file tells it.
        fps: Where the file tells it.
        shares: Whether coordinates are shares of the image's width and height rather than pixels; None: looked at.
        usual: Which of several layouts with as many points to take where limbs do not tell.
    """

    path: pathlib.Path
    options: Options
    layouts: tuple[str, ...]
    notes: list[str]
    image_size: tuple[int, int] | None = None
    fps: float | None = None
    shares: bool | None = False
    usual: str | None = None


def numbers(values: Any, where: str, field: str = "keypoints") -> Float[np.ndarray, "..."]:
    """`values`, nested lists of numbers; raises InputError otherwise. null is NaN."""
    try:
        return np.array(values, np.float64)
    except (TypeError, ValueError, OverflowError):
        raise InputError(f"{where}: {field} is not a regular array of numbers") from None


def triples(values: Any, where: str, field: str = "keypoints") -> Float[np.ndarray, "J 3"]:
    """x, y and confidence of every joint, from a flat list of them; raises InputError otherwise."""
    found = numbers(values, where, field)
    if found.size == 0 or found.size % 3 or found.ndim > 2 or (found.ndim == 2 and found.shape[1] != 3):
        raise InputError(f"{where}: {field} has shape {found.shape}; expected x, y and confidence of every joint")
    return found.reshape(-1, 3)


def number_of(value: Any) -> int:
    """The number of a person, from a whole number of any type that is not negative; NOBODY for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 2**31 or value != int(value):
        return NOBODY
    return int(value)


def size_of(width: Any, height: Any) -> tuple[int, int] | None:
    """The size of an image in pixels, where both sides are whole numbers above 0."""
    sides = [side.item() if isinstance(side, np.generic) else side for side in (width, height)]
    if not all(type(side) in (int, float) and 0 < side < 2**31 and side == int(side) for side in sides):
        return None
    return int(sides[0]), int(sides[1])


def gathered(
    source: Source, people: Sequence[Person], numbers: Sequence[int], start: int | None = None
) -> Found | Reading:
    """What a file holds, ready to be tracked.

    Args:
        numbers: Of the file's frames, with and without people.
        start: Where the numbering is known to begin.
    Raises:
        InputError: as `frame_files.time_line` and `detections`, nobody, or several people in 3D, who have no place in a
            common space.
    """
    first, count = frame_files.time_line(source.path, numbers, source.notes, start)
    found = detections(source, people, first, count)
    if found.keypoints.shape[-1] == 3:
        return Reading([_alone(found, source.path)], source.notes)
    return Found(found, tuple(source.notes))


def detections(source: Source, people: Sequence[Person], first: int, frames: int) -> Detections:
    """The people of `frames` frames from number `first`.

    A joint is missing where a number of it is not finite, where it lies at the origin or where it has no confidence.

    Raises:
        InputError: no people, people of different numbers of points, an undecided layout, or an impossible position.
    """
    people = sorted(people, key=lambda person: person.frame)
    values = _stacked(source.path, people)
    points = np.where(_seen(values)[..., None], values[..., :-1], np.nan)
    layout = layouts.choose(source.path, points, source.layouts, source.options.layout, source.notes, source.usual)
    points, trust = points[:, : layout.joints], values[:, : layout.joints, -1]
    seen = np.isfinite(points).all(-1)
    there = seen.any(1)
    if not there.any():
        raise InputError(f"{source.path}: no joint of anybody was seen in any frame")
    if not there.all():
        source.notes.append(f"Detections of people of whom no joint was seen were left out: {(~there).sum()}.")
    if seen.any() and trust[seen].max() > 1:
        source.notes.append(f"Confidences of up to {trust[seen].max():.3g} were cut to 1.")
    points, size = _in_pixels(source, points)
    frame = np.array([person.frame for person in people], np.int64)
    _check_far(source.path, points, frame, layout.skeleton)
    return Detections(
        keypoints=points[there].astype(np.float32),
        confidence=np.where(seen, np.clip(trust, 0, 1), 0)[there].astype(np.float32),
        frame=frame[there] - first,
        person=np.array([person.number for person in people], np.int64)[there],
        frames=frames,
        skeleton=layout.skeleton,
        fps=_frame_rate(source),
        image_size=size,
        first=first,
    )


def followed(
    found: Found, path: pathlib.Path, options: Options, frames: Iterator[UInt8[np.ndarray, "H W 3"]] | None = None
) -> Reading:
    """The dancers: tracked by keypoints, with the help of the file's numbers where each names one person in a frame.

    Args:
        path: Of the file or video, for errors.
        frames: BGR pictures of the same recording, one for each of its frames; None where there is no video.
    Raises:
        InputError: nobody could be followed.
    """
    # Imported where it is needed: it brings scipy, a part of a second of every start.
    tracking = importlib.import_module("hdvr_jax.tracking")
    settings = tracking.Settings(bystanders=bool(options.bystanders))
    if frames is None:
        result = tracking.track_keypoints(found.people, settings)
    else:
        result = tracking.track_video(found.people, frames, settings)
    if not result.tracks:
        count = len(found.people.frame)
        raise InputError(f"{path}: nobody was seen for long enough to be followed ({count} detections)")
    result, named = ids.of_file(found.people, result)
    return Reading(result.tracks, [*found.notes, *named, *result.notes], result.risks)


def _stacked(path: pathlib.Path, people: Sequence[Person]) -> Float[np.ndarray, "N J D"]:
    if not people:
        raise InputError(f"{path}: no people in it")
    usual = collections.Counter(person.points.shape for person in people).most_common(1)[0][0]
    for person in people:
        if person.points.shape != usual:
            count = len(person.points)
            raise InputError(f"{path}: frame {person.frame}: {count} points; expected {usual[0]} as in other frames")
    return np.stack([person.points for person in people])


def _seen(values: Float[np.ndarray, "N J D"]) -> Bool[np.ndarray, "N J"]:
    return np.isfinite(values).all(-1) & (values[..., :-1] != 0).any(-1) & (values[..., -1] > 0)


def _in_pixels(
    source: Source, points: Float[np.ndarray, "N J D"]
) -> tuple[Float[np.ndarray, "N J D"], tuple[int, int] | None]:
    """(points in pixels, image size or None where it is unknown and not needed)."""
    if points.shape[-1] == 3:
        return points, None
    size = _image_size(source)
    largest, lowest = np.nanmax(np.abs(points)), np.nanmin(points)
    if not source.shares and (source.shares is False or largest > 1):
        if size is None:
            source.notes.append("Coordinates in pixels of images of unknown size.")
        elif size != source.image_size:
            film = None if source.options.image_size else source.options.film
            source.notes.extend(outside.notes(points, size, f"the images of {film.name}" if film else "the images"))
        return points, size
    if size is None:
        size = IMAGE_SIZE
        source.notes.append(
            f"Coordinates are shares of an image of unknown size; {size[0]} x {size[1]} was assumed. Bodies are out of "
            "proportion if its sides have another ratio: say the image size."
        )
    else:
        source.notes.append(f"Coordinates are shares of an image of {size[0]} x {size[1]}.")
    # OpenPose can write -1 to 1 too; MediaPipe's points outside the image have shares below 0.
    if source.shares is None and lowest < 0:
        points = (points + 1) / 2
    return points * np.array(size, np.float64), size


def _image_size(source: Source) -> tuple[int, int] | None:
    """As the user says, else of the video, else of the file; InputError where video and file contradict each other."""
    film, own = source.options.film, source.image_size
    if source.options.image_size or film is None:
        return source.options.image_size or own
    if own not in (None, film.image_size):
        there, here = (" x ".join(map(str, size)) for size in (own, film.image_size))
        raise InputError(
            f"{source.path}: was made of images of {there} pixels, and {film.name} has {here}; expected the same"
        )
    return film.image_size


def _check_far(
    path: pathlib.Path, points: Float[np.ndarray, "N J D"], frame: Int[np.ndarray, " N"], skeleton: str
) -> None:
    far = np.argwhere(np.abs(np.nan_to_num(points)).max(-1) > _FARTHEST)
    if len(far):
        person, joint = far[0]
        name = get_skeleton(skeleton).joints[joint]
        raise InputError(
            f"{path}: frame {frame[person]}, {name}: {points[person, joint].tolist()} cannot be a position; "
            f"expected less than {_FARTHEST:g}"
        )


def _frame_rate(source: Source) -> float:
    if source.options.fps:
        source.notes.append(f"{source.options.fps:g} frames per second, as told from outside the file.")
        return source.options.fps
    if source.options.film:
        film = source.options.film
        source.notes.append(f"{film.fps:g} frames per second, as {film.name} has them.")
        return film.fps
    if source.fps:
        source.notes.append(f"{source.fps:g} frames per second, as the file has them.")
        return source.fps
    source.notes.append(f"The file has no frame rate; {FPS:g} frames per second were assumed.")
    return FPS


def _alone(found: Detections, path: pathlib.Path) -> PoseTrack:
    """The track of the only person of every frame."""
    crowded = found.frame[1:][np.diff(found.frame) == 0]
    if len(crowded):
        raise InputError(
            f"{path}: frame {crowded[0]} has several people in 3D around their own hips, who cannot be told apart"
        )
    shape = (found.frames, *found.keypoints.shape[1:])
    points, confidence = np.full(shape, np.nan, np.float32), np.zeros(shape[:2], np.float32)
    points[found.frame], confidence[found.frame] = found.keypoints, found.confidence
    return PoseTrack.from_points(points, found.skeleton, found.fps, confidence=confidence, id="1")
