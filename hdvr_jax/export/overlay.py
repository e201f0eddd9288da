"""The input video, or a black one, with what was recognised drawn over it (.mp4).

Every dancer is drawn as her 3D pose projected onto the image, edged in her colour, left in blue and right in orange.
Dancers of a 3D input, which no camera saw, are drawn as seen from the front, all at one scale. The caption has the time
and, for each dancer, the genre so far and the movements of the moment.
"""

import dataclasses
import itertools
import os
import pathlib
from collections.abc import Iterable, Iterator

import cv2
import numpy as np
from jaxtyping import Float, UInt8

from hdvr_jax.errors import InputError
from hdvr_jax.export.colours import dancer_colour
from hdvr_jax.export.places import canvas_size, places
from hdvr_jax.recognition.results import Recognition, TrackResult
from hdvr_jax.report.words import readable, title
from hdvr_jax.viewing import draw_skeleton

Image = UInt8[np.ndarray, "H W 3"]
_SHOWN_MOVEMENTS, _SHOWN_LETTERS = 4, 24
_WHITE = (255, 255, 255)


@dataclasses.dataclass(frozen=True)
class _Dancer:
    """What is drawn of one dancer: her joints in pixels of the video, (T, J, 2), and her colour as blue, green, red."""

    result: TrackResult
    points: Float[np.ndarray, "T J 2"]
    colour: tuple[int, int, int]


def write_overlay(recognition: Recognition, frames: Iterable[Image] | None, path: str | os.PathLike) -> None:
    """Writes the video, whole or not at all; a frame at a time is in memory.

    Args:
        frames: The input video's frames (blue, green, red), one for each frame of the tracks; None for black ones.
            Where they end before the tracks, black ones follow.
    Raises:
        InputError: no encoder, or the file cannot be written.
    """
    path = pathlib.Path(path)
    images = iter(() if frames is None else frames)
    first = next(images, None)
    width, height = canvas_size(recognition) if first is None else (first.shape[1], first.shape[0])
    # The encoder takes even sizes only.
    size = (max(2, width - width % 2), max(2, height - height % 2))
    dancers = _dancers(recognition, places(recognition, size, video=first is not None))
    pictures = _pictures(dancers, itertools.chain([] if first is None else [first], images), size)
    draft = path.with_name(f".{path.stem}.{os.getpid()}.part.mp4")
    writer = cv2.VideoWriter(str(draft), cv2.VideoWriter.fourcc(*"mp4v"), recognition.tracks[0].given.fps, size)
    try:
        if not writer.isOpened():
            raise InputError(f"{path}: a video cannot be written there; this OpenCV has no mp4v encoder, or no room")
        for picture in pictures:
            writer.write(picture)
        writer.release()
        draft.replace(path)
    finally:
        writer.release()
        draft.unlink(missing_ok=True)


def _dancers(recognition: Recognition, placed: list[Float[np.ndarray, "T J 2"]]) -> list[_Dancer]:
    return [
        _Dancer(result, points, tuple(round(255 * share) for share in reversed(dancer_colour(number))))
        for number, (result, points) in enumerate(zip(recognition.tracks, placed))
    ]


def _pictures(dancers: list[_Dancer], images: Iterator[Image], size: tuple[int, int]) -> Iterator[Image]:
    """The video's frames with all dancers in them."""
    black = np.zeros((size[1], size[0], 3), np.uint8)
    for frame in range(max(dancer.result.given.frames for dancer in dancers)):
        image = next(images, black)
        fits = image.shape == black.shape
        picture = image.copy() if fits else cv2.resize(image, size, interpolation=cv2.INTER_AREA)
        present = [dancer for dancer in dancers if frame < dancer.result.given.frames]
        for dancer in present:
            _draw(picture, dancer, frame)
        _caption(picture, present, frame)
        yield picture


def _draw(picture: Image, dancer: _Dancer, frame: int) -> None:
    """Draws a dancer and her name into a picture."""
    points = dancer.points[frame]
    seen = points[np.isfinite(points).all(-1)]
    if not len(seen):
        return
    height, width = picture.shape[:2]
    thick = max(2, min(height, width) // 240)
    low = np.clip(np.floor(seen.min(0)) - 4 * thick, 0, (width, height)).astype(int)
    high = np.clip(np.ceil(seen.max(0)) + 4 * thick, 0, (width, height)).astype(int)
    if (low < high).all():
        part = picture[low[1] : high[1], low[0] : high[0]]
        skeleton = dancer.result.poses.skeleton
        edge = draw_skeleton(np.zeros_like(part), points - low, skeleton, 3 * thick).any(-1)
        part[edge] = dancer.colour
        part[:] = draw_skeleton(part, points - low, skeleton, thick)
    at = np.array([seen[:, 0].mean(), seen[:, 1].min() - 6 * thick])
    place = tuple(np.clip(at, -9999, 9999).astype(int).tolist())
    _text(picture, _name(dancer.result), place, dancer.colour)


def _caption(picture: Image, dancers: list[_Dancer], frame: int) -> None:
    """Writes the time and, for each dancer, genre and movements at the bottom left."""
    line = round(30 * _letter(picture) / 0.7)
    fps = dancers[0].result.given.fps if dancers else 1.0
    minutes, seconds = divmod(frame / fps, 60)
    letters = int(picture.shape[1] / (10 * _letter(picture) / 0.7))
    lines = [(_doing(dancer.result, frame, letters), dancer.colour) for dancer in dancers]
    lines = [(f"{int(minutes)}:{seconds:04.1f}", _WHITE), *lines]
    for row, (text, colour) in enumerate(reversed(lines)):
        _text(picture, text, (line // 2, picture.shape[0] - line // 2 - row * line), colour)


def _name(result: TrackResult) -> str:
    """A dancer's id, cut short where it would fill the picture."""
    id = result.given.id
    return id if len(id) <= _SHOWN_LETTERS else f"{id[: _SHOWN_LETTERS - 3]}..."


def _doing(result: TrackResult, frame: int, letters: int) -> str:
    """A dancer's genre so far and movements of the moment, the surest first, as many as there is room for."""
    words = _name(result)
    if result.genre is not None:
        best = int(result.genre.running[frame].argmax())
        words += f"  {title(result.genre.names[best])} {100 * result.genre.running[frame, best]:.0f} %"
    running = np.flatnonzero(result.movements.active[frame])
    running = running[np.argsort(-result.movements.probabilities[frame, running], kind="stable")]
    names: list[str] = []
    for index in running[:_SHOWN_MOVEMENTS]:
        name = readable(result.movements.types[index].name).lower()
        if len(", ".join([words, *names, name, "99 more"])) > letters:
            break
        names.append(name)
    more = [f"{len(running) - len(names)} more"] if len(running) > len(names) else []
    return f"{words}  {', '.join(names + more)}"


def _letter(picture: Image) -> float:
    """OpenCV's size of letters that suits a picture."""
    return max(0.35, 0.7 * min(picture.shape[:2]) / 720)


def _text(picture: Image, text: str, place: tuple[int, int], colour: tuple[int, int, int]) -> None:
    """Writes a line with dark edges: thicker letters would be wider and not lie under the others."""
    text, scale, (x, y) = text.encode(errors="replace").decode(), _letter(picture), place
    for aside, ink in ((-1, (0, 0, 0)), (2, (0, 0, 0)), (0, colour)):
        cv2.putText(picture, text, (x + aside, y + aside), cv2.FONT_HERSHEY_SIMPLEX, scale, ink, 1, cv2.LINE_AA)
