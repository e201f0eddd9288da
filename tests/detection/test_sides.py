"""Left and right that jump."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax.detection.sides import chains, steady_sides
from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.skeletons import get_skeleton

COCO = get_skeleton("coco17")
MIRROR = np.array(COCO.mirror)
LEGS = np.array(
    [index for index, joint in enumerate(COCO.joints) if "knee" in joint or "ankle" in joint or "hip" in joint]
)


def detections(points: np.ndarray, frame: np.ndarray | None = None) -> Detections:
    """People, by default one per frame, at 30 frames a second."""
    frame = np.arange(len(points)) if frame is None else frame
    return Detections(
        points.astype(np.float32),
        np.where(np.isfinite(points).all(-1), 0.9, 0).astype(np.float32),
        frame,
        np.full(len(points), NOBODY),
        int(frame.max(initial=0)) + 1,
        "coco17",
        30.0,
    )


def dancer(frames: int, seed: int = 0) -> np.ndarray:
    """(T, 17, 2) of somebody 200 pixels high who moves, and turns as long as left and right can be told apart."""
    random = np.random.default_rng(seed)
    side = np.array([1 if j.startswith("left_") else -1 if j.startswith("right_") else 0 for j in COCO.joints])
    height = np.linspace(0, 200, 17)
    time = np.arange(frames) / 30
    turn = 28 + 12 * np.cos(0.8 * time + 6 * random.random())
    points = np.zeros((frames, 17, 2))
    points[..., 0] = 300 + 30 * time[:, None] + turn[:, None] * side
    points[..., 1] = 100 + height + 5 * np.sin(2 * time)[:, None]
    return points + random.normal(0, 1, points.shape)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 1000), st.integers(1, 60), st.integers(1, 25), st.booleans())
def test_exchanges_are_taken_back(seed, start, length, legs_only):
    true = dancer(100, seed)
    group = LEGS if legs_only else np.arange(17)
    jumped = true.copy()
    jumped[start : start + length, group] = true[start : start + length][:, MIRROR[group]]
    fixed, share = steady_sides(detections(jumped))
    np.testing.assert_allclose(fixed.keypoints, true, atol=1e-3)
    assert share == pytest.approx(length / 100)


def test_steady_people_stay_as_they_are():
    true = detections(dancer(80))
    fixed, share = steady_sides(true)
    assert share == 0
    np.testing.assert_array_equal(fixed.keypoints, true.keypoints)


def test_what_is_wrong_for_long_is_believed():
    """Ten seconds the other way round: somebody turned while out of sight, or the first frames were wrong."""
    points = dancer(450)
    points[100:] = points[100:, MIRROR]
    fixed, _ = steady_sides(detections(points))
    np.testing.assert_allclose(fixed.keypoints[100:], points[100:], atol=1e-3)


def test_two_people_and_missing_joints():
    one, other = dancer(40, 1), dancer(40, 2) + np.array([400, 0])
    jumped = one.copy()
    jumped[10:15] = one[10:15, MIRROR]
    points = np.stack([jumped, other], 1).reshape(80, 17, 2)
    points[::3, 9] = np.nan
    found = detections(points, np.repeat(np.arange(40), 2))
    assert sorted(len(chain) for chain in chains(found)) == [40, 40]
    fixed, share = steady_sides(found)
    # A wrist that is missing on the left is then missing on the right.
    known = np.isfinite(fixed.keypoints).all(-1)[::2]
    np.testing.assert_allclose(fixed.keypoints[::2][known], one[known], atol=1e-3)
    np.testing.assert_array_equal(fixed.confidence > 0, np.isfinite(fixed.keypoints).all(-1))
    assert share == pytest.approx(5 / 80)


@pytest.mark.parametrize("count", [0, 1])
def test_hardly_anybody(count):
    found = dataclasses.replace(detections(dancer(3)[:count]), frames=3)
    assert steady_sides(found)[1] == 0
    nowhere = dataclasses.replace(detections(np.full((2, 17, 2), np.nan)), frames=3)
    assert steady_sides(nowhere)[1] == 0


def test_who_leaves_and_who_comes_far_away_break_no_chain():
    """The cheapest pairs of all would take the one who stays for the one who leaves."""
    stays, leaves, comes = dancer(20, 1), dancer(20, 1) + np.array([-90, 0]), dancer(20, 1) + np.array([2000, 0])
    points = np.stack([stays, np.concatenate([leaves[:10], comes[10:]])], 1).reshape(40, 17, 2)
    found = chains(detections(points, np.repeat(np.arange(20), 2)))
    assert sorted(len(chain) for chain in found) == [10, 10, 20]
