import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import body_inputs
from hdvr_jax.features import pose_features
from hdvr_jax.movements import annotate
from hdvr_jax.skeletons import BODY_PARTS, get_skeleton, part_joints
from tests.families.dancing import motion

SKELETON = "h36m17"
FEATURES = jax.jit(body_inputs.joint_features, static_argnums=(1, 2))
TURN = jax.jit(body_inputs.turn)
FRAMES = 12


def _batch(frames=FRAMES):
    points = np.stack([motion(seed, frames, 30.0) for seed in (0, 1)])
    return {
        "points": jnp.asarray(points - points[:, :, :1]),
        "visible": jnp.ones(points.shape[:3]),
        "root": jnp.asarray(points[:, :, 0]),
        "fps": jnp.full(2, 30.0),
        "frame_mask": jnp.ones((2, frames)),
    }


def test_own_axes_do_not_depend_on_where_the_viewer_stands():
    batch = _batch()
    turned = TURN(batch, jnp.array([0.7, -2.5]))
    before, after = (FEATURES(b, SKELETON, True) for b in (batch, turned))
    for name in ("joints", "path"):
        np.testing.assert_allclose(before[name], after[name], atol=2e-4)
    seen, seen_turned = (FEATURES(b, SKELETON, False)["joints"] for b in (batch, turned))
    assert float(jnp.abs(seen - seen_turned).max()) > 0.1


def test_turning_leaves_labels_and_upright_alone():
    batch = _batch(frames=40)
    turned = TURN(batch, jnp.array([1.1, 3.0]))
    np.testing.assert_allclose(turned["points"][..., 1], batch["points"][..., 1], atol=1e-6)
    before, after = (annotate(np.asarray(b["points"][0]), 30.0, SKELETON)[0] for b in (batch, turned))
    assert before.any()
    assert (before == after).mean() > 0.999  # single frames may stand exactly on a threshold


def test_turning_rate_is_that_of_a_spin():
    batch = _batch()
    still = jnp.broadcast_to(batch["points"][:, :1], batch["points"].shape)
    angle = 2.0 * jnp.arange(FRAMES) / 30.0
    spun = jnp.stack([TURN({**batch, "points": still}, jnp.full(2, a))["points"][:, t]
                      for t, a in enumerate(angle)], 1)  # fmt: skip
    path = FEATURES({**batch, "points": spun}, SKELETON, True)["path"]
    np.testing.assert_allclose(path[:, 1:, -1], 2.0, atol=0.02)
    np.testing.assert_allclose(path[:, 0, -1], 0.0, atol=1e-6)


def test_mirroring_twice_and_choice():
    batch = _batch()
    once = body_inputs.mirror(batch, jnp.array([True, False]), SKELETON)
    twice = body_inputs.mirror(once, jnp.array([True, False]), SKELETON)
    for name in ("points", "visible", "root"):
        np.testing.assert_allclose(twice[name], batch[name], atol=1e-6)
        np.testing.assert_array_equal(once[name][1], batch[name][1])
    left, right = (get_skeleton(SKELETON).index(f"{side}_wrist") for side in ("left", "right"))
    np.testing.assert_allclose(once["points"][0, :, left] * jnp.array([-1, 1, 1]), batch["points"][0, :, right])


def test_padding_does_not_touch_real_frames():
    batch = _batch()
    mask = batch["frame_mask"].at[:, 8:].set(0)
    wild = batch["points"].at[:, 8:].add(50.0)
    before = FEATURES({**batch, "frame_mask": mask}, SKELETON, True)
    after = FEATURES({**batch, "points": wild, "frame_mask": mask}, SKELETON, True)
    for name in ("joints", "path"):
        np.testing.assert_allclose(before[name], after[name], atol=1e-6)
        assert float(jnp.abs(before[name][:, 8:]).max()) == 0


