"""The adversarial rival: gradients of both sides, and what the discriminator sees."""

import jax
import jax.numpy as jnp
import numpy as np
import optax

from hdvr_jax import adversarial, rotations
from tests.compiled import compiled

KEY = jax.random.key(0)
J = 5


def poses(seed, count=6):
    return jnp.asarray(np.random.default_rng(seed).normal(size=(count, J, 3)), jnp.float32)


def judge(weights):
    return lambda seen: (jnp.tanh(seen.reshape(len(seen), -1)) * weights).sum(-1)


def weights():
    return jnp.asarray(np.random.default_rng(9).normal(size=J * 3), jnp.float32)


def test_the_loss_is_both_cross_entropies():
    fake, real, mask = poses(0), poses(1), jnp.array([1.0, 1, 0, 1, 1, 1])
    loss, generator = adversarial.adversarial_terms(judge(weights()), fake, real, mask)
    for index in range(6):
        odds = [float(judge(weights())(seen[index : index + 1])[0]) for seen in (fake, real)]
        shares = [1 / (1 + np.exp(-value)) for value in odds]
        wanted = -np.log(1 - shares[0]) - np.log(shares[1])
        np.testing.assert_allclose(loss[index], wanted if mask[index] else 0, rtol=1e-4)
        np.testing.assert_allclose(generator[index], -np.log(shares[0]) if mask[index] else 0, rtol=1e-4)


