"""What a dataset of a given size consists of: dancers, choreographies and takes, disjoint between the splits."""

from collections.abc import Iterator
from dataclasses import dataclass

from hdvr_jax.choreo.dancer import Dancer, sample_dancer
from hdvr_jax.choreo.grammar import GENRES, sample_choreography
from hdvr_jax.choreo.streams import stream
from hdvr_jax.choreo.take import Take
from hdvr_jax.errors import InputError

SPLITS = ("train", "validation", "test")
_WALK_IN = 3.0  # seconds that a take of several dancers lasts longer: they cross the stage first
_GROUPS = (0.84, 0.12, 0.04)  # shares of solos, duets and trios


@dataclass(frozen=True)
class Size:
    """Per split (train, validation, test): dancers in all, choreographies per genre, takes per choreography.

    `seconds` is the range that a take's length, in whole seconds, is drawn from; takes of several dancers are longer by
    the time that they need to walk in.
    """

    dancers: tuple[int, int, int]
    choreographies: tuple[int, int, int]
    takes: tuple[int, int, int]
    seconds: tuple[int, int]


SIZES = {
    "tiny": Size((3, 2, 2), (1, 1, 1), (1, 1, 1), (4, 4)),
    "demo": Size((20, 6, 6), (16, 3, 4), (1, 1, 1), (8, 8)),
    "standard": Size((60, 12, 14), (80, 9, 10), (1, 1, 2), (8, 12)),
}


def size_named(name: str) -> Size:
    """A size of `SIZES`. InputError for an unknown name."""
    if name not in SIZES:
        raise InputError(f"choreo has no size {name!r}; expected {', '.join(SIZES)}")
    return SIZES[name]


def dancers(seed: int, size: Size, split: str) -> list[Dancer]:
    """The dancers of one split; they dance every genre."""
    number = size.dancers[SPLITS.index(split)]
    names = [f"{split}-dancer-{index:02d}" for index in range(number)]
    return [sample_dancer(stream(seed, "dancer", name), name) for name in names]


def takes(seed: int, size: Size, split: str) -> Iterator[Take]:
    """The takes of one split, genre after genre. No dancer and no choreography appears in two splits."""
    company = dancers(seed, size, split)
    which = SPLITS.index(split)
    for genre in GENRES:
        for number in range(size.choreographies[which]):
            name = f"{split}-{genre}-{number:02d}"
            choreography = sample_choreography(stream(seed, "choreography", name), genre, name)
            for repeat in range(size.takes[which]):
                rng = stream(seed, "take", name, repeat)
                count = min(int(rng.choice(3, p=_GROUPS)) + 1, len(company))
                cast = tuple(company[i] for i in rng.choice(len(company), count, replace=False))
                first = int(rng.integers(len(choreography.items)))
                seconds = float(rng.integers(size.seconds[0], size.seconds[1] + 1)) + _WALK_IN * (count > 1)
                yield Take(f"{name}-{repeat}", split, choreography, cast, first, seconds)
