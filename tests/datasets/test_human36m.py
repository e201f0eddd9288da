"""The Human3.6M builder on a tiny archive of the true layout."""

import hashlib
import json
import pathlib

import numpy as np
import pytest

from datasets.human36m import human36m_dataset_builder as builder
from hdvr_jax import cameras, clips, corpus
from hdvr_jax.errors import InputError
from hdvr_jax.skeletons import get_mapping
from tests.keypoints import archives

_FRAMES = 23
_PUBLISHED = json.loads((pathlib.Path(builder.__file__).parent / "cameras.json").read_text())
_KEPT = [0, 1, 2, 3, 6, 7, 8, 12, 13, 14, 15, 17, 18, 19, 25, 26, 27]


def _motion() -> dict:
    random = np.random.default_rng(0)
    motion = {
        subject: {action: archives.walk(random, _FRAMES, 32) for action in ("Directions", "SittingDown 1")}
        for subject in ("S1", "S5", "S6", "S7", "S8", "S9", "S11")
    }
    del motion["S11"]["Directions"]
    return motion


def _seen(points: np.ndarray, subject: str, extra: int = 0) -> list[np.ndarray]:
    """What the four cameras see of 17 joints; the videos are longer than the motion."""
    views = []
    for camera, place in zip(_PUBLISHED["cameras"], _PUBLISHED["subjects"][subject], strict=True):
        image = archives.project(archives.to_camera(points[:, _KEPT], **place), camera)
        views.append(np.concatenate([image, np.zeros((extra, 17, 2))]).astype(np.float32))
    return views


@pytest.fixture
def raw(tmp_path):
    motion = _motion()
    seen = {who: {what: _seen(points, who, 3) for what, points in motion[who].items()} for who in motion}
    seen["S2"] = {"Directions": [np.zeros((5, 17, 2), np.float32)] * 4}
    archives.save(tmp_path / "raw" / "data_3d_h36m.npz", positions_3d=motion)
    for name in ("gt", "cpn_ft_h36m_dbb"):
        archives.save(tmp_path / "raw" / f"data_2d_h36m_{name}.npz", positions_2d=seen, metadata=archives.H36M_METADATA)
    return tmp_path / "raw"


def _load(raw, tmp_path, split="all", **options):
    return {
        clip["clip"]: clip for clip in corpus.load("human36m", split, tmp_path / "out", raw_dir=str(raw), **options)
    }


def test_splits_actions_and_shapes(raw, tmp_path):
    found = _load(raw, tmp_path)
    splits = dict.fromkeys(("S1", "S5", "S6", "S7", "S8"), "train") | {"S9": "test", "S11": "test"}
    assert {name: clip["split"] for name, clip in found.items()} == {
        f"{subject} {action}": split
        for subject, split in splits.items()
        for action in ("Directions", "SittingDown 1")
        if (subject, action) != ("S11", "Directions")
    }
    clip = found["S9 SittingDown 1"]
    texts = {"action": "SittingDown", "dancer": "S9", "take": "S9 SittingDown 1", "choreography": "S9 SittingDown"}
    assert {field: clip[field] for field in texts} == texts
    assert (clip["genre"], clip["skeleton"], clip["source3d"], clip["fps"]) == ("", "h36m17", "mocap", 50.0)
    assert clip["views"] == ("54138969", "55011271", "58860488", "60457274")
    assert clip["keypoints"].shape == (4, _FRAMES, 17, 2)
    assert (clip["confidence"] == 1).all()
    np.testing.assert_array_equal(clip["image_size"], [[1000, 1002], [1000, 1000], [1000, 1000], [1000, 1002]])


def test_joints_are_the_published_ones_and_the_world_is_upright(raw, tmp_path):
    points = _motion()["S5"]["Directions"][:, _KEPT]
    clip = _load(raw, tmp_path)["S5 Directions"]
    np.testing.assert_array_equal(clip["points_world"][..., 0], points[..., 0])
    np.testing.assert_array_equal(clip["points_world"][..., 1], points[..., 2])
    np.testing.assert_array_equal(clip["points_world"][..., 2], -points[..., 1])


