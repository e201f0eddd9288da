"""The density family on a person who dances."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from configs import density_cmu as config_file
from hdvr_jax import dictionary, pipeline
from hdvr_jax.configurations import normalise
from hdvr_jax.errors import InputError
from hdvr_jax.families import build
from hdvr_jax.poses import mirror
from hdvr_jax.runs import make_runs
from hdvr_jax.skeletons import get_skeleton
from hdvr_jax.update import init_state, make_update
from tests.families.dancing import make_clip
from tests.families.one_batch import KEY, loss, losses, predicted, started


@functools.cache
def _setup():
    config = normalise(config_file.get_config("size=tiny,gaussians=3"))
    config.data.observation = "detections"
    family = build(config)
    windows = pipeline.training_windows(family, config.data, family.prepare([make_clip()], {}))
    batch = pipeline.batch_at(windows, make_runs(windows, [0], 16), 0)
    return config, family, jax.tree.map(jnp.asarray, batch)


@functools.cache
def _learnt():
    _, family, batch = _setup()
    optimizer = optax.adam(0.03)
    update = jax.jit(make_update(family, optimizer))
    state = jax.jit(lambda: init_state(family, optimizer, batch, KEY))()
    for step in range(150):
        state, _ = update(state, batch, jax.random.key(step))
    return state.variables


def test_loss_falls_on_one_batch():
    _, family, batch = _setup()
    values = losses(family, batch, 60, 0.03)
    assert values[-1]["loss"] < values[0]["loss"] - 0.25


def test_unknown_poses_and_masked_examples_have_no_say():
    _, family, batch = _setup()
    seen, variables = started(family, batch)
    some = {**seen, "mask": seen["mask"].at[4:].set(0)}
    others = {**some, "targets": seen["targets"].at[4:].add(jax.random.normal(KEY, seen["targets"][4:].shape))}
    unknown = {**seen, "targets": seen["targets"].at[4:, :, 3].set(jnp.nan)}
    expected = loss(family, variables, some)[1][1]["loss"]
    assert expected[1] == 4
    for batch in (others, unknown):
        np.testing.assert_allclose(loss(family, variables, batch)[1][1]["loss"], expected, rtol=1e-5)


def test_it_starts_alike_whatever_batch_tells_the_shapes():
    _, family, batch = _setup()
    few = jax.tree.map(lambda x: x[:2], batch)
    for one, other in zip(*(jax.tree.leaves(started(family, each)[1]) for each in (batch, few))):
        np.testing.assert_array_equal(one, other)


def test_sums_of_shards_are_that_of_the_batch():
    _, family, batch = _setup()
    seen, variables = started(family, batch)
    total, (_, terms) = loss(family, variables, seen)
    parts = [jax.tree.map(lambda x, part=part: x[part], seen) for part in (slice(5), slice(5, 16))]
    halves = [loss(family, variables, part) for part in parts]
    np.testing.assert_allclose(sum(half[0] for half in halves), total, rtol=1e-5)
    np.testing.assert_allclose(sum(half[1][1]["loss"][1] for half in halves), terms["loss"][1])


def test_it_reads_no_image():
    _, family, batch = _setup()
    seen, variables = started(family, batch)
    blind = {**seen, "inputs": seen["inputs"] * jnp.nan, "rays": seen["rays"] * jnp.nan}
    assert loss(family, variables, blind)[0] == loss(family, variables, seen)[0]


def test_what_was_learnt_is_likelier_than_what_was_not():
    _, family, batch = _setup()
    seen, _ = started(family, batch)
    outputs = predicted(family, _learnt(), seen)
    scores = family.scores(outputs, seen)
    found = family.summarise({name: (total.sum(), count.sum()) for name, (total, count) in scores.items()})
    assert found["told_from_flipped"] > 90
    prior, poses = family.prior(_learnt()), seen["targets"][:, 0]
    ask = jax.jit(lambda prior, poses: prior(poses))
    learnt = ask(prior, poses)
    np.testing.assert_allclose(learnt, outputs["surprise"][:, 0], rtol=1e-4)
    assert found["surprise"] == pytest.approx(float(learnt.mean()), rel=1e-4)
    upside_down = poses * jnp.array([1.0, -1.0, 1.0])
    assert (ask(prior, upside_down) > learnt + 1).all()
    mirrored = ask(prior, mirror(poses, get_skeleton("h36m17").mirror))
    assert np.abs(mirrored - learnt).mean() < 0.3 * np.abs(ask(prior, dictionary.flipped(poses)) - learnt).mean()


def test_poses_that_are_not_known_are_not_scored():
    _, family, batch = _setup()
    seen, variables = started(family, batch)
    gone = {**seen, "targets": seen["targets"].at[3:].set(jnp.nan)}
    scores = family.scores(predicted(family, variables, gone), gone)
    for name, (total, count) in scores.items():
        np.testing.assert_array_equal(count, [1] * 3 + [0] * (len(count) - 3), name)
        assert np.isfinite(total).all()
        assert (total[3:] == 0).all()


@pytest.mark.parametrize(("field", "value"), [("gaussians", 0), ("noise", 0.0), ("noise", float("nan"))])
def test_what_makes_no_density_is_refused(field, value):
    config = normalise(config_file.get_config("size=tiny"))
    config.model[field] = value
    with pytest.raises(InputError, match=rf"config\.model\.{field}: expected"):
        build(config)
