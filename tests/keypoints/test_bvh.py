"""BVH: parsing, forward kinematics, units, frame rates and joint names."""

import hypothesis
import hypothesis.strategies as st
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import bvh_motion, read
from hdvr_jax.keypoints.bvh_names import conventions
from hdvr_jax.keypoints.cmu import load_pack
from hdvr_jax.provenance import MEASURED, SYNTHESISED
from hdvr_jax.skeletons import get_skeleton
from tests.keypoints import fakes
from tests.real_data import real_data

_ARM = """HIERARCHY
ROOT base
{
  OFFSET 0 0 0
  CHANNELS 6 Xposition Yposition Zposition %s
  JOINT elbow
  {
    OFFSET 10 0 0
    CHANNELS %s
    End Site
    {
      OFFSET 0 5 0
    }
  }
}
MOTION
Frames: %d
Frame Time: 0.02
%s
"""


def _arm(tmp_path, rows, root="Zrotation Xrotation Yrotation", elbow="3 Zrotation Xrotation Yrotation", frames=None):
    path = tmp_path / "arm.bvh"
    text = "\n".join(" ".join(f"{value:.12g}" for value in row) for row in rows)
    path.write_text(_ARM % (root, elbow, len(rows) if frames is None else frames, text))
    return path


def test_a_small_arm_by_hand(tmp_path):
    motion = bvh_motion.load(_arm(tmp_path, [[1, 2, 3, 0, 0, 0, 0, 0, 0], [0, 0, 0, 90, 0, 0, 0, 0, 90]]))
    assert motion.names == ["base", "elbow", "elbow_end"]
    assert motion.frame_time == 0.02
    points = bvh_motion.world_points(motion)
    np.testing.assert_allclose(points[0], [[1, 2, 3], [11, 2, 3], [11, 7, 3]])
    # Frame 1: the root turns x to y; the elbow's own turn about y leaves its bone, which then points along -x.
    np.testing.assert_allclose(points[1], [[0, 0, 0], [0, 10, 0], [-5, 10, 0]], atol=1e-12)


@hypothesis.settings(max_examples=15, deadline=None)
@hypothesis.given(
    order=st.permutations("XYZ"),
    angles=st.lists(st.floats(-180, 180), min_size=6, max_size=6),
)
def test_any_channel_order_equals_scipys_intrinsic_rotations(tmp_path_factory, order, angles):
    folder = tmp_path_factory.mktemp("arm")
    channels = " ".join(f"{axis}rotation" for axis in order)
    motion = bvh_motion.load(_arm(folder, [[0, 0, 0, *angles]], root=channels, elbow=f"3 {channels}"))
    first = Rotation.from_euler("".join(order), angles[:3], degrees=True)
    second = first * Rotation.from_euler("".join(order), angles[3:], degrees=True)
    elbow = first.apply([10, 0, 0])
    np.testing.assert_allclose(
        bvh_motion.world_points(motion)[0], [[0, 0, 0], elbow, elbow + second.apply([0, 5, 0])], atol=1e-8
    )


def test_position_channels_on_any_joint_replace_what_they_name(tmp_path):
    elbow = "4 Yposition Xrotation Yrotation Zrotation"
    points = bvh_motion.world_points(bvh_motion.load(_arm(tmp_path, [[0, 0, 0, 0, 0, 0, 4, 0, 0, 90]], elbow=elbow)))
    np.testing.assert_allclose(points[0], [[0, 0, 0], [10, 4, 0], [5, 4, 0]], atol=1e-12)


@pytest.mark.parametrize("cut", range(5, 380, 25))
def test_truncated_files_are_input_errors(tmp_path, cut):
    path = _arm(tmp_path, [[0] * 9] * 3)
    path.write_text(path.read_text()[:cut])
    with pytest.raises(InputError, match=r"arm\.bvh"):
        read(path)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("HIERARCHY", "HIERARCHICAL", "expected HIERARCHY"),
        ("Frames: 3", "Frames: 999999999999", "999999999999 frames declared, but only 3 are there"),
        ("Frames: 3", "Frames: 0", "0 frames"),
        ("Frames: 3", "Frames: many", "not numbers"),
        ("Frames: 3", "", "expected Frames:"),
        ("Time: 0.02", "Time: 0", "expected seconds above zero"),
        ("Time: 0.02", "Time: nan", "expected seconds above zero"),
        ("OFFSET 10 0 0", "OFFSET 10 zero 0", "'zero' in the HIERARCHY after base; expected a number"),
        ("Xposition", "Wposition", "expected a channel"),
        ("CHANNELS 6", "CHANNELS 99", "at most 6"),
        ("End Site", "Site", "expected ROOT, JOINT, End or }"),
        ("JOINT elbow", "ROOT elbow", "a ROOT outside and joints inside"),
        ("\n0 0 0 0 0 0 0 0 0", "\n0 0 0 nan 0 0 0 0 0", "frame 0 holds a value that is not finite"),
        ("\n0 0 0 0 0 0 0 0 0", "\n0 0 0 x 0 0 0 0 0", "not a number"),
    ],
)
def test_malformed_files_say_where(tmp_path, old, new, message):
    path = _arm(tmp_path, [[0] * 9] * 3)
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(InputError, match=message) as caught:
        read(path, format="bvh")
    assert "arm.bvh" in str(caught.value)


