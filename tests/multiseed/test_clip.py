"""Clips are lifted whole: from P*, from nothing, with misses and of any length."""

import dataclasses

import jax
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.multiseed import clip
from tests.multiseed.scenes import SKELETON, moving, seen_of, variables

KEY, FPS, DEPTH = jax.random.key(0), 30.0, 4.0
QUICK = clip.Settings(seeds=2, steps=60, window_seconds=1.0, overlap_seconds=0.3)


def _clip(frames=50):
    """(Truth (T, J, 3), rays, confidence)."""
    truth = variables(moving(frames), DEPTH)
    rays = np.array(seen_of(truth, "perspective").points).transpose(2, 1, 0)
    return moving(frames).transpose(2, 1, 0), rays, np.ones(rays.shape[:2], np.float32)


def _error(poses, truth):
    return np.linalg.norm(poses - truth, axis=-1).mean()


def test_a_start_that_is_off_is_refined():
    truth, rays, confidence = _clip()
    noise = np.random.default_rng(0).normal(size=truth.shape).astype(np.float32)
    start = truth + 0.05 * (noise - noise[:, :1])
    found = clip.lift(KEY, clip.see(rays, confidence, SKELETON, start[None]), FPS, QUICK, SKELETON)
    assert _error(found.poses, truth) < 0.5 * _error(start, truth)
    np.testing.assert_allclose(found.trajectory[:, 2], DEPTH, rtol=0.15)
    np.testing.assert_allclose(found.trajectory[:, :2] / found.trajectory[:, 2:], rays[:, 0], atol=0.01)
    assert found.focal_factor == 1
    assert found.spread.shape == truth.shape[:2]


def test_without_a_start_seeds_come_to_see_what_was_seen():
    _, rays, confidence = _clip()
    settings = clip.Settings(seeds=3, weights=clip.BODIES, steps=100, window_seconds=1.0)
    found = clip.lift(KEY, clip.see(rays, confidence, SKELETON), FPS, settings, SKELETON)
    placed = found.poses + found.trajectory[:, None]
    assert np.abs(placed[..., :2] / placed[..., 2:] - rays).mean() < 0.01
    assert np.isfinite(found.spread).all()


@pytest.mark.parametrize("frames", [1, 2, 7])
def test_clips_shorter_than_a_window(frames):
    truth, rays, confidence = _clip(frames)
    start = truth * np.array([1.2, 0.8, 1.0], np.float32)
    found = clip.lift(KEY, clip.see(rays, confidence, SKELETON, start[None]), FPS, QUICK, SKELETON)
    assert found.poses.shape == truth.shape
    assert _error(found.poses, truth) < 0.7 * _error(start, truth)


@pytest.mark.parametrize("seeds", [1, 2, 5])
def test_several_starts_count_alike_and_their_distance_shows(seeds):
    truth, rays, confidence = _clip(30)
    starts = np.stack([truth * np.array([1.0, 1.0, z], np.float32) for z in (0.8, 1.2)])
    # Nothing but the starts tells of depths.
    settings = dataclasses.replace(QUICK, seeds=seeds, weights={"projection": 1.0, "consistency": 1.0}, noise=3.0)
    found = clip.lift(KEY, clip.see(rays, confidence, SKELETON, starts), FPS, settings, SKELETON)
    depth = np.abs(truth[..., 2])
    assert np.corrcoef(found.spread.ravel(), depth.ravel())[0, 1] > 0.9
    np.testing.assert_allclose(found.spread[:, 0], 0, atol=1e-6)
    np.testing.assert_allclose(found.poses[:, 0], 0, atol=1e-6)
    assert _error(found.poses, truth) < 0.3 * _error(starts[0], truth)


def test_what_a_clip_could_be_beside_is_told():
    truth, rays, confidence = _clip(30)
    other = truth * np.array([1.0, 1.0, -1.0], np.float32)
    settings = dataclasses.replace(QUICK, weights={"projection": 1.0, "consistency": 0.1}, camera="weak", seeds=2)
    found = clip.lift(KEY, clip.see(rays, confidence, SKELETON, np.stack([truth, other])), FPS, settings, SKELETON)
    assert list(found.alternatives) == [0]
    assert [each.shape for each in found.alternatives[0]] == [truth.shape]


def test_what_was_missed_stays_near_the_start():
    truth, rays, confidence = _clip()
    confidence[10:40] = 0
    rays[10:40] = 7.0
    found = clip.lift(KEY, clip.see(rays, confidence, SKELETON, truth[None]), FPS, QUICK, SKELETON)
    assert _error(found.poses, truth) < 0.05


def test_nothing_seen_at_all_gives_the_start():
    truth, rays, confidence = _clip(20)
    found = clip.lift(KEY, clip.see(rays, 0 * confidence, SKELETON, truth[None]), FPS, QUICK, SKELETON)
    assert _error(found.poses, truth) < 0.05


def test_the_same_key_gives_the_same_poses_and_both_forms_agree():
    truth, rays, confidence = _clip()
    seen = clip.see(rays, confidence, SKELETON, truth[None])
    one, same = (clip.lift(KEY, seen, FPS, QUICK, SKELETON).poses for _ in range(2))
    np.testing.assert_array_equal(one, same)
    together = clip.lift(KEY, seen, FPS, dataclasses.replace(QUICK, one_by_one=False), SKELETON)
    assert _error(together.poses, one) < 2e-3


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"seeds": 0}, "multiseed.seeds: expected 1 or more, got 0"),
        ({"steps": 0}, "multiseed.steps"),
        ({"camera": "pinhole"}, "multiseed.camera: 'pinhole' is not one of weak, perspective, fitted"),
        ({"weights": {"smoothness": 1.0}}, "multiseed.weights: no term is called 'smoothness'"),
        ({"overlap_seconds": 2.0}, "multiseed.overlap_seconds"),
    ],
)
def test_settings_that_mean_nothing_are_refused(fields, message):
    truth, rays, confidence = _clip(4)
    with pytest.raises(InputError, match=message):
        clip.lift(KEY, clip.see(rays, confidence, SKELETON, truth[None]), FPS, clip.Settings(**fields), SKELETON)
