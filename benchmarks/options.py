"""Numbers on the command lines of benchmarks."""

import argparse


def numbers(text: str) -> list[int]:
    """Whole numbers from 1 on, separated by commas, of a command line."""
    try:
        found = [int(number) for number in text.split(",")]
    except ValueError:
        found = [0]
    if min(found) < 1:
        raise argparse.ArgumentTypeError(f"expected numbers of 1 or more, separated by commas, got {text!r}")
    return found


def number(text: str) -> int:
    """One such number."""
    found = numbers(text)
    if len(found) > 1:
        raise argparse.ArgumentTypeError(f"expected one number, got {text!r}")
    return found[0]
