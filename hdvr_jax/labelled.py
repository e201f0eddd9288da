"""Which clips of a training split count as labelled, where 3D is withheld from the others."""

import hashlib
from collections.abc import Collection, Sequence

from hdvr_jax.clips import Clip
from hdvr_jax.errors import InputError


def labelled_clips(clips: Sequence[Clip], share: float = 1.0, named: Sequence[str] = ()) -> Collection[str]:
    """Names of the labelled clips: all that are not of the training split, and some that are.

    Whole takes are labelled, so that partners never stand on different sides. Takes come in the order of the SHA-256
    of their names, and a smaller share is a part of a larger one.

    Args:
        share: of the training takes, rounded to the nearest number, one at least.
        named: endings of the names of the labelled clips; replaces the share.
    Raises:
        InputError: a share outside (0, 1], or a name that no clip of the training split ends with.
    """
    if not 0 < share <= 1:
        raise InputError(f"config.data.labelled_share: expected more than 0 and at most 1, got {share}")
    training = [clip for clip in clips if clip["split"] == "train"]
    others = {clip["clip"] for clip in clips if clip["split"] != "train"}
    if named and training:
        for name in named:
            if not any(clip["clip"].endswith(name) for clip in training):
                raise InputError(f"config.data.labelled_clips: no training clip's name ends with {name!r}")
        return others | {clip["clip"] for clip in training if clip["clip"].endswith(tuple(named))}
    takes = sorted({clip.get("take", clip["clip"]) for clip in training}, key=_digest)
    chosen = set(takes[: max(1, round(share * len(takes)))])
    return others | {clip["clip"] for clip in training if clip.get("take", clip["clip"]) in chosen}


def _digest(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()
