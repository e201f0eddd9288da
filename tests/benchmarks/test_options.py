"""Numbers on command lines."""

import argparse

import pytest

from benchmarks import options


def test_numbers():
    assert options.numbers("1,20") == [1, 20]
    assert options.number("7") == 7


@pytest.mark.parametrize("text", ["a", "", "0", "1,-2", "1.5"])
def test_numbers_that_are_none_are_refused(text):
    for read in (options.numbers, options.number):
        with pytest.raises(argparse.ArgumentTypeError, match="expected numbers of 1 or more"):
            read(text)


def test_one_number_is_not_several():
    with pytest.raises(argparse.ArgumentTypeError, match="expected one number, got '1,2'"):
        options.number("1,2")
