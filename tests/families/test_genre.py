import functools

import jax
import jax.numpy as jnp
import numpy as np
import optax
import pytest

from configs import choreai
from configs.genre_choreo import get_config
from hdvr_jax import families, pipeline
from hdvr_jax.errors import InputError
from hdvr_jax.movements import load_vocabulary
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.runs import make_runs
from hdvr_jax.update import init_state, make_update
from tests.families.dancing import make_clip, true_lifter

MOVEMENTS = len(load_vocabulary())
GENRES = ("ballet", "tango", "tap")
FRAMES = 12


def _config(streams="poses3d+movements", inputs="3d_true", labels="model"):
    config = get_config(f"size=tiny,streams={streams},inputs={inputs},labels={labels}")
    config.model.genres, config.model.dropout = GENRES, 0.0
    return config


def _upstream(seed=0):
    def movements(clip):
        return np.random.default_rng(seed).random((len(clip["points_world"]), MOVEMENTS)).astype(np.float32)

    return {"lifter": true_lifter, "movements": movements}


def _clips():
    return [make_clip(seed, frames=3 * FRAMES, genre=GENRES[seed % 2]) for seed in range(4)]


@functools.cache
def _model():
    """Family, a batch of four clips, variables, and compiled loss and prediction."""
    family = families.build(_config())
    windows = pipeline.Windows(family.prepare(_clips(), _upstream()), length=FRAMES, stride=FRAMES)
    batch = jax.tree.map(jnp.asarray, pipeline.batch_at(windows, make_runs(windows, [0], 4), 0))
    variables = jax.jit(family.init)(jax.random.key(0), batch)
    loss = jax.jit(lambda v, b, train=True: family.loss(v, b, jax.random.key(1), train), static_argnums=2)
    return family, batch, variables, loss, jax.jit(family.predict)


@pytest.mark.parametrize(
    ("streams", "inputs", "labels", "sequences"),
    [
        ("poses2d", "2d", "model", 2),
        ("poses3d", "3d_lifted", "model", 2),
        ("poses3d", "3d_true", "model", 1),
        ("movements", "3d_true", "annotator", 1),
        ("movements", "2d", "model", 2),
        ("poses2d+movements", "2d", "model", 2),
        ("poses2d+poses3d+movements", "3d_lifted", "annotator", 2),
        ("features2d", "2d", "model", 2),
    ],
)
def test_prepare_gives_the_streams_at_the_thinned_rate(streams, inputs, labels, sequences):
    family = families.build(_config(streams, inputs, labels))
    found = family.prepare([make_clip(frames=36, views=2, genre="tango")], _upstream())
    assert len(found) == sequences
    for entry in found:
        assert entry["label"] == 1
        assert entry["fps"] == 10
        arrays = {name for name, value in entry.items() if isinstance(value, np.ndarray)}
        assert arrays == {
            *(f"{s}_{n}" for s in streams.split("+") if s != "movements" for n in ("points", "visible", "root")),
            *({"movements"} & set(streams.split("+"))),
        }
        assert all(len(entry[name]) == 12 for name in arrays)


def test_what_cannot_be_prepared():
    clip = make_clip(genre="polka")
    with pytest.raises(InputError, match=r"clip0.*polka.*ballet, tango, tap"):
        families.build(_config()).prepare([clip], _upstream())
    with pytest.raises(InputError, match=r"config\.upstream\.movements"):
        families.build(_config()).prepare([make_clip()], {})
    with pytest.raises(InputError, match=r"names 3 types, and this one reads 154"):
        families.build(_config()).prepare([make_clip()], {"movements": lambda clip: np.zeros((40, 3))})
    with pytest.raises(InputError, match=r"config\.upstream\.lifter"):
        families.build(_config("poses3d", "3d_lifted")).prepare([make_clip()], {})
    assert families.build(_config("poses2d", "2d")).prepare([make_clip(views=0)], {}) == []


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"streams": ("poses4d",)}, "streams"),
        ({"streams": ()}, "streams"),
        ({"inputs": "2d"}, "poses3d"),
        ({"inputs": "video"}, "inputs"),
        ({"movements": "guess"}, "movements"),
        ({"movements": "annotator", "types": ("head/nod",)}, "annotator knows no types"),
        ({"genres": ()}, "genres"),
    ],
)
def test_configs_that_cannot_be(changes, named):
    config = _config()
    config.model.update(changes)
    with pytest.raises(InputError, match=named):
        families.build(config)


