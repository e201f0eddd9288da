"""Who is kept apart between training and test, and how that is known.

A score means little without it: windows of the same dancers in the same choreographies are told apart by what they
share, not by what they dance. Every scheme but "random_window" keeps whole takes (and so partners) on one side.

    cross_take           no take is in two splits
    cross_choreography   nor any choreography
    cross_dancer         nor any dancer (nor choreography, where dancers do not share them)
    random_window        pieces of all takes, dealt out at random: it leaks, and is there to show how much

"" is the dataset's own division. What a division really keeps apart is found out from the labels (`kept_apart`).
"""

import collections
import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from hdvr_jax.clips import ARRAYS, Clip
from hdvr_jax.errors import InputError

SPLITS = ("train", "validation", "test")
# What must not be in two splits, beside the take.
_APART = {"cross_take": (), "cross_choreography": ("choreography",), "cross_dancer": ("dancer",)}
RANDOM_WINDOW = "random_window"
SCHEMES = ("", *_APART, RANDOM_WINDOW)
_SHARES = {"test": 0.2, "validation": 0.1}
PIECE_SECONDS = 2.0
_LABELS = ("dancer", "choreography", "take")


def divided(clips: Sequence[Clip], scheme: str, seed: int = 0) -> list[Clip]:
    """The clips with `split` as a scheme has it; for "random_window", pieces of two seconds of them.

    Raises:
        InputError: unknown scheme, or a genre that has too few takes, choreographies or dancers for three splits.
    """
    if scheme not in SCHEMES:
        raise InputError(f"config.data.splitting: {scheme!r}; expected one of {', '.join(filter(None, SCHEMES))} or ''")
    if not scheme:
        return list(clips)
    if scheme == RANDOM_WINDOW:
        pieces = cut(clips, PIECE_SECONDS)
        places = _dealt([piece["clip"] for piece in pieces], seed)
        return [{**piece, "split": place} for piece, place in zip(pieces, places, strict=True)]
    found = _assigned(clips, _APART[scheme], scheme, seed)
    return [{**clip, "split": split} for clip, split in zip(clips, found, strict=True)]


def kept_apart(labels: Sequence[Mapping[str, str]], split: str) -> tuple[str, ...]:
    """Which of dancer, choreography and take the training split shares with another one in no clip."""

    def values(label: str, name: str) -> set[str]:
        return {entry[label] for entry in labels if entry["split"] == name}

    return tuple(label for label in _LABELS if not values(label, "train") & values(label, split))


def seen_before(
    labels: Sequence[Mapping[str, str]], split: str, trained: Sequence[Mapping[str, str]]
) -> dict[str, tuple[int, int]]:
    """What clips of another training have in common with a split that its own training does not (`kept_apart`).

    Returns:
        {label: (how many values of it both have, how many the split has)}; empty where they have none in common.
    """
    found = {}
    for label in kept_apart(labels, split):
        here = {entry[label] for entry in labels if entry["split"] == split} - {""}
        if seen := here & {entry[label] for entry in trained}:
            found[label] = (len(seen), len(here))
    return found


def described(labels: Sequence[Mapping[str, str]], split: str, scheme: str = "") -> str:
    """What the clips of a split have not shared with training, in words."""
    if scheme == RANDOM_WINDOW:
        return "random windows of the training's own takes (this leaks)"
    if split in ("train", "all"):
        return "the training's own clips"
    apart = kept_apart(labels, split)
    return f"unseen: {', '.join(apart)}" if apart else "nothing is kept apart from training (this leaks)"


def cut(clips: Sequence[Clip], seconds: float) -> list[Clip]:
    """The clips cut into pieces of so many seconds; what is left over goes to the last. 0 leaves them whole."""
    return [piece for clip in clips for piece in _pieces(clip, seconds)] if seconds else list(clips)


def _pieces(clip: Clip, seconds: float) -> Iterator[dict[str, Any]]:
    frames = len(clip["points_world"])
    length = max(1, round(seconds * clip["fps"]))
    starts = [*range(0, max(1, frames - length + 1), length)]
    for start, end in zip(starts, [*starts[1:], frames], strict=True):
        piece = {**clip, "clip": f"{clip['clip']}@{start}"}
        for field, axes in ARRAYS.items():
            if "T" in axes and field in clip:
                piece[field] = np.asarray(clip[field]).take(range(start, end), axis=axes.index("T"))
        yield piece


def _dealt(names: Sequence[str], seed: int) -> list[str]:
    """Splits in the wanted shares, in the order of the names' digests."""
    order = sorted(range(len(names)), key=lambda index: _digest(names[index], seed))
    ends = np.cumsum([_SHARES["test"], _SHARES["validation"]]) * len(names)
    found = ["train"] * len(names)
    for place, index in enumerate(order):
        found[index] = "test" if place < ends[0] else "validation" if place < ends[1] else "train"
    return found


def _assigned(clips: Sequence[Clip], labels: Collection[str], scheme: str, seed: int) -> list[str]:
    """The split of every clip: whole groups, so that every genre comes near the wanted shares in every split."""
    for clip in clips:
        if unknown := [label for label in labels if not clip[label]]:
            raise InputError(f"splitting {scheme}: clip {clip['clip']} does not say which {unknown[0]} it shows")
    groups = _groups(clips, labels)
    genres: dict[str, collections.Counter] = collections.defaultdict(collections.Counter)
    for clip, group in zip(clips, groups, strict=True):
        genres[group][clip["genre"]] += 1
    left = collections.Counter(genre for counts in genres.values() for genre in counts)
    for genre, count in left.items():
        if count < len(SPLITS):
            what = " and ".join(("take", *labels))
            others = ", ".join(name for name in SCHEMES if name and name != scheme)
            raise InputError(
                f"splitting {scheme}: {f'genre {genre!r}' if genre else 'clips without genre'} has {count} groups that "
                f"share no {what}; {len(SPLITS)} are needed. Choose another of {others}"
            )
    places = _filled(genres, left, seed)
    return [places.get(group, "train") for group in groups]


def _filled(genres: Mapping[str, Mapping[str, int]], left: Mapping[str, int], seed: int) -> dict[str, str]:
    """Groups for test and validation: the next in the order of digests while one of its genres lacks clips there."""
    total = collections.Counter()
    for counts in genres.values():
        total.update(counts)
    places, left = {}, dict(left)
    order = sorted(genres, key=lambda group: _digest(group, seed))
    for after, (split, share) in enumerate(_SHARES.items(), 1):
        filled = collections.Counter()
        for group in order:
            counts = genres[group]
            wanted = any(filled[genre] < max(1, share * total[genre]) for genre in counts)
            enough = all(left[genre] > len(SPLITS) - after for genre in counts)
            if group not in places and wanted and enough:
                places[group] = split
                filled.update(counts)
                left = {genre: count - (genre in counts) for genre, count in left.items()}
    return places


def _groups(clips: Sequence[Clip], labels: Collection[str]) -> list[str]:
    """For each clip, the least name of the clips that it is tied to, by a take or by one of the labels."""
    parent = list(range(len(clips)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for label in ("take", *labels):
        first: dict[str, int] = {}
        for index, clip in enumerate(clips):
            one, other = root(first.setdefault(clip[label], index)), root(index)
            parent[one] = other
    least: dict[int, str] = {}
    for index, clip in enumerate(clips):
        least[root(index)] = min(clip["clip"], least.get(root(index), clip["clip"]))
    return [least[root(index)] for index in range(len(clips))]


def _digest(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}:{name}".encode()).hexdigest()
