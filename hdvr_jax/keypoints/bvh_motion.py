"""The BVH format (Biovision hierarchy): parsing and forward kinematics, in the file's own units.

    HIERARCHY  a tree of ROOT, JOINT and End Site, each with an OFFSET from its parent and named CHANNELS
    MOTION     Frames: N, Frame Time: seconds, then N rows of channel values (degrees and lengths)

A joint's rotation is the product of its rotation channels from left to right, acting on column vectors. Position
channels, on any joint, replace the components of its offset that they name.
"""

import dataclasses
import pathlib

import numpy as np
from jaxtyping import Float

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints.arrays import check_file

_CHANNELS = {
    f"{axis}{kind}".lower(): (kind, index) for kind in ("position", "rotation") for index, axis in enumerate("XYZ")
}


@dataclasses.dataclass(frozen=True)
class Node:
    """A joint or end site (named `<parent>_end`).

    Attributes:
        name: As in the file.
        parent: Index of the parent; -1 for a root.
        offset: (3,) from the parent.
        channels: Pairs (kind, axis): "position" or "rotation", and 0, 1, 2 for x, y, z.
    """

    name: str
    parent: int
    offset: Float[np.ndarray, "3"]
    channels: tuple[tuple[str, int], ...]


@dataclasses.dataclass(frozen=True)
class Motion:
    """A parsed file.

    Attributes:
        nodes: Parents before children.
        values: (T, channels) in the order of the nodes' channels; degrees and lengths.
        frame_time: Seconds between frames.
        extra_rows: Rows beyond the declared number of frames, left out of `values`.
    """

    nodes: list[Node]
    values: Float[np.ndarray, "T C"]
    frame_time: float
    extra_rows: int

    @property
    def names(self) -> list[str]:
        """Names of the nodes."""
        return [node.name for node in self.nodes]


def load(path: pathlib.Path) -> Motion:
    """Parses a BVH file.

    Raises:
        InputError: empty, truncated or malformed; names the word or the frame, and what was expected.
    """
    check_file(path)
    words = path.read_text(errors="replace").lstrip("\ufeff").split()
    split = next((index for index, word in enumerate(words) if word.upper() == "MOTION"), None)
    if not words or words[0].upper() != "HIERARCHY":
        raise InputError(f"{path}: begins with {' '.join(words[:1])!r}; expected HIERARCHY")
    if split is None:
        raise InputError(f"{path}: no MOTION section; the file was cut short")
    nodes = _Hierarchy(path, words[1:split]).nodes
    return _motion(path, nodes, words[split + 1 :])


def rest_points(motion: Motion) -> Float[np.ndarray, "N 3"]:
    """Positions of the nodes with every rotation zero and roots at their offsets."""
    points = np.zeros((len(motion.nodes), 3))
    for index, node in enumerate(motion.nodes):
        points[index] = node.offset + (points[node.parent] if node.parent >= 0 else 0)
    return points


def world_points(motion: Motion) -> Float[np.ndarray, "T N 3"]:
    """Positions of every node in every frame, by forward kinematics."""
    frames = len(motion.values)
    points, turns = np.zeros((frames, len(motion.nodes), 3)), []
    column = 0
    for index, node in enumerate(motion.nodes):
        shift = np.tile(node.offset, (frames, 1))
        turn = np.tile(np.eye(3), (frames, 1, 1))
        for kind, axis in node.channels:
            values = motion.values[:, column]
            column += 1
            if kind == "position":
                shift[:, axis] = values
            else:
                turn = turn @ _turns(axis, np.radians(values))
        if node.parent < 0:
            points[:, index] = shift
        else:
            points[:, index] = points[:, node.parent] + np.einsum("tij,tj->ti", turns[node.parent], shift)
            turn = turns[node.parent] @ turn
        turns.append(turn)
    return points


def _turns(axis: int, angles: Float[np.ndarray, " T"]) -> Float[np.ndarray, "T 3 3"]:
    """Rotation matrices about a coordinate axis; radians."""
    result = np.tile(np.eye(3), (len(angles), 1, 1))
    first, second = (axis + 1) % 3, (axis + 2) % 3
    result[:, first, first] = result[:, second, second] = np.cos(angles)
    result[:, second, first] = np.sin(angles)
    result[:, first, second] = -np.sin(angles)
    return result


