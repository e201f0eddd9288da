"""What a training has seen of the clips that a test calls unseen: by their labels, and by what its workdir remembers.

A workdir holds the labels of the clips that its training has had, in `clips.json`: a folder of recordings that has
changed since is divided otherwise.
"""

import json
import os
import pathlib
from collections.abc import Mapping, Sequence
from typing import Any

from hdvr_jax import corpus, splits
from hdvr_jax.configurations import write_json
from hdvr_jax.errors import InputError
from hdvr_jax.labelled import having

FILE = "clips.json"
_LABELS = ("clip", "dancer", "choreography", "take")

Labels = Mapping[str, str]


def described(data: Any, split: str) -> str:
    """What the clips of a split have not shared with training (`splits.described`), found out from their labels."""
    return splits.described(_divided(data, data.data_dir), split, data.get("splitting", ""))


def write_clips(workdir: str | os.PathLike, labels: Sequence[Labels]) -> None:
    """Writes down the clips of a training that begins, by the labels of its sequences, where they name any."""
    path, found = pathlib.Path(workdir) / FILE, {entry["clip"]: entry for entry in labels if "clip" in entry}
    if found:
        write_json(path, [{name: entry.get(name, "") for name in _LABELS} for entry in found.values()])
    else:
        path.unlink(missing_ok=True)


def check_clips(workdir: str | os.PathLike, labels: Sequence[Labels]) -> None:
    """Raises InputError where a training that goes on began on other clips; nothing where its workdir does not say."""
    before, found = of_training(workdir), {entry["clip"] for entry in labels if "clip" in entry}
    if before is not None and (changed := sorted({entry["clip"] for entry in before} ^ found)):
        raise InputError(
            f"{pathlib.Path(workdir) / FILE}: this training began on {len(before)} clips, and now there are "
            f"{len(found)} ({changed[0]} is {'new' if changed[0] in found else 'gone'}); expected the same data, or "
            "another --workdir"
        )


def of_training(workdir: str | os.PathLike) -> list[Labels] | None:
    """The labels of the clips that a training has had; None where its workdir does not say."""
    path = pathlib.Path(workdir) / FILE
    if not path.exists():
        return None
    try:
        found = json.loads(path.read_text())
        return [{name: str(entry[name]) for name in _LABELS} for entry in found]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise InputError(f"{path}: cannot be read as the labels of clips ({error})") from error


def seen_before(data: Any, split: str, other: Any, clips: Sequence[Labels] | None = None) -> dict[str, tuple[int, int]]:
    """Of what `described` calls unseen, what a training on `other`, another config's `data`, has seen.

    As in `splits.seen_before`; empty where it was on another dataset. InputError: its clips' labels cannot be read.

    Args:
      clips: of that training, where they are known; else they are found out from `other`.
    """
    if other.dataset != data.dataset or data.get("splitting", "") == splits.RANDOM_WINDOW or split in ("train", "all"):
        return {}
    if clips is None:
        if divided_alike(data, other):
            return {}
        found = _divided(other, data.data_dir)
        found = having(found, of_clips(dict(other.get("keep", {})), found))
        clips = [entry for entry in found if other.train_split in ("all", entry["split"])]
    return splits.seen_before(_divided(data, data.data_dir), split, clips)


def of_clips(keep: Mapping[str, Any], clips: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """`data.keep` without the labels of views, which show only after the preparation."""
    return {label: values for label, values in keep.items() if clips and label in clips[0]}


def divided_alike(data: Any, other: Any) -> bool:
    """Whether a training on `other` trains on the clips that `data` has for training, as long as no file changes."""
    return other.train_split == "train" and _how_divided(other) == _how_divided(data)


def _how_divided(data: Any) -> tuple[Any, ...]:
    scheme = data.get("splitting", "")
    return data.options.to_dict(), scheme, data.get("split_seed", 0) if scheme else 0


def _divided(data: Any, data_dir: str) -> list[Any]:
    """The labels of all clips, their `split` as the division has it; random windows are all of the training."""
    scheme = data.get("splitting", "")
    found = corpus.load_labels(data.dataset, data_dir or None, **data.options)
    if scheme == splits.RANDOM_WINDOW:
        return [{**entry, "split": "train"} for entry in found]
    return splits.divided(found, scheme, data.get("split_seed", 0))
