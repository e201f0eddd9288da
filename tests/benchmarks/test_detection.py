"""What the tables of detection count."""

import numpy as np
import pytest

from benchmarks import detection, detection_scenes
from hdvr_jax.skeletons import get_skeleton


@pytest.fixture
def dance():
    """(T, 13, 2) of joints that swing, 200 pixels high."""
    random, time = np.random.default_rng(0), np.arange(60)[:, None, None] / 10
    return (200 * random.random((13, 2)) + 30 * np.sin(time + 6 * random.random((13, 2)))).astype(np.float32)


def test_pck_counts_what_is_near_and_what_was_not_found(dance):
    scale = np.full(60, 100.0)
    assert detection.pck(dance, dance, scale, 0.2) == 1
    off = dance.copy()
    off[:, 0] += [21, 0]
    off[:, 1] += [19, 0]
    assert detection.pck(off, dance, scale, 0.2) == pytest.approx(12 / 13)
    off[:, 2] = np.nan
    assert detection.pck(off, dance, scale, 0.2) == pytest.approx(11 / 13)
    unknown = dance.copy()
    unknown[:, 0] = np.nan
    assert detection.pck(off, unknown, scale, 0.2) == pytest.approx(11 / 12)


@pytest.mark.parametrize("shift", [0, 4, -3])
def test_alignment_finds_a_shift_in_time(dance, shift):
    found, reference = dance[10:50], dance[10 + shift : 50 + shift]
    best, distances = detection.alignment(found, reference)
    assert (best, distances.min()) == (shift, 0)
    assert len(distances) == 21


def test_scenes_hold_people_of_the_wanted_height_and_hits_counts_them(dance):
    picture = np.zeros((320, 320, 3), np.uint8)
    actors = [detection_scenes.Actor(picture, points + 30) for points in dance[:3]]
    frame, true = detection_scenes.scene(actors, 3, 0.25, np.random.default_rng(1))
    assert frame.shape == (1080, 1920, 3)
    for one in true:
        assert np.ptp(one[:, 1]) == pytest.approx(270, abs=1)
        assert (one >= 0).all()
        assert (one < [1920, 1080]).all()
    found = np.zeros((2, 33, 3), np.float32)
    found[0, detection_scenes.indices("mediapipe33"), :2] = true[1][detection_scenes.MIRROR]
    assert detection_scenes.hits(found, true) == 1
    assert detection_scenes.hits(found[:0], true) == 0


def test_the_mirror_exchanges_left_and_right():
    names = [get_skeleton("coco17").joints[place] for place in detection_scenes.indices("coco17")]
    mirrored = [names[place] for place in detection_scenes.MIRROR]
    assert [name.replace("left", "x").replace("right", "left").replace("x", "right") for name in names] == mirrored
