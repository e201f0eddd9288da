"""Rotations in three dimensions: exponential map, 6D form, quaternions, Euler angles, averages of two.

Symbols
    R   rotation matrix (..., 3, 3), acts on column vectors: p' = R p
    v   rotation vector (..., 3): unit axis times angle in radians
    q   unit quaternion (..., 4) in the order w, x, y, z

Everything broadcasts over leading axes and has finite gradients everywhere, the singular points included.
Products ask for full float32 precision, which JAX's default does not promise on accelerators.
"""

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float, PRNGKeyArray

EPSILON = 1e-8
HIGHEST = jax.lax.Precision.HIGHEST
# Turns by it, one after another, are spread about evenly over the circle, however many there are.
GOLDEN_ANGLE = np.pi * (3 - 5**0.5)


_JACOBI_SWEEPS = 6


def safe_norm(
    x: Float[ArrayLike, "..."], axis: int | tuple[int, ...] = -1, keepdims: bool = False
) -> Float[Array, "..."]:
    """Euclidean norm over `axis` whose gradient at zero is zero (that of `jnp.linalg.norm` is NaN)."""
    squared = jnp.sum(jnp.square(x), axis=axis, keepdims=keepdims)
    zero = squared == 0  # not `squared > 0`, which would turn NaN into 0
    return jnp.where(zero, 0.0, jnp.sqrt(jnp.where(zero, 1.0, squared)))


def normalize(x: Float[ArrayLike, "*B D"]) -> Float[Array, "*B D"]:
    """Unit vectors along the last axis; vectors shorter than 1e-8 give zero, with zero gradient."""
    x = jnp.asarray(x)
    norm = safe_norm(x, keepdims=True)
    valid = ~(norm < EPSILON)  # NaN counts as valid, so that it stays visible
    return jnp.where(valid, x / jnp.where(valid, norm, 1.0), 0.0)


def perpendicular(v: Float[ArrayLike, "*B 3"]) -> Float[Array, "*B 3"]:
    """Some unit vector at right angles to `v`: the one closest to the axis `v` has least of."""
    v = normalize(v)
    axis = jax.nn.one_hot(jnp.argmin(jnp.abs(v), axis=-1), 3, dtype=v.dtype)
    return normalize(axis - jnp.sum(axis * v, axis=-1, keepdims=True) * v)


def orthonormal_pair(
    first: Float[ArrayLike, "*#B 3"], second: Float[ArrayLike, "*#B 3"]
) -> tuple[Float[Array, "*B 3"], Float[Array, "*B 3"]]:
    """Gram-Schmidt on two vectors: the unit vector of `first`, and that of `second` made perpendicular to it.

    Leading axes are broadcast.

    A zero `first` is read as the x axis; a `second` that is zero or parallel to `first` as any perpendicular.
    """
    first, second = normalize(first), normalize(second)
    x_axis = jnp.asarray([1.0, 0.0, 0.0], first.dtype)
    first = jnp.where(jnp.all(first == 0, axis=-1, keepdims=True), x_axis, first)
    second = second - jnp.sum(first * second, axis=-1, keepdims=True) * first
    parallel = safe_norm(second, keepdims=True) < 1e-6
    second = jnp.where(parallel, perpendicular(first), second)
    return jnp.broadcast_to(first, second.shape), normalize(second)


def rotate(rotation: Float[ArrayLike, "*#B 3 3"], points: Float[ArrayLike, "*#B 3"]) -> Float[Array, "*B 3"]:
    """R p, leading axes broadcast. One rotation per clip and many joints: `rotate(R[:, None, None], points)`."""
    return jnp.einsum("...ij,...j->...i", rotation, points, precision=HIGHEST)


def compose(first: Float[ArrayLike, "*#B 3 3"], second: Float[ArrayLike, "*#B 3 3"]) -> Float[Array, "*B 3 3"]:
    """The matrix product `first @ second`: on a point, `second` acts before `first`."""
    return jnp.matmul(first, second, precision=HIGHEST)


def inverse(rotation: Float[ArrayLike, "*B 3 3"]) -> Float[Array, "*B 3 3"]:
    """The inverse rotation, which is the transpose."""
    return jnp.swapaxes(rotation, -1, -2)


