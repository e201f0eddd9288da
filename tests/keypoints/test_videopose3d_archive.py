"""Archives of pickled dictionaries are read without running them, and what is wrong with them is named."""

import io
import os
import pickle
import zipfile

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import videopose3d_archive
from tests.keypoints import archives

# Length, share, every how many frames; what the published code keeps.
_FETCHED = (
    (1383, 0.1, 1, (403, 541, 1)),
    (2478, 0.01, 2, (1819, 1843, 2)),
    (5873, 0.5, 3, (732, 3666, 3)),
    (1612, 0.05, 5, (1088, 1168, 5)),
    (990, 0.25, 4, (213, 461, 4)),
    (3332, 0.001, 1, (80, 83, 1)),
)


class _Runs:
    """Pickles to a call of `os.mkdir`, as an attacker's file would."""

    def __init__(self, target):
        self.target = str(target)

    def __reduce__(self):
        return os.mkdir, (self.target,)


def _positions(frames=4):
    return {"S1": {"Walking 1": np.arange(frames * 96, dtype=np.float32).reshape(frames, 32, 3)}}


@pytest.mark.parametrize("write", [np.savez, np.savez_compressed])
def test_dictionaries_come_back(tmp_path, write):
    write(tmp_path / "a.npz", positions_3d=_positions())
    archive = videopose3d_archive.read_archive(tmp_path / "a.npz", "positions_3d")
    assert archive.actions("S1") == ["Walking 1"]
    points = videopose3d_archive.points_3d(archive, "S1", "Walking 1", 32)
    np.testing.assert_array_equal(points, _positions()["S1"]["Walking 1"])


def test_archives_of_the_age_of_the_published_ones_come_back(tmp_path):
    """NumPy 1.15 pickled by protocol 2, with arrays as text, and named modules that have moved since."""
    boxed = np.empty((), object)
    boxed[()] = _positions()
    header = io.BytesIO()
    np.lib.format.write_array_header_1_0(header, {"descr": "|O", "fortran_order": False, "shape": ()})
    content = pickle.dumps(boxed, 2).replace(b"numpy._core.multiarray", b"numpy.core.multiarray")
    assert b"numpy.core.multiarray" in content
    with zipfile.ZipFile(tmp_path / "old.npz", "w") as archive:
        archive.writestr("positions_3d.npy", header.getvalue() + content)
    found = videopose3d_archive.read_archive(tmp_path / "old.npz", "positions_3d")
    np.testing.assert_array_equal(found.get("S1", "Walking 1"), _positions()["S1"]["Walking 1"])


def test_code_is_refused_by_name_and_does_not_run(tmp_path):
    target = tmp_path / "made"
    path = archives.save(tmp_path / "evil.npz", positions_3d={"S1": {"Walking": _Runs(target)}})
    with pytest.raises(InputError, match=r"evil\.npz: refused a pickle that names posix\.mkdir") as caught:
        videopose3d_archive.read_archive(path, "positions_3d")
    assert not target.exists()
    assert "\n" not in str(caught.value)


def test_every_truncation_is_an_input_error(tmp_path):
    whole = archives.save(tmp_path / "whole.npz", positions_3d=_positions(1)).read_bytes()
    path = tmp_path / "cut.npz"
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(InputError, match=r"cut\.npz"):
            videopose3d_archive.read_archive(path, "positions_3d")


def test_flipped_bytes_raise_nothing_else(tmp_path):
    whole = archives.save(tmp_path / "whole.npz", positions_3d=_positions(1)).read_bytes()
    path, random = tmp_path / "bad.npz", np.random.default_rng(0)
    refused = 0
    for place in random.choice(len(whole), 80, replace=False):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x5A]) + whole[place + 1 :])
        try:
            videopose3d_archive.read_archive(path, "positions_3d")
        except InputError:
            refused += 1
    assert refused > 40


