"""Terms against the equations written out, frame by frame."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.multiseed import priors, terms
from tests.multiseed.scenes import SKELETON, moving, seen_of, variables

ALL = priors.all_terms(SKELETON)
FRAMES = 12


def _scene():
    """(A seed, what was seen of another, image of the seed): some joints missed, the last two frames padding."""
    rng = np.random.default_rng(1)
    seed, truth = variables(moving(FRAMES, 1)), variables(moving(FRAMES, 2))
    confidence = rng.uniform(0.2, 1, (17, FRAMES)).astype(np.float32)
    confidence[3, 4] = confidence[:, 6] = 0
    real = np.ones(FRAMES, np.float32)
    real[-2:] = 0
    seen = seen_of(truth).replace(confidence=jnp.asarray(confidence), real=jnp.asarray(real))
    return seed, seen, terms.project(seed, "weak")


def test_losses_of_the_paper_are_its_equations():
    seed, seen, image = _scene()
    pose, flat, points = (np.moveaxis(np.asarray(x), -1, 0) for x in (seed.pose, image, seen.points))
    for t in range(FRAMES):
        off = np.linalg.norm((flat[t] - points[t]) / float(seen.scale), axis=0)
        robust = terms.KNEE * (np.sqrt(1 + (off / terms.KNEE) ** 2) - 1)
        expected = np.mean(np.asarray(seen.confidence)[:, t] * robust)
        np.testing.assert_allclose(ALL["projection"](seed, seen, image)[t], expected, rtol=1e-4)
        expected = np.linalg.norm(pose[t] - np.asarray(seen.starts)[0, ..., t], axis=0).mean()
        np.testing.assert_allclose(ALL["consistency"](seed, seen, image)[t], expected, rtol=1e-4)
        known = t > 0 and seen.real[t] > 0
        for name, values in (("smooth_2d", flat / float(seen.scale)), ("smooth_3d", pose)):
            expected = np.linalg.norm(values[t] - values[t - 1], axis=0).mean() if known else 0
            np.testing.assert_allclose(ALL[name](seed, seen, image)[t], expected, rtol=1e-4, atol=1e-7)


def test_steady_motion_is_no_acceleration():
    steady = variables(moving(1)[..., :1] + np.linspace(0, 1, FRAMES)[None, None].astype(np.float32))
    seen = seen_of(steady)
    image = terms.project(steady, "weak")
    np.testing.assert_allclose(ALL["accelerations"](steady, seen, image), 0, atol=1e-5)
    assert ALL["smooth_3d"](steady, seen, image)[1:].min() > 0.05


def test_cameras_are_the_projections_of_the_root_plus_the_pose():
    pose, depth, at = moving(FRAMES), 4.0, np.array([0.1, -0.05])
    seed = variables(pose, depth, at)
    points = pose + depth * np.array([*at, 1.0])[:, None, None]
    np.testing.assert_allclose(terms.project(seed, "perspective"), points[:2] / points[2], atol=1e-5)
    longer = seed.replace(focal=jnp.log(1.5))
    farther = pose + np.asarray(longer.trajectory)[:, None]
    np.testing.assert_allclose(terms.project(longer, "fitted"), 1.5 * farther[:2] / farther[2], atol=1e-5)
    np.testing.assert_allclose(longer.trajectory[2], 1.5 * depth, rtol=1e-5)
    np.testing.assert_allclose(terms.project(longer, "weak"), pose[:2] / depth + at[:, None, None], atol=1e-5)


def test_errors_are_the_weighted_sum_and_padding_costs_nothing():
    seed, seen, image = _scene()
    weights = {"projection": 1.0, "smooth_3d": 0.3}
    found = terms.errors(seed, seen, weights, ALL, "weak")
    expected = ALL["projection"](seed, seen, image) + 0.3 * ALL["smooth_3d"](seed, seen, image)
    np.testing.assert_allclose(found, np.asarray(seen.real) * expected, rtol=1e-5)


@pytest.mark.parametrize("camera", terms.CAMERAS)
def test_gradients_are_finite_where_nothing_errs_and_behind_the_camera(camera):
    weights = dict.fromkeys(ALL, 1.0)

    @jax.jit
    @jax.grad
    def gradients(seed, seen):
        return terms.errors(seed, seen, weights, ALL, camera).sum()

    for pose in (moving(FRAMES), 0 * moving(FRAMES), 20 * moving(FRAMES)):
        seed = variables(pose)
        found = gradients(seed, seen_of(seed, camera))
        assert all(np.isfinite(leaf).all() for leaf in jax.tree.leaves(found))
