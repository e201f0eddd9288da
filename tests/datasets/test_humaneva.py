"""The HumanEva builder on a tiny archive of the true layout."""

import json
import pathlib

import numpy as np
import pytest

from datasets.humaneva import humaneva_dataset_builder as builder
from hdvr_jax import cameras, clips, corpus
from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_mapping
from tests.keypoints import archives

_PUBLISHED = json.loads((pathlib.Path(builder.__file__).parent / "cameras.json").read_text())
_ACTIONS = {"Walking 1 chunk0": 9, "Walking 1 chunk2": 4, "Jog 1 chunk0": 6, "ThrowCatch 1 chunk0": 5}
_SUBJECTS = tuple(f"{split}/{subject}" for split in ("Train", "Validate") for subject in ("S1", "S2", "S3"))
# Nobody publishes these; the test's cameras have them.
_LENS = {"focal": [790.0, 780.0], "center": [331.0, 243.0], "radial": [0.0] * 3, "tangential": [0.0] * 2}
_SIDES = {
    15: [[2, 3, 4, 8, 9, 10], [5, 6, 7, 11, 12, 13]],
    20: [[3, 4, 5, 6, 11, 12, 13, 14], [7, 8, 9, 10, 15, 16, 17, 18]],
}


def _metadata(joints: int) -> dict:
    return {"layout_name": f"humaneva{joints}", "num_joints": joints, "keypoints_symmetry": _SIDES[joints]}


def _motion(joints: int = 15) -> dict:
    random = np.random.default_rng(0)
    motion = {
        subject: {action: archives.walk(random, frames, joints) for action, frames in _ACTIONS.items()}
        for subject in _SUBJECTS
    }
    del motion["Train/S3"]["ThrowCatch 1 chunk0"]
    return motion


def _seen(points: np.ndarray, subject: str, lens: dict = _LENS) -> list[np.ndarray]:
    places = _PUBLISHED["subjects"][subject.split("/")[1]]
    return [archives.project(archives.to_camera(points, **place), lens).astype(np.float32) for place in places]


def _write(raw: pathlib.Path, joints: int = 15, **change: object) -> pathlib.Path:
    motion = _motion(joints)
    seen = {who: {what: _seen(points, who) for what, points in motion[who].items()} for who in motion}
    seen["Unlabeled/S4"] = {"Box 2": [np.zeros((5, joints, 2), np.float32)] * 3}
    seen["Unlabeled/Train/S1"] = {"Walking 1 chunk1": [np.zeros((5, joints, 2), np.float32), None, None]}
    archives.save(raw / f"data_3d_humaneva{joints}.npz", positions_3d=motion)
    archives.save(
        raw / f"data_2d_humaneva{joints}_gt.npz", **{"positions_2d": seen, "metadata": _metadata(joints), **change}
    )
    return raw


@pytest.fixture
def raw(tmp_path):
    return _write(tmp_path / "raw")


def _load(raw, tmp_path, split="all", **options):
    found = corpus.load("humaneva", split, tmp_path / "out", raw_dir=str(raw), **options)
    return {clip["clip"]: clip for clip in found}


def test_splits_actions_and_shapes(raw, tmp_path):
    found = _load(raw, tmp_path)
    assert {name: clip["split"] for name, clip in found.items()} == {
        f"{subject} {action}": "train" if subject.startswith("Train") else "test"
        for subject in _SUBJECTS
        for action in _ACTIONS
        if (subject, action) != ("Train/S3", "ThrowCatch 1 chunk0")
    }
    clip = found["Validate/S2 Walking 1 chunk2"]
    texts = {"action": "Walking", "dancer": "S2", "choreography": "S2 Walking", "skeleton": "humaneva15"}
    assert {field: clip[field] for field in texts} == texts
    assert (clip["take"], clip["genre"], clip["fps"]) == ("Validate/S2 Walking 1 chunk2", "", 60.0)
    assert clip["views"] == ("C1", "C2", "C3")
    assert clip["keypoints"].shape == (3, 4, 15, 2)
    np.testing.assert_array_equal(clip["image_size"], [[640, 480]] * 3)
    points = _motion()["Validate/S2"]["Walking 1 chunk2"]
    np.testing.assert_array_equal(clip["points_world"], np.stack([points[..., 0], points[..., 2], -points[..., 1]], -1))