def test_our_cameras_see_what_the_published_ones_do(raw, tmp_path):
    """Within the residual that the docstring of `videopose3d_cameras` states for what its archives cannot differ in."""
    for clip in _load(raw, tmp_path, keypoints="gt").values():
        extrinsics = cameras.Extrinsics(clip["rotation"], clip["translation"])
        np.testing.assert_allclose(np.linalg.det(clip["rotation"]), 1, atol=1e-5)
        in_camera = cameras.world_to_camera(extrinsics, clip["points_world"][None])
        for view in range(4):
            image = cameras.project(clips.camera(clip, view), in_camera[view])
            away = np.linalg.norm(image - clip["keypoints"][view], axis=-1)
            assert away.max() < 0.1
            assert np.mean(away) < 0.03


def test_published_distortion_is_matched_over_the_whole_image():
    views = builder.load_cameras(builder._CAMERAS)["S1"]
    grid = np.stack(np.meshgrid(np.linspace(-0.5, 0.5, 101), np.linspace(-0.5, 0.5, 101)), -1)
    points = np.concatenate([grid, np.ones((101, 101, 1))], -1)
    for published, view in zip(_PUBLISHED["cameras"], views, strict=True):
        wanted = archives.project(points, published)
        inside = ((wanted >= 0) & (wanted <= published["image_size"])).all(-1)
        camera = cameras.Perspective(*(np.asarray(v) for v in (view.focal, view.center, view.distortion)))
        away = np.linalg.norm(cameras.project(camera, points) - wanted, axis=-1)[inside]
        assert away.max() < 0.45
        assert 0.05 < away.mean() < 0.11
        assert (published["focal"], published["center"]) == (list(view.focal), list(view.center))


def test_training_subjects_downsampling_and_subset(raw, tmp_path):
    labelled = _load(raw, tmp_path, "train", train_subjects="S1", subset=0.5, downsample=2)
    assert sorted(labelled) == ["S1 Directions", "S1 SittingDown 1"]
    # The published rule: an even piece of the sequence, begun where the hash of its length says.
    count = int(round(_FRAMES // 2 * 0.5) * 2)
    raw_value = int.from_bytes(hashlib.sha256(str(_FRAMES).encode()).digest()[:4], byteorder="little", signed=False)
    start = int(raw_value / (2**32 - 1) * (_FRAMES - count + 1 - 0)) + 0
    wanted = _motion()["S1"]["Directions"][start : start + count : 2][:, _KEPT]
    clip = labelled["S1 Directions"]
    assert (count, clip["fps"]) == (12, 25.0)
    np.testing.assert_array_equal(clip["points_world"][..., 0], wanted[..., 0])
    assert clip["keypoints"].shape[1] == len(wanted)
    whole = _load(raw, tmp_path, "train")["S1 Directions"]
    np.testing.assert_array_equal(clip["keypoints"], whole["keypoints"][:, start : start + count : 2])
    tested = _load(raw, tmp_path, "test", train_subjects="S1", subset=0.5, downsample=2)
    assert {clip["points_world"].shape[0] for clip in tested.values()} == {(_FRAMES + 1) // 2}
    as_text = _load(raw, tmp_path, "train", train_subjects="S1", subset="0.5", downsample="2")["S1 Directions"]
    np.testing.assert_array_equal(as_text["keypoints"], clip["keypoints"])
    unlabelled = _load(raw, tmp_path, "train", train_subjects="S5+S6+S7+S8")
    assert {clip["dancer"] for clip in unlabelled.values()} == {"S5", "S6", "S7", "S8"}


def test_coco_detections_with_confidence_are_mapped(raw, tmp_path):
    random = np.random.default_rng(1)
    detected = random.uniform(0, 1000, (4, _FRAMES, 17, 3)).astype(np.float32)
    detected[..., 2] = random.uniform(0, 1.5, detected.shape[:-1])
    detected[0, 0, 11] = np.nan
    seen = {who: {what: list(detected) for what in actions} for who, actions in _motion().items()}
    archives.save(raw / "data_2d_h36m_detectron_pt_coco.npz", positions_2d=seen, metadata=archives.COCO_METADATA)
    clip = _load(raw, tmp_path, "train", keypoints="detectron_pt_coco")["S7 Directions"]
    mapping = get_mapping("coco17", "h36m17")
    np.testing.assert_allclose(clip["keypoints"], mapping.apply(detected[..., :2]), rtol=1e-6)
    assert not clip["confidence"][0, 0, [0, 4, 7]].any()
    np.testing.assert_allclose(clip["confidence"][1, :, 5], np.minimum(detected[1, :, 13, 2], 1))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"train_subjects": "S1,S9"}, "train_subjects 'S1,S9'; expected some of S1, S5"),
        ({"train_subjects": "S1,S1"}, "train_subjects"),
        ({"subset": 0}, "subset 0; expected more than 0"),
        ({"subset": 0.01}, "subset 0.01 leaves none of the 23 frames of S1 Directions"),
        ({"downsample": 0}, "downsample 0; expected a whole number"),
        ({"downsample": "1.5"}, "downsample '1.5'; expected a whole number"),
        ({"keypoints": "other"}, r"data_2d_h36m_other\.npz: no such file"),
    ],
)
def test_bad_options_are_named(raw, tmp_path, options, message):
    with pytest.raises(InputError, match=message):
        _load(raw, tmp_path, **options)


