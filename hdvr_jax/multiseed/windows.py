"""Sliding windows over a clip, and their seeds stitched to one sequence.

Symbols: N windows, K seeds, T frames of the clip, W of a window, J joints; arrays component first.
"""

import dataclasses

import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from hdvr_jax.multiseed.terms import Seen


@dataclasses.dataclass(frozen=True)
class Windows:
    """Where windows of equal length begin.

    Attributes:
        starts: first frames, ascending; neighbours overlap, or touch.
        length: W.
        frames: T.
    """

    starts: tuple[int, ...]
    length: int
    frames: int


def sliding(frames: int, length: int, overlap: int) -> Windows:
    """Windows of `length` frames that overlap by `overlap` or more and cover all frames, the last up to the end.

    Raises:
        ValueError: an overlap that leaves no step.
    """
    if not 0 <= overlap < length:
        raise ValueError(f"expected an overlap from 0 to below {length}, got {overlap}")
    last = max(0, frames - length)
    count = 1 + -(-last // (length - overlap))
    return Windows(tuple(int(s) for s in np.linspace(0, last, count).round()), length, frames)


def cut(seen: Seen, windows: Windows) -> Seen:
    """The windows of a clip, leading axis N; a clip shorter than a window is padded."""
    missing = max(0, windows.length - windows.frames)

    def pieces(values: Array) -> Array:
        padded = jnp.pad(values, [(0, 0)] * (values.ndim - 1) + [(0, missing)])
        return jnp.stack([padded[..., start : start + windows.length] for start in windows.starts])

    scale = jnp.broadcast_to(seen.scale, (len(windows.starts),))
    fields = {name: pieces(getattr(seen, name)) for name in ("points", "confidence", "real", "starts")}
    return Seen(**fields, scale=scale)


def chosen(
    errors: Float[np.ndarray, "N K W"],
    points: Float[np.ndarray, "N K 3 J W"],
    windows: Windows,
    jump_weight: float = 1.0,
) -> Int[np.ndarray, " N"]:
    """The seed of every window: least error together with least distance between neighbours where they overlap.

    Of a single window this is k* = argmin_k sum_t e_t^k (HDVR, section 2.2); of several, the path of least cost
    (Viterbi), so that a window whose two best seeds are nearly as good agrees with those beside it.

    Args:
        errors: of the seeds.
        points: their poses.
        jump_weight: of the mean distance of joints in the overlap, in metres, beside errors, both summed over frames.
    """
    errors = errors.sum(-1)
    cost, back = errors[0], []
    for number in range(1, len(errors)):
        jumps = jump_weight * _jumps(points, windows, number)
        back.append(np.argmin(cost[:, None] + jumps, 0))
        cost = np.min(cost[:, None] + jumps, 0) + errors[number]
    path = [int(np.argmin(cost))]
    for before in reversed(back):
        path.insert(0, int(before[path[0]]))
    return np.array(path)


def _jumps(points: np.ndarray, windows: Windows, number: int) -> Float[np.ndarray, "K K"]:
    """Sum over the overlap's frames of the mean distance of joints, from each seed of a window to each of the next."""
    shared = windows.starts[number - 1] + windows.length - windows.starts[number]
    before, after = points[number - 1][..., windows.length - shared :], points[number][..., :shared]
    return np.stack([np.linalg.norm(one - after, axis=1).mean(1).sum(-1) for one in before])


def mean_errors(errors: Float[np.ndarray, "N K W"], windows: Windows) -> Float[np.ndarray, "N K"]:
    """Mean over the real frames, of which a clip shorter than a window has fewer; those of padding have no error."""
    return errors.sum(-1) / min(windows.length, windows.frames)


def faded(values: Float[np.ndarray, "N *B W"], windows: Windows) -> Float[np.ndarray, "*B T"]:
    """Values of windows as those of the clip, faded into each other where windows overlap."""
    total = np.zeros((*values.shape[1:-1], max(windows.frames, windows.length)), np.float32)
    for start, value, share in zip(windows.starts, values, _shares(windows)):
        total[..., start : start + windows.length] += share * value
    return total[..., : windows.frames]


def _shares(windows: Windows) -> Float[np.ndarray, "N W"]:
    """How much each window counts in each of its frames: straight lines from 0 to 1 over overlaps; 1 in sum."""
    count, length = len(windows.starts), windows.length
    raw = np.ones((count, length), np.float32)
    for number in range(1, count):
        shared = windows.starts[number - 1] + length - windows.starts[number]
        rise = (np.arange(shared) + 1) / (shared + 1)
        raw[number, :shared] = np.minimum(raw[number, :shared], rise)
        raw[number - 1, length - shared :] = np.minimum(raw[number - 1, length - shared :], rise[::-1])
    total = np.zeros(max(windows.frames, length), np.float32)
    for start, share in zip(windows.starts, raw):
        total[start : start + length] += share
    return np.stack([share / total[s : s + length] for s, share in zip(windows.starts, raw)])
