"""The picture of poses lifted without 3D."""

import numpy as np
import pytest

from benchmarks import self_supervised_figure as figure
from hdvr_jax import clips
from tests.families.dancing import make_clip


@pytest.fixture(scope="module")
def found():
    return figure.columns(next(iter(clips.single_views(make_clip(views=2)))), {})


def test_columns_are_what_was_seen_and_the_truth_in_the_frame_of_the_camera(found):
    (seen, front), (truth, side) = found.values()
    assert (front, side) == (0.0, figure._SIDE)
    assert seen.shape == truth.shape
    assert not seen[..., 2].any()
    # Both show one body: what is left and right in the image is so for the camera.
    across = [points[..., 0] - points[..., :1, 0] for points in (seen, truth)]
    assert np.corrcoef(*(each[np.isfinite(across[0])] for each in across))[0, 1] > 0.95


def test_a_row_for_every_frame_and_a_column_for_every_title(found):
    drawn = figure.picture(found, np.array([0.0, 3.0, 5.0]))
    width, height = figure._CELL
    assert drawn.shape == (3 * height + figure._TITLE, 2 * width, 3)
    cells = drawn[figure._TITLE :].reshape(3, height, 2, width, 3).swapaxes(1, 2).reshape(6, -1)
    assert len({cell.tobytes() for cell in cells}) == 6
    assert all(np.ptp(cell) > 0 for cell in cells)
