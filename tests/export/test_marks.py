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


@settings(max_examples=25, deadline=None)
@given(arrays.arrays(np.float64, (17, 2)), arrays.arrays(np.float32, 17), st.integers(2, 40), st.text(max_size=8))
def test_anything_can_be_drawn_anywhere(points, opacity, side, text):
    picture = _ground(100, side, side + 3)
    marks.draw_pose(picture, points, "h36m17", _YELLOW)
    marks.draw_dots(picture, points, opacity, _YELLOW)
    marks.draw_text(picture, text, tuple(np.clip(np.nan_to_num(points[0]), -9999, 9999).astype(int).tolist()), _YELLOW)
    assert picture.shape == (side, side + 3, 3)
