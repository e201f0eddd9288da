"""The models of a recognition and what is known of them."""

import dataclasses
import json
import pathlib

import numpy as np
import pytest

from configs import genre_choreo, lifter_choreo, movements_choreo, semi_supervised
from hdvr_jax import families, trained
from hdvr_jax.errors import InputError
from hdvr_jax.recognition import models
from hdvr_jax.recognition.models import Lifted
from tests.recognition import workdirs


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return workdirs.write(tmp_path_factory.mktemp("models"), "lifter")


def _evaluation(step):
    row = {"sequences": 9.0, "types": 3.0, "mpjpe_mm": 51.5, "f/arm": 0.5, "unknown": None}
    return {"dataset": "choreo", "split": "test", "step": step, "mean": {"overall": {"all": row}}}


def test_scores_are_those_of_the_checkpoint_and_say_on_what(folder):
    (folder / "lifter" / models.SCORES_FILE).write_text(json.dumps(_evaluation(5)))
    info = models.load(folder).infos["lifter"]
    assert (info.step, info.scores, info.scored_on) == (5, {"mpjpe_mm": 51.5}, "choreo, test")
    refined = models.with_refinement(models.load(folder)).infos["lifter"]
    assert (refined.scores, refined.scored_on) == (info.scores, "choreo, test, not refined")


@pytest.mark.parametrize("text", [json.dumps(_evaluation(4)), "{", "[]", '{"mean": 3}'])
def test_scores_of_another_step_or_damaged_are_none(folder, text):
    (folder / "lifter" / models.SCORES_FILE).write_text(text)
    info = models.load(folder).infos["lifter"]
    assert (info.scores, info.scored_on) == ({}, "")


def test_lifters_give_poses_alone_or_with_a_trajectory():
    poses, way = np.zeros((4, 17, 3)), np.ones((4, 3))
    assert models._lifter(lambda clip: {"poses": poses})({}) == Lifted(poses, None)
    assert models._lifter(lambda clip: {"poses": poses, "trajectory": way})({}) == Lifted(poses, way)


@pytest.mark.parametrize(("file", "kind"), [("plain", "poses alone"), ("trajectory", "with trajectory")])
def test_published_weights_say_which_camera_they_know(file, kind):
    path = pathlib.Path(__file__).parent.parent / "data" / f"videopose3d_{file}.bin"
    found = models.with_published_lifter(models.Models("nowhere"), path, "h36m17")
    assert kind in found.infos["lifter"].name
    assert "Human3.6M" in found.notes["lifter"]


@pytest.mark.parametrize(
    ("streams", "inputs", "image", "explains"),
    [
        (("poses3d", "movements"), "3d_lifted", False, True),
        (("movements",), "3d_lifted", False, True),
        (("poses3d",), "3d_lifted", False, False),
        (("poses2d", "movements"), "2d", True, True),
        (("keypoints",), "2d", True, False),
        (("features2d",), "2d", True, False),
    ],
)
def test_what_a_genre_model_needs_and_can_say(streams, inputs, image, explains):
    config = genre_choreo.get_config("size=tiny")
    config.model.streams, config.model.inputs, config.model.mirror, config.model.noise = streams, inputs, False, 0.0
    family = families.build(config)
    reader = models._reader(trained.Trained(config, family, {}, lambda batch: batch), pathlib.Path("nowhere"))
    assert (reader.needs_image, reader.explain is not None) == (image, explains)


@pytest.mark.parametrize(
    ("inputs", "beside", "image"), [("2d", False, True), ("3d_lifted", True, True), ("3d_lifted", False, False)]
)
def test_a_movement_model_that_reads_detections_needs_an_image(inputs, beside, image):
    config = movements_choreo.get_config(f"size=tiny,inputs={inputs}")
    config.model.beside = beside
    family = families.build(config)
    reader = models._reader(trained.Trained(config, family, {}, lambda batch: batch), pathlib.Path("nowhere"))
    assert reader.needs_image == image


OWN_TYPES = ("left_arm/wave", "right_arm/wave")


def test_a_genre_model_reads_the_types_that_the_movement_model_names(tmp_path):
    workdirs.write(tmp_path, "movements", types=OWN_TYPES)
    workdirs.write(tmp_path, "genre", streams=("poses3d",), inputs="3d_true")
    found = models.load(tmp_path)
    assert found.movements.vocabulary.names == ("wave", "wave")
    assert found.movements.vocabulary.parts == ("left_arm", "right_arm")
    other = workdirs.write(tmp_path / "other", "genre")
    (other / "movements").symlink_to(tmp_path / "movements", target_is_directory=True)
    message = f"{other}/genre: reads .* project's vocabulary, but {other}/movements names 2 .* of a user's own"
    with pytest.raises(InputError, match=message):
        models.load(other)


def test_any_trainings_lifter_takes_the_place_of_the_folders(tmp_path):
    workdirs.write(tmp_path / "other", "lifter", lifter=semi_supervised)
    other = tmp_path / "other" / "lifter"
    assert models.load(tmp_path / "none", lifter=other).infos["lifter"].name == "semi_supervised"
    folder = workdirs.write(tmp_path / "models", "movements", "genre")
    (folder / "lifter").mkdir()
    found = models.load(folder, lifter=other)
    assert found.infos["lifter"].name == "semi_supervised"
    # Both configs name work/choreo/lifter, once.
    assert found.notes["lifter"].startswith("The movement and genre models were trained on poses of another lifter")
    assert found.notes["lifter"].count("(work/choreo/lifter)") == 1
    with pytest.raises(InputError, match="lifter"):
        models.load(folder)
    published = pathlib.Path(__file__).parent.parent / "data" / "videopose3d_plain.bin"
    note = models.with_published_lifter(found, published, "coco17").notes["lifter"]
    assert "Human3.6M" in note
    assert "another lifter (work/choreo/lifter)" in note


def test_only_models_that_read_poses_of_another_lifter_are_told_of(tmp_path):
    trained_on = {"movements": str(tmp_path / "a"), "genre": ""}
    assert models.other_lifter(trained_on, tmp_path / "b" / ".." / "a") == ""
    found = models.other_lifter(trained_on, tmp_path / "b")
    assert found.startswith(f"The movement model was trained on poses of another lifter ({tmp_path / 'a'})")


def test_a_lifter_of_other_joints_is_refused(tmp_path):
    workdirs.write(tmp_path, "lifter", skeleton="coco17")
    with pytest.raises(InputError, match=r"lifter: lifts coco17; expected a lifter of h36m17"):
        models.load(tmp_path / "none", lifter=tmp_path / "lifter")


def test_what_the_clip_lacks_is_not_blamed_on_the_weights():
    def predict(batch):
        raise KeyError("trajectory")

    config = lifter_choreo.get_config("size=tiny")
    family = dataclasses.replace(families.build(config), on_clip=lambda predict, clip: predict(clip["keypoints"]))
    lift = models._on_clip(trained.Trained(config, family, {}, predict), pathlib.Path("work"))
    with pytest.raises(InputError, match=r"work: the weights are not those of the config beside them \('trajectory'\)"):
        lift({"keypoints": {}})
    with pytest.raises(KeyError, match="keypoints"):
        lift({})