def _without(content, subject, action=None):
    if action is None:
        del content[subject]
    else:
        del content[subject][action]
    return content


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda m: _without(m, "S11"), "positions_3d has no subject 'S11'; it has S1, S5"),
        (
            lambda m: m["S6"].update({"Directions": m["S6"]["Directions"][:, :17]}),
            r"positions_3d of subject S6, action Directions: shape \(23, 17, 3\); expected \(any, 32, 3\)",
        ),
        (lambda m: m["S6"].update({"Directions": [1, 2]}), "subject S6, action Directions: list; expected numbers"),
        (lambda m: m["S6"].update({"Walking": m["S6"]["Directions"]}), "positions_2d of subject S6 has no action"),
        (lambda m: m.update({"S8": np.zeros(3)}), "positions_3d of subject S8 is not a dictionary"),
    ],
)
def test_damaged_motion_is_named(raw, tmp_path, change, message):
    motion = _motion()
    change(motion)
    archives.save(raw / "data_3d_h36m.npz", positions_3d=motion)
    with pytest.raises(InputError, match=message) as caught:
        _load(raw, tmp_path)
    assert "data_" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not list((tmp_path / "out").rglob("dataset_info.json"))


@pytest.mark.parametrize(
    ("views", "message"),
    [
        ([np.zeros((_FRAMES, 17, 2))] * 3, "subject S1, action Directions: expected 4 cameras, found 3"),
        (
            [np.zeros((_FRAMES, 17, 2))] * 3 + [None],
            "subject S1, action Directions, camera 60457274: NoneType; expected numbers",
        ),
        (
            [np.zeros((_FRAMES, 17, 2)), np.zeros((_FRAMES - 1, 17, 2))] * 2,
            r"camera 55011271: shape \(22, 17, 2\); expected 23 frames or more",
        ),
        ([np.zeros((_FRAMES, 16, 2))] * 4, r"camera 54138969: shape \(23, 16, 2\); expected \(any, 17, any\)"),
    ],
)
def test_damaged_detections_are_named(raw, tmp_path, views, message):
    motion = _motion()
    seen = {who: {what: _seen(points, who) for what, points in motion[who].items()} for who in motion}
    seen["S1"]["Directions"] = views
    archives.save(raw / "data_2d_h36m_gt.npz", positions_2d=seen, metadata=archives.H36M_METADATA)
    with pytest.raises(InputError, match=message):
        _load(raw, tmp_path, keypoints="gt")
