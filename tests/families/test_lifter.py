"""The lifter family on both kinds of examples."""

import functools

import jax
import jax.numpy as jnp
import ml_collections
import numpy as np
import pytest

from configs import lifter_aistpp, lifter_cmu
from hdvr_jax import normalization, observation, pipeline
from hdvr_jax.configurations import normalise
from hdvr_jax.errors import InputError
from hdvr_jax.families import build
from hdvr_jax.families.lifter import network
from hdvr_jax.runs import make_runs
from hdvr_jax.skeletons import get_skeleton
from tests.families.one_batch import augmented, losses, predicted, started


def _clip(frames=40, views=2, split="train", depth=4.0):
    rng = np.random.default_rng(0)
    pose = rng.normal(size=(17, 3)) * 0.25 + [0, 1, 0]
    world = (pose + 0.01 * np.cumsum(rng.normal(size=(frames, 17, 3)), 0)).astype(np.float32)
    rotation = np.stack([np.diag([1.0, -1, -1])] * views).astype(np.float32) if views else np.zeros((0, 3, 3))
    translation = np.tile(np.array([0, 1, depth], np.float32), (views, 1))
    camera = np.einsum("vij,tnj->vtni", rotation, world) + translation[:, None, None]
    return {
        "clip": "c", "dancer": "d", "genre": "g", "split": split, "skeleton": "coco17", "fps": 30.0,
        "points_world": world, "keypoints": (camera[..., :2] / camera[..., 2:] * 1000 + 500).astype(np.float32),
        "confidence": np.ones((views, frames, 17), np.float32), "views": tuple(f"c{v}" for v in range(views)),
        "focal": np.full((views, 2), 1000, np.float32), "center": np.full((views, 2), 500, np.float32),
        "distortion": np.zeros((views, 5), np.float32), "rotation": rotation, "translation": translation,
        "image_size": np.full((views, 2), 1000, np.int32), "take": "c",
    }  # fmt: skip


def _setup(module, clips, **changes):
    config = normalise(module.get_config("size=tiny"))
    config.model.dropout = 0.0
    config.data.labelled, config.data.random_share = ml_collections.ConfigDict(), 0.0
    for name, value in changes.items():
        config.data[name] = value
    family = build(config)
    windows = pipeline.training_windows(family, config.data, family.prepare(clips, {}))
    return family, windows


@pytest.mark.parametrize("module", [lifter_cmu, pytest.param(lifter_aistpp, marks=pytest.mark.slow)])
def test_loss_falls_on_one_batch(module):
    family, windows = _setup(module, [_clip()])
    batch = pipeline.batch_at(windows, make_runs(windows, [0], 8), 0)
    values = losses(family, batch, 60, 1e-2)
    assert values[-1]["loss"] < 0.5 * values[0]["loss"]


def test_recorded_views_see_the_truth_through_their_camera():
    family, _ = _setup(lifter_aistpp, [_clip()])
    # From far away, the image of a point between two joints is between their images.
    far = family.prepare([_clip(depth=100.0)], {})
    batch = augmented(family, next(pipeline.eval_batches(pipeline.Windows(far, fixed=family.fixed), 2)), False)
    real = np.asarray(batch["frame_mask"]) > 0
    sight = jax.vmap(lambda r, c, m: normalization.sight(r, c, m, 0))
    truth = batch["points_camera"]
    expected = sight(truth[..., :2] / truth[..., 2:], jnp.ones(truth.shape[:3]), batch["frame_mask"])
    np.testing.assert_allclose(np.asarray(batch["inputs"])[real], np.asarray(expected.inputs)[real], atol=1e-2)
    np.testing.assert_allclose(np.asarray(batch["targets"])[:, :, 0], 0, atol=1e-6)


def test_views_that_are_left_out_give_no_sequences():
    family, _ = _setup(lifter_aistpp, [_clip()], skip_views=("c1",))
    assert [entry["view"] for entry in family.prepare([_clip()], {})] == ["c0"]


