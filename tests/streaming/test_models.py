"""Models of a stream: which are refused, and what the error says to train."""

import dataclasses

import pytest

from configs import lifter_causal
from hdvr_jax import streaming
from hdvr_jax.errors import InputError
from hdvr_jax.streaming import models
from tests.recognition import workdirs
from tests.streaming import made


@pytest.mark.parametrize(
    ("stage", "fields", "message"),
    [
        ("lifter", {}, "causal is False.*configs/lifter_causal.py"),
        ("movements", {}, "bidirectional is True.*configs/movements_causal.py"),
        ("movements", {"bidirectional": False, "inputs": "3d_true"}, "true 3D.*3d_lifted or 2d"),
        ("movements", {"bidirectional": False, "evidence": True}, "look ahead.*configs/movements_causal.py"),
        ("movements", {"types": ("head/nod",)}, "user's own.*without --stream"),
        ("movements", {"bidirectional": False, "beside": True}, "config.model.beside.*configs/movements_causal.py"),
        ("genre", {"level": True}, "config.model.level.*causal=True"),
        ("genre", {"streams": ("poses2d", "poses3d"), "level": True}, "config.model.level.*causal=True"),
        ("genre", {"inputs": "3d_true"}, "true 3D.*3d_lifted or 2d"),
        ("genre", {"movements": "annotator"}, "config.model.movements = 'model'"),
    ],
)
def test_models_that_cannot_stream_are_refused(stage, fields, message):
    with pytest.raises(InputError, match=f"^{stage}: .*{message}"):
        made.streaming_models({stage: made.trained(stage, **fields)})


def test_what_reads_no_3d_poses_levels_none():
    lifter, genre = made.trained("lifter", causal=True), made.trained("genre", streams=("poses2d",), level=True)
    assert made.streaming_models({"lifter": lifter, "genre": genre}).genre.streams == ("poses2d",)


def test_a_folder_without_a_lifter_is_refused(tmp_path):
    with pytest.raises(InputError, match=r"no lifter.*lifter_causal"):
        streaming.load_models(tmp_path)


def test_a_genre_model_needs_the_movements_that_it_reads(tmp_path):
    workdirs.write(tmp_path, "lifter", causal=True)
    workdirs.write(tmp_path, "genre", level=False)
    with pytest.raises(InputError, match="genre: reads movements, and there is no movement model beside it"):
        streaming.load_models(tmp_path)


def test_the_lifter_of_any_training_takes_the_place_of_the_folders(tmp_path):
    workdirs.write(tmp_path / "other", "lifter", lifter=lifter_causal)
    other = tmp_path / "other" / "lifter"
    found = streaming.load_models(tmp_path / "none", lifter=other)
    assert (found.names, found.notes) == ({"lifter": "lifter_causal"}, ())
    # The folder's own lifter, which is no model, is not looked at.
    folder = workdirs.write(
        tmp_path / "models", "movements", bidirectional=False, evidence=0, level=False, beside=False
    )
    (folder / "lifter").mkdir()
    found = streaming.load_models(folder, lifter=other)
    assert found.names == {"lifter": "lifter_causal", "movements": "movements_choreo"}
    assert found.notes[0].startswith("The movement model was trained on poses of another lifter (work/choreo/lifter)")


def test_a_family_whose_outputs_a_stream_does_not_know_is_refused():
    lifter = made.trained("lifter", causal=True)
    with lifter.config.unlocked():
        lifter.config.family = "dictionary"
    with pytest.raises(InputError, match=r"^work: a lifter of family dictionary .* families lifter, .*lifter_causal"):
        models.of_lifter(lifter, "work")
    with pytest.raises(InputError, match=r"^work: holds a model of family genre; expected lifter"):
        models.of_lifter(made.trained("genre"), "work")


def test_of_a_lifter_learnt_from_pairs_of_views_the_poses_are_streamed():
    lifter = made.trained("lifter", causal=True)
    variables = {kind: {"poses": found, "root": {}} for kind, found in lifter.variables.items()}
    pairs = dataclasses.replace(lifter, config=lifter.config.copy_and_resolve_references(), variables=variables)
    pairs.config.family = "reprojection"
    found = models.of_lifter(pairs, "work")
    assert [*found.networks] == ["poses"]
    assert found.variables["poses"] == models.of_lifter(lifter, "work").variables["poses"]


@pytest.mark.parametrize("fields", [{"channels": 48}, {"widths": (3, 3, 3)}])
def test_weights_of_another_shape_are_refused_before_the_stream(fields):
    lifter = made.trained("lifter", causal=True)
    other = dataclasses.replace(lifter, config=lifter.config.copy_and_resolve_references())
    other.config.model.update(fields)
    with pytest.raises(InputError, match=r"^work: the weights are not those of the config beside them"):
        models.of_lifter(other, "work")
