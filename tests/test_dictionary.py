"""The equations of the hierarchical dictionary."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax import bodies, dictionary, poses, rotations
from hdvr_jax.skeletons import get_mapping, get_skeleton

JOINTS, LEVELS = 17, (7, 5, 3)


def _levels(seed=0):
    rng = np.random.default_rng(seed)
    before, found = JOINTS, []
    for number, size in enumerate(LEVELS):
        shape = (before, size) if number else (before, 3, size)
        level = {"basis": rng.normal(size=shape), "bias": rng.normal(size=size) * 0.1}
        if number:
            level["decoder_bias"] = rng.normal(size=before) * 0.1
        found.append({name: value.astype(np.float32) for name, value in level.items()})
        before = size
    return found


def _image(count, seed=1):
    return np.random.default_rng(seed).normal(size=(count, JOINTS, 2)).astype(np.float32)


def _standing():
    """Someone upright who faces +z, y up, with bent knees: COCO-17, metres."""
    height = {"shoulder": 1.4, "elbow": 1.1, "wrist": 0.9, "hip": 0.9, "knee": 0.5, "ankle": 0.1, "eye": 1.65}
    points = np.zeros((17, 3), np.float32)
    for index, name in enumerate(get_skeleton("coco17").joints):
        side, _, part = name.rpartition("_")
        points[index, 0] = {"left": 0.15, "right": -0.15}.get(side, 0.0)
        points[index, 1] = height.get(part, 1.6)
        points[index, 2] = {"knee": 0.15, "nose": 0.1}.get(part, 0.0)
    return points


def test_codes_are_those_of_the_kronecker_products():
    levels, points = _levels(), _image(4)
    for image, found in zip(points, np.asarray(dictionary.encode(levels, points))):
        # D_1^#: the poses of the basis side by side, (P, 3 K_1).
        reshaped = np.concatenate(list(np.moveaxis(levels[0]["basis"], -1, 0)), 1)
        blocks = np.maximum(reshaped.T @ image - np.kron(levels[0]["bias"][:, None], np.ones((3, 2))), 0)
        for level in levels[1:]:
            product = np.kron(level["basis"], np.eye(3)).T @ blocks
            blocks = np.maximum(product - np.kron(level["bias"][:, None], np.ones((3, 2))), 0)
        np.testing.assert_allclose(found, blocks.reshape(LEVELS[-1], 3, 2), rtol=1e-4, atol=1e-4)


def test_poses_are_those_of_the_equation_and_codes_not_negative():
    levels, code = _levels(), np.array([0.5, 0.0, 2.0], np.float32)
    second = np.maximum(levels[2]["basis"] @ code - levels[2]["decoder_bias"], 0)
    first = np.maximum(levels[1]["basis"] @ second - levels[1]["decoder_bias"], 0)
    expected = (levels[0]["basis"].reshape(3 * JOINTS, -1) @ first).reshape(JOINTS, 3)
    pose, codes = dictionary.decode_levels(levels, code)
    np.testing.assert_allclose(pose, expected, rtol=1e-4, atol=1e-5)
    for found, known in zip(codes, (first, second, code), strict=True):
        np.testing.assert_allclose(found, known, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(dictionary.decode(levels, np.stack([code] * 2))[1], pose, rtol=1e-5, atol=1e-6)


def test_a_dictionary_of_one_level_is_linear():
    (level, *_), code = _levels(), np.arange(7, dtype=np.float32)
    np.testing.assert_allclose(dictionary.decode([level], code), level["basis"] @ code, rtol=1e-4, atol=1e-5)


def test_blocks_of_a_code_under_a_camera_tell_the_camera():
    camera = np.asarray(rotations.random_rotation(jax.random.key(3)))[:, :2]
    blocks = np.kron(np.array([2.0, 0.0, 1.0])[:, None], camera).reshape(3, 3, 2)
    found = np.asarray(rotations.from_6d(blocks.sum(0).T.ravel()))
    np.testing.assert_allclose(found[:, :2], camera, atol=1e-5)
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(found) == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("of", [lambda x: rotations.from_6d(x), lambda x: rotations.so3_exp(x[:3])])
def test_cameras_have_finite_gradients_where_nothing_is_seen(of):
    weights = jnp.arange(9.0).reshape(3, 3)
    value, gradient = jax.value_and_grad(lambda x: (of(x) * weights).sum())(jnp.zeros(6))
    assert np.isfinite(value)
    assert np.isfinite(gradient).all()


def test_the_image_of_a_turned_pose_is_that_of_the_camera():
    rotation = np.asarray(rotations.random_rotation(jax.random.key(4)))
    canonical = np.random.default_rng(5).normal(size=(JOINTS, 3)).astype(np.float32)
    np.testing.assert_allclose(dictionary.view(canonical, rotation), canonical @ rotation, atol=1e-5)
    np.testing.assert_allclose(dictionary.view(canonical, rotation)[:, :2], canonical @ rotation[:, :2], atol=1e-5)


def test_reprojection_is_a_norm_and_does_not_see_what_was_missed():
    pose, points = np.random.default_rng(6).normal(size=(2, JOINTS, 3)), _image(2)
    weights = np.ones((2, JOINTS), np.float32)
    weights[0, 3] = 0
    points[0, 3] = np.nan
    expected = [np.linalg.norm((p[:, :2] - x)[w > 0]) for p, x, w in zip(pose, points, weights)]
    np.testing.assert_allclose(dictionary.reprojection(pose, points, weights), expected, rtol=1e-5)


def test_reprojection_has_a_finite_gradient_where_it_is_zero():
    pose = np.random.default_rng(6).normal(size=(1, JOINTS, 3)).astype(np.float32)
    gradient = jax.grad(lambda p: dictionary.reprojection(p, pose[..., :2], np.ones((1, JOINTS))).sum())(pose)
    np.testing.assert_array_equal(gradient, 0)


@pytest.mark.parametrize("skeleton", ["coco17", "h36m17"])
@pytest.mark.parametrize("seed", range(3))
def test_bodies_tell_the_sign_of_depth_from_every_side(skeleton, seed):
    turn = rotations.random_rotation(jax.random.key(seed))
    points = get_mapping("coco17", skeleton).apply(_standing()) @ np.asarray(turn).T
    right, wrong = (dictionary.forwardness(p, skeleton) for p in (points, dictionary.flipped(points)))
    assert right > 0.3
    np.testing.assert_allclose(wrong, -right, rtol=1e-4)


def test_who_bends_as_bodies_do_is_not_bent_backwards():
    points = get_mapping("coco17", "h36m17").apply(_standing())
    assert dictionary.bent_backwards(points, "h36m17") == 0
    knees, nose = 2 * 0.15, dictionary.bends(points, "h36m17")[2]
    np.testing.assert_allclose(dictionary.bent_backwards(dictionary.flipped(points), "h36m17"), knees + nose, rtol=1e-4)


def test_nominal_bodies_have_no_bone_error_and_show_their_size():
    person = 0.7 * dictionary.nominal_pose("h36m17")
    size = dictionary.apparent_size(person[:, :2], np.ones(17, np.float32), "h36m17")
    assert float(size) == pytest.approx(0.7, rel=0.02)
    assert dictionary.bone_error(person, np.float32(0.7), "h36m17") < 1e-5
    assert dictionary.bone_error(person, np.float32(0.35), "h36m17") == pytest.approx(1, rel=1e-4)
    hidden = np.ones(17, np.float32)
    hidden[1:7] = 0
    person[1:7] = 100
    assert dictionary.apparent_size(person[:, :2], hidden, "h36m17") < 0.75


def test_poses_of_one_shape_are_at_no_distance_whatever_their_size():
    pose = np.random.default_rng(8).normal(size=(JOINTS, 3)).astype(np.float32)
    assert dictionary.shape_distance(pose, 3 * pose) == pytest.approx(0, abs=1e-5)
    assert dictionary.shape_distance(pose, -pose) == pytest.approx(2 * np.sqrt(JOINTS), rel=1e-4)
    assert np.isfinite(jax.grad(lambda p: dictionary.shape_distance(p, pose))(jnp.zeros((JOINTS, 3)))).all()


def test_the_nominal_person_is_one_of_those_that_are_drawn():
    joints = get_mapping("coco17", "h36m17")
    drawn = jax.vmap(bodies.sample_body)(jax.random.split(jax.random.key(0), 50))
    danced = jax.vmap(lambda body: bodies.retarget(jnp.asarray(_standing()[None]), body)[0])(drawn)
    parents = get_skeleton("h36m17").parents
    lengths = np.asarray(poses.bone_lengths(joints.apply(danced), parents).sum(-1))
    assert lengths.min() < dictionary.nominal_length("h36m17") < lengths.max()


def test_sizes_become_nominal_whatever_they_were():
    points = np.random.default_rng(7).normal(size=(4, JOINTS, 3)).astype(np.float32)
    sized = dictionary.nominal_size(points * np.array([0.1, 1, 10, 0])[:, None, None], "h36m17")
    total = np.asarray(poses.bone_lengths(sized, get_skeleton("h36m17").parents).sum(-1))
    np.testing.assert_allclose(total, [*[dictionary.nominal_length("h36m17")] * 3, 0], rtol=1e-4)
    np.testing.assert_allclose(sized[0] / sized[0, 1, 0], points[0] / points[0, 1, 0], rtol=1e-3)


def test_joints_stay_where_they_were_seen_and_depths_with_the_pose():
    pose, points = _standing(), 2 * _image(1)[0]
    weights = np.ones(len(points), np.float32)
    weights[[0, 5]] = 0
    found = np.asarray(dictionary.with_image(pose, points, weights, 0))
    np.testing.assert_allclose(found[1:5, :2], points[1:5] - pose[0, :2], rtol=1e-5)
    np.testing.assert_allclose(found[[0, 5]], pose[[0, 5]] - pose[0], atol=1e-6)
    np.testing.assert_allclose(found[:, 2], pose[:, 2] - pose[0, 2], atol=1e-6)


def _knows(pose):
    """One who knows this one pose, and finds how it is turned about the vertical."""
    angles = jnp.linspace(0, 2 * jnp.pi, 721)
    turns = rotations.about_axis(jnp.array([0.0, 1.0, 0.0]), angles)

    def lift(points):
        turned = rotations.rotate(turns[:, None], pose)
        sizes = jnp.linalg.norm(turned[..., :2], axis=-1).sum(-1) / (len(pose) - 1)
        turned = turned / sizes[:, None, None]
        off = jnp.abs(points[:, None] - turned[..., :2]).sum((-1, -2))
        return turned[jnp.argmin(off, -1)]

    return lift


def test_poses_that_are_known_look_alike_from_elsewhere_and_others_do_not():
    pose = jnp.asarray(dictionary.nominal_pose("h36m17"))
    many = jnp.broadcast_to(pose, (12, *pose.shape))

    @jax.jit
    def off(poses):
        return dictionary.seen_from_elsewhere(_knows(pose), poses, 0)

    known = off(many)
    assert known.shape == (12,)
    assert float(known.max()) < 0.01
    # Moved along with the root, nothing changes: poses are about it.
    np.testing.assert_allclose(off(many + 1.0), known, atol=1e-4)
    assert float(off(many * jnp.array([1.0, 1.0, 3.0])).mean()) > 0.03
