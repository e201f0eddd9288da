"""A tracker on drawn motion: what moved is measured, what stands stays, what cannot be followed is said to be so."""

import dataclasses
import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.errors import InputError
from hdvr_jax.tracking import ldes

_SIZE = (240, 320)
_CENTER = np.array([160.0, 120.0])
_BOX = (135.0, 85.0, 50.0, 70.0)


def _texture(seed, height=240, width=320):
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2.5), None, 0, 255, cv2.NORM_MINMAX)


def _at(shift):
    return _CENTER + np.array(shift)


def _picture(shift=(0.0, 0.0), scale=1.0, angle=0.0):
    """A textured rectangle, _BOX at first, moved over a textured background; edges of pixels lie at whole numbers."""
    cosine, sine = scale * math.cos(angle), scale * math.sin(angle)
    linear = np.array([[cosine, -sine], [sine, cosine]])
    offset = _CENTER - 0.5 + shift - linear @ (_CENTER - 0.5)
    matrix = np.concatenate([linear, offset[:, None]], 1)
    mask = np.zeros(_SIZE, np.float32)
    mask[85:155, 135:185] = 1
    alpha = cv2.warpAffine(mask, matrix, _SIZE[::-1])[..., None]
    target = cv2.warpAffine(_texture(1), matrix, _SIZE[::-1], borderMode=cv2.BORDER_REFLECT)
    return np.round(target * alpha + _texture(2) * (1 - alpha)).astype(np.uint8)


@settings(max_examples=12, deadline=None)
@given(st.floats(-55, 55), st.floats(-45, 45))
def test_a_shift_of_up_to_a_whole_target_is_found(across, down):
    found = ldes.follow(ldes.start(_picture(), _BOX), _picture((across, down)))
    assert np.abs(found.center - _at([across, down])).max() < 1
    assert abs(found.scale - 1) < 0.02
    assert abs(found.angle) < 0.02
    np.testing.assert_allclose(found.box[:2] + found.size / 2, _at([across, down]), atol=2)


@pytest.mark.parametrize("ratio", [1.06, 1 / 1.06])
def test_scale_is_followed(ratio):
    target = ldes.start(_picture(), _BOX)
    for frame in range(1, 11):
        target = ldes.follow(target, _picture(scale=ratio**frame))
    assert abs(target.scale / ratio**10 - 1) < 0.03
    np.testing.assert_allclose(target.size / (50, 70), ratio**10, rtol=0.03)
    assert np.abs(target.center - _CENTER).max() < 1


@pytest.mark.parametrize("turn", [0.15, -0.15])
def test_rotation_is_followed(turn):
    target = ldes.start(_picture(), _BOX)
    for frame in range(1, 11):
        target = ldes.follow(target, _picture(angle=turn * frame))
    assert abs(target.angle - 10 * turn) < 0.03 * 1.5
    assert abs(target.scale - 1) < 0.03
    # Almost a quarter turn: the upright box lies down.
    np.testing.assert_allclose(target.box[2:], (73.4, 54.8), atol=3)


def test_shift_scale_and_rotation_at_once():
    target = ldes.start(_picture(), _BOX)
    for frame in range(1, 7):
        target = ldes.follow(target, _picture((7.0 * frame, -3.0 * frame), 1.03**frame, 0.06 * frame))
    np.testing.assert_allclose(target.center, _at([42, -18]), atol=1)
    assert abs(target.scale / 1.03**6 - 1) < 0.03
    assert abs(target.angle - 0.36) < 0.03


def test_a_target_that_stands_does_not_drift():
    target = ldes.start(_picture(), _BOX)
    noise = np.random.default_rng(0)
    for _ in range(40):
        shown = _picture() + noise.normal(0, 4, (*_SIZE, 3))
        target = ldes.follow(target, np.clip(shown, 0, 255).astype(np.uint8))
    np.testing.assert_allclose(target.box, _BOX, atol=0.7)
    assert abs(target.angle) < 0.01


def test_light_does_not_matter():
    target = ldes.start(_picture(), _BOX)
    dark = cv2.convertScaleAbs(_picture((12.0, 5.0)), alpha=0.6, beta=20)
    np.testing.assert_allclose(ldes.follow(target, dark).center, _at([12, 5]), atol=1)


def test_large_targets_are_followed_on_the_same_grid():
    large = [cv2.resize(_picture(shift), None, fx=5, fy=5, interpolation=cv2.INTER_CUBIC) for shift in ((0, 0), (9, 4))]
    found = ldes.follow(ldes.start(large[0], tuple(5 * value for value in _BOX)), large[1])
    np.testing.assert_allclose(found.center, 5 * (_at([9, 4])), atol=2)


def test_a_hidden_target_coasts_is_not_forgotten_and_is_found_again():
    target = ldes.start(_picture(), _BOX)
    for frame in range(1, 5):
        target = ldes.follow(target, _picture((4.0 * frame, 0.0)))
    assert target.response > 0.5
    background = _texture(2)
    hidden = ldes.follow(target, background)
    assert hidden.hidden
    assert hidden.response < 0.5 * target.response
    assert 2 < (hidden.center - target.center)[0] <= 4.5
    assert hidden.place is target.place
    for _ in range(5):
        hidden = ldes.follow(hidden, background)
    found = ldes.follow(hidden, _picture((30.0, 5.0)))
    assert not found.hidden
    np.testing.assert_allclose(found.center, _at([30, 5]), atol=1)


_BOXES = [
    (10, 10, 40, 60),
    (-100, -100, 20, 20),
    (-100, 40, 20, 20),
    (300, 220, 60, 60),
    (5, 5, 1, 1),
    (5, 5, 0, 0),
    (0, 0, 320, 240),
    (-1000, -1000, 5000, 5000),
    (3, 3, 1, 100),
]


@pytest.mark.parametrize("box", _BOXES)
def test_any_box_and_any_picture_can_be_followed(box):
    grey = np.repeat(_texture(3)[..., :1], 3, 2)
    constant = np.full((*_SIZE, 3), 77, np.uint8)
    target = ldes.start(grey, box)
    for picture in (grey, constant, grey, _texture(4), np.zeros((1, 1, 3), np.uint8)):
        target = ldes.follow(target, picture)
        assert np.isfinite([*target.box, target.scale, target.angle]).all()
        assert 0 <= target.response <= 1.2


def test_nothing_can_be_told_without_texture_or_outside_the_image():
    constant = np.full((*_SIZE, 3), 77, np.uint8)
    for picture, box in (
        (constant, _BOX),
        (_picture(), (-100.0, 40.0, 20.0, 20.0)),
        (_picture(), (900.0, 900.0, 9.0, 9.0)),
    ):
        target = ldes.start(picture, box)
        found = ldes.follow(target, picture)
        assert target.response == pytest.approx(0, abs=0.01)
        assert found.response == pytest.approx(0, abs=0.01)
        assert found.hidden
        np.testing.assert_allclose(found.box, box)


def test_following_changes_nothing_and_repeats_exactly():
    target = ldes.start(_picture(), _BOX)
    picture = _picture((5.0, 3.0))
    before = dataclasses.replace(target, center=target.center.copy())
    first, second = ldes.follow(target, picture), ldes.follow(target, picture)
    np.testing.assert_array_equal(target.center, before.center)
    np.testing.assert_array_equal(first.box, second.box)
    np.testing.assert_array_equal(first.place.numerator, second.place.numerator)


def test_a_box_that_is_not_finite_is_refused():
    with pytest.raises(InputError, match="expected four finite numbers"):
        ldes.start(_picture(), (1.0, float("nan"), 2.0, 3.0))
