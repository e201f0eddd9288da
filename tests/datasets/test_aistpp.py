"""The AIST++ builder on a tiny folder, and on the real one."""

import numpy as np
import pytest

from datasets.aistpp.aistpp_dataset_builder import assign_split
from hdvr_jax import corpus
from hdvr_jax.errors import InputError
from tests.keypoints import fakes
from tests.real_data import real_data

_NAMES = tuple(fakes.SEQUENCE.replace("ch01", f"ch0{number}") for number in (1, 2, 3))


@pytest.fixture
def raw(tmp_path):
    return fakes.aistpp_root(tmp_path / "raw", _NAMES)


def _load(raw, tmp_path, **options):
    return {clip["clip"]: clip for clip in corpus.load("aistpp", "all", tmp_path / "out", raw_dir=str(raw), **options)}


def test_detections_cameras_and_points(raw, tmp_path):
    triangulated = np.random.default_rng(0).normal(size=(5, 17, 3)).astype(np.float32)
    np.savez(raw / "triangulated_keypoints3d_cm.npz", **{_NAMES[1]: triangulated})
    clips = _load(raw, tmp_path)
    assert {name: clip["split"] for name, clip in clips.items()} == dict(zip(_NAMES, ("train", "train", "test")))
    assert [clips[name]["source3d"] for name in _NAMES] == ["published", "triangulated", "none"]
    np.testing.assert_allclose(clips[_NAMES[1]]["points_world"], triangulated / 100, rtol=1e-6)
    assert np.isnan(clips[_NAMES[2]]["points_world"]).all()
    clip = clips[_NAMES[0]]
    np.testing.assert_allclose(clip["points_world"], fakes.points3d()["keypoints3d_optim"] / 100, rtol=1e-6)
    np.testing.assert_array_equal(clip["keypoints"], fakes.detections()["keypoints2d"][..., :2])
    np.testing.assert_array_equal(clip["confidence"], fakes.detections()["keypoints2d"][..., 2])
    wanted = {"dancer": "d04", "choreography": "gBR_sBM_ch01", "genre": "break", "fps": 60.0, "views": ("c01", "c02")}
    assert {field: clip[field] for field in wanted} == wanted
    np.testing.assert_allclose(clip["rotation"], [np.diag([1, -1, -1])] * 2, atol=1e-6)
    np.testing.assert_allclose(clip["translation"], [[0, 1.8, 4.5]] * 2)
    np.testing.assert_allclose(clip["distortion"], [[-0.1, 0, 0, 0, 0]] * 2)
    np.testing.assert_array_equal(clip["image_size"], [[1920, 1080]] * 2)


def test_choice_of_points(raw, tmp_path):
    clip = _load(raw, tmp_path, points="keypoints3d")[_NAMES[0]]
    np.testing.assert_allclose(clip["points_world"], fakes.points3d()["keypoints3d"] / 100, rtol=1e-6)
    with pytest.raises(InputError, match="no points 'keypoints4d'"):
        _load(raw, tmp_path, points="keypoints4d")


def test_ignore_list_and_official_splits_are_honoured(raw, tmp_path):
    (raw / "ignore_list.txt").write_text(_NAMES[1])
    (raw / "splits").mkdir()
    (raw / "splits" / "pose_train.txt").write_text("\n".join(_NAMES[1:]))
    (raw / "splits" / "pose_test.txt").write_text(_NAMES[0])
    (raw / "splits" / "crossmodal_val.txt").write_text(_NAMES[0])
    assert {name: clip["split"] for name, clip in _load(raw, tmp_path).items()} == {
        _NAMES[0]: "test",
        _NAMES[2]: "train",
    }
    assert {name: clip["split"] for name, clip in _load(raw, tmp_path, protocol="crossmodal").items()} == {
        _NAMES[0]: "validation"
    }
    (raw / "splits" / "crossmodal_val.txt").write_text("another")
    with pytest.raises(InputError, match="crossmodal lists in splits name none"):
        _load(raw, tmp_path, protocol="crossmodal")


def test_default_split_is_by_choreography():
    numbers = {"ch01": "train", "ch02": "train", "ch03": "test", "ch05": "train", "ch06": "train"}
    for number, split in numbers.items():
        assert assign_split(f"gBR_sBM_cAll_d04_mBR0_{number}", {}) == split
    assert assign_split("unlisted", {"train": {"listed"}}) is None


def test_without_cameras_there_are_no_views(tmp_path):
    (clip,) = _load(fakes.aistpp_root(tmp_path / "raw", cameras=False), tmp_path).values()
    assert (clip["views"], clip["keypoints"].shape) == ((), (0, 5, 17, 2))
    assert np.isfinite(clip["points_world"]).all()


def test_malformed_raw_files_leave_no_dataset_behind(raw, tmp_path):
    fakes.dump(raw / "keypoints3d" / f"{_NAMES[0]}.pkl", fakes.points3d(frames=4))
    for _ in range(2):
        with pytest.raises(InputError, match="4 frames of 3D but 5 of detections") as caught:
            _load(raw, tmp_path)
        assert "\n" not in str(caught.value)
    assert not list((tmp_path / "out").rglob("dataset_info.json"))


def test_real_clips_reproject(tmp_path):
    clips = corpus.load("aistpp", "all", tmp_path, raw_dir=str(real_data("aistpp")))
    assert [clip["clip"][-4:] for clip in clips if clip["split"] == "test"] == ["ch03"]
    assert sorted(clip["clip"][-4:] for clip in clips if clip["split"] == "train") == ["ch01", "ch02", "ch05", "ch06"]
    for clip in clips:
        camera = clip["points_world"] @ clip["rotation"][0].T + clip["translation"][0]
        image = camera[..., :2] / camera[..., 2:] * clip["focal"][0] + clip["center"][0]
        away = np.linalg.norm(image - clip["keypoints"][0], axis=-1)[:, 5:]
        assert np.median(away) < 8
