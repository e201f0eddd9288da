"""The MPI-INF-3DHP builder on a tiny dataset of the true layout."""

import numpy as np
import pytest

from datasets.mpi_inf_3dhp.mpi_inf_3dhp_dataset_builder import ACTIVITIES
from hdvr_jax import cameras, clips, corpus
from hdvr_jax.errors import InputError
from tests.keypoints import mpi3dhp_files

_VNECT = (0, 1, 2, 4, 5, 6, 7, 8)


@pytest.fixture(scope="module")
def raw(tmp_path_factory):
    return mpi3dhp_files.write(tmp_path_factory.mktemp("raw"))


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory):
    return tmp_path_factory.mktemp("data")


@pytest.fixture
def own(tmp_path):
    """A dataset that a test may damage."""
    return mpi3dhp_files.write(tmp_path / "raw", ("S1",))


def _load(raw, where, split="all", **options):
    found = corpus.load("mpi_inf_3dhp", split, where, raw_dir=str(raw), **options)
    return {clip["clip"]: clip for clip in found}


def _image(clip, view):
    extrinsics = cameras.Extrinsics(clip["rotation"], clip["translation"])
    in_camera = cameras.world_to_camera(extrinsics, clip["points_world"][None])
    return np.asarray(cameras.project(clips.camera(clip, view), in_camera[view]))


def test_training_clips(raw, data_dir):
    found = _load(raw, data_dir, "train")
    assert list(found) == [f"S{subject} Seq{sequence}" for subject in range(1, 9) for sequence in (1, 2)]
    fast = {name for name, clip in found.items() if clip["fps"] == 50}
    assert fast == {"S1 Seq2", "S3 Seq1", "S3 Seq2", "S5 Seq1", "S5 Seq2"}
    assert {clip["fps"] for clip in found.values()} == {25.0, 50.0}
    clip = found["S2 Seq1"]
    texts = {"dancer": "S2", "take": "S2 Seq1", "action": "", "genre": "", "skeleton": "mpi3dhp28", "split": "train"}
    assert {field: clip[field] for field in texts} == texts
    assert clip["views"] == tuple(str(camera) for camera in _VNECT)
    np.testing.assert_allclose(clip["points_world"], mpi3dhp_files.world(11) / 1000, atol=1e-5)
    for clip in found.values():
        for view in range(8):
            np.testing.assert_allclose(_image(clip, view), clip["keypoints"][view], atol=0.02)


def test_test_clips_are_scored_once_per_valid_frame_of_their_activity(raw, data_dir):
    found = _load(raw, data_dir, "test")
    names = {1: "Standing/Walking", 2: "Exercise", 6: "Sports"}
    assert set(found) == {f"TS{number} {name}" for number in range(1, 7) for name in names.values()}
    for activity, name in names.items():
        assert ACTIVITIES[activity - 1] == name
        clip = found[f"TS3 {name}"]
        scored = np.isfinite(clip["points_world"]).all((1, 2))
        wanted = (activity == mpi3dhp_files.ACTIVITY) & (mpi3dhp_files.VALID == 1)
        np.testing.assert_array_equal(scored, wanted)
        assert np.isnan(clip["points_world"][~scored]).all()
        assert clip["keypoints"].shape == (1, mpi3dhp_files.TEST_FRAMES, 17, 2)
        assert (clip["action"], clip["dancer"], clip["take"], clip["fps"]) == (name, "TS3", "TS3", 25.0)
        assert clip["skeleton"] == "mpi3dhp17"
        # The last frame of these files has nothing but zeros.
        assert np.isnan(clip["keypoints"][0, -1]).all()
        np.testing.assert_array_equal(clip["confidence"][0].min(-1), [1] * 11 + [0])


