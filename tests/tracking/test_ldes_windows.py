"""What the filters learn from and look at, for boxes of any shape."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.tracking.ldes_windows import Settings, windows_of


@settings(max_examples=25, deadline=None)
@given(st.floats(1, 3000), st.floats(1, 3000))
def test_windows_suit_boxes_of_any_shape(width, height):
    parameters = Settings()
    windows = windows_of(parameters, width, height)
    # The whole box lies within both patches.
    assert windows.step * parameters.side > max(width, height)
    assert windows.polar_step * parameters.polar_side > np.hypot(width, height)
    for window in (windows.shown, windows.polar_shown, windows.searched, windows.polar_searched):
        assert window.min() >= 0
        assert 0 < window.max() <= 1
    assert windows.wanted.shape == (48, 25)


def test_what_lies_beyond_the_context_is_not_learnt():
    windows = windows_of(Settings(context=2.0), 40.0, 80.0)
    cells = (np.arange(48) - 23.5) * 4 * windows.step
    assert (windows.shown[:, np.abs(cells) > 40] == 0).all()
    assert (windows.shown[np.abs(cells) > 80] == 0).all()
    assert windows.shown[24, 24] > 0.9


@pytest.mark.parametrize(("turn", "growth"), [(0.3, 1.2), (0.9, 1.5)])
def test_limits_of_a_frame_are_kept(turn, growth):
    parameters = Settings(most_turn=turn, most_growth=growth)
    allowed = windows_of(parameters, 50.0, 50.0).allowed
    lines, columns = allowed.shape
    assert allowed[:, 0].sum() == 2 * int(turn / (2 * np.pi / lines)) + 1
    assert allowed[0].sum() == 2 * int(np.log(growth) / (parameters.polar_range / columns)) + 1
