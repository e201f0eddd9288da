"""Freed memory: kept for the next step in training, given back between the stages of a recognition."""

import ctypes
from collections.abc import Callable

# Of malloc.h: parameters of mallopt.
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -2, -3, -8
_LARGEST_KEPT, _AHEAD = 2**28, 2**28
_LEAST_RETURNED = 2**22


def keep_freed() -> None:
    """Has the C library keep freed memory for the next step, where it is glibc; elsewhere nothing happens.

    By default glibc gives arrays of more than 32 MB back to the operating system at once. Their pages are then cleared
    and mapped again at every step. Without that, 64 ms a training step became 53 ms on two processor cores, 5 ms for a
    batch of 1,024 windows of 243 frames 2.3 ms. Arrays of more than 256 MB, where clearing is a small part of the work,
    still go back, so that a process does not stay as large as its largest step. Call it before threads start.
    """
    set_option = _mallopt()
    # Older versions refuse such a threshold, and would only do worse with the other options.
    if set_option(_MMAP_THRESHOLD, _LARGEST_KEPT):
        for option, value in ((_ARENA_MAX, 1), (_TRIM_THRESHOLD, -1), (_TOP_PAD, _AHEAD)):
            set_option(option, value)


def return_freed() -> None:
    """Has the C library give back every array of 4 MB or more when it is freed, where it is glibc.

    By default glibc keeps ever larger ones, up to 32 MB, once such have been freed, and long recordings leave many. To
    recognise 10,000 frames of three dancers then took 546 MB instead of 640 to 690, and half a second more of 13 s of
    processor time.
    """
    _mallopt()(_MMAP_THRESHOLD, _LEAST_RETURNED)


def _mallopt() -> Callable[[int, int], int]:
    """The C library's function; where it has none, one that refuses."""
    try:
        return ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return lambda option, value: 0
