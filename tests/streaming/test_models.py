"""Models of a stream: which are refused, and what the error says to train."""

import pytest

from hdvr_jax import streaming
from hdvr_jax.errors import InputError
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
