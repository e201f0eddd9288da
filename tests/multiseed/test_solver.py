"""Seeds find what was filmed, on their own."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from hdvr_jax.multiseed import solver, sources
from hdvr_jax.multiseed.settings import NEAR
from tests.multiseed.scenes import SKELETON, moving, seen_of, stacked, variables

WEIGHTS = {"projection": 1.0, "constant": 0.1, "accelerations": 0.05}
OPTIONS = {"skeleton": SKELETON, "camera": "perspective", "steps": 150}


def _problem():
    truth = variables(moving())
    seen = seen_of(truth, "perspective")
    starts = sources.perturbed_seeds(jax.random.key(0), seen, 0.1, count=3, skeleton=SKELETON)
    return truth, seen, starts


def test_seeds_come_to_see_what_was_seen():
    truth, seen, starts = _problem()
    found = solver.optimise(seen, starts, WEIGHTS, cores=1, **OPTIONS)
    before = solver.optimise(seen, starts, WEIGHTS, 0.0, cores=1, **OPTIONS)
    assert (found.errors.mean(-1) < 0.3 * before.errors.mean(-1))[1:].all()
    best = np.argmin(np.asarray(found.errors).sum(-1))
    near = np.linalg.norm(found.variables.pose[best] - truth.pose, axis=0).mean()
    assert near < 0.05


def test_in_turn_and_all_at_once_are_one():
    _, seen, starts = _problem()
    ways = [solver.optimise(seen, starts, WEIGHTS, cores=cores, **{**OPTIONS, "steps": 20}) for cores in (1, 2, None)]
    for one, threads, other in zip(*map(jax.tree.leaves, ways)):
        np.testing.assert_array_equal(one, threads)
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_seeds_do_not_see_each_other():
    _, seen, starts = _problem()
    alone = jax.tree.map(lambda leaf: leaf[1:2], starts)
    options = {**OPTIONS, "steps": 20, "cores": None}
    together, single = (solver.optimise(seen, given, WEIGHTS, **options) for given in (starts, alone))
    np.testing.assert_allclose(together.errors[1], single.errors[0], rtol=1e-3, atol=1e-6)


def test_settings_can_be_a_batched_axis():
    _, seen, starts = _problem()
    swept = {name: jnp.array([value, 2 * value]) for name, value in WEIGHTS.items()}
    options = {**OPTIONS, "steps": 10, "cores": None}
    found = jax.vmap(lambda weights: solver.optimise(seen, starts, weights, **options))(swept)
    alone = solver.optimise(seen, starts, {name: 2 * value for name, value in WEIGHTS.items()}, **options)
    # The first seed starts where there is nothing to gain: its steps follow rounding.
    np.testing.assert_allclose(found.errors[1, 1:], alone.errors[1:], rtol=1e-3, atol=1e-6)


def test_a_focal_length_that_was_guessed_too_short_is_found():
    truth = variables(moving(), depth=2.0).replace(focal=jnp.log(1.3))
    seen = seen_of(truth, "fitted")
    start = stacked(truth.replace(focal=jnp.zeros(()), place=truth.place + 0.1))
    weights = {"projection": 1.0, "consistency": 1.0}
    options = {**OPTIONS, "camera": "fitted", "steps": 1500}
    found = solver.optimise(seen, start, weights, 0.05, cores=1, **options)
    assert float(found.variables.focal[0]) == pytest.approx(np.log(1.3), abs=0.03)


def test_missed_joints_and_padding_have_no_say():
    _, seen, starts = _problem()
    options = {**OPTIONS, "steps": 20, "cores": None}
    holed = seen.replace(confidence=seen.confidence.at[4, 3:9].set(0), real=seen.real.at[-4:].set(0))
    other = holed.replace(points=holed.points.at[:, 4, 3:9].add(1.0).at[..., -4:].add(1.0))
    found, again = (solver.optimise(given, starts, WEIGHTS, **options) for given in (holed, other))
    np.testing.assert_allclose(found.errors, again.errors, rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(found.variables.pose, again.variables.pose, atol=1e-4)
    assert (found.errors[:, -4:] == 0).all()


def test_who_walks_up_to_the_camera_keeps_his_size():
    truth = variables(moving(60))
    truth = truth.replace(place=truth.place.at[0].set(-jnp.log(jnp.linspace(6.0, 1.5, 60))))
    seen = seen_of(truth, "perspective").replace(scale=jnp.float32(1 / 3.5))
    starts = sources.perturbed_seeds(jax.random.key(0), seen, 0.1, count=1, skeleton=SKELETON)
    found = solver.optimise(seen, starts, NEAR, cores=1, **{**OPTIONS, "steps": 200})
    assert np.linalg.norm(found.variables.pose[0] - truth.pose, axis=0).mean() < 0.01