def test_velocity_does_not_depend_on_the_frame_rate():
    slow, fast = motion(3, 31, 30.0)[None], motion(3, 61, 60.0)[None]
    real = jnp.ones((1, 61))
    coarse = body_inputs.rate(jnp.asarray(slow), jnp.array([30.0]), real[:, :31])[:, 1:]
    fine = body_inputs.rate(jnp.asarray(fast), jnp.array([60.0]), real)[:, 2::2]
    np.testing.assert_allclose(coarse, fine, atol=0.1)


def test_each_part_holds_its_own_joints_only():
    joints = jnp.arange(1.0, 18.0)[None, None, :, None]
    parts = body_inputs.select_parts({"joints": joints, "path": jnp.full((1, 1, 2), -7.0)}, SKELETON)
    assert parts.shape[:3] == (len(BODY_PARTS), 1, 1)
    for row, part in enumerate(BODY_PARTS):
        held = np.asarray(parts[row, 0, 0, :-2])
        np.testing.assert_array_equal(held[held > 0] - 1, part_joints(SKELETON, part))
        np.testing.assert_array_equal(parts[row, 0, 0, -2:], -7.0)


def test_gradients_are_finite_for_a_collapsed_body():
    batch = jax.tree.map(jnp.zeros_like, _batch()) | {"fps": jnp.full(2, 30.0), "frame_mask": jnp.ones((2, FRAMES))}

    def total(points):
        return sum(x.sum() for x in FEATURES({**batch, "points": points}, SKELETON, True).values())

    assert np.isfinite(jax.jit(jax.grad(total))(batch["points"])).all()


def test_moments_are_those_of_the_real_frames_and_standardise_them():
    rng = np.random.default_rng(0)
    real = jnp.asarray((np.arange(50) < np.array([[50], [20]])).astype(np.float32))
    features = {"joints": jnp.asarray(rng.normal(3.0, 2.0, (2, 50, 4, 5)), jnp.float32), "path": jnp.ones((2, 50, 3))}
    moments = body_inputs.unknown_moments(features)
    wild = {name: value + 1e3 * (1 - real.reshape(2, 50, *[1] * (value.ndim - 2))) for name, value in features.items()}
    for _ in range(3):
        moments = body_inputs.updated_moments(moments, wild, real, None)
    chosen = np.asarray(features["joints"])[np.asarray(real) > 0]
    np.testing.assert_allclose(moments["joints"]["mean"], chosen.mean(0), rtol=1e-3)
    np.testing.assert_allclose(moments["joints"]["variance"], chosen.var(0), rtol=1e-3)
    scaled = body_inputs.standardised(features, moments)
    assert np.asarray(scaled["joints"])[np.asarray(real) > 0].std() == pytest.approx(1, abs=1e-3)
    np.testing.assert_allclose(scaled["path"], 0, atol=1e-6)
    kept = body_inputs.updated_moments(moments, wild, jnp.zeros_like(real), None)
    jax.tree.map(np.testing.assert_array_equal, kept, moments)


def test_engineered_features_do_not_depend_on_what_is_past_the_end():
    rng = np.random.default_rng(0)
    points = jnp.asarray(rng.normal(size=(2, 12, 17, 2)), jnp.float32)
    mask = jnp.ones((2, 12)).at[1, 7:].set(0)
    batch = {"points": points, "fps": jnp.array([30.0, 10.0]), "frame_mask": mask}
    wild = {**batch, "points": points.at[1, 7:].set(99.0)}
    features = jax.jit(lambda given: body_inputs.engineered_features(given, "h36m17")["joints"])
    one, other = features(batch), features(wild)
    np.testing.assert_allclose(one, other, atol=1e-6)
    assert not one[1, 7:].any()
    values, known = pose_features(points[0], 30.0, "h36m17")
    np.testing.assert_allclose(one[0, :, 0], values * known, rtol=1e-4, atol=1e-4)
    assert known.mean() > 0.9