def test_a_header_of_many_lines_gives_one(tmp_path):
    with zipfile.ZipFile(tmp_path / "long.npz", "w") as archive:
        archive.writestr("positions_3d.npy", b"\x93NUMPY\x02\x00" + (20000).to_bytes(4, "little") + b" " * 20000)
    with pytest.raises(InputError, match=r"no \.npy header") as caught:
        videopose3d_archive.read_archive(tmp_path / "long.npz", "positions_3d")
    assert "\n" not in str(caught.value)


def test_a_pickle_cut_inside_a_whole_archive_is_an_input_error(tmp_path):
    whole = archives.save(tmp_path / "whole.npz", positions_3d=_positions(1))
    with zipfile.ZipFile(whole) as archive:
        content = archive.read("positions_3d.npy")
    for length in range(0, len(content), 11):
        with zipfile.ZipFile(tmp_path / "cut.npz", "w") as archive:
            archive.writestr("positions_3d.npy", content[:length])
        with pytest.raises(InputError, match=r"cut\.npz: not a whole archive with a pickled positions_3d"):
            videopose3d_archive.read_archive(tmp_path / "cut.npz", "positions_3d")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"positions_2d": {}}, "no positions_3d; expected an archive"),
        ({"positions_3d": np.zeros(3)}, r"positions_3d is an array of shape \(3,\), type float64"),
        ({"positions_3d": np.array([{}, {}])}, "type object"),
        ({"positions_3d": "text"}, "is an array of shape"),
        ({"positions_3d": None}, "positions_3d is a NoneType; expected a dictionary"),
    ],
)
def test_other_content_is_named(tmp_path, content, message):
    path = archives.save(tmp_path / "other.npz", **content)
    with pytest.raises(InputError, match=message):
        videopose3d_archive.read_archive(path, "positions_3d")


@pytest.mark.parametrize(
    ("metadata", "layout"),
    [
        (archives.H36M_METADATA, "h36m17"),
        (archives.COCO_METADATA, "coco17"),
        ({"num_joints": 16, "keypoints_symmetry": [[3, 4, 5, 13, 14, 15], [0, 1, 2, 10, 11, 12]]}, "mpii16"),
        ({"num_joints": 15, "keypoints_symmetry": [[2, 3, 4, 8, 9, 10], [5, 6, 7, 11, 12, 13]]}, "humaneva15"),
        (
            {"num_joints": 20, "keypoints_symmetry": [[3, 4, 5, 6, 11, 12, 13, 14], [7, 8, 9, 10, 15, 16, 17, 18]]},
            "humaneva20",
        ),
    ],
)
def test_published_layouts_are_told_apart_by_their_metadata(tmp_path, metadata, layout):
    path = archives.save(tmp_path / "a.npz", positions_2d={}, metadata=metadata)
    assert videopose3d_archive.read_detections(path).skeleton == layout


@pytest.mark.parametrize(
    ("metadata", "message"),
    [
        ({"num_joints": 17, "keypoints_symmetry": [[1], [2]]}, r"describe 17 joints, left \[1\], right \[2\]"),
        ({"num_joints": 17}, "metadata lack num_joints or the two lists"),
        (None, "metadata lack"),
        ({"num_joints": 17, "keypoints_symmetry": [["a"], [2]]}, "metadata lack"),
    ],
)
def test_unknown_layouts_are_named(tmp_path, metadata, message):
    path = archives.save(tmp_path / "a.npz", positions_2d={}, metadata=metadata)
    with pytest.raises(InputError, match=message):
        videopose3d_archive.read_detections(path)


def test_frames_kept_by_the_published_rule():
    """Lengths and shares as VideoPose3D's `fetch` cuts them: numbers taken from a run of its code."""
    for length, subset, step, wanted in _FETCHED:
        kept = videopose3d_archive.frames_kept(length, subset, step)
        assert (kept.start, kept.stop, kept.step) == wanted
    assert videopose3d_archive.frames_kept(10, 1.0, 3) == slice(0, 10, 3)
