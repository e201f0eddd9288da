import dataclasses

import numpy as np
import pytest

from hdvr_jax.export.places import canvas_size, places
from hdvr_jax.recognition.results import Poses
from tests.recognition import fabricated


def _of_size(size, dancers=2):
    result = fabricated.recognition(dancers=dancers)
    tracks = [dataclasses.replace(t, given=dataclasses.replace(t.given, image_size=size)) for t in result.tracks]
    return dataclasses.replace(result, tracks=tuple(tracks))


@pytest.mark.parametrize(
    ("told", "canvas"),
    [((1280, 720), (1280, 720)), ((720, 1280), (720, 1280)), ((7680, 4320), (1920, 1080)), ((9, 9), (64, 64))],
)
def test_canvas_is_the_images_within_reason(told, canvas):
    assert canvas_size(_of_size(told)) == canvas


def test_canvas_of_unknown_images_holds_the_keypoints():
    result = _of_size(None)
    width, height = canvas_size(result)
    reach = np.nanmax(np.concatenate([track.given.keypoints.reshape(-1, 2) for track in result.tracks]), axis=0)
    assert reach[0] < width < 1.2 * reach[0]
    assert reach[1] < height < 1.2 * reach[1]
    for found, track in zip(places(result, (width, height), video=False), result.tracks):
        np.testing.assert_allclose(found.pose, track.poses.projected, rtol=1e-5)
        np.testing.assert_allclose(found.given, track.given.keypoints, rtol=1e-5)


def test_keypoints_of_unknown_images_are_in_the_pixels_of_the_video():
    result = _of_size(None)
    found = places(result, (1080, 1920), video=True)[1]
    np.testing.assert_allclose(found.pose, result.tracks[1].poses.projected)
    np.testing.assert_allclose(found.given, result.tracks[1].given.keypoints)


def test_keypoints_follow_a_video_of_another_size():
    result = _of_size((1280, 720))
    found = places(result, (640, 720), video=True)[0]
    np.testing.assert_allclose(found.pose, result.tracks[0].poses.projected * [0.5, 1])
    np.testing.assert_allclose(found.given, result.tracks[0].given.keypoints * [0.5, 1])


def test_dancers_of_images_of_different_sizes_meet_in_the_video():
    """A track that came from pictures of half the size is where the others are."""
    result = _of_size((1280, 720))
    track = result.tracks[1]
    half = dataclasses.replace(track.given, keypoints=track.given.keypoints / 2, image_size=(640, 360))
    poses = dataclasses.replace(track.poses, projected=track.poses.projected / 2)
    mixed = dataclasses.replace(result, tracks=(result.tracks[0], dataclasses.replace(track, given=half, poses=poses)))
    for found, expected in zip(places(mixed, (1920, 1080), video=True), places(result, (1920, 1080), video=True)):
        np.testing.assert_allclose(found.pose, expected.pose, rtol=1e-5)
        np.testing.assert_allclose(found.given, expected.given, rtol=1e-5)


def test_dancers_in_3d_share_one_scale_and_fit():
    result = fabricated.recognition()
    tracks = []
    for number, track in enumerate(result.tracks):
        points = track.poses.upright() + np.float32([3 * number, 0, 0])
        given = dataclasses.replace(fabricated.three_dimensional(track), id=track.given.id)
        tracks.append(dataclasses.replace(track, given=given, poses=Poses("h36m17", points, "world")))
    result = dataclasses.replace(result, tracks=tuple(tracks))
    assert canvas_size(result) == (1280, 720)
    found = places(result, (1280, 720), video=False)
    assert [place.given for place in found] == [None, None]
    first, second = (place.pose for place in found)
    np.testing.assert_allclose(second - first, np.broadcast_to(second[0, 0] - first[0, 0], first.shape), atol=1e-3)
    assert second[0, 0, 0] > first[0, 0, 0] + 200
    assert (first[:, 10, 1] < first[:, 3, 1]).all()
    every = np.concatenate([first, second]).reshape(-1, 2)
    assert (every > 0).all()
    assert (every < [1280, 720]).all()
