"""The TFDS builder of choreo."""

import numpy as np
import pytest

from hdvr_jax import corpus
from hdvr_jax.choreo.grammar import GENRES
from hdvr_jax.choreo.plan import SIZES
from hdvr_jax.choreo.records import records
from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_skeleton


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("choreo")


def test_clips_come_back_as_generated(data_dir):
    clips = corpus.load("choreo", "test", data_dir=data_dir, size="tiny", seed=1)
    generated = list(records(1, SIZES["tiny"], "test"))
    assert [clip["clip"] for clip in clips] == [clip["clip"] for clip in generated]
    assert {clip["genre"] for clip in clips} == set(GENRES)
    for clip, source in zip(clips, generated, strict=True):
        assert clip["skeleton"] == "coco17"
        frames = 120 if clip["description"].startswith("solo") else 210
        assert clip["points_world"].shape == (frames, len(get_skeleton("coco17").joints), 3)
        assert clip["keypoints"].shape == (3, frames, 17, 2)
        assert clip["image_size"].shape == (3, 2)
        assert clip["split"] == "test"
        assert clip["description"].split(":")[0] in ("solo", "duet", "trio")
        np.testing.assert_array_equal(clip["keypoints"], source["keypoints"])


def test_every_genre_is_in_every_split(data_dir):
    clips = corpus.load("choreo", "all", data_dir=data_dir, size="tiny", seed=1)
    pairs = {(clip["split"], clip["genre"]) for clip in clips}
    assert len(pairs) == 3 * len(GENRES)


def test_unknown_size_is_refused(data_dir):
    with pytest.raises(InputError, match="no size 'enormous'"):
        corpus.load("choreo", "test", data_dir=data_dir, size="enormous")
