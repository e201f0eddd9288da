import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from configs.movements_choreo import get_config
from hdvr_jax import families, pieces, pipeline
from hdvr_jax.errors import InputError
from hdvr_jax.movements import WORLD_UP, annotate, load_vocabulary
from hdvr_jax.movements.evidence import evidence
from hdvr_jax.runs import make_runs
from hdvr_jax.skeletons import get_skeleton, part_joints
from hdvr_jax.update import init_state, make_update
from tests.families.dancing import make_clip, true_lifter

VOCABULARY = load_vocabulary()
FRAMES = 24


def _config(inputs):
    config = get_config(f"size=tiny,inputs={inputs}")
    config.model.features, config.model.dropout, config.model.whole_body = 8, 0.0, False
    config.data.label_doubt = 1.0
    return config


def _batch(family, count=4, seeds=range(4), **clip):
    clips = [make_clip(seed, frames=FRAMES, **clip) for seed in seeds]
    windows = pipeline.Windows(family.prepare(clips, {"lifter": true_lifter}), length=FRAMES, stride=FRAMES)
    return pipeline.batch_at(windows, make_runs(windows, [0], count), 0)


@functools.cache
def _model():
    """Family of true 3D, a batch, variables, and compiled loss and prediction."""
    family = families.build(_config("3d_true"))
    batch = jax.tree.map(jnp.asarray, _batch(family))
    variables = jax.jit(family.init)(jax.random.key(0), batch)
    loss = jax.jit(lambda v, b, train=True: family.loss(v, b, jax.random.key(1), train), static_argnums=2)
    return family, batch, variables, loss, jax.jit(family.predict)


def _mean(result):
    total, (_, terms) = result
    np.testing.assert_allclose(total, terms["loss"][0])
    return float(total / terms["loss"][1])


@pytest.mark.parametrize(("inputs", "sequences", "coordinates"), [("2d", 2, 2), ("3d_lifted", 2, 3), ("3d_true", 1, 3)])
def test_prepare_gives_a_sequence_per_view_with_labels(inputs, sequences, coordinates):
    family, clip = families.build(_config(inputs)), make_clip(views=2)
    found = family.prepare([clip], {"lifter": true_lifter})
    labels, valid = annotate(clip["points_world"], 30.0, "h36m17", doubt=1.0)
    assert len(found) == sequences
    for entry in found:
        assert entry["points"].shape == (40, 17, coordinates)
        assert labels.any()
        np.testing.assert_array_equal(entry["labels"], np.where(valid, labels, -1))


def test_clips_without_3d_can_be_read_but_have_no_labels():
    clip = {**make_clip(views=1), "split": "test"}
    clip["points_world"][:] = np.nan
    (entry,) = families.build(_config("2d")).prepare([clip], {})
    assert (entry["labels"] == -1).all()
    with pytest.raises(InputError, match=r"config\.upstream\.lifter"):
        families.build(_config("3d_lifted")).prepare([clip], {})


def test_training_without_any_label_is_refused():
    clip = {**make_clip(views=1), "split": "train"}
    clip["points_world"][:] = np.nan
    with pytest.raises(InputError, match=r"none of the 1 clips of the training split has movements.*data\.labels"):
        families.build(_config("2d")).prepare([clip], {})


def test_padding_changes_neither_outputs_nor_loss():
    _, batch, variables, loss, predict = _model()
    short = {**batch, "frame_mask": batch["frame_mask"].at[:, 15:].set(0)}
    wild = dict(short)
    wild["points"], wild["root"] = (batch[name].at[:, 15:].add(9.0) for name in ("points", "root"))
    wild["labels"] = batch["labels"].at[:, 15:].set(1)
    np.testing.assert_allclose(_mean(loss(variables, short)), _mean(loss(variables, wild)), rtol=1e-5)
    before, after = (predict(variables, b)["probabilities"] for b in (short, wild))
    np.testing.assert_allclose(before, after, atol=1e-5)
    assert float(before[:, 15:].max()) == 0


def test_masked_examples_and_unknown_labels_count_for_nothing():
    _, batch, variables, loss, _ = _model()
    masked = {**batch, "mask": batch["mask"].at[1].set(0)}
    unknown = {**batch, "labels": batch["labels"].at[1].set(-1)}
    # Masked examples count for the moments of the inputs no more than for the loss, unlabelled ones do.
    np.testing.assert_allclose(*(loss(variables, b, False)[0] for b in (masked, unknown)), rtol=1e-5)
    results = [loss(variables, b) for b in (masked, unknown)]
    for _, (state, terms) in results:
        assert float(terms["loss"][1]) == float((batch["labels"][jnp.array([0, 2, 3])] >= 0).sum())
        np.testing.assert_allclose(state["decisions"]["known"].max(), 3 * FRAMES)


@pytest.mark.parametrize("length", [0, 1])
def test_no_frame_and_one_frame_are_finite(length):
    _, batch, variables, loss, predict = _model()
    short = {**batch, "frame_mask": batch["frame_mask"].at[:, length:].set(0)}
    assert np.isfinite(loss(variables, short)[0])
    assert np.isfinite(predict(variables, short)["probabilities"]).all()


