import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import clips, lifting, triangulation
from hdvr_jax.cameras import Extrinsics
from hdvr_jax.keypoints import aistpp_sequence, views
from hdvr_jax.skeletons import get_skeleton
from tests.families.dancing import make_clip
from tests.real_data import real_data


def _seen(views=5, frames=8, noise=0.0):
    """(truth (T, J, 3), rays, confidence, extrinsics, as float64) of a synthetic clip, its detections jittered."""
    clip = make_clip(frames=frames, views=views)
    rng = np.random.default_rng(0)
    camera = np.einsum("vij,tkj->vtki", clip["rotation"], clip["points_world"]) + clip["translation"][:, None, None]
    rays = camera[..., :2] / camera[..., 2:] + rng.normal(0, noise, (*camera.shape[:-1], 2))
    confidence = rng.uniform(0.5, 1, rays.shape[:-1])
    return clip["points_world"], rays.astype(np.float32), confidence.astype(np.float32), clip


def _triangulate(rays, confidence, clip):
    """Five views, so that one shape is compiled: those that lack saw nothing."""
    more = [(0, 5 - len(rays)), *[(0, 0)] * 4]
    rotation, translation = (np.pad(clip[name], more[: clip[name].ndim]) for name in ("rotation", "translation"))
    rays, confidence = np.pad(rays, more[:4]), np.pad(confidence, more[:3])
    extrinsics = Extrinsics(jnp.asarray(rotation), jnp.asarray(translation))
    return [np.asarray(x) for x in triangulation.triangulate(jnp.asarray(rays), jnp.asarray(confidence), extrinsics)]


def _direct_linear(rays, weights, clip):
    """One point by the singular vector of the weighted equations of all views."""
    rows = []
    for ray, weight, r, t in zip(rays, weights, clip["rotation"], clip["translation"]):
        matrix = np.concatenate([r, t[:, None]], 1).astype(np.float64)
        rows += [weight * (matrix[axis] - ray[axis] * matrix[2]) for axis in range(2)]
    found = np.linalg.svd(np.array(rows))[2][-1]
    return found[:3] / found[3]


def test_exact_rays_give_the_exact_points():
    truth, rays, confidence, clip = _seen()
    points, known = _triangulate(rays, confidence, clip)
    np.testing.assert_allclose(points, truth, atol=2e-4)
    np.testing.assert_allclose(known, np.sort(confidence, 0)[-2], atol=1e-3)


def test_small_errors_give_the_points_of_the_direct_linear_transform():
    truth, rays, confidence, clip = _seen(noise=5e-4)
    points, _ = _triangulate(rays, confidence, clip)
    weights = np.sqrt(confidence)
    reference = np.array(
        [[_direct_linear(rays[:, t, j], weights[:, t, j], clip) for j in range(17)] for t in range(len(truth))]
    )
    assert np.linalg.norm(reference - truth, axis=-1).mean() > 1e-3
    assert np.linalg.norm(points - reference, axis=-1).max() < 1e-3


@pytest.mark.parametrize("views", [3, 5])
def test_gross_errors_of_one_view_do_not_pull(views):
    _, rays, confidence, clip = _seen(views=views, noise=1e-3)
    without, _ = _triangulate(rays[:-1], confidence[:-1], {k: clip[k][:-1] for k in ("rotation", "translation")})
    rays[-1] += np.random.default_rng(1).uniform(0.1, 0.3, rays.shape[1:])
    confidence[-1] = 1
    points, known = _triangulate(rays, confidence, clip)
    assert np.linalg.norm(points - without, axis=-1).max() < 2e-3
    assert known.min() > 0.3


def test_left_and_right_exchanged_in_a_view_do_not_pull():
    truth, rays, confidence, clip = _seen(noise=1e-3)
    exact, _ = _triangulate(rays, confidence, clip)
    swapped = rays.copy()
    swapped[2] = rays[2][:, list(get_skeleton("h36m17").mirror)]
    points, _ = _triangulate(swapped, confidence, clip)
    assert np.linalg.norm(points - exact, axis=-1).mean() < 3e-3
    assert np.linalg.norm(points - truth, axis=-1).max() < 0.03


def test_what_fewer_than_two_views_saw_is_unknown():
    _, rays, confidence, clip = _seen(views=3)
    confidence[1:, 2, 3] = 0
    confidence[:, 4, 5] = 0
    rays[:, 4, 5] = np.nan
    points, known = _triangulate(rays, confidence, clip)
    unknown = np.zeros(known.shape, bool)
    unknown[2, 3] = unknown[4, 5] = True
    np.testing.assert_array_equal(known == 0, unknown)
    np.testing.assert_array_equal(np.isnan(points).all(-1), unknown)
    alone = Extrinsics(jnp.asarray(clip["rotation"][:1]), jnp.asarray(clip["translation"][:1]))
    points, known = triangulation.triangulate(jnp.asarray(rays[:1]), jnp.asarray(confidence[:1]), alone)
    assert np.isnan(points).all()
    assert (known == 0).all()


def test_parallel_rays_and_points_behind_the_cameras_are_unknown():
    _, rays, confidence, clip = _seen(views=2)
    same = {name: np.repeat(clip[name][:1], 2, 0) for name in ("rotation", "translation")}
    assert np.isnan(_triangulate(np.repeat(rays[:1], 2, 0), confidence, same)[0]).all()
    across = np.where(np.arange(2)[:, None, None, None] == 0, [1.0, 0.0], [-1.0, 0.0]) + 0 * rays
    apart = {"rotation": np.repeat(np.eye(3, dtype=np.float32)[None], 2, 0)}
    apart["translation"] = np.float32([[1, 0, 0], [-1, 0, 0]])  # cameras at x = -1 and 1, rays outwards behind them
    assert np.isfinite(_triangulate(across.astype(np.float32), confidence, apart)[0]).all()
    assert np.isnan(_triangulate(-across.astype(np.float32), confidence, apart)[0]).all()


def test_real_views_give_the_published_points():
    recording = aistpp_sequence.load_sequence(real_data("aistpp"), "gBR_sBM_cAll_d04_mBR0_ch03")
    kept = [index for index, view in enumerate(recording.views) if view.name != "c05"][:5]  # c05 is out of step
    fields = views.camera_fields([recording.views[index] for index in kept])
    rays = [lifting.ideal_points(clips.camera(fields, at), recording.keypoints[view]) for at, view in enumerate(kept)]
    points, known = _triangulate(np.stack(rays)[:, :200], recording.confidence[kept, :200], fields)
    away = np.linalg.norm(points - recording.points_world[:200], axis=-1)[:, 5:]
    assert np.nanmedian(away) < 0.025
    assert np.isnan(away).mean() < 0.01
    assert np.median(known) > 0.7