def test_either_side_gets_the_gradient_of_its_own_loss():
    """As if both were trained in turn: the discriminator by its loss, the generator by -log D."""
    fake, real, own = poses(0), poses(1), weights()

    def total(own, fake):
        return adversarial.adversarial_terms(judge(own), fake, real, jnp.ones(6))[0].sum()

    def told(own):
        return (jax.nn.softplus(judge(own)(fake)) + jax.nn.softplus(-judge(own)(real))).sum()

    def generated(fake):
        return jax.nn.softplus(-judge(own)(fake)).sum()

    judged, made = jax.grad(total, (0, 1))(own, fake)
    np.testing.assert_allclose(judged, jax.grad(told)(own), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(made, jax.grad(generated)(fake), rtol=1e-4, atol=1e-5)


def test_nothing_is_paired():
    """Real poses in another order change neither the sum nor any gradient."""
    fake, real = poses(0), poses(1)
    found = [
        jax.value_and_grad(
            lambda own, given=given: adversarial.adversarial_terms(judge(own), fake, given, jnp.ones(6))[0].sum()
        )(weights())
        for given in (real, real[::-1])
    ]
    jax.tree.map(lambda a, b: np.testing.assert_allclose(a, b, rtol=1e-5, atol=1e-5), *found)


def test_unknown_poses_and_padding_do_not_count():
    fake, real = poses(0).at[1].set(jnp.nan), poses(1).at[2, 0, 0].set(jnp.nan)
    mask = jnp.ones(6).at[1].set(0.0)

    def total(own, fake):
        return adversarial.adversarial_terms(judge(own), fake, real, mask)[0].sum()

    value, gradients = jax.jit(jax.value_and_grad(total, (0, 1)))(weights(), fake)
    assert np.isfinite(value)
    assert all(np.isfinite(leaf).all() for leaf in gradients)
    np.testing.assert_array_equal(gradients[1][1], 0)
    only_fake = adversarial.adversarial_terms(judge(weights()), fake, real * jnp.nan, mask)[0]
    np.testing.assert_allclose(only_fake[2], adversarial.adversarial_terms(judge(weights()), fake, real, mask)[0][2])


def test_a_sure_discriminator_still_teaches():
    def sure(seen):
        return 8.0 * seen.sum((-1, -2))

    for place in (-0.05, -0.5, -5.0):  # log odds of -6, -60 and -600
        fake = jnp.full((2, J, 3), place)
        gradient = jax.jit(jax.grad(lambda f: adversarial.adversarial_terms(sure, f, -f, jnp.ones(2))[0].sum()))(fake)
        np.testing.assert_allclose(gradient, -8, rtol=0.01)  # the slope of -log D is nearly that of the log odds


def test_unified_poses_know_neither_place_nor_view():
    batch = poses(3, 8).reshape(4, 2, J, 3)
    example = jnp.array([5, 6, 7, 8])
    turned = rotations.rotate(rotations.about_axis(jnp.array([0.0, 1, 0]), jnp.float32(1.0)), batch + 2)
    unify = compiled(adversarial).unify
    found, other = (unify(given, KEY, example, 1) for given in (batch, turned))
    np.testing.assert_allclose(found[:, :, 1], 0, atol=1e-6)
    for joints in (found, other):
        lengths, wanted = (jnp.linalg.norm(given - given[:, :, :1], axis=-1) for given in (joints, batch))
        np.testing.assert_allclose(lengths, wanted, atol=1e-5)
        np.testing.assert_allclose(joints[..., 1], (batch - batch[:, :, 1:2])[..., 1], atol=1e-5)
    np.testing.assert_allclose(adversarial.unify(batch[2:], KEY, example[2:], 1), found[2:], atol=1e-6)
    sides = np.arctan2(found[..., 2, 0], found[..., 2, 2]) - np.arctan2(
        batch[..., 2, 0] - batch[..., 1, 0], batch[..., 2, 2] - batch[..., 1, 2]
    )
    assert len(np.unique(np.round(np.mod(sides, 2 * np.pi), 3))) == 8


def test_examples_are_judged_by_their_unmasked_frames():
    fake, real, example = poses(3, 8).reshape(4, 2, J, 3), poses(4, 8).reshape(4, 2, J, 3), jnp.arange(4)
    mask = jnp.ones((4, 2)).at[0, 1].set(0).at[2].set(0)
    found = adversarial.judged(judge(weights()), fake, real, mask, KEY, example, 1)
    keys = jax.random.split(KEY)
    sides = [adversarial.unify(given, own, example, 1) for given, own in zip((fake, real), keys)]
    for b in range(4):
        frames = [t for t in range(2) if mask[b, t]]
        wanted = [
            adversarial.adversarial_terms(judge(weights()), *(s[b, t][None] for s in sides), jnp.ones(1))
            for t in frames
        ]
        for value, part in zip(found, zip(*wanted) if wanted else ([0.0], [0.0])):
            np.testing.assert_allclose(value[b], np.mean(part), rtol=1e-4, atol=1e-6)


def test_poses_of_no_size_and_unknown_ones():
    batch = jnp.zeros((2, 1, J, 3)).at[1, 0, 2, 0].set(jnp.nan)
    found = adversarial.unify(batch, KEY, jnp.arange(2), 0)
    np.testing.assert_array_equal(found[0], 0)
    assert np.isnan(found[1]).all()
    gradient = jax.jit(jax.grad(lambda given: jnp.nansum(adversarial.unify(given, KEY, jnp.arange(2), 0))))(batch)
    assert np.isfinite(gradient).all()


def test_one_optimiser_draws_the_fakes_to_the_real_poses():
    """A generator of one offset, trained by the reversed gradient alone."""
    real = poses(1, 64) * 0.3 + jnp.array([0.0, 1.0, 0.0])
    noise = poses(2, 64) * 0.3
    optimizer = optax.adam(0.02)

    def total(params):
        fake = noise + params["offset"]
        return adversarial.adversarial_terms(judge(params["judge"]), fake, real, jnp.ones(64))[0].mean()

    @jax.jit
    def step(params, state):
        changes, state = optimizer.update(jax.grad(total)(params), state, params)
        return optax.apply_updates(params, changes), state

    params = {"offset": jnp.zeros(3), "judge": jnp.zeros(J * 3)}
    state = optimizer.init(params)
    distances = []
    for _ in range(150):
        params, state = step(params, state)
        distances.append(float(jnp.abs(params["offset"][1] - 1.0)))
    assert min(distances) < 0.1
    assert np.mean(distances[75:]) < 0.5
