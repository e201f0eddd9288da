"""What lifters read: mirrors, screen coordinates, withheld truth, motion seen anew."""

import functools
import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from configs import semi_supervised
from hdvr_jax import detector_noise, lifter_inputs, poses
from hdvr_jax.configurations import normalise
from hdvr_jax.errors import InputError
from hdvr_jax.families import build
from hdvr_jax.pipeline import Windows, eval_batches
from hdvr_jax.skeletons import get_skeleton
from tests.families.dancing import make_clip

MIRROR = get_skeleton("h36m17").mirror
KEY = jax.random.key(0)


def seen(frames=5):
    rng = np.random.default_rng(0)
    return {
        "rays": jnp.asarray(rng.normal(size=(frames, 17, 2)) * 0.3, jnp.float32),
        "confidence": jnp.asarray(rng.uniform(0.1, 1, (frames, 17)), jnp.float32),
        "points_camera": jnp.asarray(rng.normal(size=(frames, 17, 3)), jnp.float32),
        "focal": jnp.array([2.0, 2.1]),
        "center": jnp.array([0.05, -0.1]),
        "distortion": jnp.array([-0.2, 0.1, 0.003, -0.004, 0.02]),
    }


def augmented(train, skeleton="h36m17", **data):
    config = normalise(semi_supervised.get_config("size=tiny"))
    config.data.update(observation="detections", labelled={"clip": ("clip1",)}, **data)
    family = build(config)
    sequences = family.prepare([{**make_clip(seed), "skeleton": skeleton} for seed in (1, 2)], {})
    options = {"length": 64, "targets": family.targets, "context": family.context} if train else {}
    batch = next(eval_batches(Windows(sequences, fixed=family.fixed, **options), 4))
    return config, family, batch, jax.jit(functools.partial(family.augment, train=train))(batch, KEY)


def test_the_image_of_a_mirrored_camera_is_the_mirrored_image():
    """Centre and lens included: all that reprojection needs is mirrored with the keypoints."""
    given = seen()
    turned = lifter_inputs.mirrored(given, MIRROR)
    image = lifter_inputs.screen_points(given["rays"], given)
    np.testing.assert_allclose(
        lifter_inputs.screen_points(turned["rays"], turned), poses.mirror(image, MIRROR), atol=1e-6
    )
    back = lifter_inputs.mirrored(turned, MIRROR)
    jax.tree.map(np.testing.assert_array_equal, {name: back[name] for name in given}, given)


@pytest.mark.parametrize(("kind", "channels"), [("sighting", 3), ("rays", 3), ("screen", 2)])
def test_inputs_of_a_mirrored_dancer_are_mirrored(kind, channels):
    given = {**seen(), "center": jnp.zeros(2), "frame_mask": jnp.ones(5)}
    turned = {**lifter_inputs.mirrored(given, MIRROR), "frame_mask": given["frame_mask"]}
    straight, mirror = (lifter_inputs.represent(kind, each, 0)["inputs"] for each in (given, turned))
    assert straight.shape == (5, 17, channels)
    np.testing.assert_allclose(mirror, poses.mirror(straight, MIRROR), atol=1e-5)


def test_the_3d_of_unlabelled_sequences_is_withheld_in_training_only():
    for train in (True, False):
        _, _, batch, found = augmented(train)
        known = np.isfinite(found["targets"]).all((1, 2, 3))
        np.testing.assert_array_equal(known, (batch["labelled"] > 0) | (not train))
        np.testing.assert_array_equal(np.isfinite(found["trajectory"]).all((1, 2)), known)


def test_a_share_of_the_labelled_examples_is_seen_anew():
    _, _, batch, found = augmented(True, "coco17", random_share=1.0)
    labelled = batch["labelled"] > 0
    changed = np.abs(np.asarray(found["focal"]) - batch["focal"]).max(-1) > 1e-6
    np.testing.assert_array_equal(changed, labelled)
    _, _, batch, found = augmented(False, "coco17", random_share=1.0)
    np.testing.assert_array_equal(found["rays"], batch["rays"])


def test_rays_and_camera_give_the_recorded_pixels():
    _, _, _, found = augmented(False)
    clip = make_clip(1)
    screen = lifter_inputs.screen_points(jnp.asarray(found["rays"]), found)
    given = clip["keypoints"] * (2 / 1920) - np.array([1, 1080 / 1920])
    np.testing.assert_allclose(screen[:2, :40], given, atol=1e-4)


def test_truth_at_its_place_is_where_it_was_in_the_camera():
    _, _, batch, found = augmented(False)
    there = found["targets"] + found["trajectory"][:, :, None]
    np.testing.assert_allclose(there, batch["points_camera"], atol=1e-5)


def test_the_detector_may_be_another_than_the_one_that_was_fitted(tmp_path):
    config = normalise(semi_supervised.get_config("size=tiny"))
    built_in = lifter_inputs.noise_of(config.data)
    table = json.loads((pathlib.Path(detector_noise.__file__).parents[1] / "data" / "detector_noise.json").read_text())
    table["person"]["miss_rate"] = 7.0
    config.data.detector_noise = str(tmp_path / "noise.json")
    (tmp_path / "noise.json").write_text(json.dumps(table))
    other = lifter_inputs.noise_of(config.data)
    assert float(other.miss_rate) == 7.0 != float(built_in.miss_rate)
    np.testing.assert_array_equal(other.logit, built_in.logit)
    config.data.detector_noise = str(tmp_path / "absent.json")
    with pytest.raises(InputError, match=r"absent\.json"):
        build(config)
