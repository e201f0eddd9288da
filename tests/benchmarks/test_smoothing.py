"""What the table of smoothing counts, on a made-up dancer who is detected with noise."""

import numpy as np
import pytest

from benchmarks import noise_data, smoothing
from hdvr_jax.skeletons import get_skeleton

FPS, FRAMES = 60.0, 120


@pytest.fixture
def sightings():
    """Two views of joints that sway 100 pixels to either side, detected with 3 pixels of noise."""
    random = np.random.default_rng(0)
    sway = 100 * np.sin(np.arange(FRAMES) / 20)[None, :, None, None]
    truth = random.uniform(200, 900, (2, 1, 17, 2)) + sway
    return noise_data.Sightings(
        points=truth,
        depth=np.full((2, FRAMES, 17), 4.0),
        keypoints=truth + random.normal(0, 3, truth.shape),
        confidence=np.ones((2, FRAMES, 17)),
        scale=np.full((2, FRAMES), 300.0),
        names=("a", "b"),
        fps=FPS,
    )


def test_limbs_are_twelve_joints_of_both_sides():
    names = [get_skeleton("coco17").joints[index] for index in smoothing.limb_joints()]
    assert len(names) == 12
    assert sum(name.startswith("left") for name in names) == 6
    assert not {"nose", "left_eye", "right_ear"} & set(names)


def test_only_what_was_detected_counts_and_faces_do_not(sightings):
    truth = sightings.points[0]
    points, counted = truth + np.array([3, 4]), np.ones((FRAMES, 17), bool)
    points[:, :5] += 100
    points[10, 9] += 1000
    assert smoothing.measures(points, truth, counted, FPS)[0] > 5.5
    counted[10, 9] = False
    mean, median, _ = smoothing.measures(points, truth, counted, FPS)
    assert (mean, median) == (pytest.approx(5), pytest.approx(5))


def test_acceleration_is_per_second_squared(sightings):
    seconds = np.arange(FRAMES)[:, None, None] / FPS
    falling = np.broadcast_to(seconds**2 * [0, 250], (FRAMES, 17, 2)).copy()
    falling[50] = np.nan
    assert smoothing.measures(falling, falling, np.ones((FRAMES, 17), bool), FPS)[2] == pytest.approx(500, rel=1e-6)


def test_rows_name_every_filter_and_filters_help(sightings):
    table = {line.split(" | ")[0][2:]: line.split(" | ")[1:] for line in smoothing.rows({"ch01": [sightings]})}
    assert list(table) == ["off", "savgol", "one_euro", "butterworth", "truth"]
    errors = {name: float(cells[0]) for name, cells in table.items()}
    assert errors["truth"] == 0
    assert max(errors["savgol"], errors["butterworth"]) < 0.8 * errors["off"]
    assert table["off"][2].startswith("1.00")
    assert float(table["savgol"][2].rstrip(" |")) < 0.3
