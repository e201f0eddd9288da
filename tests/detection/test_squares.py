"""Squares that cover a frame."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.detection.squares import covering, cut, merged, overlap


@settings(max_examples=60, deadline=None)
@given(
    st.integers(1, 2000),
    st.integers(1, 2000),
    st.floats(0.1, 0.5),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
    st.floats(0, 1),
)
def test_everybody_who_is_large_enough_stands_whole_in_a_square_that_shows_them(width, height, smallest, place, more):
    """The person is at least `smallest` high and at most half as high as the frame, and a third as wide.

    Squares halve in size and stand half over the next: in one that shows somebody whole they are a quarter high.
    """
    shorter = min(width, height)
    tall = shorter * (smallest + more * (0.5 - smallest))
    wide = tall / 3
    if tall > height or tall < 68 or wide > width:
        return
    x, y = place[0] * (width - wide), place[1] * (height - tall)
    assert any(
        left <= x + 1
        and x + wide <= left + side + 1
        and top <= y + 1
        and y + tall <= top + side + 1
        and tall >= 0.25 * side - 1
        for left, top, side in covering(width, height, smallest)
    )


def test_a_search_of_full_hd_stays_affordable():
    assert len(covering(1920, 1080, 0.15)) <= 26
    assert covering(100, 100, 0.15) == [(0, 0, 100)]
    assert covering(1, 1, 0.15) == [(0, 0, 1)]


def test_cutting_beyond_the_edges_gives_black():
    frame = np.arange(6 * 5 * 3, dtype=np.uint8).reshape(6, 5, 3)
    np.testing.assert_array_equal(cut(frame, (1, 2, 3)), frame[2:5, 1:4])
    piece = cut(frame, (-2, -1, 4))
    np.testing.assert_array_equal(piece[1:, 2:], frame[:3, :2])
    assert not piece[0].any()
    assert not piece[:, :2].any()
    assert not cut(frame, (50, 50, 4)).any()


def test_squares_that_are_nearly_the_same_are_one():
    assert overlap((0, 0, 10), (0, 0, 10)) == 1
    assert overlap((0, 0, 10), (10, 0, 10)) == 0
    assert overlap((0, 0, 10), (5, 0, 10)) == 50 / 150
    assert merged([(0, 0, 10), (1, 0, 10), (8, 0, 10)]) == [(0, 0, 10), (8, 0, 10)]
