"""BVH: read back by the project's own reader and by an independent one, it stands where the rig stands."""

import dataclasses

import bvhio
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hdvr_jax import keypoints
from hdvr_jax.export.bvh import write_bvh
from hdvr_jax.keypoints import bvh_motion
from hdvr_jax.rigging import fit
from hdvr_jax.skeletons import get_skeleton
from tests.real_data import real_data
from tests.rigging import bodies

FEW = settings(max_examples=8, deadline=None)
_MILLIMETRE = 0.1  # in the file's centimetres


def _nodes(path):
    """{joint: (T, 3) centimetres} by the project's reader."""
    motion = bvh_motion.load(path)
    return dict(zip(motion.names, np.moveaxis(bvh_motion.world_points(motion), 1, 0)))


@FEW
@given(st.integers(0, 2**31 - 1))
def test_every_joint_comes_back(tmp_path_factory, seed):
    motion = fit(bodies.track(bodies.random_body(seed)))
    path = tmp_path_factory.mktemp("bvh") / "poses_1.bvh"
    write_bvh(motion, path)
    found = _nodes(path)
    assert tuple(found) == motion.rig.names
    for name, expected in zip(motion.rig.names, np.moveaxis(motion.positions(), 1, 0)):
        np.testing.assert_allclose(found[name], 100 * expected, atol=1e-3)


@pytest.mark.parametrize("frames", [1, 40])
def test_an_independent_reader_agrees(tmp_path, frames):
    motion = fit(bodies.track(bodies.random_body(5, frames)))
    write_bvh(motion, tmp_path / "poses_1.bvh")
    hierarchy = bvhio.readAsHierarchy(str(tmp_path / "poses_1.bvh"))
    file = bvhio.readAsBvh(str(tmp_path / "poses_1.bvh"))
    assert file.FrameCount == frames
    assert abs(file.FrameTime - 1 / motion.fps) < 1e-8
    for frame in {0, frames // 2, frames - 1}:
        hierarchy.loadPose(frame)
        for joint, expected in zip(motion.rig.names, motion.positions()[frame]):
            if not joint.endswith("_end"):
                found = hierarchy.filter(joint, isEqual=True)[0].PositionWorld
                np.testing.assert_allclose([found.x, found.y, found.z], 100 * expected, atol=_MILLIMETRE)


def test_it_reads_as_a_dancer(tmp_path):
    points = bodies.turned(np.repeat(bodies.built(bodies.directions()), 30, 0), np.linspace(0, 3, 30))
    points[:, :, 0] += np.linspace(0, 2, 30)[:, None]
    write_bvh(fit(bodies.track(points)), tmp_path / "poses_1.bvh")
    reading = keypoints.read(tmp_path / "poses_1.bvh", drop_first_frame=False)
    (track,) = reading.tracks
    assert any("read as cm" in note for note in reading.notes)
    assert (track.skeleton, track.fps, track.frames) == ("h36m17", bodies.FPS, 30)
    joints = get_skeleton("h36m17").joints
    same = [index for index, joint in enumerate(joints) if joint not in ("spine", "thorax", "nose")]
    np.testing.assert_allclose(track.keypoints[:, same], points[:, same], atol=1e-3)


def test_gaps_are_filled_and_nothing_is_nan(tmp_path):
    points = bodies.random_body(2, 30)
    points[:4] = points[12:20] = np.nan
    motion = fit(bodies.track(points))
    write_bvh(motion, tmp_path / "poses_1.bvh")
    assert "nan" not in (tmp_path / "poses_1.bvh").read_text()
    np.testing.assert_allclose(_nodes(tmp_path / "poses_1.bvh")["Hips"], 100 * motion.root, atol=1e-4)


def test_rest_is_a_t_pose_that_faces_forward(tmp_path):
    write_bvh(fit(bodies.track(bodies.random_body(4))), tmp_path / "poses_1.bvh")
    motion = bvh_motion.load(tmp_path / "poses_1.bvh")
    rest = dict(zip(motion.names, bvh_motion.rest_points(motion)))
    assert rest["LeftHand"][0] > 20 > -20 > rest["RightHand"][0]
    assert rest["Head_end"][1] > 20 > -20 > rest["LeftFoot"][1]
    assert rest["LeftFoot_end"][2] > rest["LeftFoot"][2] + 5
    np.testing.assert_allclose(rest["LeftHand"] * [-1, 1, 1], rest["RightHand"], atol=1e-6)


@pytest.mark.parametrize(
    ("parts", "options"), [(("cmu", "dance_30fps.npz"), {"clip": "salsa_60_01"}), (("aistpp",), {"clip": None})]
)
def test_real_motion_comes_back(tmp_path, parts, options):
    track = _real(real_data(*parts), **options)
    motion = fit(track)
    write_bvh(motion, tmp_path / "poses_1.bvh")
    found = _nodes(tmp_path / "poses_1.bvh")
    for name, expected in zip(motion.rig.names, np.moveaxis(motion.positions(), 1, 0)):
        np.testing.assert_allclose(found[name], 100 * expected, atol=_MILLIMETRE / 10)


def _real(path, clip):
    """Half a minute of motion capture, or of a dance triangulated from nine views."""
    if clip is not None:
        track = keypoints.read(path, clip=clip).tracks[0].to_skeleton("h36m17")
        return dataclasses.replace(track, id=clip)
    with np.load(path / "triangulated_keypoints3d_cm.npz", allow_pickle=False) as arrays:
        points = arrays["gBR_sBM_cAll_d04_mBR0_ch06"] / 100
    return dataclasses.replace(bodies.track(np.zeros((len(points), 17, 3))), keypoints=points, skeleton="coco17")
