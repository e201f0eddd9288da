"""Rotations against scipy, round trips, and finite gradients where the textbook formulas have none."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from hdvr_jax import rotations
from tests.compiled import compiled

fast = compiled(rotations)

SEEDS = st.integers(0, 2**31 - 1)
FEW = settings(max_examples=10, deadline=None)
# One random axis at each of these angles: zero, both sides of every switch between formulas, and near pi.
ANGLES = (
    0.0,
    1e-12,
    1e-6,
    1e-4,
    9.9e-4,
    1.01e-3,
    0.03,
    0.0317,
    0.5,
    2.0,
    3.0,
    np.pi - 1e-2,
    np.pi - 1e-4,
    np.pi - 1e-6,
)


def _axis(seed):
    axis = np.random.default_rng(seed).normal(size=3)
    return axis / np.linalg.norm(axis)


def _vectors(seed):
    return np.array([_axis(seed) * angle for angle in ANGLES], np.float32)


@FEW
@given(SEEDS)
def test_exp_agrees_with_scipy_and_log_inverts_it(seed):
    vectors = _vectors(seed)
    matrices = fast.so3_exp(vectors)
    np.testing.assert_allclose(matrices, Rotation.from_rotvec(vectors).as_matrix(), atol=2e-6)
    back = np.asarray(fast.so3_log(matrices))
    # Within rounding of pi both signs stand for the same rotation: compare the rotation there, the vector elsewhere.
    np.testing.assert_allclose(back[:-2], vectors[:-2], atol=5e-6)
    np.testing.assert_allclose(fast.so3_exp(back), matrices, atol=5e-6)


@pytest.mark.parametrize("axis", [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [0.6, -0.8, 0.0]])
def test_log_at_exactly_pi(axis):
    axis = np.array(axis, np.float32)
    half_turn = 2.0 * np.outer(axis, axis).astype(np.float32) - np.eye(3, dtype=np.float32)
    vector = np.asarray(fast.so3_log(half_turn))
    assert np.linalg.norm(vector) == pytest.approx(np.pi, abs=1e-5)
    np.testing.assert_allclose(np.abs(vector / np.pi), np.abs(axis), atol=1e-5)


def test_gradients_of_exp_and_log_are_finite_and_right():
    def derivatives(vector):
        there = jax.jacfwd(rotations.so3_exp)(vector)
        back = jax.jacrev(rotations.so3_log)(fast.so3_exp(vector))
        return there, back, jnp.einsum("iab,abj->ij", back, there)

    vectors = _vectors(3)
    there, back, product = jax.jit(jax.vmap(derivatives))(vectors)
    assert jnp.isfinite(there).all()
    assert jnp.isfinite(back).all()
    below_pi = np.array(ANGLES) < np.pi - 1e-3
    np.testing.assert_allclose(product[below_pi], np.broadcast_to(np.eye(3), (below_pi.sum(), 3, 3)), atol=2e-3)


@FEW
@given(SEEDS)
def test_6d_round_trip_and_scale_invariance(seed):
    matrices = fast.random_rotation(jax.random.key(seed), (4,))
    six = fast.to_6d(matrices)
    np.testing.assert_array_equal(six[..., :3], matrices[..., :, 0])
    np.testing.assert_allclose(fast.from_6d(six), matrices, atol=2e-6)
    stretched = jnp.concatenate([six[..., :3] * 7.0, six[..., 3:] * 0.1 + 2.0 * six[..., :3]], axis=-1)
    np.testing.assert_allclose(fast.from_6d(stretched), matrices, atol=2e-5)


@pytest.mark.parametrize(
    "x", [[0.0] * 6, [1.0, 2, 3, 1, 2, 3], [1.0, 2, 3, -2, -4, -6], [0.0, 0, 0, 1, 0, 0], [0.0, 1, 0, 0, 0, 0]]
)
def test_6d_of_degenerate_input_is_a_rotation_with_finite_gradients(x):
    x = jnp.asarray(x)
    matrix = np.asarray(fast.from_6d(x))
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(matrix) == pytest.approx(1.0, abs=1e-5)
    assert jnp.isfinite(jax.jit(jax.jacobian(rotations.from_6d))(x)).all()


@FEW
@given(SEEDS)
def test_quaternions_agree_with_scipy(seed):
    matrices = np.asarray(fast.so3_exp(_vectors(seed)))
    expected = Rotation.from_matrix(matrices).as_quat()[:, [3, 0, 1, 2]]
    expected *= np.where(expected[:, :1] < 0, -1, 1)
    got = np.asarray(fast.to_quaternion(matrices))
    agreement = np.abs(np.sum(got * expected, axis=-1))
    np.testing.assert_allclose(agreement, 1.0, atol=1e-5)
    assert (got[:, 0] >= 0).all()
    np.testing.assert_allclose(fast.from_quaternion(3.0 * got), matrices, atol=3e-6)


def test_about_axis_is_right_handed():
    quarter = fast.about_axis(jnp.array([0.0, 0.0, 2.0]), jnp.float32(np.pi / 2))
    np.testing.assert_allclose(fast.rotate(quarter, jnp.array([1.0, 0.0, 0.0])), [0.0, 1.0, 0.0], atol=1e-6)


def test_compose_inverse_and_rotate_agree():
    first, second = fast.random_rotation(jax.random.key(0), (2, 5))
    points = jax.random.normal(jax.random.key(1), (5, 3))
    np.testing.assert_allclose(
        fast.rotate(fast.compose(first, second), points),
        fast.rotate(first, fast.rotate(second, points)),
        atol=2e-6,
    )
    np.testing.assert_allclose(
        fast.compose(first, fast.inverse(first)), np.broadcast_to(np.eye(3), (5, 3, 3)), atol=1e-6
    )
    np.testing.assert_allclose(fast.rotate(fast.hat(points), points[::-1]), np.cross(points, points[::-1]), atol=1e-6)


def test_random_rotations_are_uniform():
    matrices = np.asarray(fast.random_rotation(jax.random.key(0), (20000,)))
    np.testing.assert_allclose(matrices.mean(0), np.zeros((3, 3)), atol=0.02)
    # Density of the angle is (1 - cos a) / pi, whose mean is pi / 2 + 2 / pi (naive draws of Euler angles miss it).
    angles = np.asarray(fast.angle_between(matrices, jnp.eye(3)))
    assert angles.mean() == pytest.approx(np.pi / 2 + 2 / np.pi, abs=0.02)
    assert np.linalg.det(matrices).min() > 0.999


@FEW
@given(SEEDS, st.floats(1e-4, 3.14))
def test_angle_between_and_slerp(seed, angle):
    start = fast.random_rotation(jax.random.key(seed))
    end = fast.compose(start, fast.so3_exp(jnp.asarray(_axis(seed) * angle, jnp.float32)))
    assert float(fast.angle_between(start, end)) == pytest.approx(angle, abs=1e-5)
    third = fast.slerp(start, end, jnp.float32(1 / 3))
    assert float(fast.angle_between(start, third)) == pytest.approx(angle / 3, abs=1e-5)
    assert float(fast.angle_between(third, end)) == pytest.approx(2 * angle / 3, abs=1e-5)
    np.testing.assert_allclose(fast.slerp(start, end, jnp.float32(1.0)), end, atol=1e-5)


def test_angle_between_has_zero_gradient_at_zero():
    gradient = jax.jit(jax.grad(lambda r: fast.angle_between(jnp.eye(3), r)))(jnp.eye(3))
    np.testing.assert_array_equal(gradient, np.zeros((3, 3)))


@FEW
@given(SEEDS)
def test_nearest_rotation_beats_every_other_and_is_idempotent(seed):
    matrices = jax.random.normal(jax.random.key(seed), (6, 3, 3))
    nearest = fast.nearest_rotation(matrices)
    np.testing.assert_allclose(np.linalg.det(nearest), 1.0, atol=1e-5)
    np.testing.assert_allclose(fast.nearest_rotation(nearest), nearest, atol=3e-6)
    others = fast.random_rotation(jax.random.key(seed), (50, 1))
    distance = np.linalg.norm(np.asarray(nearest - matrices), axis=(-2, -1))
    assert (distance <= np.linalg.norm(np.asarray(others - matrices), axis=(-2, -1)) + 1e-5).all()


def test_nearest_rotation_gradient_agrees_with_finite_differences():
    # Float32 differences are coarse, so the reference is in double.
    def reference(matrix):
        u, _, vt = np.linalg.svd(matrix)
        return u @ np.diag([1, 1, np.linalg.det(u @ vt)]) @ vt

    for seed in range(4):
        matrix, direction = np.random.default_rng(seed).normal(size=(2, 3, 3))
        if seed % 2:
            matrix[0] = -matrix[0]
        expected = (reference(matrix + 1e-6 * direction) - reference(matrix - 1e-6 * direction)) / 2e-6
        _, tangent = jax.jvp(
            rotations.nearest_rotation, (jnp.asarray(matrix, jnp.float32),), (jnp.asarray(direction, jnp.float32),)
        )
        np.testing.assert_allclose(tangent, expected, atol=2e-3 * np.abs(expected).max())


@pytest.mark.parametrize("matrix", [np.eye(3), np.zeros((3, 3)), -np.eye(3), np.diag([1.0, 1.0, 0.0]), np.ones((3, 3))])
def test_nearest_rotation_of_degenerate_matrices(matrix):
    matrix = jnp.asarray(matrix, jnp.float32)
    nearest = np.asarray(fast.nearest_rotation(matrix))
    np.testing.assert_allclose(nearest @ nearest.T, np.eye(3), atol=1e-5)
    assert np.linalg.det(nearest) == pytest.approx(1.0, abs=1e-5)
    assert jnp.isfinite(jax.jit(jax.jacobian(rotations.nearest_rotation))(matrix)).all()


@pytest.mark.parametrize("order", ["XYZ", "XZY", "YXZ", "YZX", "ZXY", "ZYX"])
def test_euler_agrees_with_scipy_in_numpy_and_jax(order):
    degrees = np.random.default_rng(0).uniform(-179, 179, (30, 3))
    degrees[:, 1] /= 2
    matrices = rotations.euler_to_matrix(order, degrees)
    assert isinstance(matrices, np.ndarray)
    assert matrices.dtype == np.float64
    np.testing.assert_allclose(matrices, Rotation.from_euler(order, degrees, degrees=True).as_matrix(), atol=1e-12)
    in_jax = rotations.euler_to_matrix(order, jnp.asarray(degrees))
    assert isinstance(in_jax, jax.Array)
    np.testing.assert_allclose(in_jax, matrices, atol=2e-6)
    np.testing.assert_allclose(fast.matrix_to_euler(order, matrices), degrees, atol=2e-2)


@pytest.mark.parametrize("order", ["XYZ", "ZXY", "YXZ", "ZYX"])
@pytest.mark.parametrize("middle", [90.0, -90.0])
def test_euler_in_gimbal_lock_gives_the_same_rotation(order, middle):
    matrix = rotations.euler_to_matrix(order, np.array([20.0, middle, 35.0], np.float32))
    degrees = fast.matrix_to_euler(order, matrix)
    np.testing.assert_allclose(rotations.euler_to_matrix(order, degrees), matrix, atol=1e-3)
    assert jnp.isfinite(jax.jit(jax.jacobian(lambda r: fast.matrix_to_euler(order, r)))(jnp.asarray(matrix))).all()


@pytest.mark.parametrize("order", ["XY", "XYX", "xyz", "ABC", ""])
def test_euler_rejects_other_orders(order):
    with pytest.raises(ValueError, match="Euler order"):
        rotations.euler_to_matrix(order, np.zeros(3))


def test_norm_and_normalize_at_zero():
    assert float(fast.safe_norm(jnp.zeros(3))) == 0.0
    np.testing.assert_array_equal(jax.grad(rotations.safe_norm)(jnp.zeros(3)), np.zeros(3))
    np.testing.assert_array_equal(fast.normalize(jnp.zeros((2, 3))), np.zeros((2, 3)))
    np.testing.assert_array_equal(jax.jit(jax.jacobian(rotations.normalize))(jnp.zeros(3)), np.zeros((3, 3)))
    assert jnp.isnan(fast.normalize(jnp.array([jnp.nan, 1.0, 0.0]))).any()


@pytest.mark.parametrize("name", ["so3_exp", "from_6d", "nearest_rotation", "perpendicular"])
def test_one_alone_equals_its_place_in_a_batch(name):
    shape = {"from_6d": (6,), "nearest_rotation": (3, 3)}.get(name, (3,))
    inputs = np.random.default_rng(5).normal(size=(2, 3, *shape)).astype(np.float32)
    function = getattr(fast, name)
    batched = np.asarray(function(inputs))
    np.testing.assert_allclose(batched[1, 2], function(inputs[1, 2]), atol=2e-6)
    np.testing.assert_allclose(jax.vmap(function)(inputs), batched, atol=2e-6)


def test_eager_equals_jitted():
    vector = np.float32([0.3, -0.5, 0.2])
    np.testing.assert_allclose(rotations.so3_exp(vector), fast.so3_exp(vector), atol=1e-6)
