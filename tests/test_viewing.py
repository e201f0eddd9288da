import html
import re

import numpy as np
import pytest

from hdvr_jax import viewing
from hdvr_jax.report import page
from tests.recognition import fabricated


def test_notebook_frame_holds_the_whole_page():
    result = fabricated.recognition(dancers=1)
    shown = viewing.in_notebook(result, height=500)._repr_html_()
    assert "height:500px" in shown
    source = re.search(r'srcdoc="([^"]*)"', shown).group(1)
    assert html.unescape(source) == page(result)


@pytest.mark.parametrize("joint", [3, 13])
def test_drawing_marks_seen_joints_only(joint):
    blank = np.zeros((200, 200, 3), np.uint8)
    points = np.full((17, 2), np.nan)
    assert (viewing.draw_skeleton(blank, points, "h36m17") == 0).all()
    points[joint] = 100
    drawn = viewing.draw_skeleton(blank, points, "h36m17")
    assert drawn[100, 100].any()
    assert not drawn[100, 150].any()
    assert (blank == 0).all()


def test_points_far_outside_the_image_do_no_harm():
    points = np.full((17, 2), 1e9)
    assert viewing.draw_skeleton(np.zeros((20, 20, 3), np.uint8), points, "h36m17").shape == (20, 20, 3)


def test_a_pose_is_drawn_upright_with_its_sides():
    drawn = viewing.draw_pose(fabricated.STANDING, "h36m17", (200, 300), yaw=0.0)
    rows = np.flatnonzero((drawn != 255).any((1, 2)))
    assert rows[0] < 40
    assert rows[-1] > 260
    blue = (drawn[..., 0].astype(int) - drawn[..., 2]) > 60
    orange = (drawn[..., 2].astype(int) - drawn[..., 0]) > 60
    # The dancer faces the viewer, so her left is on the viewer's right.
    assert np.flatnonzero(blue.any(0)).mean() > 100 > np.flatnonzero(orange.any(0)).mean()


def test_a_pose_without_joints_is_an_empty_picture():
    assert (viewing.draw_pose(np.full((17, 3), np.nan), "h36m17") == 255).all()
