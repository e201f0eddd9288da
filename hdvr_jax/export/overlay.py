"""The input video, or a black one, with what was recognised drawn over it (.mp4).

Of every dancer there are the joints as they were read, before cleaning and lifting: dots in her colour, the fainter the
less sure the detector was of them; and her 3D pose projected onto the image: lines, left in blue and right in orange,
edged in her colour. Dancers of a 3D input, which no camera saw, are drawn as seen from the front, all at one scale. The
caption has the time and, for each dancer, the genre so far and the movements of the moment.
"""

import dataclasses
import itertools
import os
import pathlib
from collections.abc import Iterator

import cv2
import numpy as np

from hdvr_jax.export.colours import dancer_colour
from hdvr_jax.export.marks import WHITE, Colour, Image, draw_dots, draw_pose, draw_text, letter_size, stroke, text_width
from hdvr_jax.export.mp4 import whole_video
from hdvr_jax.export.places import Places, canvas_size, places
from hdvr_jax.export.sound import add_sound
from hdvr_jax.footage import Footage
from hdvr_jax.recognition.results import Recognition, TrackResult
from hdvr_jax.report.words import full_name, title

_SHOWN_MOVEMENTS, _SHOWN_LETTERS = 4, 24


@dataclasses.dataclass(frozen=True)
class _Dancer:
    """What is drawn of one dancer: her joints in pixels of the video, and her colour as blue, green, red."""

    result: TrackResult
    places: Places
    colour: Colour


def write_overlay(recognition: Recognition, footage: Footage | None, path: str | os.PathLike) -> str:
    """Writes the video, whole or not at all; a frame at a time is in memory.

    Args:
        footage: Of the input video; None for black frames. Where it ends before the tracks, black ones follow. Its
            sound is added where this machine can.
    Returns:
        Why a video with footage has no sound; empty where it has, and without footage.
    Raises:
        InputError: no encoder, or the file cannot be written.
    """
    images = iter(() if footage is None else footage.frames)
    first = next(images, None)
    width, height = canvas_size(recognition) if first is None else (first.shape[1], first.shape[0])
    # The encoder takes even sizes only.
    size = (max(2, width - width % 2), max(2, height - height % 2))
    dancers = _dancers(recognition, places(recognition, size, video=first is not None))
    fps = recognition.tracks[0].given.fps
    with whole_video(path, fps, size) as write:
        for picture in _pictures(dancers, itertools.chain([] if first is None else [first], images), size):
            write(picture)
    if footage is None or footage.sound is None:
        return "" if footage is None else footage.silent
    seconds = max(result.given.frames for result in recognition.tracks) / fps
    return add_sound(pathlib.Path(path), *footage.sound, seconds)


def _dancers(recognition: Recognition, placed: list[Places]) -> list[_Dancer]:
    return [
        _Dancer(result, found, tuple(round(255 * share) for share in reversed(dancer_colour(number))))
        for number, (result, found) in enumerate(zip(recognition.tracks, placed))
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
    pose, given = dancer.places.pose[frame], dancer.places.given
    draw_pose(picture, pose, dancer.result.poses.skeleton, dancer.colour)
    shown = pose
    if given is not None:
        draw_dots(picture, given[frame], dancer.result.given.confidence[frame], dancer.colour)
        shown = np.concatenate([pose, given[frame]])
    size = np.array(picture.shape[1::-1])
    shown = shown[np.isfinite(shown).all(-1) & (shown >= 0).all(-1) & (shown < size).all(-1)]
    if len(shown):
        name = _name(dancer.result)
        width, line = text_width(picture, name), _line(picture)
        above = shown[:, 0].mean() - width / 2, shown[:, 1].min() - 6 * stroke(picture)
        x, y = np.clip(above, (0, line), np.maximum(size - (width, 0), line)).astype(int).tolist()
        draw_text(picture, name, (x, y), dancer.colour)


def _caption(picture: Image, dancers: list[_Dancer], frame: int) -> None:
    """Writes the time and, for each dancer, genre and movements at the bottom left."""
    line = _line(picture)
    fps = dancers[0].result.given.fps if dancers else 1.0
    minutes, seconds = divmod(frame / fps, 60)
    letters = int(picture.shape[1] / (10 * letter_size(picture) / 0.7))
    lines = [(_doing(dancer.result, frame, letters), dancer.colour) for dancer in dancers]
    legend = "" if all(dancer.places.given is None for dancer in dancers) else "  dots: as detected, lines: 3D pose"
    lines = [(f"{int(minutes)}:{seconds:04.1f}{legend}", WHITE), *lines]
    for row, (text, colour) in enumerate(reversed(lines)):
        draw_text(picture, text, (line // 2, picture.shape[0] - line // 2 - row * line), colour)


def _line(picture: Image) -> int:
    """Pixels from one line of words to the next."""
    return round(30 * letter_size(picture) / 0.7)


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
        name = full_name(result.movements.types[index]).lower()
        if len(", ".join([words, *names, name, "99 more"])) > letters:
            break
        names.append(name)
    more = [f"{len(running) - len(names)} more"] if len(running) > len(names) else []
    return f"{words}  {', '.join(names + more)}"
