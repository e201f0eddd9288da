"""The consistent factorization network on pairs of views."""

import functools

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from configs import dictionary as dictionary_config
from configs import factorization
from hdvr_jax import dictionary, pipeline, poses
from hdvr_jax.configurations import normalise
from hdvr_jax.errors import InputError
from hdvr_jax.families import build
from hdvr_jax.families import factorization as family_module
from hdvr_jax.networks.dictionary import PARTS, Autoencoder
from hdvr_jax.runs import make_runs
from hdvr_jax.skeletons import get_skeleton
from tests.families.dancing import make_clip
from tests.families.one_batch import KEY, loss, losses, started

PARENTS = get_skeleton("h36m17").parents


@functools.cache
def _setup(row="cf", axis_name=None, **model):
    config = normalise(factorization.get_config(f"row={row},backbone=residual,virtual=0,size=tiny"))
    config.model.update(
        {"dropout": 0.0, "blocks": 1, "warmup_steps": 0, "levels": config.model.levels and (12, 6), **model}
    )
    family = build(config, axis_name)
    windows = pipeline.training_windows(family, config.data, _sequences())
    batch = pipeline.batch_at(windows, make_runs(windows, [0], 8), 0)
    return family, jax.tree.map(jnp.asarray, batch)


@functools.cache
def _sequences():
    config = normalise(factorization.get_config("backbone=residual,virtual=0,size=tiny"))
    return build(config).prepare([make_clip(views=3)], {})


@functools.cache
def _ready(row="cf"):
    """(Family, augmented batch in one of whose examples nothing is seen, variables)."""
    family, batch = _setup(row)
    seen, variables = started(family, batch)
    return family, {**seen, "inputs": seen["inputs"].at[0].set(0.0)}, variables


@functools.cache
def _compiled(row):
    family, batch, variables = _ready(row)

    def total(params, floats, forwardness):
        stats = {**variables["batch_stats"], "forwardness": forwardness}
        return family.loss({"params": params, "batch_stats": stats}, {**batch, **floats}, KEY, True)

    return jax.jit(jax.value_and_grad(total, (0, 1), has_aux=True))


@functools.cache
def _value_and_gradients(row="cf", forwardness=0.0):
    """((Loss, its other results), gradients by the parameters and by the batch)."""
    _, batch, variables = _ready(row)
    floats = {name: value for name, value in batch.items() if value.dtype == jnp.float32}
    return _compiled(row)(variables["params"], floats, jnp.float32(forwardness))


@pytest.mark.parametrize(("row", "weight"), [("baseline", 0.0), ("cf", 2.0)])
def test_the_total_is_what_the_row_says(row, weight):
    (_, (_, terms)), _ = _value_and_gradients(row)
    values = {name: float(total / count) for name, (total, count) in terms.items()}
    assert min(values["reprojection"], values["consistency"]) > 0.1
    np.testing.assert_allclose(values["loss"], values["reprojection"] + weight * values["consistency"], rtol=1e-5)


def test_one_batch_is_learnt_and_the_encoder_imitated_without_learning():
    family, batch = _setup(imitated="columns", warmup_steps=10**6)
    values = losses(family, batch, 60)
    total = values[0]["reprojection"] + values[0]["imitation"]
    np.testing.assert_allclose(values[0]["loss"], total, rtol=1e-4)
    for name in ("loss", "reprojection", "imitation"):
        assert values[-1][name] < 0.7 * values[0][name]
    seen, variables = started(family, batch)
    found = jax.grad(lambda params: loss(family, {**variables, "params": params}, seen)[0])(variables["params"])
    assert set(PARTS) < set(found)
    for part, learns in (("code_head", False), ("camera_head", False), ("heads", True)):
        assert any(np.asarray(leaf).any() for leaf in jax.tree.leaves(found[part])) == learns


def test_a_learnt_dictionary_is_imitated_and_only_its_decoder_goes_on():
    config = factorization.get_config("dictionary=somewhere")
    assert config.model.imitated == dictionary_config.get_config().model.camera
    assert dict(config.train.initial_parts) == dict.fromkeys(PARTS, "somewhere")
    assert dict(config.optim.slower) == {"dictionary": 0.1, "code_head": 0.0, "camera_head": 0.0}
    assert not factorization.get_config().model.imitated


def test_consistency_counts_more_and_more_and_what_is_imitated_less():
    config = normalise(factorization.get_config("size=tiny,steps=40"))
    assert config.model.warmup_steps == 10
    example = jnp.array([0, 5, 10, 20]) * config.train.batch_size
    weight, imitation_weight = family_module.loss_weights(config, example)
    np.testing.assert_allclose(weight, config.model.consistency_weight * np.array([0, 0.5, 1, 1]), rtol=1e-6)
    np.testing.assert_allclose(imitation_weight, [1, 0.5, 0, 0], atol=1e-6)