def hat(v: Float[ArrayLike, "*B 3"]) -> Float[Array, "*B 3 3"]:
    """The skew-symmetric matrix of `v`: hat(v) p = v x p."""
    x, y, z = jnp.moveaxis(jnp.asarray(v), -1, 0)
    zero = jnp.zeros_like(x)
    return _matrix([[zero, -z, y], [z, zero, -x], [-y, x, zero]])


def _matrix(rows: list[list[Array]]) -> Array:
    return jnp.stack([jnp.stack(row, axis=-1) for row in rows], axis=-2)


def _sinc(squared: Array) -> Array:
    """sin(x) / x as a smooth function of x squared."""
    small = squared < 1e-3
    x = jnp.sqrt(jnp.where(small, 1.0, squared))
    return jnp.where(small, 1.0 - squared / 6.0 + squared**2 / 120.0, jnp.sin(x) / x)


def so3_exp(v: Float[ArrayLike, "*B 3"]) -> Float[Array, "*B 3 3"]:
    """Rotation matrix of a rotation vector (Rodrigues' formula)."""
    v = jnp.asarray(v)
    squared = jnp.sum(v * v, axis=-1)[..., None, None]
    sine = _sinc(squared)
    cosine = 0.5 * _sinc(squared / 4.0) ** 2  # (1 - cos x) / x^2 without cancellation
    outer = v[..., :, None] * v[..., None, :]
    eye = jnp.eye(3, dtype=v.dtype)
    return eye + sine * hat(v) + cosine * (outer - squared * eye)


def so3_log(rotation: Float[ArrayLike, "*B 3 3"]) -> Float[Array, "*B 3"]:
    """Rotation vector of angle at most pi. At pi exactly, where two signs are right, one of them."""
    q = to_quaternion(rotation)
    w, vector = q[..., :1], q[..., 1:]
    squared = jnp.sum(vector * vector, axis=-1, keepdims=True)
    small = squared < 1e-6
    sine = jnp.sqrt(jnp.where(small, 1.0, squared))
    far = 2.0 * jnp.arctan2(sine, w) / sine
    near_w = jnp.where(small, w, 1.0)
    near = 2.0 / near_w * (1.0 - squared / (3.0 * near_w**2))
    return vector * jnp.where(small, near, far)


def to_quaternion(rotation: Float[ArrayLike, "*B 3 3"]) -> Float[Array, "*B 4"]:
    """Unit quaternion with w >= 0. Exact at every angle: reads the best conditioned row of 4 q q^T."""
    r = jnp.asarray(rotation)
    xx, yy, zz = r[..., 0, 0], r[..., 1, 1], r[..., 2, 2]
    wx, wy, wz = r[..., 2, 1] - r[..., 1, 2], r[..., 0, 2] - r[..., 2, 0], r[..., 1, 0] - r[..., 0, 1]
    xy, xz, yz = r[..., 0, 1] + r[..., 1, 0], r[..., 0, 2] + r[..., 2, 0], r[..., 1, 2] + r[..., 2, 1]
    ww = 1.0 + xx + yy + zz
    x, y, z = 1.0 + xx - yy - zz, 1.0 - xx + yy - zz, 1.0 - xx - yy + zz
    outer = _matrix([[ww, wx, wy, wz], [wx, x, xy, xz], [wy, xy, y, yz], [wz, xz, yz, z]])
    best = jnp.argmax(jnp.stack([ww, x, y, z], axis=-1), axis=-1)
    q = jnp.take_along_axis(outer, best[..., None, None], axis=-2)[..., 0, :]
    q = jnp.where(q[..., :1] < 0, -q, q)
    return normalize(q)


