"""A density of poses, held against SciPy's Gaussians and what bodies can do."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from scipy import stats

from hdvr_jax import density, dictionary, rotations
from hdvr_jax.skeletons import get_skeleton
from tests.multiseed.scenes import SKELETON, moving

POSES = jnp.asarray(moving(6).transpose(2, 1, 0))


def _weights(count, size, seed=0):
    rng = np.random.default_rng(seed)
    shapes = {"logits": (count,), "means": (count, size), "scales": (count, size), "factors": (count, size, size)}
    return {name: jnp.asarray(rng.normal(size=shape) * 0.5, jnp.float32) for name, shape in shapes.items()}


def test_it_is_a_mixture_of_gaussians():
    weights, values = _weights(3, 4), np.random.default_rng(1).normal(size=(5, 4))
    shares = np.asarray(jax.nn.softmax(weights["logits"]))
    total = np.zeros(5)
    for share, mean, scale, factor in zip(shares, weights["means"], weights["scales"], weights["factors"]):
        lower = np.tril(factor, -1) + np.diag(np.exp(scale))
        total += share * stats.multivariate_normal(mean, np.linalg.inv(lower.T @ lower)).pdf(values)
    np.testing.assert_allclose(density.log_density(weights, jnp.asarray(values, jnp.float32)), np.log(total), rtol=1e-4)


@pytest.mark.parametrize("angle", [0.4, 2.5, -1.3])
def test_neither_place_nor_heading_change_a_pose(angle):
    turn = rotations.about_axis(jnp.array([0.0, 1.0, 0.0]), jnp.asarray(angle))
    moved = rotations.rotate(turn, POSES) + jnp.array([1.0, -2.0, 5.0])
    found = density.coordinates(POSES, SKELETON)
    assert found.shape == (6, 48)
    np.testing.assert_allclose(density.coordinates(moved, SKELETON), found, atol=1e-5)


def test_who_leans_is_another_pose():
    lean = rotations.about_axis(jnp.array([1.0, 0.0, 0.0]), jnp.asarray(0.3))
    upright, leaning = (density.coordinates(poses, SKELETON) for poses in (POSES, rotations.rotate(lean, POSES)))
    assert np.abs(leaning - upright).max() > 0.15


def test_coordinates_are_left_up_and_forward_of_the_hips():
    pose = dictionary.nominal_pose(SKELETON)
    tree, found = get_skeleton(SKELETON), np.asarray(density.coordinates(pose, SKELETON)).reshape(-1, 3)
    # Who faces the camera has the left where it has its right.
    np.testing.assert_allclose(found, np.delete(pose - pose[tree.root], tree.root, 0) * [1, -1, -1], atol=1e-5)
    assert found[tree.index("left_wrist") - 1, 0] > 0.2
    assert found[tree.index("nose") - 1, 2] > 0.05


def test_gradients_are_finite_where_there_is_no_body():
    weights = _weights(2, 48)
    gradient = jax.jit(jax.grad(lambda points: density.surprise(weights, points, SKELETON).sum()))
    for points in (jnp.zeros((2, 17, 3)), POSES.at[:, 1:5].set(0)):
        assert np.isfinite(gradient(points)).all()
