"""Clips are lifted whole: from P*, from nothing, with misses and of any length."""

import dataclasses

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.multiseed import clip
from hdvr_jax.multiseed.settings import BODIES, Settings
from tests.multiseed.scenes import SKELETON, moving, seen_of, variables

KEY, FPS, DEPTH = jax.random.key(0), 30.0, 4.0
QUICK = Settings(seeds=2, steps=60, window_seconds=1.0, overlap_seconds=0.3)


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
    settings = Settings(seeds=3, weights=BODIES, steps=100, window_seconds=1.0)
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


@pytest.mark.parametrize("frames", [5, 30])
def test_seeds_that_agree_are_no_alternatives(frames):
    truth, rays, confidence = _clip(frames)
    found = clip.lift(KEY, clip.see(rays, confidence, SKELETON, truth[None]), FPS, Settings(seeds=3), SKELETON)
    assert found.alternatives == {0: []}


def test_windows_that_touch_and_are_short():
    truth, rays, confidence = _clip(20)
    settings = dataclasses.replace(QUICK, window_seconds=0.3, overlap_seconds=0.0, seeds=3)
    # The first start is the worse one, so that another is chosen.
    starts = np.stack([truth * np.array([1.0, 1.0, -1.0], np.float32), truth])
    found = clip.lift(KEY, clip.see(rays, confidence, SKELETON, starts), FPS, settings, SKELETON)
    assert _error(found.poses, truth) < 0.1


def test_the_trajectory_has_no_jumps():
    truth = variables(moving(60))
    truth = truth.replace(place=truth.place.at[0].set(-jnp.log(jnp.linspace(4.0, 2.9, 60))))
    rays = np.array(seen_of(truth, "perspective").points).transpose(2, 1, 0)
    rays += np.random.default_rng(0).normal(0, 1e-3, rays.shape).astype(np.float32)
    start = moving(60).transpose(2, 1, 0)[None]
    settings = dataclasses.replace(QUICK, steps=200)
    found = clip.lift(KEY, clip.see(rays, np.ones((60, 17), np.float32), SKELETON, start), FPS, settings, SKELETON)
    np.testing.assert_allclose(found.trajectory[:, 2], np.linspace(4.0, 2.9, 60), atol=0.15)
    assert np.abs(np.diff(found.trajectory[:, 2])).max() < 0.05


def test_a_root_out_of_the_picture_does_not_spoil_the_pose():
    truth, rays, confidence = _clip(30)
    rays = rays + np.array([0.4, 0.2], np.float32)
    both = []
    for share in (1.0, 0.0):
        confidence[:, 0] = share
        rays[confidence == 0] = np.nan
        found = clip.lift(KEY, clip.see(rays, confidence, SKELETON, truth[None]), FPS, QUICK, SKELETON)
        both.append(_error(found.poses, truth))
    assert both[1] < both[0] + 0.01


def test_a_focal_length_guessed_too_short_is_found_and_windows_share_it():
    pose = moving(60)
    truth = variables(pose, 2.0).replace(focal=jnp.log(1.3))
    rays = np.array(seen_of(truth, "fitted").points).transpose(2, 1, 0)
    seen = clip.see(rays, np.ones(rays.shape[:2], np.float32), SKELETON, pose.transpose(2, 1, 0)[None])
    found = clip.lift(KEY, seen, FPS, dataclasses.replace(QUICK, camera="fitted", steps=200), SKELETON)
    assert found.focal_factor == pytest.approx(1.3, abs=0.1)
    placed = found.poses + found.trajectory[:, None]
    np.testing.assert_allclose(found.focal_factor * placed[..., :2] / placed[..., 2:], rays, atol=0.02)
    np.testing.assert_allclose(found.trajectory[:, 2], 2.6, atol=0.25)


def test_clips_together_are_what_they_are_alone():
    scenes = [_clip(frames) for frames in (50, 20)]
    seen = [clip.see(rays, confidence, SKELETON, truth[None]) for truth, rays, confidence in scenes]
    for one_by_one, tolerance in ((True, 0), (False, 2e-3)):
        settings = dataclasses.replace(QUICK, one_by_one=one_by_one, steps=20)
        together = clip.lift_clips(KEY, seen, FPS, settings, SKELETON)
        for each, found in zip(seen, together):
            alone = clip.lift(KEY, each, FPS, settings, SKELETON)
            np.testing.assert_allclose(found.poses, alone.poses, atol=tolerance)
            np.testing.assert_allclose(found.trajectory, alone.trajectory, atol=10 * tolerance)