def test_padding_and_masked_examples_change_nothing():
    _, batch, variables, loss, predict = _model()
    short = {**batch, "frame_mask": batch["frame_mask"].at[:, 7:].set(0)}
    wild = {name: value.at[:, 7:].add(5) if value.ndim > 2 else value for name, value in short.items()}
    before, after = (predict(variables, b) for b in (short, wild))
    np.testing.assert_allclose(before["probabilities"], after["probabilities"], atol=1e-5)
    np.testing.assert_allclose(before["running"][:, 6], before["probabilities"], atol=1e-6)
    np.testing.assert_allclose(loss(variables, short)[0], loss(variables, wild)[0], rtol=1e-5)
    masked = {**batch, "mask": batch["mask"].at[2].set(0)}
    unlabelled = {**batch, "label": batch["label"].at[2].set(-1)}
    empty = {**batch, "frame_mask": batch["frame_mask"].at[2].set(0)}
    results = [loss(variables, b, False) for b in (masked, unlabelled, empty)]
    for total, (_, terms) in results:
        np.testing.assert_allclose(total, results[0][0], rtol=1e-5)
        assert float(terms["loss"][1]) == 3


def test_predictions_are_probabilities_and_causal():
    _, batch, variables, _, predict = _model()
    outputs = predict(variables, batch)
    assert outputs["probabilities"].shape == (4, 3)
    assert outputs["running"].shape == (4, FRAMES, 3)
    np.testing.assert_allclose(outputs["running"].sum(-1), 1, atol=1e-5)
    later = {**batch, "movements": batch["movements"].at[:, 8:].set(0)}
    changed = predict(variables, later)["running"]
    np.testing.assert_allclose(changed[:, :8], outputs["running"][:, :8], atol=1e-6)
    assert float(jnp.abs(changed[:, 8:] - outputs["running"][:, 8:]).max()) > 1e-4


def test_training_fits_four_clips():
    family, batch, _, _, predict = _model()
    update = make_update(family, optax.adam(2e-2))
    step = jax.jit(lambda state: update(state, batch, jax.random.key(0)))
    state = jax.jit(lambda: init_state(family, optax.adam(2e-2), jax.device_get(batch), jax.random.key(0)))()
    found = []
    for _ in range(50):
        state, metrics = step(state)
        found.append(float(metrics["cross_entropy"][0] / metrics["cross_entropy"][1]))
    assert found[-1] < 0.3 * found[0]
    scores = jax.device_get(family.scores(predict(state.variables, batch), batch))
    summary = family.summarise({name: (a.sum(0), b.sum(0)) for name, (a, b) in scores.items()})
    assert summary["accuracy"] == 1
    assert summary["macro_f"] == 1
    assert np.isnan(summary["f/tap"])


def test_mirrored_examples_have_mirrored_movements():
    family, batch, _, _, _ = _model()
    mirrored = jax.jit(family.augment, static_argnums=2)(batch, jax.random.key(1), True)
    order = list(load_vocabulary().mirror)
    flipped = [bool((row != other).any()) for row, other in zip(mirrored["movements"], batch["movements"])]
    assert 0 < sum(flipped) < 4
    for row, flip in enumerate(flipped):
        side = np.sign(np.sum(mirrored["poses3d_root"][row, :, 0] * batch["poses3d_root"][row, :, 0]))
        assert side == (-1 if flip else 1)
        if flip:
            np.testing.assert_array_equal(mirrored["movements"][row], batch["movements"][row][:, order])


