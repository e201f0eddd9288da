"""Which clips of a training split count as labelled, where 3D is withheld from the others."""

import hashlib
from collections.abc import Collection, Mapping, Sequence

from hdvr_jax.clips import Clip
from hdvr_jax.errors import InputError


def having(entries: Sequence[Mapping], wanted: Mapping[str, Collection[str]]) -> list[Mapping]:
    """The clips, or sequences, that have one of the wanted values of every label; a single value may stand alone."""
    sets = {label: {values} if isinstance(values, str) else set(values) for label, values in wanted.items()}
    return [entry for entry in entries if all(entry.get(label) in values for label, values in sets.items())]


def labelled_clips(
    clips: Sequence[Clip], share: float = 1.0, wanted: Mapping[str, Collection[str]] | None = None
) -> Collection[str]:
    """Names of the labelled clips: all that are not of the training split, and some that are.

    Whole takes are labelled, so that partners never stand on different sides. Takes come in the order of the SHA-256
    of their names, and a smaller share is a part of a larger one.

    Args:
        share: of the training takes, rounded to the nearest number, one at least.
        wanted: {label: values} of the labelled clips, such as {"dancer": ("S1",)}; replaces the share.
    Raises:
        InputError: a share outside (0, 1], or labels that no clip of the training split has.
    """
    if not 0 < share <= 1:
        raise InputError(f"config.data.labelled_share: expected more than 0 and at most 1, got {share}")
    training = [clip for clip in clips if clip["split"] == "train"]
    others = {clip["clip"] for clip in clips if clip["split"] != "train"}
    if wanted and training:
        found = {clip["clip"] for clip in having(training, wanted)}
        if not found:
            raise InputError(f"config.data.labelled: no clip of the training split has {dict(wanted)}")
        return others | found
    takes = sorted({clip.get("take", clip["clip"]) for clip in training}, key=_digest)
    chosen = set(takes[: max(1, round(share * len(takes)))])
    return others | {clip["clip"] for clip in training if clip.get("take", clip["clip"]) in chosen}


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
