"""What the lifter reads does not depend on where in the image, how large, or through which camera."""

import jax
import jax.numpy as jnp
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import normalization, rotations


def _scene(seed, frames=5):
    points = jax.random.normal(jax.random.key(seed), (frames, 17, 3)) * 0.5
    return points - points[:, :1] + jnp.array([0.0, 0.0, 5.0])


def _sight(points, confidence=None, frame_mask=None):
    confidence = jnp.ones(points.shape[:2]) if confidence is None else confidence
    frame_mask = jnp.ones(points.shape[0]) if frame_mask is None else frame_mask
    return normalization.sight(points[..., :2] / points[..., 2:], confidence, frame_mask, 0)


@settings(max_examples=20, deadline=None)
@given(st.floats(-0.9, 0.9), st.floats(-0.6, 0.6), st.integers(0, 5))
def test_turning_the_camera_changes_nothing_but_the_rotation(x, y, seed):
    points = _scene(seed)
    turned = rotations.rotate(normalization.looking_at(jnp.array([x, y, 1.0])).T, points)
    straight, aside = _sight(points), _sight(turned)
    np.testing.assert_allclose(aside.inputs, straight.inputs, atol=2e-4)
    np.testing.assert_allclose(
        rotations.rotate(aside.rotation[:, None], turned),
        rotations.rotate(straight.rotation[:, None], points),
        atol=2e-4,
    )


def test_looking_at_is_a_rotation_that_puts_the_ray_on_the_axis():
    rays = jax.random.normal(jax.random.key(0), (50, 3)) + jnp.array([0.0, 0.0, 2.5])
    rotation = normalization.looking_at(rays)
    np.testing.assert_allclose(
        rotation @ jnp.swapaxes(rotation, -1, -2), np.broadcast_to(np.eye(3), (50, 3, 3)), atol=1e-5
    )
    seen = rotations.rotate(rotation, rotations.normalize(rays))
    np.testing.assert_allclose(seen, np.broadcast_to([0, 0, 1], (50, 3)), atol=1e-5)


def test_hidden_joints_and_padding_have_no_say():
    points = _scene(1)
    confidence = jnp.ones((5, 17)).at[:, 4].set(0)
    wild = points.at[:, 4].set(jnp.array([80.0, -30.0, 1.0]))
    np.testing.assert_array_equal(_sight(points, confidence).inputs, _sight(wild, confidence).inputs)
    mask = jnp.ones(5).at[4].set(0)
    far = points.at[4].add(jnp.array([0.0, 0.0, -3.0]))
    assert _sight(points, frame_mask=mask).scale == _sight(far, frame_mask=mask).scale
    assert _sight(points).scale != _sight(far).scale


def test_size_in_the_image_is_taken_out():
    points = _scene(2)
    rays = points[..., :2] / points[..., 2:] * 0.01
    small = normalization.sight(rays, jnp.ones((5, 17)), jnp.ones(5), 0).inputs
    large = normalization.sight(rays * 5, jnp.ones((5, 17)), jnp.ones(5), 0).inputs
    np.testing.assert_allclose(small, large, atol=2e-2)


def test_a_person_who_is_never_seen_gives_finite_numbers():
    sighting = normalization.sight(jnp.zeros((3, 17, 2)), jnp.zeros((3, 17)), jnp.ones(3), 0)
    assert np.isfinite(sighting.inputs).all()
    assert not np.asarray(sighting.inputs).any()


def test_every_frame_by_itself_has_joints_at_mean_distance_one():
    points = _scene(3) * jnp.arange(1, 6)[:, None, None] / 3 + jnp.array([0.0, 0.0, 6.0])
    confidence = jnp.ones((5, 17)).at[2, 4].set(0)
    found = normalization.sight_frames(points[..., :2] / points[..., 2:], confidence, 0)
    distance = np.linalg.norm(found.inputs[..., :2], axis=-1)
    np.testing.assert_allclose(distance[:, 0], 0, atol=1e-6)
    for frame in range(5):
        seen = np.flatnonzero(np.asarray(confidence[frame]))
        np.testing.assert_allclose(distance[frame, seen[1:]].mean(), 1, atol=1e-5)
    np.testing.assert_array_equal(found.inputs[2, 4], 0)
    np.testing.assert_allclose(found.rotation, _sight(points, confidence).rotation, atol=1e-6)


def test_a_frame_without_joints_is_all_zeros_with_finite_gradients():
    rays, nothing = jnp.zeros((2, 17, 2)), jnp.zeros((2, 17))

    def inputs(rays, confidence):
        return normalization.sight_frames(rays, confidence, 0).inputs

    np.testing.assert_array_equal(inputs(rays, nothing), 0)
    gradient = jax.jit(jax.grad(lambda x: inputs(x, nothing + 1).sum()))(rays)
    assert np.isfinite(gradient).all()
