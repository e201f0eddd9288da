"""From prepared sequences to batches: windows, masks, order, batches.

All sequences are put end to end once; a batch is gathered from indices with one copy per array. Which examples a batch
holds is a pure function of the seed and the step, so that a training resumes exactly where it stopped.

Symbols: N windows, B batch, T frames of a window, K runs (models trained together: seeds, actions).
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from jaxtyping import Bool, Int

from hdvr_jax import corpus, divisions, splits, view_pairs
from hdvr_jax.errors import InputError
from hdvr_jax.families import Family
from hdvr_jax.labelled import having
from hdvr_jax.padding import own_frames
from hdvr_jax.runs import Run

Batch = dict[str, np.ndarray]
# Names that `Windows.gather` gives to its own arrays.
_RESERVED = ("mask", "frame_mask", "example", "sequence")
_SHORTEST = 64
_ALIGNMENT = 64


class Windows:
    """Windows of a fixed length over a list of sequences; or, without a length, whole sequences.

    Window i of a sequence starts at frame `i * stride - pad[0]`. What is left of a window without its padding on both
    sides are its own frames; windows go on until their own frames have reached the sequence's last, and each has one
    or more own frames inside. Frames outside the sequence repeat its first or last frame and have frame_mask 0.

    Attributes:
      labels: per sequence, its str entries.
      length: frames of a window (of the longest sequence where windows are whole sequences).
      whole: whether a window is a whole sequence.
      partners: for every window, the same frames in other views; None where batches hold single views.
    """

    def __init__(
        self,
        sequences: Sequence[Mapping[str, Any]],
        *,
        length: int = 0,
        stride: int = 1,
        pad: tuple[int, int] = (0, 0),
        fixed: tuple[str, ...] = (),
        targets: tuple[str, ...] = (),
        context: tuple[int, int] = (0, 0),
        pairs: bool = False,
    ):
        """Puts the sequences (what `Family.prepare` returns) end to end.

        Args:
          length, stride: frames of a window (0 for whole sequences), and from one window to the next.
          pad: frames that windows may reach beyond a sequence on either side.
          fixed: names of arrays that have axes but no time axis.
          targets: names of arrays of which windows leave out the first and last `context` frames.
          pairs: whether batches hold two views of a clip.

        Raises:
          InputError: no sequences, or arrays that do not fit together; names the sequence and the field.
        """
        if not sequences:
            raise InputError("there are no sequences to cut windows from")
        if length < 0 or stride < 1 or min(pad) < 0 or (targets and length <= sum(context)):
            raise InputError(f"windows of {length} frames every {stride}, {pad} padding, {context} context: impossible")
        self.labels = [{k: v for k, v in entry.items() if isinstance(v, str)} for entry in sequences]
        entries = [{k: np.asarray(v) for k, v in entry.items() if not isinstance(v, str)} for entry in sequences]
        framed = [name for name, value in entries[0].items() if value.ndim and name not in fixed]
        self._frames = np.array([_frames(index, entry, framed) for index, entry in enumerate(entries)])
        self._offsets = np.concatenate([[0], np.cumsum(self._frames)[:-1]])
        _check_fields(entries)
        self._framed = {name: np.concatenate([entry[name] for entry in entries]) for name in framed}
        self._fixed = {k: np.stack([entry[k] for entry in entries]) for k in entries[0] if k not in framed}
        self.whole, self.length = not length, length or int(self._frames.max())
        self._targets, self._context = targets, context
        self._sequence, self._start = self._cut(self.length, stride, (0, 0) if self.whole else pad)
        self.partners = view_pairs.Partners(self.labels, self._sequence) if pairs else None

    def _cut(self, length: int, stride: int, pad: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        own = max(1, length - sum(pad))
        needed = 1 - (-np.maximum(0, self._frames - own) // stride)
        counts = np.minimum(needed, -(-self._frames // stride))
        sequence = np.repeat(np.arange(len(self._frames)), counts)
        within = np.arange(len(sequence)) - np.repeat(np.cumsum(counts) - counts, counts)
        return sequence, within * stride - pad[0]

    def __len__(self) -> int:
        return len(self._sequence)

    @property
    def frames(self) -> Int[np.ndarray, " N"]:
        """Frames of the sequence that each window is cut from."""
        return self._frames[self._sequence]

    @property
    def labelled(self) -> Bool[np.ndarray, " N"]:
        """Whether each window's sequence says `labelled`; all are where sequences do not say."""
        found = self._fixed.get("labelled", np.ones(len(self._frames)))
        return np.asarray(found)[self._sequence] > 0

    def having(self, label: str, value: str) -> Bool[np.ndarray, " N"]:
        """Whether the label of each window's sequence has that value."""
        return np.array([labels.get(label, "") == value for labels in self.labels], bool)[self._sequence]

    def gather(self, index: Int[np.ndarray, "*B"], length: int | None = None) -> Batch:
        """The windows of those indices, with leading axes as the index has, and frame_mask and sequence.

        An array (T, ...) of a sequence gives (..., length, ...), one of the targets the frames between its context.

        Args:
          length: frames, where it is not the windows' own.
        """
        sequence, start = self._sequence[index], self._start[index]
        length, frames, offset = length or self.length, self._frames[sequence], self._offsets[sequence]
        rows = (offset + start)[..., None] + np.arange(length)
        batch = {"frame_mask": np.ones(rows.shape, np.float32)}
        beyond = (start < 0) | (start + length > frames)
        inside = np.clip(rows[beyond], offset[beyond, None], (offset + frames)[beyond, None] - 1)
        batch["frame_mask"][beyond] = inside == rows[beyond]
        rows[beyond] = inside
        own = rows[..., own_frames(rows.shape[-1], self._context)]
        for name, value in self._framed.items():
            batch[name] = _take(value, own if name in self._targets else rows)
        batch |= {name: _take(value, sequence) for name, value in self._fixed.items()}
        batch["sequence"] = sequence.astype(np.int32)
        return batch


