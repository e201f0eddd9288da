"""AIST++'s native layout, both schemas, and what surrounds the keypoints."""

import json

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import aistpp, aistpp_layout, read
from hdvr_jax.provenance import MISSING
from tests.keypoints import fakes
from tests.real_data import real_data


def _as_lists(content: dict, extra_person: bool = False) -> dict:
    """The array schema's content in the list schema, with 133 joints."""
    people, boxes = [], []
    for view in content["keypoints2d"]:
        frames = []
        for points in view:
            whole = np.zeros((133, 3), np.float32)
            whole[:17] = points
            frames.append([whole + 1, whole] if extra_person else [whole])
        people.append(frames)
        boxes.append([[[0, 0, 1, 1, 0.1], [0, 0, 1, 1, 0.9]][-len(frame) :] for frame in frames])
    stamps = [content["timestamps"]] * len(people)
    return {"keypoints2d": people, "bboxes": boxes, "timestamps": stamps}


def test_array_schema(tmp_path):
    content = fakes.detections()
    content["keypoints2d"][1, 2] = np.nan
    content["keypoints2d"][1, 3, 4, 2] = 1.02
    path = fakes.dump(tmp_path / "clip.pkl", content)
    reading = read(path, view="c02")
    (track,) = reading.tracks
    assert (track.skeleton, track.fps, track.image_size, track.id) == ("coco17", 60.0, (1920, 1080), "clip/c02")
    np.testing.assert_array_equal(track.keypoints, content["keypoints2d"][1, ..., :2])
    assert (track.provenance[2] == MISSING).all()
    assert (track.confidence[2] == 0).all()
    assert track.confidence[3, 4] == 1
    assert any("1920 x 1080 assumed" in note for note in reading.notes)


@pytest.mark.parametrize("extra_person", [False, True])
def test_list_schema_gives_what_the_array_schema_gives(tmp_path, extra_person):
    content = fakes.detections()
    wanted = aistpp.parse_detections(content, tmp_path)
    found = aistpp.parse_detections(_as_lists(content, extra_person), tmp_path)
    np.testing.assert_array_equal(found.keypoints, wanted.keypoints)
    np.testing.assert_array_equal(found.confidence, wanted.confidence)
    assert found.fps == 60.0
    assert any("10 frames show several people" in note for note in found.notes) == extra_person


def test_list_schema_with_empty_frames_and_views_of_different_length(tmp_path):
    content = _as_lists(fakes.detections())
    content["keypoints2d"][0][1], content["bboxes"][0][1] = [], []
    for field in ("keypoints2d", "bboxes"):
        content[field][1] = content[field][1][1:]
    content["timestamps"][1] = content["timestamps"][1][1:]
    found = aistpp.parse_detections(content, tmp_path)
    assert found.keypoints.shape == (2, 5, 17, 2)
    missing = np.isnan(found.keypoints).all((2, 3))
    np.testing.assert_array_equal(missing, [[False, True, False, False, False], [True, False, False, False, False]])


def test_zero_people_in_every_frame(tmp_path):
    path = fakes.dump(tmp_path / "none.pkl", {"keypoints2d": [[[], []]], "bboxes": [[[], []]], "timestamps": [[0, 1]]})
    with pytest.raises(InputError, match=r"no people in it"):
        read(path)


def test_nan_everywhere_and_one_frame_are_tracks(tmp_path):
    content = fakes.detections(frames=1)
    content["keypoints2d"][:] = np.nan
    (track,) = read(fakes.dump(tmp_path / "nan.pkl", content)).tracks
    assert track.frames == 1
    assert np.isnan(track.keypoints).all()
    assert (track.provenance == MISSING).all()


def test_skipped_timestamps_leave_missing_frames(tmp_path):
    content = fakes.detections(frames=4)
    content["timestamps"] = np.array([0, 16667, 50000, 66667])
    found = aistpp.parse_detections(content, tmp_path)
    assert found.keypoints.shape[1] == 5
    assert np.isnan(found.keypoints[:, 2]).all()
    assert any("skip 1 frames" in note for note in found.notes)


def test_frame_rate_follows_timestamps_and_is_overridden(tmp_path):
    content = fakes.detections() | {"timestamps": np.arange(5) * 33333}
    path = fakes.dump(tmp_path / "slow.pkl", content)
    assert read(path).tracks[0].fps == pytest.approx(30, abs=0.01)
    reading = read(path, fps=24)
    assert reading.tracks[0].fps == 24
    assert any("24 was given" in note for note in reading.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"keypoints2d": np.zeros((2, 5, 25, 3))}, r"\(2, 5, 25, 3\); expected \(views, frames, 17 or 133, 3\)"),
        ({"keypoints2d": np.zeros((5, 17, 3))}, "expected .views, frames"),
        ({"keypoints2d": np.full((2, 5, 17, 3), "x")}, "keypoints2d"),
        ({"keypoints2d": np.zeros((2, 0, 17, 3)), "timestamps": np.zeros(0)}, "no people"),
        ({"keypoints2d": 3}, "holds a int"),
        ({"keypoints2d": [3]}, "holds a int"),
        ({"keypoints2d": [[[[1, 2]]]]}, "view 0 frame 0"),
        ({"timestamps": np.arange(4)}, r"timestamps has shape \(4,\); expected \(5,\)"),
        ({"timestamps": np.array([0, 1, 1, 2, 3])}, "do not increase"),
        ({"timestamps": np.array([0, 1, 2, 3, 10**9])}, "timestamps span"),
        ({"timestamps": ["a"] * 5}, "timestamps is not an array of numbers"),
    ],
)
def test_malformed_detections(tmp_path, change, message):
    path = fakes.dump(tmp_path / "bad.pkl", fakes.detections() | change)
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert "bad.pkl" in str(caught.value)


