"""Annotation files of MPI-INF-3DHP, whole and damaged."""

import numpy as np
import pytest
import scipy.io

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import mpi_inf_3dhp
from tests.keypoints import mpi3dhp_files


def test_training_cells_are_found_by_their_camera_and_cut_to_the_video(tmp_path):
    order = list(range(13, -1, -1))
    mpi3dhp_files.write_train(tmp_path, mpi3dhp_files.annotations(0, order))
    found = mpi_inf_3dhp.read_training(tmp_path / "annot.mat", (0, 5), 3)
    assert found.points.shape == found.universal.shape == (2, 3, 28, 3)
    assert found.pixels.shape == (2, 3, 28, 2)
    for index, camera in enumerate((0, 5)):
        rotation, translation = mpi3dhp_files.extrinsics()[camera]
        points = mpi3dhp_files.world(0)[:3] @ rotation.T + translation
        np.testing.assert_allclose(found.points[index], points / 1000, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(found.universal[index], 0.9 * points / 1000, rtol=1e-5, atol=1e-5)
        np.testing.assert_allclose(found.pixels[index], mpi3dhp_files.project(points), rtol=1e-5)


def test_calibration_is_read_from_text(tmp_path):
    path = tmp_path / "camera.calibration"
    path.write_text(mpi3dhp_files.calibration())
    views = mpi_inf_3dhp.read_calibration(path)
    assert list(views) == list(range(14))
    rotation, translation = mpi3dhp_files.extrinsics()[3]
    np.testing.assert_allclose(views[3].rotation, rotation, atol=1e-6)
    np.testing.assert_allclose(views[3].translation, translation / 1000, atol=1e-6)
    np.testing.assert_array_equal([views[3].focal, views[3].center], [mpi3dhp_files.FOCAL, mpi3dhp_files.CENTER])
    assert (views[3].name, views[3].image_size) == ("3", (2048, 2048))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("  size        2048 2048\n", "", "camera 0: expected a line 'size' with 2 numbers"),
        (" 0 0 0 1 \n", " 0 0 0\n", "camera 0: expected a line 'intrinsic' with 16 numbers"),
        ("  extrinsic  ", "  extrinsics ", "camera 0: expected a line 'extrinsic' with 16 numbers"),
        ("1497.693", "wide", r"not a camera calibration \(ValueError: could not convert string to float: 'wide'\)"),
        ("1497.693", "nan", "camera 0: expected a line 'intrinsic' with 16 numbers"),
        ("name          0\n", "", "not a camera calibration"),
    ],
)
def test_damaged_calibration_is_named(tmp_path, old, new, message):
    path = tmp_path / "camera.calibration"
    path.write_text(mpi3dhp_files.calibration().replace(old, new, 1))
    with pytest.raises(InputError, match=message) as caught:
        mpi_inf_3dhp.read_calibration(path)
    assert "camera.calibration" in str(caught.value)
    path.write_text("Skeletool Camera Calibration File V1.0\n")
    with pytest.raises(InputError, match="no cameras"):
        mpi_inf_3dhp.read_calibration(path)


def _cell(field, place, value):
    def change(content):
        content[field][place, 0] = value

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("univ_annot3"), r"annot\.mat: no field univ_annot3"),
        (lambda content: content.pop("cameras"), "no field cameras"),
        (lambda content: content.update(cameras=np.arange(13)), "annot2 has no camera 13"),
        (_cell("annot3", 13, np.zeros((5, 83))), r"annot3 of camera 13 has shape \(5, 83\); expected \(frames, 84\)"),
        (_cell("annot2", 13, np.zeros((4, 56))), "differ in their number of frames: annot2 4, annot3 5, univ_annot3 5"),
        (_cell("annot2", 13, np.zeros((0, 56))), "annot2 of camera 13 has no frames"),
        (_cell("annot2", 13, "text"), "annot2 of camera 13 has shape"),
    ],
)
def test_damaged_training_files_are_named(tmp_path, change, message):
    content = mpi3dhp_files.annotations(0)
    change(content)
    scipy.io.savemat(tmp_path / "annot.mat", content)
    with pytest.raises(InputError, match=message) as caught:
        mpi_inf_3dhp.read_training(tmp_path / "annot.mat", (13,), 100)
    assert "\n" not in str(caught.value)


def test_truncated_and_foreign_files_are_input_errors(tmp_path):
    mpi3dhp_files.write_train(tmp_path, mpi3dhp_files.annotations(0))
    whole = (tmp_path / "annot.mat").read_bytes()
    path = tmp_path / "cut.mat"
    # What comes last, the numbers of the frames, is not read.
    for length in np.linspace(0, 0.95 * len(whole), 25).astype(int):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"cut\.mat"):
            mpi_inf_3dhp.read_training(path, (0,), 5)
    hdf5 = mpi3dhp_files.write_test(tmp_path / "test.mat", mpi3dhp_files.evaluated_content(0)).read_bytes()
    for length in np.linspace(0, len(hdf5) - 1, 25).astype(int):
        path.write_bytes(hdf5[:length])
        with pytest.raises(InputError, match=r"cut\.mat") as caught:
            mpi_inf_3dhp.read_test(path)
        assert "\n" not in str(caught.value)
    path.write_bytes(whole)
    with pytest.raises(InputError, match=r"not a whole Matlab file of version 7\.3"):
        mpi_inf_3dhp.read_test(path)
    path.write_bytes(hdf5)
    with pytest.raises(InputError, match="not a whole Matlab file of version 5"):
        mpi_inf_3dhp.read_training(path, (0,), 5)


def test_test_files_are_read(tmp_path):
    content = mpi3dhp_files.evaluated_content(0)
    found = mpi_inf_3dhp.read_test(mpi3dhp_files.write_test(tmp_path / "annot_data.mat", content))
    np.testing.assert_allclose(found.seen.points[0], content["annot3"][:, 0] / 1000, rtol=1e-6)
    np.testing.assert_allclose(found.seen.pixels[0], content["annot2"][:, 0], rtol=1e-6)
    np.testing.assert_array_equal(found.valid, mpi3dhp_files.VALID == 1)
    np.testing.assert_array_equal(found.activity, mpi3dhp_files.ACTIVITY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda content: content.pop("valid_frame"), r"annot_data\.mat: no field valid_frame"),
        (lambda content: content.update(annot3=content["annot3"][:, :, :16]), r"annot3 has shape \(12, 1, 16, 3\)"),
        (lambda content: content.update(annot2=content["annot2"][:5]), r"annot2 has shape \(5, 1, 17, 2\); expected"),
        (lambda content: content.update(activity_annotation=np.ones((3, 1))), "activity_annotation has 3 frames"),
        (lambda content: content.update(valid_frame=np.zeros((0, 1))), "not empty"),
    ],
)
def test_damaged_test_files_are_named(tmp_path, change, message):
    content = mpi3dhp_files.evaluated_content(0)
    change(content)
    with pytest.raises(InputError, match=message):
        mpi_inf_3dhp.read_test(mpi3dhp_files.write_test(tmp_path / "annot_data.mat", content))
