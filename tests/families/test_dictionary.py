"""The dictionary family on single views."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from configs import dictionary as config_file
from hdvr_jax import dictionary, pipeline, poses
from hdvr_jax.configurations import normalise
from hdvr_jax.errors import InputError
from hdvr_jax.families import build
from hdvr_jax.runs import make_runs
from hdvr_jax.skeletons import get_skeleton
from tests.families.dancing import make_clip
from tests.families.one_batch import loss, losses, predicted, started


@functools.cache
def _setup(row="hierarchical"):
    config = normalise(config_file.get_config(f"row={row},size=tiny"))
    family = build(config)
    windows = pipeline.training_windows(family, config.data, family.prepare([make_clip(views=3)], {}))
    batch = pipeline.batch_at(windows, make_runs(windows, [0], 8), 0)
    return config, family, jax.tree.map(jnp.asarray, batch)


def _sums(family, batch):
    seen, variables = started(family, batch)
    return loss(family, variables, seen)


@pytest.mark.parametrize("row", ["hierarchical", pytest.param("single_level", marks=pytest.mark.slow)])
def test_loss_falls_on_one_batch(row):
    _, family, batch = _setup(row)
    values = losses(family, batch, 60)
    assert values[-1]["loss"] < 0.8 * values[0]["loss"]
    assert values[-1]["reprojection"] < 0.8 * values[0]["reprojection"]


@pytest.mark.slow
def test_poses_are_learnt_against_the_discriminator():
    """Steps down the loss make it surer; what it judges goes up its loss."""
    config, _, batch = _setup()
    weights = {f"{name}_weight": 0.0 for name in ("bone", "bend", "cycle", "canonical")}
    config = normalise(config)
    config.model.update({**weights, "cycle_weight": 1e-9, "judge_weight": 1.0})
    family = build(config)
    batch, variables = started(family, batch)

    def judged(params):
        return loss(family, {**variables, "params": params}, batch)[1][1]["judge"][0]

    @jax.jit
    @jax.grad
    def but_for_reprojection(params):
        total, (_, terms) = loss(family, {**variables, "params": params}, batch)
        return total - terms["reprojection"][0]

    params = variables["params"]
    moved = jax.tree.map(lambda value, gradient: value - 1e-5 * gradient, params, but_for_reprojection(params))
    before = judged(params)
    assert judged({**params, "discriminator": moved["discriminator"]}) < before
    assert judged({**moved, "discriminator": params["discriminator"]}) > before


def test_no_3d_is_read():
    _, family, batch = _setup()
    blind = {**batch, "points_camera": jnp.full_like(batch["points_camera"], jnp.nan)}
    for found, expected in zip(jax.tree.leaves(_sums(family, blind)), jax.tree.leaves(_sums(family, batch))):
        np.testing.assert_array_equal(found, expected)


def test_what_it_knows_can_be_asked_by_other_methods():
    """In metres of the poses; whoever takes front for back is asked the other way round."""
    _, family, batch = _setup()
    batch, variables = started(family, batch)
    images = batch["inputs"][:, 0, :, :2]
    given = jnp.concatenate([images, 0.3 * images[..., :1]], -1)
    ask, found = jax.jit(lambda prior, poses: prior(poses)), {}
    for sign in (1.0, -1.0):
        prior = family.prior({**variables, "batch_stats": {"forwardness": jnp.full((), sign)}})
        found[sign] = ask(prior, given)
        np.testing.assert_allclose(ask(prior, 2 * given + 1), 2 * found[sign], rtol=1e-4)
    assert np.abs(found[1.0] - found[-1.0]).min() > 1e-3


def test_examples_that_are_masked_have_no_say():
    _, family, batch = _setup()
    some = {**batch, "mask": batch["mask"].at[4:].set(0)}
    other = {**some, "rays": some["rays"].at[4:].add(1.0)}
    for found, expected in zip(jax.tree.leaves(_sums(family, other)), jax.tree.leaves(_sums(family, some))):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_joints_that_were_missed_have_no_say():
    _, family, batch = _setup()
    some = {**batch, "confidence": batch["confidence"].at[..., 3].set(0)}
    other = {**some, "rays": some["rays"].at[..., 3, :].add(1.0)}
    assert not np.allclose(_sums(family, some)[0], _sums(family, batch)[0], rtol=1e-5)
    for found, expected in zip(jax.tree.leaves(_sums(family, other)), jax.tree.leaves(_sums(family, some))):
        np.testing.assert_allclose(found, expected, rtol=1e-5)


def test_gradients_are_finite_where_nothing_was_seen():
    _, family, batch = _setup()
    seen, variables = started(family, {**batch, "confidence": batch["confidence"].at[0].set(0)})
    gradients = jax.grad(lambda params: loss(family, {**variables, "params": params}, seen)[0])(variables["params"])
    assert all(np.isfinite(gradient).all() for gradient in jax.tree.leaves(gradients))


def test_poses_are_of_nominal_size_about_the_root_and_turn_round_with_the_running_mean():
    _, family, batch = _setup()
    # Straight before the camera, so that the inputs' frame is the camera's.
    batch, variables = started(family, {**batch, "rays": batch["rays"] - batch["rays"][:, :, :1]}, False)
    behind, front = (
        predicted(family, {**variables, "batch_stats": {"forwardness": jnp.asarray(sign)}}, batch)["poses"]
        for sign in (-1.0, 1.0)
    )
    np.testing.assert_allclose(front[:, :, 0], 0, atol=1e-6)
    lengths = poses.bone_lengths(front, get_skeleton("h36m17").parents).sum(-1)
    np.testing.assert_allclose(lengths, dictionary.nominal_length("h36m17"), rtol=1e-4)
    np.testing.assert_allclose(behind, front * np.array([1, 1, -1]), atol=1e-6)
    assert np.abs(front[..., 2]).max() > 0.01


def test_joints_stay_where_they_were_seen():
    _, family, batch = _setup()
    batch = {**batch, "rays": batch["rays"] - batch["rays"][:, :, :1]}
    batch, variables = started(family, {**batch, "confidence": batch["confidence"].at[..., 3].set(0)}, False)
    found = predicted(family, variables, batch)["poses"][..., :2]
    ratio = found / jnp.where(batch["inputs"][..., :2] == 0, 1.0, batch["inputs"][..., :2])
    size = jnp.median(ratio, axis=(-2, -1), keepdims=True)
    seen = np.delete(np.arange(17), 3)
    np.testing.assert_allclose((size * batch["inputs"][..., :2])[:, :, seen], found[:, :, seen], atol=2e-3)
    assert np.abs(found[:, :, 3]).max() > 0.01


def test_impossible_configs_are_refused():
    config, _, _ = _setup()
    for field, value, message in (
        ("camera", "obscura", "exponential, columns, blocks"),
        ("levels", (), "levels"),
        ("inputs", "sighting", "frames"),
    ):
        changed = normalise(config)
        changed.model[field] = value
        with pytest.raises(InputError, match=message):
            build(changed)


@pytest.mark.parametrize("frames", [1, 40])
def test_later_stages_get_a_pose_for_every_frame(frames):
    _, family, batch = _setup()
    _, variables = started(family, batch)
    clip = {**make_clip(frames=frames, views=1), "fps": 60.0}
    found = family.on_clip(functools.partial(predicted, family, variables), clip)["poses"]
    assert found.shape == (frames, 17, 3)
    assert np.isfinite(found).all()
    np.testing.assert_array_equal(found[:, 0], 0)