def test_movements_of_a_users_own_are_mirrored_among_themselves():
    config = _config("movements")
    config.model.types = ("left_arm/wave", "right_arm/wave", "torso/dive")

    def three(clip):
        return np.tile(np.float32([0.1, 0.2, 0.3]), (len(clip["points_world"]), 1))

    family = families.build(config)
    windows = pipeline.Windows(family.prepare(_clips(), {"movements": three}), length=FRAMES, stride=FRAMES)
    batch = pipeline.batch_at(windows, make_runs(windows, [0], 16), 0)
    shown = np.asarray(family.augment(batch, jax.random.key(0), True)["movements"])[:, 0]
    assert {tuple(np.round(row, 3).tolist()) for row in shown.astype(float)} == {(0.1, 0.2, 0.3), (0.2, 0.1, 0.3)}


def test_summary_counts_confusions():
    confusion = np.array([[3.0, 1, 0], [0, 2, 0], [0, 0, 0]])
    sure = np.array([[0.0] * 9 + [5.4], [0.0] * 9 + [5.0]])
    totals = {"confusion": (confusion, 6.0), "accuracy": (5.0, 6.0), "surprise": (3.0, 6.0), "confidence": (sure, 6.0)}
    summary = _model()[0].summarise(totals)
    assert summary["surprise"] == 0.5
    assert summary["calibration_error"] == pytest.approx(0.4 / 6)
    assert summary["accuracy"] == pytest.approx(5 / 6)
    assert summary["macro_f"] == pytest.approx((6 / 7 + 4 / 5) / 2)
    assert summary["confusion/ballet/tango"] == 1
    assert sum(value for name, value in summary.items() if name.startswith("confusion")) == 6


def test_on_clip_reads_what_earlier_stages_found():
    _, _, variables, _, predict = _model()
    clip = make_clip(frames=40, fps=25.0)
    family = families.build(_config())
    found = family.on_clip(functools.partial(predict, variables), {**clip, "movements": _upstream()["movements"](clip)})
    assert found["names"] == GENRES
    assert found["running"].shape == (40, 3)
    assert found["overall"].sum() == pytest.approx(1, abs=1e-5)
    np.testing.assert_allclose(found["running"][-1], found["overall"], atol=1e-5)


def test_keypoints_are_read_as_they_were_detected():
    config = choreai.get_config("size=tiny,training=published")
    config.model.genres = GENRES
    family, clip = families.build(config), make_clip(3, frames=20, views=2, genre="tap")
    clip["keypoints"][0, 4] = np.nan
    found = family.prepare([clip], {})
    assert len(found) == 2
    track = PoseTrack.from_points(clip["keypoints"][0], "h36m17", 30.0).to_skeleton("coco17")
    wanted = np.nan_to_num(track.keypoints)
    np.testing.assert_allclose(found[0]["keypoints_points"], wanted, rtol=1e-5)
    assert not found[0]["keypoints_points"][4].any()
    batch = {**{name: jnp.asarray(value)[None] for name, value in found[0].items() if not isinstance(value, str)},
             "frame_mask": jnp.ones((1, 20)), "mask": jnp.ones(1), "example": jnp.zeros(1, jnp.int32)}  # fmt: skip
    variables = family.init(jax.random.key(0), batch)
    bias = variables["params"]["recurrent"]["forward_cell_1"]["hf"]["bias"]
    np.testing.assert_array_equal(bias, 1)
    assert variables["params"]["encode"]["kernel"].shape == (51, 20)
    shifted = {**batch, "keypoints_points": batch["keypoints_points"] + 300}
    one, other = (family.predict(variables, b)["probabilities"] for b in (batch, shifted))
    assert np.abs(one - other).max() > 1e-3, "nothing takes the place in the image away"


def test_keypoints_are_not_mirrored():
    config = choreai.get_config("size=tiny")
    config.model.mirror = True
    with pytest.raises(InputError, match="can neither be mirrored nor shaken"):
        families.build(config)