@pytest.mark.parametrize(("offsets", "unit"), [(1, "m"), (100, "cm"), (1000, "mm"), (1 / 0.0254, "inch")])
def test_unit_is_the_one_that_makes_a_person(tmp_path, offsets, unit):
    reading = read(fakes.bvh_body(tmp_path, offsets))
    assert any(f"Lengths read as {unit}:" in note for note in reading.notes)
    points = reading.tracks[0].keypoints[0]
    hips, knee = (get_skeleton("h36m17").index(name) for name in ("left_hip", "left_knee"))
    np.testing.assert_allclose(np.linalg.norm(points[hips] - points[knee]), 0.45, rtol=1e-5)


def test_unit_can_be_given_and_must_be_known(tmp_path):
    path = fakes.bvh_body(tmp_path, 5)
    with pytest.raises(InputError, match="in no unit a person; give the unit"):
        read(path)
    assert np.ptp(read(path, unit="cm").tracks[0].keypoints) < 0.2
    with pytest.raises(InputError, match="unit 'ell' is not known; expected m, cm, mm, inch"):
        read(path, unit="ell")


def test_names_with_a_prefix_become_h36m17_with_what_was_made_up_marked(tmp_path):
    (track,) = read(fakes.bvh_body(tmp_path, prefix="mixamorig:"), fps=30).tracks
    skeleton = get_skeleton("h36m17")
    assert (track.skeleton, track.fps, track.frames) == ("h36m17", 30, 3)
    made = [skeleton.joints[index] for index in np.flatnonzero(track.provenance[0] == SYNTHESISED)]
    assert made == ["hip", "spine", "thorax", "nose"]
    assert (np.delete(track.provenance[0], [skeleton.index(name) for name in made]) == MEASURED).all()
    hips = track.keypoints[:, [skeleton.index("left_hip"), skeleton.index("right_hip")]]
    np.testing.assert_allclose(track.keypoints[:, 0], hips.mean(1), atol=1e-6)


def test_without_a_crown_head_and_nose_are_missing(tmp_path):
    (track,) = read(fakes.bvh_body(tmp_path, head=False)).tracks
    missing = np.isnan(track.keypoints).all((0, 2))
    assert [get_skeleton("h36m17").joints[index] for index in np.flatnonzero(missing)] == ["nose", "head"]


def test_unknown_joint_names(tmp_path):
    with pytest.raises(InputError, match="follow no known naming; known: daz, chest4, uparm"):
        read(_arm(tmp_path, [[0] * 9]), unit="cm")


def test_conventions_speak_of_known_joints():
    known = {joint for name in ("cmu25", "h36m17") for joint in get_skeleton(name).joints}
    for table in conventions().values():
        assert set(table) <= known
        assert len(set(table.values())) == len(table)


def test_forward_kinematics_agrees_with_the_published_positions():
    """The CMU pack was made from these files: every fourth frame of 120 fps, centimetres to metres, nothing else."""
    clips = {clip.name: clip for clip in load_pack(real_data("cmu", "dance_30fps.npz"), drop_reference=False)}
    for take, clip, step in (("05_02", "modern_05_02", 4), ("60_01", "salsa_60_01", 2), ("61_01", "salsa_61_01", 2)):
        reading = read(real_data("cmu", "bvh", f"{take}.bvh"), drop_first_frame=False, fps=30 * step)
        (track,) = reading.tracks
        assert (track.skeleton, track.fps) == ("cmu25", 30 * step)
        assert any("120 frames per second declared" in note for note in reading.notes)
        away = np.linalg.norm(track.keypoints[::step] - clips[clip].points, axis=-1)
        assert away.max() < 1e-6


def test_reference_poses_of_real_files_are_found():
    for parts, frames in ((("cmu", "bvh", "05_02.bvh"), 1123), (("perfume", "A_test.bvh"), 1299)):
        reading = read(real_data(*parts))
        assert reading.tracks[0].frames == frames
        assert any("reference pose" in note for note in reading.notes)
        assert read(real_data(*parts), drop_first_frame=False).tracks[0].frames == frames + 1


def test_real_rig_of_another_convention():
    (track,) = read(real_data("perfume", "A_test.bvh")).tracks
    assert (track.skeleton, track.fps) == ("h36m17", 40.0)
    assert np.isfinite(track.keypoints).all()
    index = get_skeleton("h36m17").index
    heights = [np.median(track.keypoints[:, index(name), 1]) for name in ("left_ankle", "hip", "thorax", "head")]
    assert heights == sorted(heights)
    assert 1.4 < heights[-1] < 1.8
