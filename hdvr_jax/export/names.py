"""Names of the files in a results folder, in one place."""

import fnmatch
from collections.abc import Iterable, Sequence

from hdvr_jax.errors import InputError

# Written for every recognition.
FILES = ("poses3d.npz", "report.html", "report.json")
# Written when asked for; a star stands for a dancer.
EXTRAS = {
    "bvh": ("poses_*.bvh",),
    "gltf": ("poses.glb",),
    "csv": ("poses3d.csv", "movements.csv"),
    "json": ("poses3d.json",),
    "overlay": ("overlay.mp4",),
}
_LONGEST = 60


def check_extras(extras: Iterable[str]) -> None:
    """Raises InputError for a kind of results that there is none of."""
    unknown = [name for name in extras if name not in EXTRAS]
    if unknown:
        raise InputError(f"no results of kind {unknown[0]!r}; expected {', '.join(EXTRAS)}")


def is_result(name: str) -> bool:
    """Whether a results folder may hold a file of this name."""
    patterns = (*FILES, *(pattern for group in EXTRAS.values() for pattern in group))
    return "/" not in name and "\\" not in name and any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def names_of(extras: Iterable[str], dancers: Sequence[str]) -> list[str]:
    """Names of all files of some kinds, for dancers with these ids."""
    patterns = [pattern for extra in extras for pattern in EXTRAS[extra]]
    return [
        pattern.replace("*", dancer)
        for pattern in patterns
        for dancer in (file_safe(dancers) if "*" in pattern else [""])
    ]


def file_safe(ids: Sequence[str]) -> list[str]:
    """Ids as parts of file names, different from each other on every file system: letters, digits, "-" and "_"."""
    found: list[str] = []
    taken: set[str] = set()
    for id in ids:
        plain = "".join(sign if sign.isalnum() or sign in "-_" else "_" for sign in id[:_LONGEST]) or "_"
        name, copy = plain, 1
        while name.casefold() in taken:
            copy += 1
            name = f"{plain}-{copy}"
        taken.add(name.casefold())
        found.append(name)
    return found
