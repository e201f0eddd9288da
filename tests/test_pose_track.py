"""PoseTrack: validation, conversion between skeletons and gap filling."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.provenance import INTERPOLATED, MEASURED, MISSING, SYNTHESISED
from hdvr_jax.skeletons import get_skeleton


def _track(frames=10, dims=2, **changes):
    points = np.arange(frames * 17 * dims, dtype=np.float32).reshape(frames, 17, dims)
    return PoseTrack.from_points(points, "coco17", 30.0, **changes)


def test_nan_becomes_missing_with_no_confidence():
    points = np.ones((3, 17, 2), np.float32)
    points[1, 4, 0] = np.nan
    track = PoseTrack.from_points(points, "coco17", 30, confidence=np.full((3, 17), 0.8))
    assert track.provenance[1, 4] == MISSING
    assert track.confidence[1, 4] == 0
    assert np.isnan(track.keypoints[1, 4]).all()
    assert (track.provenance == MISSING).sum() == 1


@pytest.mark.parametrize(
    ("points", "fps", "message"),
    [
        (np.ones((3, 16, 2)), 30, "16 joints; skeleton coco17 has 17"),
        (np.ones((0, 17, 2)), 30, "no frames"),
        (np.ones((3, 17, 4)), 30, "expected \\(frames, joints, 2 or 3\\)"),
        (np.ones((3, 17)), 30, "expected \\(frames, joints, 2 or 3\\)"),
        (np.ones((3, 17, 2)), 0, "fps is 0"),
        (np.ones((3, 17, 2)), np.nan, "fps is nan"),
    ],
)
def test_bad_fields_are_named(points, fps, message):
    with pytest.raises(InputError, match=message):
        PoseTrack.from_points(points, "coco17", fps)


def test_confidence_of_another_shape_is_refused():
    with pytest.raises(InputError, match="confidence has shape"):
        _track(confidence=np.ones((9, 17)))


def test_to_skeleton_keeps_what_was_measured_and_marks_the_rest():
    track = _track().to_skeleton("h36m17")
    index = get_skeleton("h36m17").index
    assert (track.provenance[:, index("left_wrist")] == MEASURED).all()
    assert (track.provenance[:, index("spine")] == SYNTHESISED).all()
    track.validate()


def test_gaps_are_filled_up_to_the_limit_and_marked():
    track = _track(frames=12)
    points = track.keypoints.copy()
    points[2:4, 0] = np.nan
    points[5:10, 1] = np.nan
    filled = PoseTrack.from_points(points, "coco17", 10.0).fill_gaps(max_seconds=0.3)
    np.testing.assert_allclose(filled.keypoints[:, 0], track.keypoints[:, 0], rtol=1e-5)
    assert (filled.provenance[2:4, 0] == INTERPOLATED).all()
    assert np.isnan(filled.keypoints[5:10, 1]).all()
    assert (filled.provenance[5:10, 1] == MISSING).all()
    assert (filled.confidence[2:4, 0] == 0).all()


def test_a_joint_never_seen_stays_missing():
    points = np.ones((5, 17, 2), np.float32)
    points[:, 3] = np.nan
    assert (PoseTrack.from_points(points, "coco17", 30).fill_gaps().provenance[:, 3] == MISSING).all()
