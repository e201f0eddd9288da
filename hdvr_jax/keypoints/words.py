"""Names and texts of files in messages, which may hold anything."""

import itertools
from collections.abc import Iterable


def printable(text: str) -> str:
    """The text with escapes for what would steer a terminal or cannot be shown."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def listed(names: Iterable[str], most: int = 12) -> str:
    """The first `most` of the names, printable, with commas between them."""
    names = iter(names)
    shown = [printable(name) for name in itertools.islice(names, most)]
    return ", ".join(shown) + (", ..." if next(names, None) is not None else "")
