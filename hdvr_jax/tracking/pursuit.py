"""LDES on the heels of dancers who are about to be lost (HDVR, section 2.1).

The detector loses a dancer behind another one. From the last frame in which the box was clear of other boxes (from the
first one with `follow_always`, as the paper has it), LDES follows it through the frames. Where it fails, as a sharp
change of its direction or a response that is gone tells, the overlap has begun for it too, and only the velocity before
is left to say where the dancer will come out.
"""

import dataclasses
from collections.abc import Iterable, Iterator

import numpy as np
from jaxtyping import Float, Int, UInt8

from hdvr_jax.tracking import ldes
from hdvr_jax.tracking.figures import Figures
from hdvr_jax.tracking.pieces import rows_of
from hdvr_jax.tracking.settings import Settings

_MARGIN = 0.08  # of a body's size, around the joints
_SHARP = 0.15  # seconds over which a change of direction is measured
_SLOW = 0.2  # sizes of the body per second: below, a direction means nothing
_MOST_AT_ONCE = 8


@dataclasses.dataclass(frozen=True)
class Trail:
    """Where LDES saw the middle of a body after the last detection of its piece.

    Attributes:
        first: Frame of the first place.
        places: (T, 2) pixels.
    """

    first: int
    places: Float[np.ndarray, "T 2"]

    def at(self, frame: int) -> np.ndarray | None:
        """The place in a frame; None where it was not followed."""
        index = frame - self.first
        return self.places[index] if 0 <= index < len(self.places) else None


@dataclasses.dataclass(frozen=True)
class _Chase:
    """One target that is being followed: its piece, its offset from the box's to the body's middle, where it was."""

    piece: int
    lost: int
    offset: np.ndarray
    size: float
    target: ldes.Target
    places: tuple[np.ndarray, ...]


class Pursuit:
    """Sees the frames of a recording one by one, in order, and follows who is lost."""

    def __init__(self, figures: Figures, pieces: Int[np.ndarray, " N"], settings: Settings):
        self._figures, self._settings = figures, settings
        self._starts = _starts(figures, pieces, settings)
        self._span = max(2, round(_SHARP * figures.fps))
        self._chases: list[_Chase] = []
        self.trails: dict[int, Trail] = {}

    def watch(self, frames: Iterable[np.ndarray]) -> Iterator[np.ndarray]:
        """The frames, each seen before it is handed on."""
        for frame, image in enumerate(frames):
            self.see(frame, image)
            yield image

    def see(self, frame: int, image: UInt8[np.ndarray, "H W 3"]) -> None:
        """The next frame."""
        last = self._settings.pursuit_seconds * self._figures.fps
        kept = []
        for chase in self._chases:
            target = ldes.follow(chase.target, image)
            places = (*chase.places, target.center + chase.offset)[-max(2 * self._span + 1, frame - chase.lost) :]
            chase = dataclasses.replace(chase, target=target, places=places)
            if frame > chase.lost and (target.hidden or self._turned(chase)):
                continue
            if frame > chase.lost:
                self.trails[chase.piece] = Trail(chase.lost + 1, np.array(chase.places[chase.lost - frame :]))
            if frame < chase.lost + last:
                kept.append(chase)
        for piece, row, lost in self._starts.get(frame, [])[: max(0, _MOST_AT_ONCE - len(kept))]:
            kept.append(self._begin(piece, row, lost, image))
        self._chases = kept

    def _begin(self, piece: int, row: int, lost: int, image: np.ndarray) -> _Chase:
        low, high = _box(self._figures, row)
        target = ldes.start(image, (*low, *(high - low)))
        offset = self._figures.center[row] - target.center
        return _Chase(piece, lost, offset, float(self._figures.size[row]), target, (target.center + offset,))

    def _turned(self, chase: _Chase) -> bool:
        """Whether the direction of motion has just changed sharply."""
        span = self._span
        if len(chase.places) <= 2 * span:
            return False
        after = chase.places[-1] - chase.places[-1 - span]
        before = chase.places[-1 - span] - chase.places[-1 - 2 * span]
        least = _SLOW * chase.size * span / self._figures.fps
        return bool(min(np.linalg.norm(before), np.linalg.norm(after)) > least and before @ after < 0)


def _starts(
    figures: Figures, pieces: Int[np.ndarray, " N"], settings: Settings
) -> dict[int, list[tuple[int, int, int]]]:
    """By frame: the piece to follow from there on, its figure there, and its last frame."""
    starts: dict[int, list[tuple[int, int, int]]] = {}
    bounds = figures.bounds()
    for piece, rows in rows_of(pieces).items():
        lost = int(figures.frame[rows[-1]])
        if lost + 1 >= figures.frames or len(rows) < settings.ghost_seconds * figures.fps:
            continue
        row = int(rows[-1])
        late = rows[figures.frame[rows] >= lost - settings.memory_seconds * figures.fps][::-1]
        for clear in rows.tolist() if settings.follow_always else late.tolist():
            frame = figures.frame[clear]
            if _alone(figures, clear, np.arange(bounds[frame], bounds[frame + 1])):
                row = clear
                break
        starts.setdefault(int(figures.frame[row]), []).append((piece, row, lost))
    return starts


def _box(figures: Figures, row: int) -> tuple[np.ndarray, np.ndarray]:
    """Upper left and lower right corner of the box around a figure."""
    points = figures.points[row][figures.weight[row] > 0]
    margin = _MARGIN * figures.size[row]
    return points.min(0) - margin, points.max(0) + margin


def _alone(figures: Figures, row: int, rows: np.ndarray) -> bool:
    """Whether the box of a figure meets no other of its frame."""
    low, high = _box(figures, row)
    others = [_box(figures, other) for other in rows.tolist() if other != row]
    return not any((low < end).all() and (start < high).all() for start, end in others)
