"""The family that learns from pairs of views."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from configs import reprojection
from hdvr_jax import pipeline, view_pairs
from hdvr_jax.configurations import normalise
from hdvr_jax.errors import InputError
from hdvr_jax.families import build
from hdvr_jax.runs import make_runs
from tests.families.dancing import make_clip
from tests.families.one_batch import augmented, loss, losses, predicted, started

ROWS = ("fitted_temporal", "reproj_adv", "published_root")


def _setup(row, **model):
    config = normalise(reprojection.get_config(f"row={row},size=tiny"))
    config.data.virtual_views, config.model.dropout = 0, 0.0
    for name, value in model.items():
        config.model[name] = value
    family = build(config)
    windows = pipeline.training_windows(family, config.data, family.prepare([make_clip(frames=24, views=3)], {}))
    return config, family, windows


def _batch(windows, size=8):
    return pipeline.batch_at(windows, make_runs(windows, [0], size), 0)


def _falling(row, term, steps):
    _, family, windows = _setup(row, pretraining_steps=0)
    return [found[term] for found in losses(family, _batch(windows), steps, 1e-3)]


def test_the_transform_loss_falls_on_one_batch():
    values = _falling("fitted_temporal", "transform", 40)
    assert min(values[-5:]) < 0.5 * values[0]


def test_dancers_begin_about_as_far_away_as_most_of_them_are(monkeypatch):
    _, family, windows = _setup("trans_reproj", pretraining_steps=0)
    found = losses(family, _batch(windows), 1)[0]["transform"]
    monkeypatch.setattr("hdvr_jax.families.reprojection._GUESS", 0.0)
    _, family, windows = _setup("trans_reproj", pretraining_steps=0)
    assert found < 1.2 * losses(family, _batch(windows), 1)[0]["transform"]


def test_the_adversarial_rival_learns():
    values = _falling("reproj_adv", "reprojection", 40)
    assert min(values[-5:]) < 0.7 * values[0]


def test_the_judge_learns_to_tell_and_poses_to_fool_it():
    """A small step along the part of the gradient that comes from the judge's term alone."""
    _, family, windows = _setup("reproj_adv", pretraining_steps=0)
    seen, variables = started(family, _batch(windows))

    @jax.jit
    @jax.value_and_grad
    def told(params):
        return loss(family, {**variables, "params": params}, seen)[1][1]["discriminator"][0]

    before, gradient = told(variables["params"])
    moved = jax.tree.map(lambda p, g: p - 1e-4 * g, variables["params"], gradient)
    for part, falls in (("discriminator", True), ("poses", False)):
        after = told({**variables["params"], part: moved[part]})[0]
        assert after != before
        assert (after < before) == falls


def test_training_sees_no_truth_but_for_the_adversarial_rival():
    for row in ROWS:
        _, family, windows = _setup(row)
        batch = augmented(family, _batch(windows), True)
        assert np.isfinite(batch["targets"]).all() == (row == "reproj_adv")
        assert np.isnan(batch["other_points_camera"]).all() == (row != "reproj_adv")


def test_a_pair_is_mirrored_together_with_its_cameras():
    _, family, windows = _setup("reproj_adv")
    plain = _batch(windows, 16)
    views = view_pairs.split(augmented(family, plain, True))
    turned = np.array([not np.allclose(a, b) for a, b in zip(views[0]["rays"], plain["rays"])])
    assert 0 < turned.sum() < 16
    world = []
    for view in views:
        points = np.asarray(view["targets"] + view["trajectory"][:, :, None])
        off = np.abs(points[..., :2] / points[..., 2:] - view["rays"][:, : points.shape[1]])
        assert np.median(off) < 5e-3
        rotation, place = view["camera_rotation"], view["camera_translation"]
        world.append(np.einsum("bji,btnj->btni", rotation, points - place[:, None, None]))
    np.testing.assert_allclose(*world, atol=1e-3)


def test_pretraining_comes_first():
    config, family, windows = _setup("published_root", pretraining_steps=3)
    seen, variables = started(family, _batch(windows))
    for step, name in ((2, "pretraining"), (3, "both")):
        example = jnp.arange(8) + step * config.train.batch_size
        _, (_, terms) = loss(family, variables, {**seen, "example": example})
        parts = terms["reprojection"][0] + config.model.transform_weight * terms["transform"][0]
        np.testing.assert_allclose(terms["loss"][0], terms["pretraining"][0] if name == "pretraining" else parts, 1e-5)


def test_one_view_is_enough_to_predict():
    _, family, windows = _setup("fitted_temporal")
    _, variables = started(family, _batch(windows))
    sequences = family.prepare([{**make_clip(frames=24, views=3), "split": "test"}], {})
    batch = next(pipeline.eval_batches(pipeline.Windows(sequences, fixed=family.fixed), 2))
    batch = augmented(family, batch, False)
    outputs = predicted(family, variables, batch)
    assert outputs["poses"].shape == batch["targets"].shape
    assert np.isfinite(family.scores(outputs, batch)["body_mpjpe_mm"][0]).all()


def test_unknown_roots_are_refused():
    with pytest.raises(InputError, match=r"config\.model\.root: 'pelvis'"):
        _setup("reproj", root="pelvis")