def from_quaternion(q: Float[ArrayLike, "*B 4"]) -> Float[Array, "*B 3 3"]:
    """Rotation matrix of a quaternion w, x, y, z, which need not be of unit length."""
    w, x, y, z = jnp.moveaxis(normalize(q), -1, 0)
    return _matrix(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def from_6d(x: Float[ArrayLike, "*B 6"]) -> Float[Array, "*B 3 3"]:
    """Rotation whose first two columns come from x[..., :3] and x[..., 3:] by Gram-Schmidt (Zhou et al. 2019, B.1).

    Degenerate inputs (zero or parallel vectors) still give a rotation and finite gradients.
    """
    x = jnp.asarray(x)
    first, second = orthonormal_pair(x[..., :3], x[..., 3:])
    return jnp.stack([first, second, jnp.cross(first, second)], axis=-1)


def to_6d(rotation: Float[ArrayLike, "*B 3 3"]) -> Float[Array, "*B 6"]:
    """The first two columns, one after the other (Zhou et al. 2019)."""
    rotation = jnp.asarray(rotation)
    return jnp.concatenate([rotation[..., 0], rotation[..., 1]], axis=-1)


def about_axis(axis: Float[ArrayLike, "*#B 3"], angle: Float[ArrayLike, "*#B"]) -> Float[Array, "*B 3 3"]:
    """Rotation by `angle` radians about `axis` of any length; right-handed."""
    return so3_exp(normalize(axis) * jnp.asarray(angle)[..., None])


def random_rotation(key: PRNGKeyArray, shape: tuple[int, ...] = ()) -> Float[Array, "... 3 3"]:
    """Rotations of leading shape `shape`, uniform over SO(3) (normalised Gaussian quaternions)."""
    return from_quaternion(jax.random.normal(key, (*shape, 4)))


def angle_between(first: Float[ArrayLike, "*#B 3 3"], second: Float[ArrayLike, "*#B 3 3"]) -> Float[Array, "*B"]:
    """Geodesic distance in radians, 0 to pi; the gradient at 0 is 0."""
    q = to_quaternion(compose(inverse(first), second))
    return 2.0 * jnp.arctan2(safe_norm(q[..., 1:]), q[..., 0])


def slerp(
    first: Float[ArrayLike, "*#B 3 3"], second: Float[ArrayLike, "*#B 3 3"], fraction: Float[ArrayLike, "*#B"]
) -> Float[Array, "*B 3 3"]:
    """The rotation `fraction` of the way along the shortest arc: 0 gives `first`, 1 `second`, beyond extrapolates."""
    step = so3_log(compose(inverse(first), second))
    return compose(first, so3_exp(step * jnp.asarray(fraction)[..., None]))


def nearest_rotation(matrix: Float[ArrayLike, "*B 3 3"]) -> Float[Array, "*B 3 3"]:
    """The rotation closest to `matrix` in the Frobenius norm (SVD with the reflection guard; Umeyama 1991).

    Derivatives are those of the polar factor, finite where the SVD's own are not: equal singular values, zero.
    """
    return _polar_factor(jnp.asarray(matrix))


def _signed_svd(matrix: Array) -> tuple[Array, Array, Array]:
    """(rotation, signed singular values, right vectors): matrix = rotation V diag(s) V^T, only s[2] may be < 0.

    One-sided Jacobi (Hestenes 1958): columns are turned in pairs until all are orthogonal, the longer one first. It is
    plain arithmetic: two calls of LAPACK in one program can wait for each other for ever on two processor cores.
    """
    size = jnp.max(jnp.abs(matrix), axis=(-2, -1))[..., None]
    scaled = matrix / jnp.where(size > 0, size, 1.0)[..., None]
    turned = tuple(scaled[..., column] for column in range(3))
    basis = tuple(jnp.broadcast_to(row, scaled.shape[:-1]) for row in jnp.eye(3, dtype=matrix.dtype))
    turned, basis = jax.lax.fori_loop(0, _JACOBI_SWEEPS, lambda _, state: _jacobi_sweep(*state), (turned, basis))
    first, second = orthonormal_pair(turned[0], turned[1])
    third = jnp.cross(first, second)
    values = [jnp.sum(left * column, axis=-1) for left, column in zip((first, second, third), turned)]
    left, right = jnp.stack([first, second, third], axis=-1), jnp.stack(basis, axis=-1)
    return jnp.matmul(left, inverse(right), precision=HIGHEST), jnp.stack(values, axis=-1) * size, right


def _jacobi_sweep(turned: tuple[Array, ...], basis: tuple[Array, ...]) -> tuple[tuple[Array, ...], tuple[Array, ...]]:
    """Turns each pair of columns, and with them the basis, so that they become orthogonal with the longer one first."""
    turned, basis = list(turned), list(basis)
    for i, j in ((0, 1), (0, 2), (1, 2)):
        product = jnp.sum(turned[i] * turned[j], axis=-1)
        difference = jnp.sum(turned[i] ** 2 - turned[j] ** 2, axis=-1)
        angle = 0.5 * jnp.arctan2(2 * product, difference)[..., None]
        cos, sin = jnp.cos(angle), jnp.sin(angle)
        for columns in (turned, basis):
            columns[i], columns[j] = cos * columns[i] + sin * columns[j], cos * columns[j] - sin * columns[i]
    return tuple(turned), tuple(basis)


@jax.custom_jvp
def _polar_factor(matrix):
    return _signed_svd(matrix)[0]


@_polar_factor.defjvp
def _polar_factor_jvp(primals, tangents):
    """With M = R P, dR = R W where W P + P W = R^T dM - dM^T R: in P's eigenbasis a division by s_i + s_j."""
    rotation, s, v = _signed_svd(primals[0])
    change = compose(inverse(rotation), tangents[0])
    skew = compose(compose(inverse(v), change - inverse(change)), v)
    sums = s[..., :, None] + s[..., None, :]
    defined = sums > 1e-6 * s[..., :1, None] + 1e-12
    turn = jnp.where(defined, skew / jnp.where(defined, sums, 1.0), 0.0)
    return rotation, compose(rotation, compose(compose(v, turn), inverse(v)))


def _axes(order: str) -> tuple[int, int, int]:
    if sorted(order) != ["X", "Y", "Z"]:
        raise ValueError(f"Euler order must name X, Y and Z once each, got {order!r}")
    return tuple("XYZ".index(letter) for letter in order)


def euler_to_matrix(
    order: str, degrees: Float[Array, "*B 3"] | Float[np.ndarray, "*B 3"]
) -> Float[Array, "*B 3 3"] | Float[np.ndarray, "*B 3 3"]:
    """Rotation of three successive turns, in BVH's reading: "ZXY" with angles (a, b, c) is Rz(a) Rx(b) Ry(c).

    `degrees` stand in the order of `order`. NumPy in, NumPy of the same dtype out; JAX in, JAX out.
    Raises ValueError when `order` is not a permutation of XYZ.
    """
    xp = np if isinstance(degrees, np.ndarray) else jnp
    radians = xp.deg2rad(degrees)
    sine, cosine = xp.sin(radians), xp.cos(radians)
    eye = xp.eye(3, dtype=degrees.dtype)
    result = None
    for position, axis in enumerate(_axes(order)):
        i, j = (axis + 1) % 3, (axis + 2) % 3
        plane = xp.outer(eye[i], eye[i]) + xp.outer(eye[j], eye[j])
        turn = xp.outer(eye[j], eye[i]) - xp.outer(eye[i], eye[j])
        s, c = sine[..., position, None, None], cosine[..., position, None, None]
        matrix = xp.outer(eye[axis], eye[axis]) + c * plane + s * turn
        result = matrix if result is None else xp.einsum("...ij,...jk->...ik", result, matrix)
    return result


def matrix_to_euler(order: str, rotation: Float[ArrayLike, "*B 3 3"]) -> Float[Array, "*B 3"]:
    """Inverse of `euler_to_matrix`, in degrees; the middle angle lies in [-90, 90].

    In gimbal lock (middle angle +-90) the last angle is set to zero. Raises ValueError as `euler_to_matrix` does.
    """
    i, j, k = _axes(order)
    sign = 1.0 if (j - i) % 3 == 1 else -1.0
    r = jnp.asarray(rotation)
    cosine = safe_norm(jnp.stack([r[..., i, i], r[..., i, j]], axis=-1))
    locked = cosine < 1e-6
    first = jnp.where(locked, _angle(sign * r[..., k, j], r[..., j, j]), _angle(-sign * r[..., j, k], r[..., k, k]))
    middle = _angle(sign * r[..., i, k], cosine)
    last = jnp.where(locked, 0.0, _angle(-sign * r[..., i, j], r[..., i, i]))
    return jnp.rad2deg(jnp.stack([first, middle, last], axis=-1))


def _angle(y: Array, x: Array) -> Array:
    """arctan2 with a finite gradient where both are zero."""
    undefined = (x == 0) & (y == 0)
    return jnp.arctan2(y, jnp.where(undefined, 1.0, x))
