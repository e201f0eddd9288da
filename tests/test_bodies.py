"""Varied bodies keep directions and take their lengths."""

import jax
import jax.numpy as jnp
import numpy as np

from hdvr_jax import bodies
from hdvr_jax.skeletons import get_mapping, get_skeleton
from tests.real_data import real_data

INDEX = get_skeleton("coco17").index


def _motion():
    pack = np.load(real_data("cmu", "dance_30fps.npz"), allow_pickle=False)
    return get_mapping("cmu25", "coco17").apply(pack["salsa_60_01"][:60])


def _bone(points, start, end):
    return np.asarray(points[:, INDEX(end)] - points[:, INDEX(start)])


def test_retargeted_bones_have_the_body_s_lengths_and_the_dancer_s_directions():
    motion, body = _motion(), bodies.sample_body(jax.random.key(0))
    moved = bodies.retarget(jnp.asarray(motion), body)
    for start, end, field in (
        ("left_hip", "left_knee", "thigh"),
        ("right_knee", "right_ankle", "shank"),
        ("left_shoulder", "left_elbow", "upper_arm"),
        ("right_elbow", "right_wrist", "forearm"),
        ("left_hip", "right_hip", "hip_width"),
        ("left_shoulder", "right_shoulder", "shoulder_width"),
    ):
        old, new = _bone(motion, start, end), _bone(moved, start, end)
        np.testing.assert_allclose(np.linalg.norm(new, axis=-1), float(getattr(body, field)), rtol=1e-4)
        np.testing.assert_allclose(
            new / np.linalg.norm(new, axis=-1, keepdims=True),
            old / np.linalg.norm(old, axis=-1, keepdims=True),
            atol=1e-4,
        )


def test_feet_stay_near_the_floor():
    motion = _motion()
    for seed in range(5):
        moved = np.asarray(bodies.retarget(jnp.asarray(motion), bodies.sample_body(jax.random.key(seed))))
        ankles = [INDEX("left_ankle"), INDEX("right_ankle")]
        assert abs(moved[:, ankles, 1].min() - motion[:, ankles, 1].min()) < 0.12


def test_padding_frames_measure_nobody():
    motion, body = jax.random.normal(jax.random.key(0), (6, 17, 3)), bodies.sample_body(jax.random.key(1))
    real = jnp.array([1.0] * 4 + [0.0] * 2)
    np.testing.assert_allclose(
        bodies.retarget(motion, body, real)[:4], bodies.retarget(motion[:4], body), rtol=1e-5, atol=1e-5
    )


def test_bodies_vary_within_human_bounds():
    drawn = jax.vmap(bodies.sample_body)(jax.random.split(jax.random.key(1), 2000))
    legs = np.asarray(drawn.thigh + drawn.shank)
    assert 0.6 < legs.min() < legs.max() < 1.05
    assert np.std(legs) > 0.02
    assert (np.asarray(drawn.shoulder_width) > np.asarray(drawn.hip_width)).mean() > 0.99


def test_collapsed_poses_stay_finite():
    body = bodies.sample_body(jax.random.key(0))
    moved, gradient = jax.jit(jax.value_and_grad(lambda p: bodies.retarget(p, body).sum()))(jnp.zeros((3, 17, 3)))
    assert np.isfinite(moved)
    assert np.isfinite(gradient).all()
