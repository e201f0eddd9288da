import numpy as np
import pytest

from hdvr_jax import clip_poses
from hdvr_jax.errors import InputError
from hdvr_jax.movements import load_vocabulary
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.skeletons import get_skeleton
from tests.families.dancing import make_clip, motion, true_lifter

SKELETON = "h36m17"


def _sequences(clip, inputs, lifter=None, fps=30.0):
    return clip_poses.sequences(clip, inputs, SKELETON, fps, lifter)


def test_one_sequence_per_view_or_one_for_true_3d():
    clip = make_clip(views=2)
    flat, lifted, true = (_sequences(clip, name, true_lifter) for name in clip_poses.INPUTS)
    assert [entry["view"] for entry in flat] == ["c0", "c1"]
    assert [entry["view"] for entry in lifted] == ["c0", "c1"]
    assert [entry["view"] for entry in true] == ["world"]
    assert flat[0]["points"].shape == (40, 17, 2)
    assert lifted[0]["points"].shape == true[0]["points"].shape == (40, 17, 3)
    assert lifted[0]["root"].shape == (40, 3)


def test_a_perfect_lifter_gives_the_true_poses_turned():
    clip = make_clip(views=1)
    lifted, true = _sequences(clip, "3d_lifted", true_lifter)[0], _sequences(clip, "3d_true")[0]
    # The camera stands on +z and looks back: its x is the world's, so are up and towards the viewer.
    np.testing.assert_allclose(lifted["points"], true["points"], atol=1e-4)


@pytest.mark.parametrize("inputs", ["2d", "3d_true"])
def test_size_and_place_do_not_matter(inputs):
    clip = make_clip(views=1)
    larger = {
        **clip,
        "points_world": clip["points_world"] * 1.3 + np.float32([2, 0, -1]),
        "keypoints": clip["keypoints"] * 0.5 + 33,
    }
    before, after = _sequences(clip, inputs)[0], _sequences(larger, inputs)[0]
    for name in ("points", "root"):
        np.testing.assert_allclose(before[name], after[name], atol=1e-4)


def test_head_is_up_in_every_kind():
    head, clip = 10, make_clip(views=2)
    for inputs in clip_poses.INPUTS:
        for sequence in _sequences(clip, inputs, true_lifter):
            assert sequence["points"][:, head, 1].min() > 0.2


def test_gaps_are_interpolated_and_marked():
    clip = make_clip(views=1)
    clip["keypoints"][0, 5:8, 13] = np.nan
    sequence = _sequences(clip, "2d")[0]
    full = _sequences(make_clip(views=1), "2d")[0]
    assert (sequence["visible"][5:8, 13] == 0).all()
    assert sequence["visible"][4, 13] == 1
    np.testing.assert_allclose(sequence["points"], full["points"], atol=0.05)


def test_nothing_known_is_zero_not_nan():
    track = PoseTrack.from_points(np.full((4, 17, 2), np.nan), SKELETON, 30.0)
    sequence = clip_poses.normalise(track, SKELETON, 30.0, upside_down=True)
    for name in ("points", "visible", "root"):
        assert (sequence[name] == 0).all()


def test_missing_sources():
    unseen, unknown = make_clip(views=0), make_clip(views=1)
    unknown["points_world"][:] = np.nan
    assert _sequences(unseen, "2d") == []
    assert [entry["view"] for entry in _sequences(unseen, "3d_lifted")] == ["world"]
    assert _sequences(unknown, "3d_true") == []
    with pytest.raises(InputError, match="lifter"):
        _sequences(make_clip(views=1), "3d_lifted")
    with pytest.raises(InputError, match="4d"):
        _sequences(unseen, "4d")


def test_frame_rates():
    clip = make_clip(frames=61, fps=60.0)
    sequence = _sequences(clip, "3d_true", fps=30.0)[0]
    labels = clip_poses.movement_labels(clip, load_vocabulary(), 30.0)
    assert len(sequence["points"]) == len(labels) == 31
    native = clip_poses.movement_labels(clip, load_vocabulary(), 60.0)
    np.testing.assert_array_equal(labels, native[::2])
    assert clip_poses.at_frames(labels, 30.0, 61, 60.0).shape == native.shape


def test_unknown_3d_gives_unknown_labels():
    clip = make_clip()
    clip["points_world"][:] = np.nan
    assert (clip_poses.movement_labels(clip, load_vocabulary(), 30.0) == -1).all()


def test_averages_hold_what_went_in():
    values = np.random.default_rng(0).random((60, 3)).astype(np.float32)
    np.testing.assert_allclose(clip_poses.averaged(values, 30.0, 30.0), values)
    thinned = clip_poses.averaged(values, 30.0, 10.0)
    assert thinned.shape == (20, 3)
    np.testing.assert_allclose(thinned[5], values[14:17].mean(0), rtol=1e-5)


def test_values_come_back_to_the_clips_frames_without_looking_ahead():
    values = np.arange(5.0)
    np.testing.assert_array_equal(clip_poses.at_frames(values, 10.0, 9, 30.0), [0, 0, 0, 1, 1, 1, 2, 2, 2])
    np.testing.assert_array_equal(clip_poses.at_frames(values, 10.0, 3, 1.0), [0, 4, 4])


def test_body_size_is_that_of_trunk_and_leg():
    assert clip_poses.body_size(motion(0, 1, 30.0) * 0, SKELETON) == 1.0
    clip = make_clip(views=1)
    size = clip_poses.body_size(clip["points_world"], SKELETON)
    assert 1.2 < size < 1.6


def test_body_size_without_feet_or_legs_is_about_that_of_the_whole():
    points = make_clip(views=1)["points_world"].copy()
    whole = clip_poses.body_size(points, SKELETON)
    for joints in (("ankle",), ("knee", "ankle")):
        for joint in joints:
            for side in ("left", "right"):
                points[:, get_skeleton(SKELETON).index(f"{side}_{joint}")] = np.nan
        assert clip_poses.body_size(points, SKELETON) == pytest.approx(whole, rel=0.15)
    assert clip_poses.body_size(np.full_like(points, np.nan), SKELETON) == 1.0


def test_intervals_cover_every_frame_that_their_means_hold():
    rng = np.random.default_rng(5)
    for fps, frames in ((30.0, 61), (25.0, 40), (10.0, 20)):
        starts = rng.integers(0, frames - 1, 8)
        causes = [(kind, int(start), int(rng.integers(start + 1, frames + 1))) for kind, start in enumerate(starts)]
        values = np.zeros((frames, 8), np.float32)
        for kind, start, end in causes:
            values[start:end, kind] = 1
        means = clip_poses.averaged(values, fps, 10.0)
        found = clip_poses.intervals(causes, frames, fps, 10.0)
        for kind, start, end in found:
            np.testing.assert_array_equal(np.flatnonzero(means[:, kind]), np.arange(start, end))
    assert clip_poses.intervals([], 5, 30.0, 10.0).shape == (0, 3)


def test_a_batch_of_one_sequence_is_padded():
    found = clip_poses.batch({"points": np.ones((300, 2, 3)), "fps": np.float32(10), "view": "a"})
    assert set(found) == {"points", "fps", "frame_mask", "example"}
    assert found["points"].shape == (1, 512, 2, 3)
    assert found["frame_mask"].sum() == 300
    assert found["fps"].shape == (1,)
