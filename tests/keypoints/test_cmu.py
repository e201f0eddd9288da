"""Packs of CMU motion capture."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import cmu, read
from hdvr_jax.skeletons import get_skeleton
from tests.keypoints import fakes
from tests.real_data import real_data

_PAIR = {
    "salsa_60_01": {"genre": "salsa", "cmu": "60_01", "pair": "01"},
    "salsa_61_01": {"genre": "salsa", "cmu": "61_01", "pair": "01"},
    "cmu_07_02": {"subject": "walk", "desc": "slow walk"},
}


def _t_pose(frames: int) -> np.ndarray:
    """(frames, 25, 3) arms along X, nothing else of note."""
    index = get_skeleton("cmu25").index
    points = np.zeros((frames, 25, 3), np.float32)
    for side, sign in (("left", 1), ("right", -1)):
        points[:, index(f"{side}_hip"), 0] = 0.1 * sign
        points[:, index(f"{side}_shoulder"), 0] = 0.2 * sign
        points[:, index(f"{side}_wrist"), 0] = 0.7 * sign
    return points


def test_a_clip_by_name(tmp_path):
    path = fakes.cmu_pack(tmp_path / "pack.npz", _PAIR)
    (track,) = read(path, clip="cmu_07_02").tracks
    assert (track.skeleton, track.fps, track.id) == ("cmu25", 30.0, "cmu_07_02")
    np.testing.assert_array_equal(track.keypoints, np.load(path)["cmu_07_02"])


def test_a_take_gives_its_partners_and_no_name_the_first_clip(tmp_path):
    path = fakes.cmu_pack(tmp_path / "pack.npz", _PAIR)
    assert [track.id for track in read(path, clip="salsa_01").tracks] == ["salsa_60_01", "salsa_61_01"]
    reading = read(path, fps=60)
    assert [(track.id, track.fps) for track in reading.tracks] == [("salsa_60_01", 60)]
    assert any("3 clips in pack.npz; took salsa_60_01" in note for note in reading.notes)


def test_fields_of_clips(tmp_path):
    first, _, last = cmu.load_pack(fakes.cmu_pack(tmp_path / "pack.npz", _PAIR))
    assert (first.subject, first.take, first.genre, first.description) == ("60", "salsa_01", "salsa", "")
    assert (last.subject, last.take, last.genre, last.description) == ("07", "07_02", "", "slow walk")


def test_joints_in_another_order_are_brought_into_the_skeletons(tmp_path):
    names = np.array(get_skeleton("cmu25").aliases)[::-1]
    path = fakes.cmu_pack(tmp_path / "pack.npz", _PAIR, joint_names=names)
    (track,) = read(path, clip="cmu_07_02").tracks
    np.testing.assert_array_equal(track.keypoints, np.load(path)["cmu_07_02"][:, ::-1])


@pytest.mark.parametrize(("reference", "left"), [(1, 9), (2, 8), (4, 10), (10, 10)])
def test_reference_pose_at_the_beginning(tmp_path, reference, left):
    """A short run is dropped; someone who stands so for longer, or all the time, is kept."""
    points = np.random.default_rng(0).normal(size=(10, 25, 3)).astype(np.float32)
    points[:reference] = _t_pose(reference)
    path = fakes.cmu_pack(tmp_path / "pack.npz", {"a": {}}, a=points)
    np.testing.assert_array_equal(read(path).tracks[0].keypoints, points[10 - left :])
    assert read(path, drop_first_frame=False).tracks[0].frames == 10


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"a": np.zeros((4, 24, 3), np.float32)}, r"clip a is float32 \(4, 24, 3\); expected floats"),
        ({"a": np.zeros((4, 25), np.float32)}, "clip a"),
        ({"a": np.zeros((4, 25, 3), np.int32)}, "clip a is int32"),
        ({"a": np.zeros((0, 25, 3), np.float32)}, "clip a"),
        ({"joint_names": np.array(["hip"])}, "joint_names has 1 joints"),
        ({"fps": np.array([30, 30])}, "fps is"),
        ({"fps": np.array(0)}, "fps is 0"),
        ({"unit": np.array("cm")}, "unit is cm; expected m"),
        ({"up": np.array("Z")}, "up is Z; expected Y"),
        ({"meta": np.array("{")}, "meta is not JSON"),
        ({"meta": np.array("[]")}, "meta is not a JSON object"),
        ({"b": np.array([{}], dtype=object)}, "cannot be read as .npz"),
    ],
)
def test_malformed_packs(tmp_path, changes, message):
    path = fakes.cmu_pack(tmp_path / "bad.npz", {"a": {}}, **changes)
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert "bad.npz" in str(caught.value)


def test_missing_fields_and_no_clips(tmp_path):
    with pytest.raises(InputError, match="no people"):
        read(fakes.cmu_pack(tmp_path / "empty.npz", {}))
    path = fakes.cmu_pack(tmp_path / "part.npz", {"a": {}}, meta=None)
    with pytest.raises(InputError, match="no array meta"):
        read(path, format="cmu")
    with pytest.raises(InputError, match="no clip b; there are: a"):
        read(fakes.cmu_pack(tmp_path / "pack.npz", {"a": {}}), clip="b")


def test_real_packs():
    for name, clips, frames in (("dance", 49, 31141), ("actions", 108, 30782)):
        whole = cmu.load_pack(real_data("cmu", f"{name}_30fps.npz"), drop_reference=False)
        assert (len(whole), sum(len(clip.points) for clip in whole)) == (clips, frames)
        moving = cmu.load_pack(real_data("cmu", f"{name}_30fps.npz"))
        assert all(1 <= clip.dropped <= 2 for clip in moving)
        steps = [np.linalg.norm(np.diff(clip.points, axis=0), axis=-1).mean(-1).max() for clip in moving]
        assert max(steps) < 0.5
