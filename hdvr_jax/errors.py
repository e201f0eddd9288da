"""The one error that users of the scripts see."""

import contextlib
import os
from collections.abc import Iterator


class InputError(ValueError):
    """Something the user gave cannot be used; the message names it and says what was expected.

    The scripts print it as a single line and exit with status 2.
    """


@contextlib.contextmanager
def reading(path: str | os.PathLike, expected: str) -> Iterator[None]:
    """Turns whatever a malformed file makes a reader raise, which may be nearly anything, into an InputError.

    Args:
      expected: what the file was to be, as in "not `expected`".
    """
    try:
        yield
    except (ImportError, InputError):
        raise
    except MemoryError as error:
        raise InputError(f"{path}: asks for more memory than there is") from error
    except Exception as error:
        reason = (str(error).splitlines() or [""])[0]
        raise InputError(f"{path}: not {expected} ({type(error).__name__}: {reason})") from error
