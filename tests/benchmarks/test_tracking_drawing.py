"""Pictures of scenes: who hides whom, and what depends on the seed."""

import itertools

import cv2
import numpy as np
import pytest

from benchmarks.tracking import drawing, figures, room, scenes
from benchmarks.tracking.surfaces import project, visible_shares
from tests.benchmarks import tracking_scenes
from tests.real_data import real_data

_RED, _BLUE = (0.0, 0.0, 200.0), (200.0, 0.0, 0.0)


def _bodies(scene, *colours):
    """The dancers, each in one colour from head to foot."""
    looks = []
    for colour in colours:
        cloth = figures.Cloth("plain", colour, colour)
        looks.append(figures.Look(cloth, cloth, cloth, cloth, cloth, True, 0.0))
    return [project(figures.limbs(points, look), scene.view) for points, look in zip(scene.points, looks, strict=True)]


@pytest.mark.parametrize("turned", [False, True])
def test_the_nearer_dancer_hides_the_farther_whatever_the_order(turned):
    scene = tracking_scenes.scene(np.array([[[0.0, 0.8]], [[0.1, -0.8]]]))
    near, far = _bodies(scene, _RED, _BLUE)
    picture = np.zeros((120, 160, 3), np.uint8)
    drawing.paint(picture, [far, near] if turned else [near, far], 0)
    chest = scene.seen()[0][0, 0, 5:13:7].mean(0)
    x, y = np.round(chest).astype(int)
    assert picture[y, x, 2] > 60
    assert picture[y, x, 0] == 0


def test_a_joint_lies_within_the_drawn_body():
    scene = tracking_scenes.scene(np.array([[[0.3, 0.0]]]))
    picture = np.zeros((120, 160, 3), np.uint8)
    drawing.paint(picture, _bodies(scene, _RED), 0)
    body = cv2.dilate((picture[..., 2] > 0).astype(np.uint8), np.ones((3, 3), np.uint8))
    x, y = np.round(scene.seen()[0][0, 0]).astype(int).T
    assert body[y, x].all()
    assert (picture[..., 2] > 0).mean() < 0.2


def test_pictures_depend_on_the_seed_alone():
    paths = tracking_scenes.crossing(3)
    first, again, other = (
        np.stack(list(drawing.draw(tracking_scenes.scene(paths, seed)))) for seed in (1, 1, 2)
    )  # fmt: skip
    np.testing.assert_array_equal(first, again)
    assert np.abs(first.astype(int) - other).mean() > 5
    assert first.dtype == np.uint8
    assert first.shape == (3, 120, 160, 3)


def test_dancers_dressed_alike_look_alike():
    def apart(alike):
        worn = figures.looks(2, 3, alike)
        return np.abs(np.array(worn[0].top.first) - np.array(worn[1].top.first)).max()

    assert apart(True) < 40 < apart(False)


def test_shares_of_who_is_seen():
    paths = np.array([[[0.0, 0.8]] * 2, [[0.0, -0.8], [1.0, -0.8]]])
    scene = tracking_scenes.scene(paths)
    shares = visible_shares(_bodies(scene, _RED, _BLUE), (160, 120), 1.0)
    np.testing.assert_array_equal(shares[0], 1.0)
    assert shares[1, 0] < 0.2
    assert shares[1, 1] == 1.0


def test_a_dancer_out_of_the_picture_is_not_seen():
    scene = tracking_scenes.scene(np.array([[[30.0, 0.0]]]))
    np.testing.assert_array_equal(visible_shares(_bodies(scene, _RED), (160, 120), 1.0), 0.0)


def test_the_shadow_falls_where_the_feet_stand():
    scene = tracking_scenes.scene(np.array([[[0.0, 0.0]]]))
    light = room.shadow(scene.view, drawing.dressed(scene)[0].ends[0])
    assert light.shape == (120, 160)
    feet = np.round(scene.seen()[0][0, 0, 15:17].mean(0)).astype(int)
    assert light[feet[1], feet[0]] < 0.9
    assert light.min() > 0.4
    assert light[:30].min() == 1.0


def test_formations_exchange_places_without_meeting():
    for seed in range(4):
        paths = scenes.formation_paths(seed + 2, 600, np.random.default_rng(seed))
        places = paths[:, 0]
        assert np.linalg.norm(np.diff(paths, axis=1), axis=-1).max() < 0.15
        home = np.linalg.norm(paths[:, :, None] - places[None, None], axis=-1).argmin(-1)
        assert all(len(set(dancer)) > 1 for dancer in home)
        for one, two in itertools.combinations(paths, 2):
            assert np.linalg.norm(one - two, axis=-1).min() > 0.35


def test_a_choreo_scene_fits_its_picture_and_is_the_same_again():
    scene, again = (scenes.load("choreo_5_a", 1.0) for _ in range(2))
    assert (scene.dancers, scene.frames) == (5, 30)
    np.testing.assert_array_equal(scene.points, again.points)
    image, depth = scene.seen()
    assert depth.min() > 0.5
    assert ((image >= 0) & (image < np.array(scene.view.image_size))).mean() > 0.95


def test_a_couple_of_the_recordings_stands_on_the_floor():
    real_data("cmu", "dance_30fps.npz")
    scene = scenes.load("salsa_01_a", 3.0)
    assert (scene.dancers, scene.frames) == (2, 90)
    ankles = scene.points[:, :, 15:17, 1].min(-1)
    assert 0.0 < np.median(ankles) < 0.2
    assert 1.3 < np.ptp(scene.points[0, 0, :, 1]) < 1.9
