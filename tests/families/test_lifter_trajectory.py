"""The lifter that tells where the dancer is, and learns from sequences whose 3D is withheld."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from configs import semi_supervised
from hdvr_jax import pipeline
from hdvr_jax.configurations import normalise
from hdvr_jax.families import build, lifter_trajectory
from hdvr_jax.runs import make_runs
from tests.families.dancing import make_clip
from tests.families.one_batch import KEY, augmented, loss, losses, predicted, started
from tests.processes import run_python


def setup(**changes):
    config = normalise(semi_supervised.get_config("size=tiny"))
    config.model.update(dropout=0.0, warmup_steps=0, **changes)
    clips = [{**make_clip(seed), "clip": f"ch0{seed}"} for seed in (1, 2)]
    config.data.labelled.clip = ("ch01",)
    family = build(config)
    windows = pipeline.training_windows(family, config.data, family.prepare(clips, {}))
    (run,) = make_runs(windows, [0], 8, unlabelled=0.5)
    return config, family, jax.tree.map(jnp.asarray, pipeline.batch_at(windows, [run], 0))


def test_loss_falls_and_so_does_each_of_its_terms():
    _, family, batch = setup()
    values = losses(family, batch, 80, 5e-3)
    for name in ("loss", "mpjpe", "wmpjpe", "reprojection"):
        assert values[-1][name] < 0.6 * values[0][name]


def test_the_withheld_truth_is_never_looked_at():
    _, family, batch = setup()
    moved = 7.0 * (batch["labelled"] == 0)[:, None, None, None]
    other = {**batch, "points_camera": batch["points_camera"] + moved}
    found = []
    for given in (batch, other):
        seen, variables = started(family, given)
        found.append(float(loss(family, variables, seen)[0]))
    assert found[0] == found[1]
    assert np.isfinite(found[0])


def test_unlabelled_examples_wait_for_the_end_of_the_warm_up():
    config, _, batch = setup()
    weights = []
    for steps in (0, 1):
        config.model.warmup_steps, config.train.batch_size = steps, 8
        family = build(config)
        seen, variables = started(family, batch)
        terms = loss(family, variables, seen)[1][1]
        weights.append([float(terms[name][1]) for name in ("mpjpe", "reprojection", "bone")])
    (labelled, seen, bone), during = weights
    assert min(labelled, seen, bone) > 0
    assert during == [labelled, 0, 0]


def test_two_devices_see_the_loss_of_one():
    """Terms are divided by weights over all devices, though each device has another share of the labels."""
    config, family, batch = setup()
    mapped = build(config, "devices")
    seen, variables = started(family, batch)

    def gradient(chosen, given):
        return jax.grad(lambda v: chosen.loss({**variables, "params": v}, given, KEY, True)[0])(variables["params"])

    halves = jax.tree.map(lambda x: x.reshape(2, 4, *x.shape[1:]), seen)
    together = jax.jit(jax.vmap(lambda given: gradient(mapped, given), axis_name="devices"))(halves)
    alone = jax.jit(lambda given: gradient(family, given))(seen)
    for one, two in zip(jax.tree.leaves(alone), jax.tree.leaves(together)):
        np.testing.assert_allclose(one, two.sum(0), atol=2e-3 * np.abs(one).max())


TWO_DEVICES = """
import jax, numpy as np, optax
from hdvr_jax import devices
from hdvr_jax.families import build
from hdvr_jax.update import init_state, make_update
from tests.families.test_lifter_trajectory import KEY, setup

assert jax.local_device_count() == 2
config, family, batch = setup()
optimizer = optax.sgd(0.1)
state = jax.jit(lambda: init_state(family, optimizer, batch, KEY))()
updates = [make_update(build(config, axis), optimizer) for axis in (None, devices.AXIS)]
expected = jax.jit(updates[0])(state, batch, KEY)
found = devices.make_step(updates[1], 2)(state, batch, KEY)
devices.assert_replicated(found)
for (path, a), b in zip(jax.tree_util.tree_leaves_with_path(found), jax.tree.leaves(expected)):
    np.testing.assert_allclose(a, b, rtol=1e-3, atol=1e-4, err_msg=jax.tree_util.keystr(path))
print("same")
"""


@pytest.mark.slow
def test_two_devices_make_the_step_that_one_makes():
    """Labelled examples on the first device, unlabelled ones on the second."""
    assert run_python(TWO_DEVICES, devices=2).stdout.strip().endswith("same")


def test_perfect_poses_at_the_perfect_place_reproject_exactly():
    _, family, batch = setup()
    truth = dict(augmented(family, batch, False))
    ideal = truth["points_camera"][..., :2] / truth["points_camera"][..., 2:]
    truth["rays"], truth["confidence"] = ideal, jnp.ones(ideal.shape[:3])
    targets = truth["targets"]
    frames, weights = slice(0, targets.shape[1]), jnp.ones(targets.shape[:2])
    error, count = lifter_trajectory.reprojection_error(
        targets + truth["trajectory"][:, :, None], truth, frames, weights
    )
    assert float((error / count).max()) < 1e-5
    away = truth["trajectory"] + jnp.array([0.3, 0.0, 0.0])
    error, count = lifter_trajectory.reprojection_error(targets + away[:, :, None], truth, frames, weights)
    # 0.3 m at the depth of the dancer, in screen coordinates.
    expected = (0.3 * truth["focal"][:, None, 0] / truth["trajectory"][..., 2]).mean()
    np.testing.assert_allclose((error / count).mean(), expected, rtol=0.1)


def test_poses_and_trajectory_of_a_clip_and_their_scores():
    _, family, batch = setup(flip=True)
    _, variables = started(family, batch)
    clip = make_clip(views=1, frames=33)
    found = family.on_clip(functools.partial(predicted, family, variables), clip)
    assert found["poses"].shape == (33, 17, 3)
    assert found["trajectory"].shape == (33, 3)
    assert (found["trajectory"][:, 2] > 0).all()
    windows = pipeline.Windows(family.prepare([{**clip, "split": "test"}], {}), fixed=family.fixed)
    seen = augmented(family, next(pipeline.eval_batches(windows, 1)), False)
    scores = family.scores({"poses": seen["targets"], "trajectory": seen["trajectory"]}, seen)
    assert all(float(total.sum()) < 0.1 * float(weight.sum()) for total, weight in scores.values())


@pytest.mark.parametrize(("inputs", "channels"), [("sighting", 3), ("rays", 3), ("screen", 2)])
def test_the_trajectory_depends_on_how_far_away_the_dancer_is(inputs, channels):
    """Also where the poses are read from inputs of unit size."""
    _, family, batch = setup(inputs=inputs)
    _, variables = started(family, batch)
    assert variables["params"]["poses"]["expand"]["kernel"].shape[0] == 3 * 17 * channels
    both = (augmented(family, given, False) for given in (batch, {**batch, "rays": batch["rays"] / 2}))
    depths = [predicted(family, variables, given)["trajectory"][..., 2] for given in both]
    assert float(jnp.abs(depths[0] - depths[1]).max()) > 1e-3