@pytest.mark.parametrize("sequence", ["TS1", "TS4", "TS5", "TS6"])
def test_test_cameras_see_what_is_annotated(raw, data_dir, sequence):
    """TS5 has a distorted image, the others do not: the file tells which."""
    for clip in _load(raw, data_dir, "test").values():
        if clip["dancer"] == sequence:
            known = np.isfinite(clip["points_world"]).all(-1)
            np.testing.assert_allclose(_image(clip, 0)[known], clip["keypoints"][0][known], atol=0.1)
            np.testing.assert_allclose(clip["focal"][0], mpi3dhp_files.FOCAL, rtol=1e-3)
            np.testing.assert_allclose(clip["distortion"][0, 0], mpi3dhp_files.LENS[0] if sequence == "TS5" else 0)
            np.testing.assert_allclose(clip["rotation"][0] @ clip["rotation"][0].T, np.eye(3), atol=1e-5)
            size = [1920, 1080] if sequence in ("TS5", "TS6") else [2048, 2048]
            np.testing.assert_array_equal(clip["image_size"], [size])


def test_the_test_world_has_y_up(raw, data_dir):
    """The published cameras stand 1.4 and 1.0 m high, and look down a little."""
    found = _load(raw, data_dir, "test")
    for sequence, height in (("TS2", 1.38786), ("TS6", 1.0386707)):
        clip = found[f"{sequence} Sports"]
        place = -clip["rotation"][0].T @ clip["translation"][0]
        np.testing.assert_allclose(place[1], height, atol=1e-4)
        assert clip["rotation"][0, 1, 1] < -0.9
        assert -0.3 < clip["rotation"][0, 2, 1] < 0


def test_universal_points_stand_where_the_true_ones_do(raw, data_dir, tmp_path):
    options = {"points": "univ_annot3", "train_subjects": "S1", "cameras": "all"}
    found = _load(raw, tmp_path / "out", **options)
    true = mpi3dhp_files.world(1) / 1000
    clip = found["S1 Seq1"]
    assert len(clip["views"]) == 14
    np.testing.assert_allclose(clip["points_world"][:, 4], true[:, 4], atol=1e-5)
    bones = clip["points_world"] - clip["points_world"][:, 4:5]
    np.testing.assert_allclose(bones, 0.9 * (true - true[:, 4:5]), atol=1e-5)
    small, large = found["TS1 Sports"]["points_world"], _load(raw, data_dir, "test")["TS1 Sports"]["points_world"]
    np.testing.assert_allclose(small[:, 14], large[:, 14], atol=1e-5)
    np.testing.assert_allclose(small - small[:, 14:15], 0.9 * (large - large[:, 14:15]), atol=1e-5)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"cameras": "most"}, "no cameras 'most'; expected vnect or all"),
        ({"points": "annot2"}, "no points 'annot2'; expected annot3 or univ_annot3"),
        ({"train_subjects": "S1,TS1"}, "train_subjects 'S1,TS1'; expected some of S1, S2"),
        ({}, r"S2/Seq1/annot\.mat: no such file"),
    ],
)
def test_bad_options_and_missing_files_are_named(own, tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        _load(own, tmp_path / "out", **options)


def test_damaged_files_leave_no_dataset_behind(own, tmp_path):
    def refused(message):
        with pytest.raises(InputError, match=message) as caught:
            _load(own, tmp_path / "out", train_subjects="S1")
        assert "\n" not in str(caught.value)
        assert not list((tmp_path / "out").rglob("dataset_info.json"))

    test_file = own / "mpi_inf_3dhp_test_set" / "TS4" / "annot_data.mat"
    content = mpi3dhp_files.evaluated_content(4)
    content["activity_annotation"][0] = 8
    mpi3dhp_files.write_test(test_file, content)
    refused(r"TS4/annot_data\.mat: activity_annotation has 8 in a valid frame; expected 1 to 7")
    content = mpi3dhp_files.annotations(1)
    content["annot3"][4, 0] = content["annot3"][4, 0] + 100
    mpi3dhp_files.write_train(own / "S1" / "Seq1", content)
    refused(r"Seq1/annot\.mat: annot3 of camera 4 is 0\.17 m from that of camera 0")
    mpi3dhp_files.write_train(own / "S1" / "Seq1", mpi3dhp_files.annotations(1))
    text = mpi3dhp_files.calibration()
    (own / "S1" / "Seq1" / "camera.calibration").write_text(text[: text.index("name          8")])
    refused(r"Seq1/camera\.calibration: no camera 8")
    test_file.unlink()
    refused(r"TS4/annot_data\.mat: no such file")
