"""Marks on pictures: pixels where they should be, on any ground and anywhere."""

import hypothesis.extra.numpy as arrays
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.export import marks

_YELLOW = (66, 228, 240)


def _ground(shade, height=240, width=320):
    return np.full((height, width, 3), shade, np.uint8)


@pytest.mark.parametrize("shade", [0, 128, 255])
def test_words_can_be_read_on_any_ground(shade):
    """Somewhere there are letters in their colour, and what is next to them is dark."""
    picture = _ground(shade)
    marks.draw_text(picture, "Dancer 1", (20, 100), _YELLOW)
    width = marks.text_width(picture, "Dancer 1")
    words = picture[92:101, 20 : 20 + width].reshape(-1, 3).astype(int)
    letters = words[:, 1] > 150
    assert letters.sum() > 50
    assert (words[letters][:, 1] > words[letters][:, 0] + 40).all()
    assert np.median(words[~letters].max(1)) < 80
    assert (picture[:80] == shade).all()
    assert (picture[:, 40 + width :] == shade).all()


@pytest.mark.parametrize("shade", [0, 255])
def test_opacity_of_dots(shade):
    picture = _ground(shade)
    points = np.array([[40.0, 50], [120, 50], [200, 50], [np.nan, 50]])
    marks.draw_dots(picture, points, np.array([0, 0.5, 1, 1.0]), _YELLOW)
    centres = picture[50, [40, 120, 200]].astype(float)
    share = np.array([0, 0.5, 1])[:, None]
    np.testing.assert_allclose(centres, share * _YELLOW + (1 - share) * shade, atol=2)
    assert (picture[:, 240:] == shade).all()


def test_the_surer_dot_is_on_top():
    for order in ([0, 1], [1, 0]):
        picture = _ground(255)
        opacity = np.array([0.1, 1.0])[order]
        marks.draw_dots(picture, np.array([[100.0, 100], [103, 100]]), opacity, _YELLOW)
        np.testing.assert_allclose(picture[100, 103 if order == [0, 1] else 100], _YELLOW, atol=2)


def test_bones_have_edges_and_nothing_else_is_touched():
    picture = _ground(20)
    points = np.full((17, 2), np.nan)
    points[11], points[12] = [100, 60], [100, 180]
    marks.draw_pose(picture, points, "h36m17", _YELLOW)
    blue, edge = picture[120, 100].astype(int), picture[120, 97].astype(int)
    assert blue[0] > blue[2] + 100
    np.testing.assert_allclose(edge, _YELLOW, atol=40)
    assert (picture[:, :90] == 20).all()
    assert (picture[:, 110:] == 20).all()


def _touched(picture, points, place, width):
    """Which pixels may be drawn to: a little around the points, and where the text is."""
    height, across = picture.shape[:2]
    found = np.zeros((height, across), bool)
    seen = points[np.isfinite(points).all(-1)]
    if len(seen):
        low = np.clip(np.floor(seen.min(0)) - 8, 0, (across, height)).astype(int)
        high = np.clip(np.ceil(seen.max(0)) + 8, 0, (across, height)).astype(int)
        found[low[1] : high[1], low[0] : high[0]] = True
    left, foot = place
    found[max(0, foot - 14) : max(0, foot + 7), max(0, left - 4) : max(0, left + width + 4)] = True
    return found


_SOMEWHERE = arrays.arrays(np.float64, (17, 2))
_TOGETHER = arrays.arrays(np.float64, (17, 2), elements=st.one_of(st.floats(60, 90), st.just(np.nan)))


@settings(max_examples=40, deadline=None)
@given(
    st.one_of(_SOMEWHERE, _TOGETHER),
    arrays.arrays(np.float32, 17),
    st.integers(2, 200),
    st.text(max_size=8),
)
def test_anything_can_be_drawn_anywhere_and_the_rest_stays_as_it_is(points, opacity, side, text):
    picture = _ground(100, side, side + 3)
    place = tuple(np.clip(np.nan_to_num(points[0]), -9999, 9999).astype(int).tolist())
    marks.draw_pose(picture, points, "h36m17", _YELLOW)
    marks.draw_dots(picture, points, opacity, _YELLOW)
    marks.draw_text(picture, text, place, _YELLOW)
    assert (picture[~_touched(picture, points, place, marks.text_width(picture, text))] == 100).all()
