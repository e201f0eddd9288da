"""Random observation: the truth in the camera projects to where detections are drawn, and examples are independent."""

import functools

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import bodies, detector_noise, observation, poses
from hdvr_jax.skeletons import get_skeleton

RANGES = observation.Ranges(noise=0.0)


def _motion(frames=9):
    rng = np.random.default_rng(0)
    pose = rng.normal(size=(17, 3)) * 0.3 + [0, 1, 0]
    return jnp.asarray(pose + 0.01 * np.cumsum(rng.normal(size=(frames, 17, 3)), 0), jnp.float32)


@functools.cache
def _compiled(ranges, **options):
    return jax.jit(functools.partial(observation.observe, ranges=ranges, noise=detector_noise.load_params(), **options))


def _observe(seed, motion=None, ranges=RANGES, **options):
    motion = _motion() if motion is None else motion
    return _compiled(ranges, **options)(jax.random.key(seed), motion, jnp.float32(30))


def test_without_noise_the_rays_are_the_truth_s():
    seen = _observe(3)
    ideal = np.asarray(seen.points_camera[..., :2] / seen.points_camera[..., 2:])
    np.testing.assert_allclose(seen.rays, ideal, atol=1e-4)


def test_the_camera_is_where_the_ranges_say():
    for seed in range(8):
        seen = _observe(seed, vary_body=False, train=False)
        root = np.asarray(observation.hips(seen.points_camera))
        distance = np.linalg.norm(root[len(root) // 2])
        assert RANGES.distance[0] - 0.01 <= distance <= RANGES.distance[1] + 0.01


def test_the_truth_is_the_motion_up_to_a_rigid_move():
    motion = _motion()
    seen = _observe(1, motion, vary_body=False, train=False)
    aligned = poses.procrustes(seen.points_camera, motion, with_scale=False)
    np.testing.assert_allclose(aligned, motion, atol=1e-4)
    upright = seen.points_camera[:, get_skeleton("coco17").index("nose"), 1]
    assert np.isfinite(upright).all()


def test_a_body_is_constant_through_the_example():
    seen = _observe(5)
    thigh = jnp.linalg.norm(
        seen.points_camera[:, get_skeleton("coco17").index("left_hip")]
        - seen.points_camera[:, get_skeleton("coco17").index("left_knee")],
        axis=-1,
    )
    np.testing.assert_allclose(thigh, thigh[0], rtol=1e-4)
    assert float(thigh[0]) != float(bodies.sample_body(jax.random.key(0)).thigh)


def test_mirroring_twice_changes_nothing():
    motion = _motion()
    np.testing.assert_array_equal(observation.mirrored(observation.mirrored(motion)), motion)


def test_same_key_same_observation_and_different_keys_differ():
    noisy = observation.Ranges()
    first, again, other = _observe(1, ranges=noisy), _observe(1, ranges=noisy), _observe(2, ranges=noisy)
    np.testing.assert_array_equal(first.rays, again.rays)
    assert not np.allclose(first.rays, other.rays)
