"""Seeds at their start."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.multiseed import sources, terms
from hdvr_jax.skeletons import get_skeleton
from tests.multiseed.scenes import SKELETON, moving, seen_of, variables

KEY = jax.random.key(3)
JOINTS = get_skeleton(SKELETON).joints


def test_noise_is_smooth_and_of_its_deviation():
    noise = np.asarray(sources.smooth_noise(KEY, 17, 600))
    assert abs(noise.std() - 0.8) < 0.15
    assert np.abs(np.diff(noise)).max() < 6 / sources.KNOT_FRAMES


def test_random_seeds_stand_where_the_dancer_was_seen_and_look_everywhere():
    seen = seen_of(variables(moving(40)))
    found = sources.random_seeds(KEY, seen, 0.0, count=8, skeleton=SKELETON)
    assert found.pose.shape == (8, 3, 17, 40)
    np.testing.assert_allclose(found.place[:, 1:], np.broadcast_to(seen.points[:, 0], (8, 2, 40)), atol=1e-6)
    across = np.asarray(found.pose[:, :, JOINTS.index("left_hip"), 0] - found.pose[:, :, JOINTS.index("right_hip"), 0])
    angle = np.sort(np.arctan2(across[:, 2], across[:, 0]))
    gaps = np.diff([*angle, angle[0] + 2 * np.pi])
    assert 0.6 * np.pi / 4 < gaps.min() <= gaps.max() < 1.7 * np.pi / 4


def test_the_first_perturbed_seed_is_what_was_given():
    pose = moving(20)
    found = sources.perturbed_seeds(KEY, seen_of(variables(pose)), 0.1, count=4, skeleton=SKELETON)
    np.testing.assert_array_equal(found.pose[0], pose)
    apart = np.abs(np.asarray(found.pose) - pose).max((1, 2, 3))
    assert (apart[1:] > 0.05).all()
    np.testing.assert_allclose(found.pose[:, :, 0], 0, atol=1e-6)


def test_flipped_limbs_look_alike_and_keep_their_bones():
    pose, tree = moving(20), get_skeleton(SKELETON)
    for chain in sources._chains(SKELETON):
        flipped = np.asarray(sources.limb_flipped(jnp.asarray(pose), jnp.asarray(chain, jnp.float32), SKELETON))
        np.testing.assert_array_equal(flipped[:2], pose[:2])
        assert np.abs(flipped[2] - pose[2])[chain].max() > 0.01
        np.testing.assert_array_equal(flipped[2][~chain], pose[2][~chain])
        for joint, parent in enumerate(tree.parents):
            if parent >= 0:
                lengths = [np.linalg.norm(p[:, joint] - p[:, parent], axis=0) for p in (pose, flipped)]
                np.testing.assert_allclose(*lengths, atol=1e-5)


@pytest.mark.parametrize("missed", [[5], range(20)])
def test_a_root_that_was_missed_stands_where_other_joints_tell(missed):
    truth = variables(moving(20))
    truth = truth.replace(place=truth.place.at[1].add(jnp.linspace(0, 1, 20)))
    seen, missed = seen_of(truth), jnp.array(missed)
    holed = seen.replace(confidence=seen.confidence.at[0, missed].set(0), points=seen.points.at[:, 0, missed].set(9.0))
    found = sources.placed(truth.pose, holed, 0, jnp.exp(truth.place[0]))
    np.testing.assert_allclose(found.place, truth.place, atol=1e-5)
    np.testing.assert_allclose(terms.project(found, "weak"), seen.points, atol=1e-5)


def test_who_was_not_seen_at_all_stands_in_the_middle():
    truth = variables(moving(20))
    seen = seen_of(truth)
    holed = seen.replace(confidence=seen.confidence.at[:, 5].set(0), points=seen.points.at[..., 5].set(9.0))
    np.testing.assert_allclose(
        sources.placed(truth.pose, holed, 0, jnp.exp(truth.place[0])).place, truth.place, atol=1e-5
    )


@pytest.mark.parametrize("frames", [1, 4, sources.KNOT_FRAMES - 1])
def test_clips_shorter_than_the_noises_knots(frames):
    seen = seen_of(variables(moving(frames)))
    found = sources.sizes(jnp.asarray(moving(frames)), seen)
    np.testing.assert_allclose(found, jnp.full(frames, seen.scale), rtol=1e-3)


def test_who_walks_up_to_the_camera_grows_in_the_first_guess():
    truth = variables(moving(60))
    near = truth.replace(place=truth.place.at[0].set(-jnp.log(jnp.linspace(6.0, 1.5, 60))))
    for camera in ("weak", "perspective"):
        seen = seen_of(near, camera).replace(scale=jnp.float32(1 / 3.5))
        found = sources.sizes(near.pose, seen)
        np.testing.assert_allclose(1 / found, jnp.linspace(6.0, 1.5, 60), rtol=0.25)
        started = sources.perturbed_seeds(KEY, seen.replace(starts=near.pose[None]), 0.1, count=3, skeleton=SKELETON)
        np.testing.assert_allclose(started.place[:, 0], jnp.broadcast_to(jnp.log(found), (3, 60)), atol=1e-5)


def test_where_nobody_is_seen_the_first_guess_is_the_clips_size():
    seen = seen_of(variables(moving(60)))
    gone = seen.replace(confidence=seen.confidence.at[:, 10:50].set(0), points=seen.points.at[..., 10:50].set(9.0))
    found = sources.sizes(jnp.asarray(moving(60)), gone)
    np.testing.assert_allclose(found[20:40], seen.scale, rtol=1e-5)
    assert np.isfinite(found).all()