def test_values_that_cannot_be_used_are_named():
    truth, rays, confidence = _clip(6)
    for spoilt, message in (
        ({"rays": _with(rays, (2, 4), np.nan)}, "image point of left_hip in frame 2"),
        ({"confidence": _with(confidence, (3, 0), -1.0)}, "confidence of hip in frame 3"),
        ({"starts": _with(truth[None], (0, 1, 10), np.inf)}, "start of head in frame 1"),
        ({"starts": truth[None, :4]}, r"starts of shape \(1, 6, 17, 3\) for h36m17, got \(1, 4, 17, 3\)"),
        (
            {"rays": rays[:, :12], "confidence": confidence[:, :12], "starts": None},
            r"rays of shape .* got \(6, 12, 2\)",
        ),
        ({"rays": rays[:0], "confidence": confidence[:0], "starts": None}, "a clip of one frame or more"),
    ):
        given = {"rays": rays, "confidence": confidence, "starts": truth[None], **spoilt}
        with pytest.raises(InputError, match=message):
            clip.see(skeleton=SKELETON, **given)


def _with(values, place, value):
    spoilt = values.copy()
    spoilt[place] = value
    return spoilt


def test_seeds_that_ran_away_do_not_count_and_none_left_is_an_error():
    truth, rays, confidence = _clip(30)
    seen = clip.see(rays, confidence, SKELETON, truth[None])
    solution = clip.solutions(KEY, [seen], FPS, QUICK, SKELETON)
    where = clip.windows_of(seen, FPS, QUICK)
    lost = solution.replace(errors=solution.errors.at[:, 0].set(np.nan))
    found, other = (clip.stitched(each, where, QUICK, SKELETON) for each in (lost, solution))
    left = np.asarray(solution.variables.pose)[0, 1].transpose(2, 1, 0)
    np.testing.assert_allclose(found.poses, left - left[:, :1], atol=1e-6)
    assert np.isfinite(other.poses).all()
    with pytest.raises(InputError, match="no seed of the window from frame 0 on"):
        clip.stitched(solution.replace(errors=np.nan * solution.errors), where, QUICK, SKELETON)


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
        ({"seeds": 0}, "multiseed.seeds: expected a whole number of 1 or more, got 0"),
        ({"steps": -1}, "multiseed.steps: expected a whole number"),
        ({"noise": float("inf")}, "multiseed.noise: expected a finite number of 0 or more, got inf"),
        ({"learning_rate": -1.0}, "multiseed.learning_rate: expected a finite number of 0 or more, got -1.0"),
        ({"window_seconds": float("nan")}, "multiseed.window_seconds: expected a finite number above 0, got nan"),
        ({"camera": "pinhole"}, "multiseed.camera: expected one of weak, perspective, fitted, got 'pinhole'"),
        ({"weights": {"smoothness": 1.0}}, "multiseed.weights: no term is called 'smoothness'"),
        ({"weights": {"projection": float("nan")}}, "expected finite numbers of 0 or more, got projection = nan"),
        ({"weights": {"projection": -1.0}}, "got projection = -1.0"),
        ({"weights": {}}, "multiseed.weights: expected one or more terms, got none"),
        ({"weights": {"projection": np.ones(2)}}, "multiseed.weights: expected numbers, got projection"),
        ({"overlap_seconds": 2.0}, "multiseed.overlap_seconds"),
    ],
)
def test_settings_that_mean_nothing_are_refused(fields, message):
    truth, rays, confidence = _clip(4)
    with pytest.raises(InputError, match=message):
        clip.lift(KEY, clip.see(rays, confidence, SKELETON, truth[None]), FPS, Settings(**fields), SKELETON)


@pytest.mark.parametrize("fps", [0.0, -30.0, float("nan")])
def test_rates_that_are_none_are_refused(fps):
    truth, rays, confidence = _clip(4)
    with pytest.raises(InputError, match="expected a finite number of frames a second above 0"):
        clip.lift(KEY, clip.see(rays, confidence, SKELETON, truth[None]), fps, QUICK, SKELETON)


def test_of_no_clips_there_is_nothing():
    assert clip.lift_clips(KEY, [], FPS, QUICK, SKELETON) == []