class _Hierarchy:
    """Reads the words of a HIERARCHY section into nodes."""

    def __init__(self, path: pathlib.Path, words: list[str]) -> None:
        self.path, self.words, self.place = path, words, 0
        self.nodes: list[Node] = []
        open_nodes: list[int] = []
        while self.place < len(words):
            word = self._next("ROOT, JOINT, End or }")
            if word == "}" and open_nodes:
                open_nodes.pop()
            elif word.upper() in ("ROOT", "JOINT", "END"):
                self._node(word.upper(), open_nodes)
            else:
                raise self._error(word, "ROOT, JOINT, End or }")
        if open_nodes or not self.nodes:
            raise InputError(f"{path}: the HIERARCHY ends before its last joint is closed")

    def _node(self, kind: str, open_nodes: list[int]) -> None:
        parent = open_nodes[-1] if open_nodes else -1
        if (kind == "ROOT") != (parent < 0):
            raise self._error(kind, "a ROOT outside and joints inside")
        name = self._next("a joint name")
        name = f"{self.nodes[parent].name}_end" if kind == "END" else name
        self._expect("{")
        self._expect("OFFSET")
        offset = np.array([self._number() for _ in range(3)])
        channels = () if kind == "END" else self._channels()
        open_nodes.append(len(self.nodes))
        self.nodes.append(Node(name, parent, offset, channels))

    def _channels(self) -> tuple[tuple[str, int], ...]:
        self._expect("CHANNELS")
        count = int(self._number())
        if not 0 <= count <= 6:
            raise self._error(str(count), "at most 6 channels")
        words = [self._next("a channel") for _ in range(count)]
        for word in words:
            if word.lower() not in _CHANNELS:
                raise self._error(word, "a channel such as Xposition or Zrotation")
        return tuple(_CHANNELS[word.lower()] for word in words)

    def _next(self, expected: str) -> str:
        if self.place >= len(self.words):
            raise InputError(f"{self.path}: the HIERARCHY ends where {expected} was expected")
        self.place += 1
        return self.words[self.place - 1]

    def _expect(self, wanted: str) -> None:
        word = self._next(wanted)
        if word.upper() != wanted:
            raise self._error(word, wanted)

    def _number(self) -> float:
        word = self._next("a number")
        try:
            value = float(word)
        except ValueError:
            value = np.nan
        if not np.isfinite(value):
            raise self._error(word, "a number")
        return value

    def _error(self, word: str, expected: str) -> InputError:
        last = self.nodes[-1].name if self.nodes else "the beginning"
        return InputError(f"{self.path}: {word!r} in the HIERARCHY after {last}; expected {expected}")


def _motion(path: pathlib.Path, nodes: list[Node], words: list[str]) -> Motion:
    if len(words) < 5 or words[0].lower() != "frames:" or [word.lower() for word in words[2:4]] != ["frame", "time:"]:
        raise InputError(
            f"{path}: the MOTION section begins with {' '.join(words[:5])!r}; expected Frames: and Frame Time:"
        )
    try:
        frames, frame_time = int(words[1]), float(words[4])
    except ValueError:
        raise InputError(f"{path}: Frames: {words[1]} and Frame Time: {words[4]} are not numbers") from None
    if not (np.isfinite(frame_time) and frame_time > 0):
        raise InputError(f"{path}: Frame Time is {frame_time}; expected seconds above zero")
    width = sum(len(node.channels) for node in nodes)
    found = len(words) - 5
    if frames < 1 or width == 0:
        raise InputError(f"{path}: {frames} frames of {width} channels; expected at least one of each")
    if found < frames * width:
        raise InputError(
            f"{path}: {frames} frames declared, but only {found // width} are there; the file was cut short"
        )
    try:
        values = np.array(words[5 : 5 + frames * width], float).reshape(frames, width)
    except ValueError as error:
        raise InputError(f"{path}: a value of the MOTION section is not a number ({error})") from None
    if not np.isfinite(values).all():
        raise InputError(f"{path}: frame {np.argwhere(~np.isfinite(values))[0, 0]} holds a value that is not finite")
    return Motion(nodes, values, frame_time, (found - frames * width) // width)
