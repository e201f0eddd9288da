"""A camera that is none: pictures come when a test lets them."""

import itertools
import threading

import numpy as np


def numbered(number):
    """A small picture that tells its number."""
    return np.full((2, 3, 3), number, np.uint8)


class Capture:
    """Stands for a `cv2.VideoCapture`: so many pictures, each once it is let; then nothing, or what is raised."""

    def __init__(self, count=None, *, let=0, picture=numbered, error=None):
        self._left = itertools.count() if count is None else iter(range(count))
        self._picture, self._error = picture, error
        self._turn, self._entered, self._let = threading.Condition(), 0, let
        self.read_so_far, self.released = 0, threading.Event()

    def read(self):
        with self._turn:
            self._entered += 1
            self._turn.notify_all()
            self._turn.wait_for(lambda: self._let >= self._entered)
        if (number := next(self._left, None)) is not None:
            self.read_so_far += 1
            return True, self._picture(number)
        if self._error is not None:
            raise self._error
        return False, None

    def release(self):
        self.released.set()

    def let(self, count=1):
        """Lets so many pictures come."""
        with self._turn:
            self._let += count
            self._turn.notify_all()

    def give(self, count):
        """Lets so many pictures come and waits until the next one is asked for."""
        self.let(count)
        with self._turn:
            assert self._turn.wait_for(lambda: self._entered > self._let, 10)