@pytest.mark.parametrize("content", [[1, 2], {"poses": 1}, {}, {"keypoints3d": np.zeros((4, 16, 3))}])
def test_other_pickles(tmp_path, content):
    with pytest.raises(InputError, match=r"other\.pkl.*expected"):
        read(fakes.dump(tmp_path / "other.pkl", content))


def test_folder_with_cameras_ignore_list_and_3d(tmp_path):
    second = fakes.SEQUENCE.replace("ch01", "ch02")
    root = fakes.aistpp_root(tmp_path, (fakes.SEQUENCE, second))
    (root / "ignore_list.txt").write_text(fakes.SEQUENCE + "\n")
    reading = read(root)
    assert reading.tracks[0].id == f"{second}/c01"
    assert any("1 sequences on the ignore list" in note for note in reading.notes)
    named = read(root / "keypoints2d", clip=fakes.SEQUENCE, view="c02")
    assert named.tracks[0].id == f"{fakes.SEQUENCE}/c02"
    assert any("on the ignore list" in note for note in named.notes)
    solid = read(root / "keypoints3d" / f"{fakes.SEQUENCE}.pkl")
    np.testing.assert_allclose(
        solid.tracks[0].keypoints, fakes.points3d()["keypoints3d_optim"] / 100, rtol=0, atol=1e-6
    )
    (root / "ignore_list.txt").write_text(f"{fakes.SEQUENCE}\n{second}\n")
    with pytest.raises(InputError, match="ignore list"):
        read(root)


def test_unknown_clip_and_view_name_what_there_is(tmp_path):
    root = fakes.aistpp_root(tmp_path)
    with pytest.raises(InputError, match="no view c07; there are: c01, c02"):
        read(root, view="c07")
    with pytest.raises(InputError, match=f"no sequence x; there are: {fakes.SEQUENCE}"):
        read(root, clip="x")
    with pytest.raises(InputError, match="have no view"):
        read(root / "keypoints3d" / f"{fakes.SEQUENCE}.pkl", view="c01")


def test_cameras_in_metres_and_matrices(tmp_path):
    root = fakes.aistpp_root(tmp_path)
    view = aistpp_layout.load_views(root, fakes.SEQUENCE, [])["c02"]
    np.testing.assert_allclose(view.rotation, np.diag([1, -1, -1]), atol=1e-12)
    np.testing.assert_allclose(view.translation, [0, 1.8, 4.5])
    assert (view.focal.tolist(), view.center.tolist(), view.image_size) == ([1300, 1300], [960, 540], (1920, 1080))


def test_cameras_and_mapping_are_optional(tmp_path):
    root, notes = fakes.aistpp_root(tmp_path), []
    (root / "cameras" / "mapping.txt").unlink()
    assert set(aistpp_layout.load_views(root, fakes.SEQUENCE, notes)) == {"c01", "c02"}
    (root / "cameras" / "setting2.json").write_text("[]")
    assert aistpp_layout.load_views(root, fakes.SEQUENCE, notes) == {}
    assert "No cameras" in notes[0]
    assert aistpp_layout.load_views(tmp_path / "elsewhere", fakes.SEQUENCE, notes) == {}


@pytest.mark.parametrize("field", ["matrix", "size", "distortions", "rotation", "translation"])
def test_malformed_camera_names_file_and_field(tmp_path, field):
    root = fakes.aistpp_root(tmp_path)
    for broken in ([1.0], None, "x"):
        entry = fakes.camera() | {field: broken}
        (root / "cameras" / "setting1.json").write_text(json.dumps([entry]))
        with pytest.raises(InputError, match=rf"setting1\.json.*c01.*{field}"):
            read(root)
    (root / "cameras" / "setting1.json").write_text('[{"name": ')
    with pytest.raises(InputError, match=r"setting1\.json: not a JSON camera file"):
        read(root)


def test_names_and_lists(tmp_path):
    assert aistpp_layout.parse_name("gWA_sFM_cAll_d27_mWA2_ch21") == ("waack", "d27", "gWA_sFM_ch21")
    assert aistpp_layout.parse_name("my_own_clip") == ("", "", "my_own_clip")
    assert aistpp_layout.official_splits(tmp_path) == {}
    (tmp_path / "splits").mkdir()
    (tmp_path / "splits" / "pose_val.txt").write_text("gBR_sBM_c01_d04_mBR0_ch01\ngBR_sBM_cAll_d04_mBR0_ch02\n")
    found = aistpp_layout.official_splits(tmp_path)
    assert found == {
        "train": set(),
        "validation": {"gBR_sBM_cAll_d04_mBR0_ch01", "gBR_sBM_cAll_d04_mBR0_ch02"},
        "test": set(),
    }


def test_real_detections_agree_with_the_published_points():
    root, sequence = real_data("aistpp"), "gBR_sBM_cAll_d04_mBR0_ch03"
    (track,) = read(root, clip=sequence, view="c03").tracks
    assert (track.keypoints.shape, track.fps) == ((720, 17, 2), 60.0)
    camera = aistpp_layout.load_views(root, sequence, [])["c03"]
    points = aistpp.load_points(root / "keypoints3d" / f"{sequence}.pkl") @ camera.rotation.T + camera.translation
    image = points[..., :2] / points[..., 2:] * camera.focal + camera.center
    body = np.linalg.norm(image - track.keypoints, axis=-1)[:, 5:]
    assert np.median(body) < 7
