"""Lifted poses turned upright."""

import hypothesis
import hypothesis.strategies as st
import numpy as np

from hdvr_jax import levelling
from hdvr_jax.axes import upright
from hdvr_jax.poses import CAMERA_UP
from tests.families.dancing import motion

_UP = np.array(CAMERA_UP)


def _tilted(pitch, roll):
    """Poses about the hips in the axes of a camera that is tilted and rolled by so many degrees, and its up."""
    (a, b), (c, d) = ((np.cos(x), np.sin(x)) for x in np.radians([pitch, roll]))
    rotation = np.array([[c, -d, 0], [d, c, 0], [0, 0, 1]]) @ np.array([[1, 0, 0], [0, a, -b], [0, b, a]])
    points = upright(motion(3, 60, 30.0).astype(np.float64))
    points = points - points[:, :1]
    return (points @ rotation.T).astype(np.float32), rotation @ _UP


def _degrees(one, other):
    return np.degrees(np.arccos(np.clip(one @ other, -1, 1)))


@hypothesis.given(st.floats(-20, 20), st.floats(-10, 10))
@hypothesis.settings(max_examples=20, deadline=None)
def test_whatever_the_camera_leans_poses_stand_the_same(pitch, roll):
    points, _ = _tilted(pitch, roll)
    reference = levelling.level(_tilted(0, 0)[0], "h36m17")
    found = levelling.level(points, "h36m17")
    # The same height of every joint; which way the body faces may differ by the camera's turn.
    np.testing.assert_allclose(found[..., 1], reference[..., 1], atol=2e-3)
    np.testing.assert_allclose(np.linalg.norm(found, axis=-1), np.linalg.norm(points, axis=-1), atol=1e-5)


def test_level_is_turned_towards_the_truth():
    points, up = _tilted(18, -6)
    feet = points[:, [3, 6]].mean(1)
    found = levelling.upright_direction([points[:, 8] - feet])
    assert _degrees(found, up) < 6 < _degrees(_UP, up)


def test_missing_joints_stay_missing_and_say_nothing():
    points, _ = _tilted(10, 0)
    whole = levelling.level(points, "h36m17")
    points[20:25] = np.nan
    found = levelling.level(points, "h36m17")
    assert np.isnan(found[20:25]).all()
    np.testing.assert_allclose(found[:20], whole[:20], atol=0.02)
    nothing = np.full_like(points, np.nan)
    np.testing.assert_array_equal(levelling.level(nothing, "h36m17"), nothing)
    assert levelling.level(points[:0], "h36m17").shape == (0, 17, 3)


def test_nobody_is_turned_over():
    lying = np.zeros((4, 17, 3), np.float32)
    lying[:, 8], lying[:, [3, 6]] = (0.5, 0, 0), (-0.8, 0, 0)
    turned = levelling.level(lying, "h36m17")
    cosine = turned[0, 8] @ lying[0, 8] / (np.linalg.norm(turned[0, 8]) * np.linalg.norm(lying[0, 8]))
    np.testing.assert_allclose(np.degrees(np.arccos(cosine)), 30, atol=1e-3)