@pytest.mark.parametrize("joints", [15, 20])
def test_estimated_cameras_see_what_the_recorded_ones_saw(tmp_path, joints):
    for clip in _load(_write(tmp_path / "raw", joints), tmp_path, joints=joints).values():
        extrinsics = cameras.Extrinsics(clip["rotation"], clip["translation"])
        in_camera = cameras.world_to_camera(extrinsics, clip["points_world"][None])
        for view in range(3):
            image = cameras.project(clips.camera(clip, view), in_camera[view])
            np.testing.assert_allclose(image, clip["keypoints"][view], atol=0.05)
        np.testing.assert_allclose(clip["focal"], [_LENS["focal"]] * 3, rtol=1e-4)
        np.testing.assert_allclose(clip["center"], [_LENS["center"]] * 3, rtol=1e-4)


def test_cameras_come_from_the_true_points_where_those_are_there(raw, tmp_path):
    """COCO detections are other joints: they give another camera, but only where nothing better is known."""
    random = np.random.default_rng(1)
    coco = get_mapping("humaneva15", "coco17")
    seen = {
        who: {
            what: [
                coco.apply(view) + random.normal(0, 3, (len(points), 17, 2)).astype(np.float32)
                for view in _seen(points, who)
            ]
            for what, points in actions.items()
        }
        for who, actions in _motion().items()
    }
    path = raw / "data_2d_humaneva15_detectron_pt_coco.npz"
    archives.save(path, positions_2d=seen, metadata=archives.COCO_METADATA)
    clip = _load(raw, tmp_path, keypoints="detectron_pt_coco")["Train/S1 Jog 1 chunk0"]
    np.testing.assert_allclose(clip["focal"], [_LENS["focal"]] * 3, rtol=1e-4)
    wanted = get_mapping("coco17", "humaneva15").apply(seen["Train/S1"]["Jog 1 chunk0"][1])
    np.testing.assert_allclose(clip["keypoints"][1], wanted, rtol=1e-5)
    (raw / "data_2d_humaneva15_gt.npz").unlink()
    clip = _load(raw, tmp_path, keypoints="detectron_pt_coco")["Train/S1 Jog 1 chunk0"]
    np.testing.assert_allclose(clip["focal"], [_LENS["focal"]] * 3, rtol=0.2)
    assert np.abs(clip["focal"] - _LENS["focal"]).max() > 1


def test_actions_are_chosen_by_how_they_begin(raw, tmp_path):
    found = _load(raw, tmp_path, actions="Walk,Jog")
    assert {clip["action"] for clip in found.values()} == {"Walking", "Jog"}
    assert len(found) == 6 * 3
    assert found.keys() == _load(raw, tmp_path, actions="Walk+Jog").keys()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"joints": 17}, "no layout of 17 joints; expected 15 or 20"),
        ({"joints": 20}, r"data_3d_humaneva20\.npz: no such file"),
        ({"keypoints": "cpn"}, r"data_2d_humaneva15_cpn\.npz: no such file"),
    ],
)
def test_bad_options_are_named(raw, tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        _load(raw, tmp_path, **options)


def test_damaged_archives_are_named(raw, tmp_path):
    path = raw / "data_3d_humaneva15.npz"
    motion = _motion()
    motion["Validate/S1"]["Jog 1 chunk0"] = motion["Validate/S1"]["Jog 1 chunk0"][:, :14]
    archives.save(path, positions_3d=motion)
    with pytest.raises(InputError, match=r"Validate/S1, action Jog 1 chunk0: shape \(6, 14, 3\); expected \(any, 15"):
        _load(raw, tmp_path)
    motion = _motion()
    del motion["Validate/S3"]
    archives.save(path, positions_3d=motion)
    with pytest.raises(InputError, match="positions_3d has no subject 'Validate/S3'"):
        _load(raw, tmp_path)
    path.write_bytes(path.read_bytes()[:-50])
    with pytest.raises(InputError, match=r"data_3d_humaneva15\.npz: not an \.npz archive, or one that was cut short"):
        _load(raw, tmp_path)
    assert not list((tmp_path / "out").rglob("dataset_info.json"))


def test_an_image_that_is_not_of_this_motion_is_refused(tmp_path):
    mirrored = {**_LENS, "focal": [790.0, -780.0]}
    motion = _motion()
    seen = {who: {what: _seen(motion[who][what], who, mirrored) for what in motion[who]} for who in motion}
    raw = _write(tmp_path / "raw", positions_2d=seen)
    with pytest.raises(InputError, match="subject Train/S1, camera C1: the image does not fit the 3D"):
        _load(raw, tmp_path)
