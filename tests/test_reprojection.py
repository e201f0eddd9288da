"""Losses of chapter 3 of Li's thesis against slow NumPy, and the place of the root."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import reprojection, rotations
from hdvr_jax.reprojection import View

B, T, J = 2, 3, 7


def _scene(seed):
    """(Points of both views' axes, both views), seen exactly but for confidences."""
    rng = np.random.default_rng(seed)
    world = rng.normal(size=(B, T, J, 3)) * 0.4
    views, points = [], []
    for _ in range(2):
        turn = np.asarray(rotations.so3_exp(jnp.asarray(rng.normal(size=(B, 3)) * 0.7)))
        place = np.array([0.0, 0.0, 4.5]) + rng.normal(size=(B, 3)) * 0.3
        own = np.einsum("bij,btnj->btni", turn, world) + place[:, None, None]
        confidence = rng.uniform(0.2, 1, (B, T, J)) * (rng.uniform(size=(B, T, J)) > 0.2)
        views.append(
            View(
                rays=jnp.asarray(own[..., :2] / own[..., 2:]),
                confidence=jnp.asarray(confidence),
                focal=jnp.asarray(rng.uniform(1, 2, (B, 2))),
                rotation=jnp.asarray(turn),
                translation=jnp.asarray(place),
            )
        )
        points.append(jnp.asarray(own))
    return points, views


def _camera(view, b):
    return np.asarray(view.rotation[b], float), np.asarray(view.translation[b], float)


def _tau(point, source, target, b):
    """Equations 3.3 and 3.4, t being where a camera stands."""
    (r1, m1), (r2, m2) = _camera(source, b), _camera(target, b)
    t1, t2 = -r1.T @ m1, -r2.T @ m2
    return r2 @ r1.T @ (point - r1 @ (t2 - t1))


def _rho_error(point, view, b, t, j):
    """Squared distance of equation 3.1's projection from the detection."""
    projected = np.asarray(view.focal[b]) * (point[:2] / point[2])
    return np.sum((projected - np.asarray(view.focal[b] * view.rays[b, t, j])) ** 2)


@pytest.mark.parametrize("seed", range(3))
def test_losses_equal_sums_over_joints(seed):
    points, (first, second) = _scene(seed)
    rng = np.random.default_rng(seed)
    guess = np.asarray(points[0]) + 0.1 * rng.normal(size=(B, T, J, 3))
    real = (rng.uniform(size=(B, T)) > 0.3).astype(np.float32)
    real[:, 0] = 1
    expected = np.zeros((2, B))
    for b in range(B):
        for t in range(T):
            for j in range(J):
                weight = float(first.confidence[b, t, j]) * real[b, t] / (J * real[b].sum())
                expected[0, b] += weight * _rho_error(guess[b, t, j], first, b, t, j)
                there = _tau(guess[b, t, j], first, second, b)
                seen = float(second.confidence[b, t, j]) > 0
                expected[1, b] += weight * seen * _rho_error(there, second, b, t, j)
    found = reprojection.reprojection(jnp.asarray(guess), first, jnp.asarray(real))
    moved = reprojection.transform_reprojection(jnp.asarray(guess), first, second, jnp.asarray(real))
    np.testing.assert_allclose(found, expected[0], rtol=2e-4)
    np.testing.assert_allclose(moved, expected[1], rtol=2e-4)


def test_pretraining_equals_distances_in_space_both_ways():
    points, views = _scene(4)
    guesses = [p + 0.1 * jax.random.normal(jax.random.key(i), p.shape) for i, p in enumerate(points)]
    expected = np.zeros(B)
    for b in range(B):
        for t in range(T):
            for j in range(J):
                one, two = (np.asarray(g[b, t, j], float) for g in guesses)
                expected[b] += np.sum((_tau(one, *views, b) - two) ** 2) / (T * J)
                expected[b] += np.sum((_tau(two, *views[::-1], b) - one) ** 2) / (T * J)
    found = reprojection.pretraining(*guesses, tuple(views), jnp.ones((B, T)))
    np.testing.assert_allclose(found, expected, rtol=2e-4)
    np.testing.assert_allclose(reprojection.pretraining(*points, tuple(views), jnp.ones((B, T))), 0, atol=1e-9)


def test_joints_that_the_other_view_hardly_detected_do_not_count():
    points, (first, second) = _scene(8)
    guessed = second.replace(confidence=jnp.full_like(second.confidence, 0.05))
    moved = reprojection.transform_reprojection(points[0] + 0.1, first, guessed, jnp.ones((B, T)))
    np.testing.assert_array_equal(moved, 0)
    assert (reprojection.transform_reprojection(points[0] + 0.1, first, second, jnp.ones((B, T))) > 0).all()


def test_wrong_depths_show_in_the_other_view_alone():
    points, views = _scene(5)
    deeper = points[0] * (1 + 0.2 * jax.random.uniform(jax.random.key(0), (B, T, J, 1)))
    real = jnp.ones((B, T))
    np.testing.assert_allclose(reprojection.reprojection(deeper, views[0], real), 0, atol=1e-8)
    assert (reprojection.transform_reprojection(deeper, *views, real) > 1e-3).all()


def test_the_knee_leaves_small_errors_squared_and_makes_large_ones_linear():
    points, (view, _) = _scene(6)
    for shift, factor in ((1e-3, 2.0), (1.0, 1.0)):
        errors = [
            np.asarray(reprojection.reprojection_errors(points[0] + jnp.array([s, 0.0, 0.0]), view, 0.02))
            for s in (shift, 2 * shift)
        ]
        seen = np.asarray(view.confidence) > 0
        np.testing.assert_allclose(errors[1][seen] / errors[0][seen], 2**factor, rtol=0.05)


def test_missed_joints_and_points_behind_the_camera_leave_gradients_finite():
    points, (view, other) = _scene(7)
    blind = view.replace(rays=view.rays.at[0].set(jnp.nan), confidence=view.confidence.at[0].set(0.0))

    def loss(points):
        root = reprojection.fit_root(points, (blind, other))
        return reprojection.reprojection(points + root[:, :, None], blind, jnp.ones((B, T)), 0.02).sum()

    gradient = jax.jit(jax.grad(loss))
    for scale in (1.0, -1.0, 0.0):
        assert np.isfinite(gradient(scale * points[0])).all()


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 1000), st.booleans())
def test_the_root_is_found_where_it_was(seed, both):
    points, views = _scene(seed)
    # Four joints at the least, without which one view does not tell where.
    views = [view.replace(confidence=view.confidence.at[:, :, :4].set(1.0)) for view in views]
    root = points[0][:, :, 0]
    found = reprojection.fit_root(points[0] - root[:, :, None], views if both else views[:1])
    np.testing.assert_allclose(found, root, atol=0.02 if both else 0.1)


def test_the_root_equals_least_squares_of_numpy():
    points, views = _scene(11)
    pose = points[0] - points[0][:, :, :1] + 0.1 * jax.random.normal(jax.random.key(3), points[0].shape)
    found = np.asarray(reprojection.fit_root(pose, views))
    for b in range(B):
        for t in range(T):
            rows, wanted = [], []
            for view in views:
                origin = _tau(np.zeros(3), views[0], view, b)
                turn = np.stack([_tau(axis, views[0], view, b) - origin for axis in np.eye(3)], 1)
                for j in range(J):
                    weight = np.sqrt(float(view.confidence[b, t, j]))
                    moved = turn @ np.asarray(pose[b, t, j]) + origin
                    for axis in range(2):
                        ray = float(view.rays[b, t, j, axis])
                        rows.append(weight * (turn[axis] - ray * turn[2]))
                        wanted.append(weight * (ray * moved[2] - moved[axis]))
            expected = np.linalg.lstsq(np.array(rows), np.array(wanted), rcond=None)[0]
            np.testing.assert_allclose(found[b, t], expected, atol=5e-3)