def test_parts_see_their_own_joints_only():
    _, batch, variables, _, predict = _model()
    wrist = get_skeleton("h36m17").index("left_wrist")
    one = VOCABULARY.index("left_hand_overhead")
    moved = {
        "points": batch["points"].at[:, :, wrist].add(0.2),
        "evidence": batch["evidence"].at[..., one].set(0.3),
    }
    seen = {
        "points": [wrist in part_joints("h36m17", part) for part in VOCABULARY.parts],
        "evidence": [part == "left_hand" for part in VOCABULARY.parts],
    }
    before = np.asarray(predict(variables, batch)["probabilities"])
    for name, value in moved.items():
        after = np.asarray(predict(variables, {**batch, name: value})["probabilities"])
        np.testing.assert_array_equal(np.abs(before - after).max((0, 1)) > 1e-5, seen[name])
        assert 0 < sum(seen[name]) < len(seen[name])


@pytest.mark.parametrize("inputs", ["2d", "3d_lifted", "3d_true"])
def test_mirrored_examples_have_mirrored_labels(inputs):
    family = families.build(_config(inputs))
    batch = jax.tree.map(jnp.asarray, _batch(family, views=1, seeds=(1, 2)))
    assert ("flat" in batch) == (inputs == "3d_lifted")
    mirrored = jax.jit(family.augment, static_argnums=2)(batch, jax.random.key(0), True)
    flipped = np.abs(mirrored["points"] - batch["points"]).max((1, 2, 3)) > 1e-3
    assert 0 < flipped.sum() < len(flipped)
    order = list(VOCABULARY.mirror)
    for row, flip in enumerate(flipped):
        before, after = np.asarray(batch["labels"][row]), np.asarray(mirrored["labels"][row])
        np.testing.assert_array_equal(after, before[:, order] if flip else before)
        if inputs == "3d_true":
            points = 1.4 * np.asarray(mirrored["points"][row])
            labels, _ = annotate(points, 30.0, "h36m17", doubt=1.0)
            assert (labels == (after > 0)).mean() > 0.999  # single frames may stand exactly on a threshold
        if inputs != "2d":
            seen = evidence(np.asarray(mirrored["points"][row]), 30.0, VOCABULARY, WORLD_UP)
            np.testing.assert_allclose(mirrored["evidence"][row], seen, atol=1e-3)
        if inputs == "3d_lifted":
            flat = np.asarray(batch["flat"][row])
            swapped = flat[:, get_skeleton("h36m17").mirror, :] * [-1, 1]
            np.testing.assert_allclose(mirrored["flat"][row], swapped if flip else flat, atol=1e-6)
    assert family.augment(batch, jax.random.key(0), False) is batch


@pytest.mark.parametrize("whole_body", [False, True])
def test_a_part_reads_its_own_joints_or_all(whole_body):
    config = _config("2d")
    config.model.whole_body = whole_body
    family = families.build(config)
    batch = jax.tree.map(jnp.asarray, _batch(family, views=1))
    variables = jax.jit(family.init)(jax.random.key(0), batch)
    ankle = get_skeleton("h36m17").index("left_ankle")
    moved = {**batch, "points": batch["points"].at[:, :, ankle].add(1.0)}
    predict = jax.jit(family.predict)
    change = np.abs(predict(variables, moved)["probabilities"] - predict(variables, batch)["probabilities"])
    head, foot = (change[..., np.array(VOCABULARY.parts) == part].max() for part in ("head", "left_foot"))
    assert foot > 1e-4
    assert (head > 1e-4) == whole_body


@pytest.mark.parametrize("scales", [-1, 4])
def test_evidence_has_three_scales(scales):
    config = _config("3d_true")
    config.model.evidence = scales
    with pytest.raises(InputError, match=f"evidence: expected 0 to 3 scales, got {scales}"):
        families.build(config)


def test_turning_true_3d_leaves_the_predictions_alone():
    config = _config("3d_true")
    config.model.turn, config.model.mirror = True, False
    _, batch, variables, _, predict = _model()
    turned = jax.jit(families.build(config).augment, static_argnums=2)(batch, jax.random.key(0), True)
    assert float(jnp.abs(turned["points"] - batch["points"]).max()) > 0.1
    before, after = (predict(variables, b)["probabilities"] for b in (batch, turned))
    np.testing.assert_allclose(before, after, atol=1e-3)


def test_training_fits_four_sequences_and_reaches_every_part():
    family, batch, _, _, predict = _model()
    update = make_update(family, optax.adam(2e-2))
    step = jax.jit(lambda state: update(state, batch, jax.random.key(0)))
    start = state = jax.jit(lambda: init_state(family, optax.adam(2e-2), jax.device_get(batch), jax.random.key(0)))()
    found = []
    for _ in range(50):
        state, metrics = step(state)
        found.append(float(metrics["loss"][0] / metrics["loss"][1]))
    assert found[-1] < 0.4 * found[0]
    moved = jax.tree.map(lambda a, b: np.abs(a - b), start.variables["params"], state.variables["params"])
    assert all((leaf.reshape(16, -1).max(1) > 0).all() for leaf in jax.tree.leaves(moved))
    scores = family.scores(predict(state.variables, batch), batch)
    summary = family.summarise({name: (a.sum(0), b.sum(0)) for name, (a, b) in jax.device_get(scores).items()})
    assert summary["micro_f"] > 0.5
    assert summary["types"] == float((np.asarray(batch["labels"]) > 0).any((0, 1)).sum())