def _take(value: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """`value[rows]`, where memory begins as TensorFlow and JAX want it: elsewhere each of them makes a copy."""
    shape = (*rows.shape, *value.shape[1:])
    size = math.prod(shape) * value.itemsize
    memory = np.empty(size + _ALIGNMENT, np.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    # mode="clip" saves a check of the indices and a copy; they are in range already.
    return np.take(value, rows, axis=0, out=memory[start : start + size].view(value.dtype).reshape(shape), mode="clip")


def _frames(index: int, entry: Mapping[str, np.ndarray], framed: Sequence[str]) -> int:
    lengths = {name: len(entry[name]) for name in framed if name in entry and entry[name].ndim}
    if not lengths or len(set(lengths.values())) != 1 or 0 in lengths.values():
        found = ", ".join(f"{name} {count}" for name, count in lengths.items()) or "no array with a time axis"
        raise InputError(f"sequence {index}: expected arrays over one same number of frames (1 or more), got {found}")
    return next(iter(lengths.values()))


def _check_fields(entries: Sequence[Mapping[str, np.ndarray]]) -> None:
    if taken := sorted(set(_RESERVED) & set(entries[0])):
        raise InputError(f"sequence 0: the name {taken[0]} is taken; choose another")
    for index, entry in enumerate(entries):
        if odd := sorted(set(entry) ^ set(entries[0])):
            raise InputError(f"sequence {index}: field {odd[0]} is in it or in sequence 0, but not in both")


def batch_at(windows: Windows, runs: Sequence[Run], step: int) -> Batch:
    """The batch of a step: arrays (B, ...), or (K, B, ...) with an order of its own for each of K > 1 runs."""
    index = np.stack([run.batch_at(step) for run in runs])
    batch = windows.gather(index)
    if windows.partners:
        others = [windows.partners.draw(own, run.seed, step) for own, run in zip(index, runs)]
        batch = view_pairs.joined(batch, windows.gather(np.stack(others)))
    batch["mask"] = np.ones(index.shape, np.float32)
    # int32 wraps after two thousand million examples, which keeps examples of one batch apart all the same.
    batch_size = index.shape[1]
    stream = (step * batch_size + np.arange(batch_size)).astype(np.int64)
    batch["example"] = np.broadcast_to((stream % 2**31).astype(np.int32), index.shape)
    return batch if len(runs) > 1 else {name: value[0] for name, value in batch.items()}


def train_batches(windows: Windows, runs: Sequence[Run], start_step: int, num_steps: int) -> Iterator[Batch]:
    """`batch_at` of `num_steps` steps from `start_step` on, gathered ahead of need by tf.data."""
    tf = corpus.tensorflow()
    example = batch_at(windows, runs, start_step)
    names = sorted(example)

    def gather(step: Any) -> list[np.ndarray]:
        batch = batch_at(windows, runs, int(step))
        return [np.ascontiguousarray(batch[name]) for name in names]

    @tf.autograph.experimental.do_not_convert
    def fetch(step: Any) -> dict[str, Any]:
        tensors = tf.numpy_function(gather, [step], [tf.as_dtype(example[name].dtype) for name in names])
        for name, tensor in zip(names, tensors):
            tensor.set_shape(example[name].shape)
        return dict(zip(names, tensors))

    steps = tf.data.Dataset.range(start_step, start_step + num_steps)
    return steps.map(fetch, num_parallel_calls=2).prefetch(2).as_numpy_iterator()


def eval_batches(windows: Windows, batch_size: int, chosen: Bool[np.ndarray, " N"] | None = None) -> Iterator[Batch]:
    """Every window (of those `chosen`) once, the last batch filled up with examples of mask 0.

    Whole sequences come in the order of their lengths, each batch as long as its longest asks, rounded up so that few
    lengths ever come about.
    """
    order = np.argsort(windows.frames, kind="stable") if windows.whole else np.arange(len(windows))
    order = order if chosen is None else order[chosen[order]]
    for start in range(0, len(order), batch_size):
        index = order[start : start + batch_size]
        real = len(index)
        length = _rounded(int(windows.frames[index].max())) if windows.whole else None
        index = np.concatenate([index, np.repeat(index[-1:], batch_size - real)])
        batch = windows.gather(index, length)
        batch["mask"] = (np.arange(batch_size) < real).astype(np.float32)
        batch["example"] = np.where(batch["mask"] > 0, index, len(windows) + np.arange(batch_size)).astype(np.int32)
        yield batch


def _rounded(length: int) -> int:
    """The next of 64, 96, 128, 192, 256, ..."""
    power = max(_SHORTEST, 1 << (length - 1).bit_length())
    return power * 3 // 4 if length <= power * 3 // 4 and power > _SHORTEST else power


def load_sequences(family: Family, data: Any, split: str, upstream: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The prepared sequences of one split of the dataset that `config.data` names, with the labels of `data.keep`.

    Splits are the dataset's own, or those of the scheme `data.splitting` (`hdvr_jax.splits`).

    Raises:
      InputError: unknown dataset, split or option, or nothing in the split that the family can use.
    """
    clips = splits.cut(_divided(data, split), data.get("piece_seconds", 0.0))
    keep = dict(data.get("keep", {}))
    early = divisions.of_clips(keep, clips)
    sequences = having(family.prepare(having(clips, early), dict(upstream)), keep) if having(clips, early) else []
    if not sequences:
        raise InputError(f"dataset {data.dataset}, split {split}: none of its {len(clips)} clips can be used")
    return sequences


def _divided(data: Any, split: str) -> list[Any]:
    scheme = data.get("splitting", "")
    found = corpus.load(data.dataset, "all" if scheme else split, data.data_dir or None, **data.options)
    if not scheme:
        return found
    if split not in (*splits.SPLITS, "all"):
        raise InputError(f"splitting {scheme} has no split {split!r}; it has {', '.join(splits.SPLITS)}")
    divided = splits.divided(found, scheme, data.get("split_seed", 0))
    return [clip for clip in divided if split in ("all", clip["split"])]


def training_windows(family: Family, data: Any, sequences: Sequence[Mapping[str, Any]]) -> Windows:
    """Windows to train on, as `config.data` says."""
    return Windows(
        sequences,
        length=data.window_frames,
        stride=data.stride_frames,
        pad=tuple(data.pad_frames),
        fixed=family.fixed,
        targets=family.targets,
        context=family.context,
        pairs=family.pairs,
    )


def evaluation_windows(family: Family, evaluate: Any, sequences: Sequence[Mapping[str, Any]]) -> Windows:
    """Windows that cover every frame once, as `config.evaluate` says."""
    return Windows(sequences, length=evaluate.window_frames, stride=max(1, evaluate.window_frames), fixed=family.fixed)