def test_only_the_adversarial_rival_reads_3d():
    for row in ("cf", "adv"):
        _, batch, _ = _ready(row)
        (_, _), (_, by_batch) = _value_and_gradients(row)
        for name in ("targets", "other_targets"):
            assert np.isfinite(batch[name]).all() == (row == "adv")
            assert bool(np.nan_to_num(by_batch[name]).any()) == (row == "adv")
        assert not any(np.asarray(by_batch[name]).any() for name in ("camera_rotation", "camera_translation"))


def test_every_part_learns_and_gradients_are_finite():
    """Though in one of the examples nothing is seen."""
    (_, _), (gradients, _) = _value_and_gradients("adv")
    assert set(gradients) == {"backbone", "heads", "dictionary", "discriminator"}
    for part in gradients.values():
        leaves = jax.tree.leaves(part)
        assert all(np.isfinite(leaf).all() for leaf in leaves)
        assert any(np.abs(leaf).max() > 0 for leaf in leaves)


def test_two_shards_make_the_sum_that_one_makes():
    (total, (state, _)), _ = _value_and_gradients("adv")
    _, batch, variables = _ready("adv")
    mapped, _ = _setup("adv", axis_name="devices")
    halves = jax.tree.map(lambda x: x.reshape(2, 4, *x.shape[1:]), batch)
    loss = jax.jit(jax.vmap(lambda g: mapped.loss(variables, g, KEY, True), axis_name="devices"))
    shards, (states, _) = loss(halves)
    np.testing.assert_allclose(shards.sum(), total, rtol=1e-4)
    for one, two in zip(jax.tree.leaves(state), jax.tree.leaves(states)):
        np.testing.assert_allclose(two[0], two[1], rtol=1e-5)
        np.testing.assert_allclose(two[0], one, rtol=1e-3, atol=1e-5)


def test_poses_are_of_average_size_and_face_where_most_face():
    family, batch, variables = _ready()
    predict, stats = jax.jit(family.predict), variables["batch_stats"]
    there, back = (
        np.asarray(predict({**variables, "batch_stats": {**stats, "forwardness": jnp.float32(f)}}, batch)["poses"])
        for f in (0.1, -0.1)
    )
    lengths = np.asarray(poses.bone_lengths(there, PARENTS)).sum(-1)
    np.testing.assert_allclose(lengths, dictionary.nominal_length("h36m17"), rtol=1e-4)
    np.testing.assert_allclose(there[:, :, 0], 0, atol=1e-6)
    turn = np.asarray(batch["rotation"])
    seen = [np.einsum("btij,btpj->btpi", turn, given) for given in (there, back)]
    np.testing.assert_allclose(seen[0] * [1, 1, -1], seen[1], atol=1e-4)
    assert np.abs(there - back).max() > 0.1


def test_forwardness_is_followed_in_training():
    first, second = (
        float(_value_and_gradients("cf", before)[0][1][0]["batch_stats"]["forwardness"]) for before in (0.0, 0.5)
    )
    np.testing.assert_allclose(second - 0.99 * 0.5, first, atol=1e-5)
    assert 1e-5 < abs(first) <= 0.01


def test_the_dictionary_is_that_of_the_autoencoder():
    """So that one learnt there fits here (train.initial_parts)."""
    for row, levels in (("cf", (125, 64, 32, 10)), ("sd", (10,))):
        family, batch = _setup(row, levels=levels)
        own = jax.eval_shape(lambda family=family, batch=batch: family.init(KEY, family.augment(batch, KEY, True)))
        given = jax.eval_shape(Autoencoder(17, levels).init, KEY, jnp.zeros((1, 17, 2)))
        assert own["params"]["dictionary"] == given["params"]["dictionary"]
        assert tuple(factorization.get_config(f"row={row}").model.levels) == levels


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("camera", "euler", "exponential, columns"),
        ("head_channels", 32, "multiple of 3"),
        ("backbone", "x", "temporal"),
        ("imitated", "euler", "camera of a dictionary"),
    ],
)
def test_impossible_networks_are_errors(field, value, message):
    with pytest.raises(InputError, match=message):
        _setup(**{field: value})


def test_a_temporal_backbone_and_the_other_camera():
    config = normalise(factorization.get_config("camera=exponential,size=tiny"))
    family = build(config)
    windows = pipeline.training_windows(family, config.data, _sequences())
    batch = pipeline.batch_at(windows, make_runs(windows, [0], 4), 0)

    def run(batch):
        augmented = family.augment(batch, KEY, True)
        variables = family.init(KEY, augmented)
        return family.loss(variables, augmented, KEY, True)[1], family.predict(variables, augmented)

    (state, terms), outputs = jax.eval_shape(run, batch)
    assert set(terms) == {"loss", "reprojection", "consistency"}
    assert set(state["batch_stats"]) == {"backbone", "forwardness"}
    assert outputs["poses"].shape == (*batch["confidence"].shape, 3)
