"""Colours over the body."""

import numpy as np
import pytest

from hdvr_jax.tracking import colours, figures
from hdvr_jax.tracking.settings import Settings
from tests.tracking.walkers import detected, drawn, walk

_RED, _BLUE, _GREEN = (20, 20, 200), (200, 40, 20), (30, 180, 30)


def _worn(people, clothes):
    found = figures.measure(detected(people), Settings())
    (image,) = drawn(people, np.array(clothes))
    return colours.histograms(image, found, np.arange(len(found)), "coco17")


def test_same_clothes_are_near_and_others_far():
    people = np.stack([walk((150 + 150 * k, 180), (0, 0), 1, seed=k) for k in range(3)])
    worn = _worn(people, [(_RED, _BLUE), (_RED, _BLUE), (_GREEN, _RED)])
    assert colours.distance(worn[0], worn[1]) < 0.1
    assert colours.distance(worn[0], worn[2]) > 0.6


def test_the_background_is_kept_out():
    people = np.stack([walk((150, 180), (0, 0), 1, seed=1), walk((450, 180), (0, 0), 1, seed=1)])
    found = figures.measure(detected(people), Settings())
    (image,) = drawn(people, np.array([(_RED, _BLUE), (_RED, _BLUE)]))
    image[:, 320:][(image[:, 320:] > 80).all(-1) & (image[:, 320:] < 150).all(-1)] = (0, 255, 255)
    worn = colours.histograms(image, found, np.arange(2), "coco17")
    assert colours.distance(worn[0], worn[1]) < 0.15


def test_what_another_hides_does_not_count():
    people = np.stack([walk((300, 180), (0, 0), 1, seed=1), walk((312, 180), (0, 0), 1, seed=2)])
    alone = _worn(people[:1], [(_RED, _BLUE)])
    both = _worn(people, [(_RED, _BLUE), (_GREEN, _GREEN)])
    assert both[0].sum() < 0.6 * alone[0].sum()


def test_counts_are_the_points_that_were_seen():
    people = walk((300, 180), (0, 0), 1, seed=1)[None]
    worn = _worn(people, [(_RED, _BLUE)])
    places = colours.places("coco17")
    np.testing.assert_allclose(worn[0].sum(-1), np.bincount(places.part), rtol=1e-4)
    people[0, 0, 13:] = np.nan
    found = figures.measure(detected(people), Settings())
    worn = colours.histograms(np.zeros((360, 640, 3), np.uint8), found, np.arange(1), "coco17")
    assert (worn[0].sum(-1) > 0).tolist() == [True, True, False, False]


def test_nothing_seen_has_no_distance():
    nothing = np.zeros((len(colours.PARTS), colours.BINS), np.float32)
    assert np.isnan(colours.distance(nothing, nothing))


@pytest.mark.parametrize("skeleton", ["coco17", "body25", "body25b", "mediapipe33", "halpe26", "h36m17", "mpii16"])
def test_every_detector_has_all_parts(skeleton):
    assert set(colours.places(skeleton).part) == set(range(len(colours.PARTS)))


def test_points_near_another_figure_are_covered_and_no_others():
    rng = np.random.default_rng(0)
    positions = rng.uniform(0, 60, (5, 1, 2)) + rng.normal(0, 12, (5, 40, 2))
    known, size = rng.random((5, 40)) < 0.8, rng.uniform(20, 90, 5)
    clear = colours.uncovered(positions, known, size)
    assert 0 < clear.sum() < known.sum()
    for one, point in zip(*np.nonzero(known)):
        away = np.linalg.norm(positions - positions[one, point], axis=-1)
        near = (away <= 0.05 * size[:, None]) & known
        near[one] = False
        assert clear[one, point] == (not near.any())
