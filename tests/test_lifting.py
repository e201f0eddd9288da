"""Tracks to rays and poses back to tracks."""

import jax
import numpy as np
import pytest

from hdvr_jax import cameras, lifting
from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from tests.families.dancing import make_clip


def _track(frames=30, fps=60.0):
    rng = np.random.default_rng(0)
    points = 500 + np.cumsum(rng.normal(size=(frames, 17, 2)), 0)
    return PoseTrack.from_points(points, "coco17", fps)


def test_rays_are_pixels_through_the_camera_at_the_lifter_s_rate():
    track = _track()
    camera = cameras.Perspective(np.full(2, 1000.0, np.float32), np.full(2, 500.0, np.float32))
    found = lifting.track_rays(track, camera, "coco17", 30.0)
    np.testing.assert_allclose(found["rays"], (track.keypoints[::2] - 500) / 1000, atol=1e-5)


def test_gaps_are_bridged_and_trusted_less():
    track = _track()
    points = track.keypoints.copy()
    points[10:14, 9] = np.nan
    camera = cameras.Perspective(np.full(2, 1000.0, np.float32), np.full(2, 500.0, np.float32))
    found = lifting.track_rays(PoseTrack.from_points(points, "coco17", 30.0), camera, "coco17", 30.0)
    assert np.isfinite(found["rays"]).all()
    assert (found["confidence"][10:14, 9] > 0.8).all()
    assert (found["confidence"][10:14, 9] < 0.95).all()
    assert (found["confidence"][14:, 9] == 1).all()


@pytest.fixture
def compiled():
    """Names of the compilations since the test began."""
    found = []

    def listen(event, seconds, **kwargs):
        if "backend_compile" in event:
            found.append(event)

    jax.monitoring.register_event_duration_secs_listener(listen)
    yield found
    jax.monitoring.unregister_event_duration_listener(listen)


def test_examples_can_be_grouped_by_every_label_of_their_clip():
    clip = {**make_clip(views=1, genre="tango"), "skeleton": "coco17"}
    for entry in (*lifting.recorded_views(clip, "h36m17", 30.0), lifting.world_motion(clip, "h36m17", 30.0)):
        for label in ("clip", "dancer", "choreography", "take", "genre"):
            assert entry[label] == clip[label]


def test_lengths_under_one_padding_share_one_program(compiled):
    list(lifting.recorded_views(make_clip(frames=20), "h36m17", 30.0))
    compiled.clear()
    for frames in (31, 47):
        list(lifting.recorded_views(make_clip(frames=frames), "h36m17", 30.0))
    assert not compiled
    jax.jit(lambda x: x + 1)(np.zeros(3))
    assert compiled


def test_the_truth_of_a_recorded_view_is_in_its_camera():
    clip = make_clip(views=2)
    found = list(lifting.recorded_views(clip, "h36m17", 30.0))
    assert [entry["view"] for entry in found] == ["c0", "c1"]
    for entry in found:
        truth = entry["points_camera"]
        np.testing.assert_allclose(entry["rays"], truth[..., :2] / truth[..., 2:], atol=1e-5)


def test_motion_without_a_joint_that_is_needed_is_refused():
    """The head of h36m17 is made of the ears, which h36m17 itself does not have."""
    with pytest.raises(InputError, match="clip clip0: left_ear is never known"):
        lifting.world_motion(make_clip(), "h36m17", 30.0)


@pytest.mark.parametrize(("fps", "frames"), [(30.0, 40), (60.0, 81), (25.0, 33), (60.0, 1)])
def test_lift_gives_every_frame_of_the_track(fps, frames):
    clip = {**make_clip(views=1, frames=frames), "fps": fps}
    # The left hip moves across the image at a steady speed.
    clip["focal"], clip["center"] = np.ones((1, 2), np.float32), np.zeros((1, 2), np.float32)
    clip["keypoints"][0] = (np.arange(frames) / fps)[:, None, None]

    def predict(batch):
        assert batch["rays"].shape[1] % lifting.PAD_FRAMES == 0
        assert batch["frame_mask"].sum() == int((frames - 1) * 30 / fps) + 1
        assert batch["focal"].shape == (1, 2)
        return {"poses": np.repeat(batch["rays"][..., :1], 3, -1)}

    lifted = lifting.lift(predict, clip, "h36m17", 30.0)["poses"]
    assert lifted.shape == (frames, 17, 3)
    last = int((frames - 1) * 30 / fps) / 30
    np.testing.assert_allclose(lifted[:, 0, 0], np.minimum(np.arange(frames) / fps, last), atol=1e-4)


def test_trust_in_filled_joints_fades_with_the_time_to_where_they_were_seen():
    confidence = np.array([[0, 0.8, 0, 0, 0, 0.4, 0], [0] * 7], np.float32).T
    found = lifting.fading(confidence, 10.0)
    fall = np.exp(-0.1 / lifting.FADING_SECONDS)
    wanted = [0.8 * fall, 0.8, 0.8 * fall, 0.8 * fall**2, 0.4 * fall, 0.4, 0.4 * fall]
    np.testing.assert_allclose(found[:, 0], wanted, rtol=1e-5)
    assert not found[:, 1].any(), "never seen"
    np.testing.assert_array_equal(lifting.fading(confidence[1:2], 10.0)[0], confidence[1])


def test_frames_that_are_missed_altogether_are_seen_by_the_lifter_where_they_were_filled_in():
    points = np.stack([np.linspace(0, 400, 21), np.full(21, 300.0)], -1)[:, None].repeat(17, 1).astype(np.float32)
    points += 10 * np.arange(17)[:, None]
    whole = PoseTrack.from_points(points, "h36m17", 30.0)
    points[1::2] = np.nan
    holes = PoseTrack.from_points(points, "h36m17", 30.0)
    camera = lifting.guess_camera((1280, 720), points)
    one, other = (lifting.track_rays(track, camera, "h36m17", 30.0) for track in (whole, holes))
    np.testing.assert_allclose(other["rays"], one["rays"], atol=1e-4)
    assert (other["confidence"][1::2] > 0.8).all()
    assert (other["confidence"][1::2] < 1).all()
