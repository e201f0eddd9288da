"""Alignment against a slow reference, bones, the body's frame, and mirroring."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import poses, rotations
from hdvr_jax.skeletons import get_skeleton
from tests.compiled import compiled

fast = compiled(poses)
fast_rotations = compiled(rotations)

SEEDS = st.integers(0, 2**31 - 1)
FEW = settings(max_examples=10, deadline=None)
H36M = get_skeleton("h36m17")
# Parents may come after their children: joint 0 hangs from joint 3; joint 5 is a second root.
SHUFFLED_TREE = (3, 0, 0, 4, -1, -1, 5)


def _poses(seed, shape=(4, 17, 3)):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def _slow_procrustes(pred, target, weights, with_scale=True):
    """Kabsch and Umeyama in double precision, one pose at a time."""
    pred, target = np.asarray(pred, np.float64), np.asarray(target, np.float64)
    share = weights / weights.sum()
    pred_mean, target_mean = share @ pred, share @ target
    a, b = pred - pred_mean, target - target_mean
    u, s, vt = np.linalg.svd((share[:, None] * b).T @ a)
    signs = np.array([1.0, 1.0, np.sign(np.linalg.det(u) * np.linalg.det(vt))])
    rotation = u @ np.diag(signs) @ vt
    scale = (s * signs).sum() / (share[:, None] * a * a).sum() if with_scale else 1.0
    return scale * a @ rotation.T + target_mean


def _similar(points, seed):
    """`points` scaled, turned and moved by something random."""
    rng = np.random.default_rng(seed)
    rotation = np.asarray(fast_rotations.random_rotation(jax.random.key(seed)))
    return (rng.uniform(0.3, 3.0) * points @ rotation.T + rng.normal(size=3)).astype(np.float32)


def test_center_on_one_joint_and_on_several():
    points = _poses(0)
    np.testing.assert_array_equal(fast.center(points, 3)[:, 3], np.zeros((4, 3)))
    centred = fast.center(points, (1, 4))
    np.testing.assert_allclose(centred, points - points[:, [1, 4]].mean(1, keepdims=True), atol=1e-6)


@FEW
@given(SEEDS, st.booleans(), st.booleans())
def test_procrustes_agrees_with_the_slow_reference(seed, reflected, with_scale):
    pred, target = _poses(seed), _poses(seed + 1)
    if reflected:
        target = pred * [-1, 1, 1] + 0.1 * target
    weights = np.random.default_rng(seed).uniform(0, 1, (4, 17)) * (_poses(seed + 2, (4, 17)) > -1)
    expected = [_slow_procrustes(*each, with_scale) for each in zip(pred, target, weights)]
    got = fast.procrustes(pred, target.astype(np.float32), weights.astype(np.float32), with_scale=with_scale)
    np.testing.assert_allclose(got, expected, atol=2e-4)


@FEW
@given(SEEDS)
def test_procrustes_undoes_any_similarity_but_no_reflection(seed):
    target = _poses(seed)
    np.testing.assert_allclose(fast.procrustes(_similar(target, seed), target), target, atol=2e-5)
    mirrored = target * np.float32([-1, 1, 1])
    assert np.abs(np.asarray(fast.procrustes(mirrored, target)) - target).mean() > 0.05


def test_masked_joints_do_not_touch_the_alignment_or_its_gradient():
    target = _poses(1)
    pred = _similar(target, 5) + 0.1 * _poses(2)
    mask = np.ones((4, 17), np.float32)
    mask[:, [2, 9]] = 0
    spoiled, spoiled_target = pred.copy(), target.copy()
    spoiled[:, 2], spoiled_target[:, 9] = np.nan, np.inf
    kept = mask[0] > 0
    fitted = np.asarray(fast.procrustes(spoiled, spoiled_target, mask))
    np.testing.assert_allclose(fitted[:, kept], fast.procrustes(pred[:, kept], target[:, kept]), atol=1e-5)

    def loss(x):
        return sum(jnp.sum(part) for part in poses.similarity(x, spoiled_target, mask))

    gradient = jax.jit(jax.grad(loss))(spoiled)
    assert np.isfinite(gradient).all()
    np.testing.assert_array_equal(gradient[:, 2], 0.0)


@pytest.mark.parametrize("kind", ["equal", "one place", "a line", "a plane", "all masked"])
def test_alignment_of_degenerate_poses_is_finite_with_finite_gradients(kind):
    pred = _poses(3, (17, 3))
    target, mask = pred, np.ones(17, np.float32)
    if kind == "one place":
        pred = np.zeros_like(pred)
    elif kind == "a line":
        pred = pred * np.float32([1, 0, 0])
    elif kind == "a plane":
        pred, target = pred * np.float32([1, 1, 0]), target * np.float32([1, 1, 0])
    elif kind == "all masked":
        mask = np.zeros_like(mask)

    def both(x):
        return fast.procrustes(x, target, mask).sum() + fast.align_scale(x, target, mask).sum()

    value, gradient = jax.jit(jax.value_and_grad(both))(pred)
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_unmasked_nan_stays_visible():
    pred, target = _poses(0), _poses(1)
    pred[2, 5] = np.nan
    assert np.isnan(np.asarray(fast.procrustes(pred, target))[2]).all()
    assert np.isfinite(np.asarray(fast.procrustes(pred, target))[[0, 1, 3]]).all()


@FEW
@given(SEEDS, st.floats(0.1, 10.0))
def test_align_scale_undoes_scaling_and_is_the_best_scale(seed, factor):
    pred, target = _poses(seed), _poses(seed + 1)
    np.testing.assert_allclose(fast.align_scale(target * np.float32(factor), target), target, atol=1e-5)
    aligned = np.asarray(fast.align_scale(pred, target))
    error = np.sum((aligned - target) ** 2, axis=(1, 2))
    for other in (0.98, 1.02):
        assert (error <= np.sum((other * aligned - target) ** 2, axis=(1, 2)) + 1e-4).all()


def test_bones_of_a_tree():
    points = _poses(0)
    vectors, lengths = fast.bone_vectors(points, H36M.parents), fast.bone_lengths(points, H36M.parents)
    assert vectors.shape == (4, 16, 3)
    for bone, (child, parent) in enumerate(H36M.bones):
        np.testing.assert_allclose(vectors[:, bone], points[:, child] - points[:, parent], atol=1e-6)
    np.testing.assert_allclose(lengths, np.linalg.norm(vectors, axis=-1), rtol=1e-5)
    np.testing.assert_allclose(fast.bone_directions(points, H36M.parents) * lengths[..., None], vectors, atol=1e-5)


@FEW
@given(SEEDS, st.sampled_from((H36M.parents, SHUFFLED_TREE)))
def test_set_bone_lengths_gives_the_lengths_and_keeps_the_directions(seed, parents):
    points = _poses(seed, (4, len(parents), 3))
    bones = len(poses.bone_joints(parents))
    lengths = np.random.default_rng(seed).uniform(0.05, 0.6, (4, bones)).astype(np.float32)
    changed = fast.set_bone_lengths(points, parents, lengths)
    np.testing.assert_allclose(fast.bone_lengths(changed, parents), lengths, atol=1e-5)
    before, after = fast.bone_directions(points, parents), fast.bone_directions(changed, parents)
    np.testing.assert_allclose(after, before, atol=2e-4)
    roots = [joint for joint, parent in enumerate(parents) if parent < 0]
    np.testing.assert_array_equal(changed[:, roots], points[:, roots])
    np.testing.assert_allclose(
        fast.set_bone_lengths(points, parents, fast.bone_lengths(points, parents)), points, atol=1e-5
    )


def test_one_set_of_lengths_serves_all_frames():
    points = _poses(0, (2, 5, 17, 3))
    lengths = jnp.full(16, 0.25)
    changed = jax.jit(lambda p: fast.set_bone_lengths(p, H36M.parents, lengths))(points)
    np.testing.assert_allclose(fast.bone_lengths(changed, H36M.parents), 0.25, atol=1e-5)


def test_bones_without_length_and_missing_joints():
    points = _poses(0, (17, 3))
    points[H36M.index("left_wrist")] = points[H36M.index("left_elbow")]
    lengths = jnp.full(16, 0.25)

    def total(p):
        return fast.set_bone_lengths(p, H36M.parents, lengths).sum() + fast.bone_lengths(p, H36M.parents).sum()

    changed = fast.set_bone_lengths(points, H36M.parents, lengths)
    np.testing.assert_array_equal(changed[H36M.index("left_wrist")], changed[H36M.index("left_elbow")])
    assert jnp.isfinite(jax.jit(jax.grad(total))(points)).all()
    points[H36M.index("left_knee")] = np.nan
    missing = np.isnan(np.asarray(fast.set_bone_lengths(points, H36M.parents, lengths))).any(-1)
    assert set(np.flatnonzero(missing)) == {H36M.index("left_knee"), H36M.index("left_ankle")}


@pytest.mark.parametrize("parents", [(1, 0), (-1, 1), (-1, 7), (0,)])
def test_parents_that_are_no_tree_are_an_error(parents):
    with pytest.raises(ValueError, match="cycle"):
        fast.set_bone_lengths(np.zeros((len(parents), 3), np.float32), parents, jnp.zeros(1))


def test_parents_of_another_joint_count_are_an_error():
    with pytest.raises(ValueError, match="17 parents for points of 16 joints"):
        fast.bone_lengths(np.zeros((16, 3), np.float32), H36M.parents)


# Joints: left hip, right hip, thorax. The body faces +z, y is up.
STANDING = np.array([[0.1, 1.0, 0.0], [-0.1, 1.0, 0.0], [0.0, 1.5, 0.0]], np.float32)


def test_a_body_that_faces_forward_has_the_identity_frame():
    np.testing.assert_allclose(fast.body_frame(STANDING, 0, 1, 2), np.eye(3), atol=1e-6)
    np.testing.assert_allclose(fast.upright_frame(STANDING, 0, 1), np.eye(3), atol=1e-6)


@FEW
@given(SEEDS)
def test_the_body_frame_turns_with_the_body(seed):
    rotation = np.asarray(fast_rotations.random_rotation(jax.random.key(seed)))
    turned = STANDING @ rotation.T + np.float32([1.0, 2.0, 3.0])
    np.testing.assert_allclose(fast.body_frame(turned, 0, 1, 2), rotation, atol=1e-5)
    in_body = fast.to_body(turned, fast.body_frame(turned, 0, 1, 2), turned[:2].mean(0))
    np.testing.assert_allclose(in_body, STANDING - np.float32([0.0, 1.0, 0.0]), atol=1e-5)


def test_the_upright_frame_follows_the_heading_only():
    heading = np.asarray(fast_rotations.about_axis(jnp.array([0.0, 1.0, 0.0]), jnp.float32(0.7)))
    lean = np.asarray(fast_rotations.about_axis(jnp.array([1.0, 0.0, 0.0]), jnp.float32(0.5)))
    turned = STANDING @ (heading @ lean).T
    np.testing.assert_allclose(fast.upright_frame(turned, 0, 1), heading, atol=1e-5)
    z_up = STANDING @ np.float32([[1, 0, 0], [0, 0, 1], [0, -1, 0]])
    frame = np.asarray(fast.upright_frame(z_up, 0, 1, up=(0.0, 0.0, 1.0)))
    np.testing.assert_allclose(frame[:, 0], [1, 0, 0], atol=1e-6)
    np.testing.assert_allclose(frame[:, 1], [0, 0, 1], atol=1e-6)
    assert np.linalg.det(frame) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("hips", [[[0, 1, 0], [0, 1, 0]], [[0, 1.1, 0], [0, 0.9, 0]]])
def test_frames_of_degenerate_hips_are_rotations_with_finite_gradients(hips):
    points = jnp.asarray(np.array([*hips, [0.0, 1.5, 0.0]], np.float32))

    def frames(p):
        return fast.body_frame(p, 0, 1, 2), fast.upright_frame(p, 0, 1)

    for frame in frames(points):
        np.testing.assert_allclose(frame @ frame.T, np.eye(3), atol=1e-5)
    for jacobian in jax.jit(jax.jacobian(frames))(points):
        assert jnp.isfinite(jacobian).all()


def test_mirroring_twice_changes_nothing_and_once_swaps_sides():
    points = _poses(0)
    mirrored = fast.mirror(points, H36M.mirror)
    left, right = H36M.index("left_knee"), H36M.index("right_knee")
    np.testing.assert_array_equal(mirrored[:, left], points[:, right] * [-1, 1, 1])
    np.testing.assert_array_equal(fast.mirror(mirrored, H36M.mirror), points)
    flat = fast.mirror(points[..., :2], H36M.mirror, axis=1)
    np.testing.assert_array_equal(flat[:, left], points[:, right, :2] * [1, -1])


def test_single_pose_equals_its_place_in_a_batch():
    pred, target = _poses(0, (2, 3, 17, 3)), _poses(1, (2, 3, 17, 3))
    batched = fast.procrustes(pred, target)
    np.testing.assert_allclose(batched[1, 2], fast.procrustes(pred[1, 2], target[1, 2]), atol=1e-5)
    np.testing.assert_allclose(jax.jit(jax.vmap(poses.procrustes))(pred, target), batched, atol=1e-5)


def test_poses_of_unit_size_have_none_of_their_own():
    given = _poses(3)
    found = fast.unit_size(3 * given)
    np.testing.assert_allclose(found, fast.unit_size(given), atol=1e-5)
    np.testing.assert_allclose((np.asarray(found) ** 2).sum(-1).mean(-1), 1, rtol=1e-5)
    gradient = jax.grad(lambda x: poses.unit_size(x).sum())(jnp.zeros((17, 3)))
    assert np.isfinite(gradient).all()


def test_random_turns_are_about_the_vertical_and_of_each_frame_by_itself():
    given, key = _poses(4, (3, 5, 17, 3)), jax.random.key(1)
    turned = np.asarray(fast.turned_randomly(jnp.asarray(given), key, jnp.array([4, 7, 9])))
    np.testing.assert_allclose(turned[..., 1], given[..., 1], atol=1e-5)
    np.testing.assert_allclose(np.linalg.norm(turned, axis=-1), np.linalg.norm(given, axis=-1), rtol=1e-4)
    angle = np.angle((turned[..., 0, 0] + 1j * turned[..., 0, 2]) / (given[..., 0, 0] + 1j * given[..., 0, 2]))
    assert len(np.unique(angle.round(3))) == angle.size
    alone = fast.turned_randomly(jnp.asarray(given[1:2]), key, jnp.array([7]))
    np.testing.assert_allclose(turned[1:2], alone, atol=1e-5)
