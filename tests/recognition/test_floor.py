"""The floor from standing feet: on made-up walkers whose true floor is known, and on real motion capture."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import clips, filming
from hdvr_jax.keypoints import cmu
from hdvr_jax.recognition import floor, placement
from tests.families.dancing import standing
from tests.real_data import real_data

FPS = 30.0


def walk(way, lift=0.1):
    """(T, 17, 3) in the world, Y up, soles at y = 0: a body that steps along a way (T, 2) over the floor, x and z.

    Each foot in turn stands for 0.8 s and then swings to the place where the body will be.
    """
    points = np.repeat(standing()[None], len(way), 0).astype(np.float64)
    points[:, :, [0, 2]] += way[:, None]
    for joint, phase in ((3, 0), (6, 24)):
        side = points[0, joint, [0, 2]] - way[0]
        for frame in range(len(way)):
            step, part = divmod(frame + phase, 48)
            last, coming = (np.clip(48 * (step + at) - phase, 0, len(way) - 1) for at in (0, 1))
            share = max(0, part - 24) / 24
            points[frame, joint, [0, 2]] = side + way[last] * (1 - share) + way[coming] * share
            points[frame, joint, 1] += lift * np.sin(np.pi * share)
    return points


def circle(frames=600, radius=1.2):
    angle = np.linspace(0, 4 * np.pi, frames)
    return radius * np.stack([np.cos(angle), np.sin(angle)], -1)


def camera(tilt, roll, height, distance=5.0):
    """Rotation and translation of a camera at (0, height, distance) that looks along -z and down by `tilt` degrees."""
    tilt, roll = np.deg2rad([tilt, roll])
    level = np.diag([1.0, -1, -1])
    down = np.array([[1, 0, 0], [0, np.cos(tilt), -np.sin(tilt)], [0, np.sin(tilt), np.cos(tilt)]])
    spin = np.array([[np.cos(roll), -np.sin(roll), 0], [np.sin(roll), np.cos(roll), 0], [0, 0, 1]])
    rotation = spin @ down @ level
    return rotation, -rotation @ [0, height, distance]


def angle(first, second):
    return np.rad2deg(np.arccos(np.clip(first @ second, -1, 1)))


@settings(max_examples=10, deadline=None)
@given(st.floats(-15, 40), st.floats(-8, 8), st.floats(0.5, 3))
def test_the_camera_of_a_walker_on_a_circle(tilt, roll, height):
    rotation, translation = camera(tilt, roll, height)
    world = walk(circle())
    found = floor.estimate([world @ rotation.T + translation], [FPS], "h36m17")
    assert angle(found.up, rotation @ [0, 1, 0]) < 0.5
    assert found.tilt == pytest.approx(tilt, abs=0.5)
    assert found.camera_height == pytest.approx(height, abs=0.05)
    assert found.residual < 0.01
    assert min(found.by_feet) > 0.8


def test_a_body_that_leans_does_not_tilt_the_floor_where_feet_move():
    rotation, translation = camera(12, 0, 1.5)
    world = walk(circle())
    world[:, :, 2] += np.tan(np.deg2rad(15)) * (world[:, :, 1] - 0.08)  # the whole body, feet kept
    found = floor.estimate([world @ rotation.T + translation], [FPS], "h36m17")
    assert angle(found.up, rotation @ [0, 1, 0]) < 1.5


def test_noise_and_feet_in_the_air_are_borne():
    rotation, translation = camera(10, 2, 1.4)
    rng = np.random.default_rng(0)
    points = walk(circle(), lift=0.4) @ rotation.T + translation
    points += rng.normal(0, 0.002, points.shape)
    points[100:110] = np.nan
    points[200:230, 3] = np.nan
    found = floor.estimate([points], [FPS], "h36m17")
    assert angle(found.up, rotation @ [0, 1, 0]) < 1
    assert found.camera_height == pytest.approx(1.4, abs=0.1)


def test_errors_in_depth_do_not_turn_the_floor_towards_the_camera():
    rotation, translation = camera(10, 0, 2.0, distance=6.0)
    points = walk(circle(radius=0.4)) @ rotation.T + translation
    farther = 1 + 0.015 * np.sin(2 * np.pi * 0.31 * np.arange(len(points)) / FPS)
    found = floor.estimate([points * farther[:, None, None]], [FPS], "h36m17")
    assert angle(found.up, rotation @ [0, 1, 0]) < 0.7  # 1.4 with the errors left in


def test_one_spot_leaves_up_to_the_body_and_says_so():
    rotation, translation = camera(20, 0, 1.6)
    world = walk(np.zeros((90, 2)), lift=0.0)
    world[:, 3], world[:, 6] = world[:, 3].mean(0), world[:, 3].mean(0) + np.array([0.1, 0, 0])
    found = floor.estimate([world @ rotation.T + translation], [FPS], "h36m17")
    assert max(found.by_feet) < 0.5
    assert angle(found.up, rotation @ [0, 1, 0]) < 3
    assert found.camera_height == pytest.approx(1.6, abs=0.3)
    assert "one spot" in floor.words(found)[1]


def test_a_line_leaves_the_tilt_across_it_to_the_body():
    rotation, translation = camera(0, 0, 1.5)
    way = np.c_[np.linspace(-2, 2, 300), np.zeros(300)]
    found = floor.estimate([walk(way) @ rotation.T + translation], [FPS], "h36m17")
    assert found.by_feet[0] > 0.9
    assert found.by_feet[1] < 0.5
    assert abs(found.roll) < 0.5
    assert "near one line" in floor.words(found)[1]


def test_dancers_on_two_spots_span_more_floor_than_each():
    rotation, translation = camera(8, 3, 1.5)
    dancers = [walk(np.tile([x, z], (120, 1))) @ rotation.T + translation for x, z in ((-1, -1), (1, -1), (0, 1))]
    together = floor.estimate(dancers, [FPS] * 3, "h36m17")
    assert min(together.by_feet) > 0.8 > max(floor.estimate(dancers[:1], [FPS], "h36m17").by_feet)
    assert angle(together.up, rotation @ [0, 1, 0]) < 0.5


def test_feet_that_never_rest():
    rotation, translation = camera(5, 0, 1.5)
    world = np.repeat(standing()[None], 60, 0) + np.c_[np.arange(60) / 10, np.zeros((60, 2))][:, None]
    found = floor.estimate([world @ rotation.T + translation], [FPS], "h36m17")
    assert found.stances == 0
    assert found.camera_height == pytest.approx(1.5, abs=0.2)
    assert "No foot rests" in floor.words(found)[1]


@pytest.mark.parametrize("frames", [1, 3])
def test_a_moment_is_enough(frames):
    rotation, translation = camera(5, 0, 1.5)
    found = floor.estimate([np.repeat(standing()[None], frames, 0) @ rotation.T + translation], [FPS], "h36m17")
    assert angle(found.up, rotation @ [0, 1, 0]) < 3


def test_no_ankle_no_floor():
    points = walk(circle(60))
    points[:, [3, 6]] = np.nan
    assert floor.estimate([points], [FPS], "h36m17") is None
    assert "No floor" in floor.words(None)[0]


@given(st.floats(-1, 1), st.floats(-1, -0.1), st.floats(-1, 1), st.floats(0.1, 5))
def test_the_world_and_back(x, y, z, height):
    up = np.array([x, y, z]) / np.linalg.norm([x, y, z])
    found = floor.Floor(up, height, 0.0, 1.0, (1.0, 1.0))
    np.testing.assert_allclose(found.rotation @ found.rotation.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(found.rotation) == pytest.approx(1)
    np.testing.assert_allclose(found.to_world(np.zeros(3)), [0, height, 0], atol=1e-6)
    points = np.random.default_rng(0).normal(size=(5, 3))
    rotation, translation = found.to_camera()
    np.testing.assert_allclose(found.to_world(points) @ rotation.T + translation, points, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("salsa_60_04", 1.0),
        pytest.param("indian_94_04", 2.0, marks=pytest.mark.slow),
        pytest.param("martial_135_07", 3.0, marks=pytest.mark.slow),
    ],
)
def test_filmed_motion_capture_is_placed_and_stands(name, most):
    (pack,) = (c for c in cmu.load_pack(real_data("cmu", "dance_30fps.npz")) if c.name == name)
    clip = {"clip": name, "skeleton": "cmu25", "fps": pack.fps, "points_world": pack.points}
    film = filming.film({**clip, **clips.no_views(len(pack.points), 25)}, 1)
    world = clips.track_3d(film).to_skeleton("h36m17").keypoints
    rotation, translation = film["rotation"][0], film["translation"][0]
    true = world @ rotation.T + translation
    track = clips.track_2d(film, 0).fill_gaps(0.5).to_skeleton("h36m17")
    placed = placement.place(true - true[:, :1], track, clips.camera(film, 0))
    assert np.linalg.norm(placed.points - true, axis=-1).mean() < 0.06
    found = floor.estimate([placed.points], [pack.fps], "h36m17")
    assert angle(found.up, rotation @ [0, 1, 0]) < most
    soles = np.median(np.nanmin(world[:, [3, 6], 1], 1)) - floor.ANKLE_HEIGHT
    assert found.camera_height == pytest.approx((-rotation.T @ translation)[1] - soles, abs=0.15)
    moved = dataclasses.replace(placed, points=found.to_world(placed.points))
    assert abs(np.median(np.nanmin(moved.points[:, [3, 6], 1], 1)) - floor.ANKLE_HEIGHT) < 0.03
