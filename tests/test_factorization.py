"""Losses of the consistent factorization network, against the equations written out."""

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import dictionary, factorization, rotations
from hdvr_jax.poses import center, unit_size

B, T, P = 3, 4, 6


def arrays(*shape):
    return np.random.default_rng(sum(shape)).normal(size=shape).astype(np.float32)


def _unit(points, root):
    return unit_size(center(points, root))


def weights():
    found = np.random.default_rng(1).uniform(0.2, 1, (B, T, P)).astype(np.float32)
    found[0, 1, 2], found[1, 3], found[2] = 0, 0, 0
    return found


def test_the_scale_is_the_best_of_all():
    poses, known = arrays(B, T, P, 3), weights()
    points = 1.7 * poses[..., :2] + 0.1 * arrays(B, T, P, 2)
    scales = np.asarray(factorization.image_scale(poses, points, known))
    tried = np.linspace(0.5, 3, 2501)
    for b, t in np.ndindex(B, T):
        if known[b, t].any():
            errors = [(known[b, t, :, None] * (s * poses[b, t, :, :2] - points[b, t]) ** 2).sum() for s in tried]
            np.testing.assert_allclose(scales[b, t], tried[np.argmin(errors)], atol=2e-3)


def test_reprojection_is_equation_4_3():
    poses, points, known = arrays(B, T, P, 3), arrays(B, T, P, 2), weights()
    points[known == 0] = np.nan
    found = factorization.reprojection(poses, points, known)
    scales = factorization.image_scale(poses, points, known)
    for b in range(B):
        norms = []
        for t in range(T):
            seen = [j for j in range(P) if known[b, t, j] > 0]
            squares = [
                known[b, t, j] * ((scales[b, t] * poses[b, t, j, :2] - points[b, t, j]) ** 2).sum() for j in seen
            ]
            norms += [np.sqrt(sum(squares))] if seen else []
        np.testing.assert_allclose(found[b], np.mean(norms) if norms else 0, rtol=1e-5)


def test_consistency_is_equation_4_4():
    first, second, mask = arrays(B, T, P, 3), arrays(B, T, P, 3)[::-1], np.ones((B, T), np.float32)
    mask[0, 1] = 0
    scales = np.exp(arrays(B, T)), np.exp(arrays(T, B).T)
    found = factorization.consistency(first, second, scales, mask)
    wanted = np.sqrt(scales[0] * scales[1]) * np.sqrt(((first - second) ** 2).sum((2, 3)))
    np.testing.assert_allclose(found, (wanted * mask).sum(1) / mask.sum(1), rtol=1e-5)


def test_poses_drawn_out_in_depth_are_not_more_alike():
    """Two images that differ, of poses that share a depth: more of it must not hide the difference."""
    image = jnp.asarray(arrays(1, T, P, 3)) * jnp.array([1.0, 1.0, 0.0])
    images = [image, image[:, ::-1]]
    depth = jnp.asarray(arrays(1, 1, P, 3)) * jnp.array([0.0, 0, 1])
    known, found = jnp.ones((1, T, P)), []
    for much in (1.0, 30.0):
        poses = [_unit(image + much * depth, 0) for image in images]
        about = [image[..., :2] - image[:, :, :1, :2] for image in images]
        scales = tuple(factorization.image_scale(pose, points, known) for pose, points in zip(poses, about))
        found.append(float(factorization.consistency(*poses, scales)[0]))
    assert found[1] > 0.9 * found[0]


def test_the_total_is_equation_4_8():
    found = factorization.total((jnp.ones(2), 2 * jnp.ones(2)), jnp.array([1.0, 2.0]), 0.5)
    np.testing.assert_allclose(found, [3.5, 4.0])


def test_the_truth_costs_nothing_in_views_of_other_scales():
    canonical = _unit(arrays(1, T, P, 3), 0)
    known = jnp.ones((1, T, P))
    for seed, scale in ((0, 0.8), (1, 1.6)):
        pose = dictionary.view(canonical, rotations.random_rotation(jax.random.key(seed), (1, T)))
        assert float(factorization.reprojection(pose, scale * pose[..., :2], known)[0]) < 1e-5


def test_an_image_upside_down_is_not_scaled_away():
    pose = _unit(arrays(1, 1, P, 3), 0)
    found = factorization.reprojection(pose, -pose[..., :2], jnp.ones((1, 1, P)))
    size = np.sqrt((np.asarray(pose)[..., :2] ** 2).sum())
    np.testing.assert_allclose(found[0], (1 + factorization.MIN_SCALE) * size, rtol=1e-5)


def test_gradients_are_finite_at_zero_and_beside_what_was_missed():
    def loss(poses, points, known):
        unit = _unit(poses, 0)
        scales = factorization.image_scale(unit, points, known)
        same = factorization.consistency(unit, unit, (scales, scales))
        return (factorization.reprojection(unit, points, known) + same).sum()

    gradient, points = jax.jit(jax.grad(loss)), jnp.asarray(arrays(B, T, P, 2)).at[0, 1, 2].set(jnp.nan)
    for poses in (jnp.zeros((B, T, P, 3)), jnp.asarray(arrays(B, T, P, 3))):
        for known in (jnp.asarray(weights()), jnp.zeros((B, T, P))):
            assert np.isfinite(gradient(poses, points, known)).all()
