"""Baselines of non-rigid structure from motion, on shapes whose depths are known."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from scipy.stats import multivariate_normal

from benchmarks import nonrigid_baselines as baselines

FRAMES, POINTS = 120, 9


def filmed(shapes, seed=1):
    """(F, P, 3) shapes about their means, each turned at random."""
    cameras = Rotation.random(len(shapes), rng=np.random.default_rng(seed)).as_matrix()
    return np.einsum("fij,fpj->fpi", cameras, shapes - shapes.mean(1, keepdims=True))


def deforming(size, frames=FRAMES, seed=2):
    """Shapes of a mean and a basis of `size`."""
    fixed, drawn = np.random.default_rng(0), np.random.default_rng(seed)
    basis = np.concatenate([fixed.normal(size=(1, POINTS, 3)), 0.2 * fixed.normal(size=(size, POINTS, 3))])
    codes = np.concatenate([np.ones((frames, 1)), drawn.normal(size=(frames, size))], 1)
    return filmed(np.tensordot(codes, basis, 1), seed)


def error(found, shapes, sign=None):
    """(Relative error of depths up to one sign, that sign)."""
    signs = [sign] if sign else [1, -1]
    found = found - found.mean(1, keepdims=True)
    all_of_them = {s: np.linalg.norm(s * found - shapes[..., 2]) / np.linalg.norm(shapes) for s in signs}
    best = min(all_of_them, key=all_of_them.get)
    return all_of_them[best], best


def test_a_rigid_shape_comes_back_exactly_and_so_do_frames_that_were_held_out():
    shapes = deforming(0)
    depths, others = baselines.rigid(shapes[:80, :, :2])
    found, sign = error(depths, shapes[:80])
    assert found < 1e-9
    assert error(others(shapes[80:, :, :2]), shapes[80:], sign)[0] < 1e-4


def test_a_basis_explains_what_deforms_and_one_shape_does_not():
    fitted, held_out = deforming(2), deforming(2, 40, seed=7)
    stiff, _ = error(baselines.rigid(fitted[..., :2])[0], fitted)
    depths, others = baselines.pca(fitted[..., :2], 2, 60)
    found, sign = error(depths, fitted)
    assert found < 0.2 * stiff
    assert error(others(held_out[..., :2]), held_out, sign)[0] < 0.4 * stiff


def test_constant_depth_is_off_by_all_depth():
    shapes = deforming(1)
    depths, others = baselines.constant_depth(shapes[..., :2])
    assert depths.shape == others(shapes[..., :2]).shape == (FRAMES, POINTS)
    assert error(depths, shapes)[0] == pytest.approx(np.linalg.norm(shapes[..., 2]) / np.linalg.norm(shapes))


def test_nearest_orthonormal_rows_are_those_of_the_singular_value_decomposition():
    matrices = np.random.default_rng(3).normal(size=(50, 2, 3))
    u, _, v = np.linalg.svd(matrices, full_matrices=False)
    np.testing.assert_allclose(baselines.orthonormal(matrices), u @ v, atol=1e-9)


def test_the_upgrade_of_points_that_fit_no_rigid_shape_is_finite():
    seen = np.random.default_rng(0).normal(size=(30, 5, 2))
    shape, cameras = baselines.factorise(seen - seen.mean(1, keepdims=True))
    assert np.isfinite(shape).all()
    np.testing.assert_allclose(cameras @ np.swapaxes(cameras, 1, 2), np.broadcast_to(np.eye(2), (30, 2, 2)), atol=1e-6)


def started(size=2):
    """(Images, their basis and cameras before the first round)."""
    seen = deforming(size)[..., :2] + 0.05 * np.random.default_rng(5).normal(size=(FRAMES, POINTS, 2))
    shape, cameras = baselines.factorise(seen)
    return seen, baselines.first_basis(seen, shape, cameras, size), cameras


def projected(basis, camera):
    """(K1, 2P) images of the shapes of a basis."""
    return np.stack([(camera @ shape).ravel() for shape in basis.shapes])


def test_expected_codes_are_those_of_conditioned_normal_variables():
    seen, basis, cameras = started()
    codes = baselines.expected_codes(basis, cameras, seen)
    for frame in range(5):
        still, *moving = projected(basis, cameras[frame])
        moving = np.stack(moving)
        gain = moving @ np.linalg.inv(moving.T @ moving + basis.variance * np.eye(2 * POINTS))
        mean = np.concatenate([[1], gain @ (seen[frame].T.ravel() - still)])
        spread = np.zeros((3, 3))
        spread[1:, 1:] = np.eye(2) - gain @ moving.T
        np.testing.assert_allclose(codes.mean[frame], mean, atol=1e-8)
        np.testing.assert_allclose(codes.products[frame], np.outer(mean, mean) + spread, atol=1e-8)


def test_no_round_lowers_the_likelihood_of_the_images():
    seen, basis, cameras = started()

    def likelihood():
        total = 0.0
        for image, camera in zip(seen, cameras):
            still, *moving = projected(basis, camera)
            spread = np.stack(moving).T @ np.stack(moving) + basis.variance * np.eye(2 * POINTS)
            total += multivariate_normal.logpdf(image.T.ravel(), still, spread)
        return total

    found = [likelihood()]
    for _ in range(6):
        codes = baselines.expected_codes(basis, cameras, seen)
        cameras = baselines.turned(basis, codes, cameras, seen)
        basis = baselines.best_basis(codes, cameras, seen)
        found.append(likelihood())
    assert (np.diff(found) > -1e-6).all()
    assert found[-1] > found[0] + 100


def test_mirrored_images_of_the_basis_give_mirrored_depths():
    seen, basis, cameras = started()
    mirrored = basis._replace(shapes=basis.shapes * np.array([1, 1, -1])[:, None])
    depths = baselines.depths(mirrored, cameras * [1, 1, -1], seen)
    np.testing.assert_allclose(depths, -baselines.depths(basis, cameras, seen), atol=1e-9)