def test_rare_types_weigh_more_within_bounds():
    _, batch, variables, loss, _ = _model()
    share = 10_000 * jnp.ones(len(VOCABULARY))
    often = {**variables, "decisions": {**variables["decisions"], "known": share, "positive": 0.5 * share}}
    never = {**variables, "decisions": {**variables["decisions"], "known": share, "positive": 0 * share}}
    assert _mean(loss(never, batch)) > _mean(loss(often, batch))
    silent = {**batch, "labels": jnp.zeros_like(batch["labels"])}
    np.testing.assert_allclose(_mean(loss(never, silent)), _mean(loss(often, silent)), rtol=1e-6)


def test_summary_is_by_part_over_the_types_that_occur():
    family = _model()[0]
    counts = np.zeros((3, len(VOCABULARY)))
    first, second, third = VOCABULARY.indices("head")[:3]
    counts[:, first], counts[:, second], counts[:, third] = (8, 2, 2), (0, 0, 5), (0, 7, 0)
    names = ("true_positives", "false_positives", "false_negatives")
    summary = family.summarise({name: (count, np.ones_like(count)) for name, count in zip(names, counts)})
    assert summary["f/head"] == summary["macro_f"] == pytest.approx(0.4)
    assert summary["micro_f"] == pytest.approx(16 / 32)
    assert summary["support/head"] == 15
    assert np.isnan(summary["f/torso"])
    assert summary["types"] == 2


def test_a_sequence_in_pieces_is_predicted_as_the_whole(monkeypatch):
    monkeypatch.setattr(pieces, "FRAMES", 16)
    family, _, variables, _, predict = _model()
    bound, clip = functools.partial(predict, variables), make_clip(frames=40)
    whole = family.prepare([clip], {})[0]
    batch = {name: np.asarray(value)[None] for name, value in whole.items() if not isinstance(value, str)}
    expected = bound({**batch, "frame_mask": np.ones((1, 40), np.float32)})
    np.testing.assert_allclose(family.on_clip(bound, clip), expected["probabilities"][0], atol=1e-5)


def test_on_clip_gives_every_frame_of_the_clip():
    family, _, variables, _, predict = _model()
    bound = functools.partial(predict, variables)
    for fps, frames in ((30.0, 40), (60.0, 31)):
        assert family.on_clip(bound, make_clip(frames=frames, fps=fps)).shape == (frames, len(VOCABULARY))
    unknown = make_clip()
    unknown["points_world"][:] = np.nan
    with pytest.raises(InputError, match="clip0"):
        family.on_clip(bound, unknown)


def _summed(tally):
    return {name: (count.sum(0), weight.sum(0)) for name, (count, weight) in tally.items()}


def test_thresholds_are_where_the_f_score_is_best():
    rng = np.random.default_rng(0)
    types = len(VOCABULARY)
    labels = rng.random((4, 400, types)) < 0.2
    logits = rng.normal(0, 1, labels.shape) + np.where(labels, 1.0, -1.0) + np.linspace(-2, 2, types)
    labels[..., 0] = False
    batch = {"labels": jnp.asarray(labels, jnp.int8), "frame_mask": jnp.ones(labels.shape[:2])}
    family = families.build(_config("3d_true"))
    tally = family.tally({"probabilities": jax.nn.sigmoid(logits)}, batch)
    assert float(sum(count.sum() for count, _ in tally.values())) == labels.size
    start = np.zeros(types, np.float32)
    variables = {"params": 1, "decisions": {"threshold": start, "known": 2}}
    found = family.calibrate(
        variables, {name: (count.sum(0), weight.sum(0)) for name, (count, weight) in tally.items()}
    )
    chosen = found["decisions"]["threshold"]
    assert chosen[0] == 0, "of a type that never occurs nothing is known"
    assert (found["params"], found["decisions"]["known"]) == (1, 2)

    def f_scores(thresholds):
        active = logits > thresholds
        return 2 * (active & labels).sum((0, 1)) / (active.sum((0, 1)) + labels.sum((0, 1)))

    best = np.max([f_scores(np.full(types, edge)) for edge in np.linspace(-5, 5, 101)], 0)
    np.testing.assert_allclose(f_scores(chosen)[1:], best[1:], atol=0.02)
    assert np.mean(f_scores(start)[1:]) < np.mean(best[1:]) - 0.05
    again = family.tally({"probabilities": jax.nn.sigmoid(logits - chosen)}, batch)
    more = family.calibrate(found, _summed(again))
    np.testing.assert_allclose(f_scores(more["decisions"]["threshold"])[1:], best[1:], atol=0.02)
