import dataclasses

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.recognition import clips
from hdvr_jax.recognition.settings import Settings
from tests.recognition import fabricated


def empty(id):
    return PoseTrack.from_points(np.full((5, 17, 2), np.nan), "h36m17", 30.0, id=id)


def test_nobody_is_an_error():
    with pytest.raises(InputError, match="no dancer"):
        clips.usable([], Settings(), "x.json")


def test_nothing_seen_is_an_error():
    with pytest.raises(InputError, match=r"x\.json: no joint was seen in any frame"):
        clips.usable([empty("1")], Settings(), "x.json")


def test_empty_tracks_are_left_out_and_named():
    seen = fabricated.seen(fabricated.swaying(), "2")
    tracks, notes = clips.usable([empty("1"), seen], Settings(), "x.json")
    assert [track.id for track in tracks] == ["2"]
    assert "1" in notes[0]


def test_dancers_are_chosen_by_id():
    tracks = [fabricated.seen(fabricated.swaying(), id) for id in "abc"]
    chosen, _ = clips.usable(tracks, Settings(dancers=("c", "a")), "x.json")
    assert [track.id for track in chosen] == ["a", "c"]
    with pytest.raises(InputError, match="no track 'd'; there are: a, b, c"):
        clips.usable(tracks, Settings(dancers=("d",)), "x.json")


def test_camera_is_guessed_and_said_so():
    track = fabricated.seen(fabricated.swaying())
    camera, note = clips.camera_of(track, [track], Settings())
    np.testing.assert_allclose(camera.focal, 1280)
    assert "assumed" in note
    unsized = dataclasses.replace(track, image_size=None)
    camera, note = clips.camera_of(unsized, [unsized], Settings(focal=800.0))
    np.testing.assert_allclose(camera.focal, 800)
    assert "image size is unknown" in note
    assert "as given" in note


def test_dancers_of_one_recording_share_its_camera():
    left, right = fabricated.swaying(), fabricated.swaying()
    right[..., 0] += 1
    tracks = [dataclasses.replace(fabricated.seen(points), image_size=None) for points in (left, right)]
    found = [clips.camera_of(track, tracks, Settings())[0] for track in tracks]
    np.testing.assert_array_equal(found[0].center, found[1].center)
    alone = clips.camera_of(tracks[0], tracks[:1], Settings())[0]
    assert alone.center[0] < found[0].center[0]


def test_clip_of_three_dimensions_is_upright():
    result = fabricated.track_result()
    clip = clips.posed_clip(result.prepared, result.poses, None)
    hips, heads = clip["points_world"][:, 0, 1], clip["points_world"][:, 10, 1]
    assert (heads > hips).all()
    assert clip["keypoints"].shape == (0, 90, 17, 2)


def test_coordinates_beyond_any_camera_are_the_inputs_fault():
    track = fabricated.track_result(frames=5).given
    track.keypoints[3, 2] = 1e30
    with pytest.raises(InputError, match=r"dance\.json: track .*, frame 3, .* is beyond 1e\+06"):
        clips.usable([track], Settings(), "dance.json")
