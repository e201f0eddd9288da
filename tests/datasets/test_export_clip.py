"""Clips of datasets as keypoint files."""

import numpy as np
import pytest

from datasets import export_clip
from hdvr_jax import corpus, keypoints
from hdvr_jax.errors import InputError


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    return corpus.load("choreo", "test", tmp_path_factory.mktemp("data"), size="tiny")


def test_what_is_written_is_what_the_camera_saw(clips, tmp_path):
    clip = clips[0]
    export_clip.export(clips, clip["clip"], clip["views"][1], tmp_path / "clip.npz")
    reading = keypoints.read(tmp_path / "clip.npz")
    assert len(reading.tracks) == sum(other["take"] == clip["take"] for other in clips)
    track = next(track for track in reading.tracks if track.id == clip["dancer"])
    np.testing.assert_array_equal(track.keypoints, clip["keypoints"][1])
    assert track.fps == pytest.approx(clip["fps"])


def test_unknown_clips_and_views_are_named(clips, tmp_path):
    with pytest.raises(InputError, match="no clip is called 'polka'"):
        export_clip.export(clips, "polka", "", tmp_path / "clip.npz")
    with pytest.raises(InputError, match="has no view 'moon'"):
        export_clip.export(clips, "", "moon", tmp_path / "clip.npz")
    assert not list(tmp_path.iterdir())


def test_the_command_prints_one_line_for_an_unknown_option(capsys, tmp_path):
    status = export_clip.main(["--dataset=choreo", "--options=colour=red", f"--out={tmp_path / 'clip.npz'}"])
    assert status == 2
    assert capsys.readouterr().err.startswith("error: ")
