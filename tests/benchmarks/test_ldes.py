"""Drawn targets are where the truth says, the table's figures are right, and a short comparison has all its lines."""

import cv2
import numpy as np
import pytest

from benchmarks import ldes as benchmark
from benchmarks import ldes_scenes, ldes_trackers


def test_overlap_of_known_boxes():
    true = np.array([[0.0, 0, 10, 10]] * 4)
    found = np.array([[0.0, 0, 10, 10], [5, 0, 10, 10], [20, 20, 5, 5], [2, 2, 5, 5]])
    np.testing.assert_allclose(benchmark.overlap(found, true), [1, 1 / 3, 0, 1 / 4])


def test_a_row_counts_successes_and_distances():
    true = np.array([[0.0, 0, 10, 10], [0, 0, 10, 10]])
    found = np.array([[0.0, 0, 10, 10], [3, 4, 10, 10]])
    shared = 7 * 6 / (200 - 42)
    assert benchmark.row(found, true, 0.02) == pytest.approx(((1 + shared) / 2, 0.5, 2.5, 50))


@pytest.mark.parametrize("kind", benchmark.KINDS)
def test_scenes_are_seeded_and_stay_within_what_is_promised(kind):
    scene = ldes_scenes.scene(kind, 5, 40)
    again = ldes_scenes.scene(kind, 5, 40)
    np.testing.assert_array_equal(scene.boxes, again.boxes)
    assert not np.array_equal(scene.boxes, ldes_scenes.scene(kind, 6, 40).boxes)
    assert ((scene.scale >= 0.5) & (scene.scale <= 2)).all()
    assert scene.scale[0] == 1
    assert scene.angle[0] == 0
    assert ((scene.center > 0) & (scene.center < (ldes_scenes.WIDTH, ldes_scenes.HEIGHT))).all()
    one, other = (next(ldes_scenes.frames(each)) for each in (scene, again))
    np.testing.assert_array_equal(one, other)


def test_the_target_fills_its_true_box():
    """A white target on black: its outline is the rectangle's, to a pixel, however large it is drawn."""
    white = np.full((96, 96, 4), 255.0, np.float32)
    white[..., 3] = 1
    scene = ldes_scenes.scene("similarity", 1, 30)
    for index in (0, 10, 20):
        black = np.zeros((ldes_scenes.HEIGHT, ldes_scenes.WIDTH, 3), np.float32)
        drawn = ldes_scenes._placed(black, white, scene, index)
        x, y, width, height = cv2.boundingRect((drawn[..., 0] > 127).astype(np.uint8))
        np.testing.assert_allclose((x, y, x + width, y + height), _corners(scene.boxes[index]), atol=1.5)


def _corners(box):
    x, y, width, height = box
    return x, y, x + width, y + height


def test_ours_follows_a_scene():
    found, true, seconds = ldes_trackers.follow("ours", "shift", 3, 6)
    assert found.shape == true.shape == (5, 4)
    assert benchmark.overlap(found, true).min() > 0.9
    assert seconds > 0


def test_a_line_of_the_table():
    rows = [
        benchmark.Row(0.5, 1.0, 2.0, 100.0),
        benchmark.Row(0.7, 0.0, 4.0, 300.0),
        benchmark.Row(0.6, 0.5, 0.0, 110.0),
    ]
    mean = benchmark.summary(rows)
    assert mean == pytest.approx((0.6, 0.5, 2.0, 110.0))
    assert benchmark.line("all", 3, mean, mean) == (
        "| all | 3 | 0.600 / 0.600 | 0.500 / 0.500 | 2.0 / 2.0 | 110 / 110 |"
    )