def test_perfect_predictions_score_zero_and_unknown_truth_has_no_weight():
    family, _ = _setup(lifter_aistpp, [_clip()])
    clip = _clip()
    clip["points_world"][:, 9] = np.nan
    batch = next(pipeline.eval_batches(pipeline.Windows(family.prepare([clip], {}), fixed=family.fixed), 2))
    batch = augmented(family, batch, False)
    outputs = {"poses": jnp.nan_to_num(batch["targets"])}
    scores = family.scores(outputs, batch)
    assert float(scores["mpjpe_mm"][0].sum()) < 1e-2
    assert float(scores["mpjpe_mm"][1].sum()) == 2 * 40 * 16
    assert float(scores["body_mpjpe_mm"][1].sum()) == 2 * 40 * 11


def test_predictions_turn_back_with_the_camera():
    """The same dancer seen by a camera turned aside: the pose turns by as much."""
    family, _ = _setup(lifter_aistpp, [_clip()])
    entry = family.prepare([_clip()], {})[0]
    # Seen straight on in every frame: between two oblique views there is a roll as well.
    entry["rays"] = entry["rays"] - entry["rays"][:, :1]
    turn = np.asarray(normalization.looking_at(jnp.array([0.3, -0.1, 1.0])))
    rays = np.concatenate([entry["rays"], np.ones_like(entry["rays"][..., :1])], -1) @ turn.T
    aside = {**entry, "rays": (rays[..., :2] / rays[..., 2:]).astype(np.float32)}
    batch = next(pipeline.eval_batches(pipeline.Windows([entry, aside], fixed=family.fixed), 2))
    batch, variables = started(family, batch, False)
    straight, turned = np.asarray(predicted(family, variables, batch)["poses"])[:, :40]
    np.testing.assert_allclose(turned, straight @ turn.T, atol=5e-3 * np.abs(straight).max())


def test_tests_are_not_mirrored_and_training_is():
    family, windows = _setup(lifter_cmu, [_clip(views=0)], vary_bodies=False)
    batch = pipeline.batch_at(windows, make_runs(windows, [0], 16), 0)
    hands = {}
    left, right = (get_skeleton("h36m17").index(f"{side}_wrist") for side in ("left", "right"))
    for train in (True, False):
        reach = np.linalg.norm(np.asarray(augmented(family, batch, train)["targets"]), axis=-1)[:, 4]
        hands[train] = reach[:, left] > reach[:, right]
    assert len(set(hands[False])) == 1
    assert len(set(hands[True])) == 2


def test_unknown_observation_is_refused():
    with pytest.raises(InputError, match="random, detections"):
        _setup(lifter_cmu, [_clip()], observation="imagined")


@pytest.mark.parametrize(
    ("backbone", "field", "value", "message"),
    [
        ("temporal", "channels", 0, "expected 1 or more, got 0"),
        ("residual", "channels", 0, "expected 1 or more, got 0"),
        ("residual", "blocks", 0, "expected 1 or more, got 0"),
        ("residual", "widths", (1, 3), r"the backbone residual reads single frames: expected \(1,\), got \(1, 3\)"),
        ("temporal", "widths", (2,), r"expected odd filter widths, got \(2,\)"),
        ("recurrent", "backbone", "recurrent", "'recurrent' is not one of temporal, residual"),
    ],
)
def test_impossible_networks_are_refused(backbone, field, value, message):
    config = lifter_aistpp.get_config("size=tiny")
    config.model.update({"backbone": backbone, "blocks": 1, "widths": (1,), field: value})
    with pytest.raises(InputError, match=f"^config.model.{field}: {message}"):
        network(config)


def test_camera_ranges_of_a_config_are_those_of_the_code():
    config = lifter_cmu.get_config()
    assert observation.Ranges(**config.data.cameras.to_dict()).distance == config.data.cameras.distance


@pytest.mark.parametrize("frames", [1, 40])
def test_later_stages_get_a_pose_for_every_frame(frames):
    family, windows = _setup(lifter_aistpp, [_clip()])
    _, variables = started(family, pipeline.batch_at(windows, make_runs(windows, [0], 2), 0), False)
    clip = _clip(frames=frames, views=1)
    poses = family.on_clip(functools.partial(predicted, family, variables), {**clip, "fps": 60.0})["poses"]
    assert poses.shape == (frames, 17, 3)
    assert np.isfinite(poses).all()
    np.testing.assert_array_equal(poses[:, 0], 0)
