"""Landmarks of MediaPipe that people saved."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import read
from tests.keypoints import detected

FRAMES, SIZE = 8, (1280, 720)
POINTS = detected.dancers(2, FRAMES, "mediapipe33")


def _people(frame, count=2):
    return [detected.mediapipe_person(person) for person in POINTS[:count, frame]]


def _world(frame):
    points = (POINTS[0, frame] - POINTS[0, frame].mean(0)) / detected.PIXELS
    return [{"x": float(x), "y": float(y), "z": 0.25, "visibility": 0.9} for x, y in points]


FORMS = {
    "one person": lambda frame: _people(frame)[0],
    "people": lambda frame: _people(frame),
    "lists": lambda frame: [[p["x"], p["y"], p["z"], p["visibility"]] for p in _people(frame)[0]],
    "two numbers": lambda frame: [[p["x"], p["y"]] for p in _people(frame)[0]],
    "python results": lambda frame: {"pose_landmarks": _people(frame), "timestamp_ms": 40 * frame},
    "javascript results": lambda frame: {"landmarks": _people(frame), "worldLandmarks": [_world(frame)] * 2},
    "protobuf": lambda frame: {"poseLandmarks": {"landmark": _people(frame)[0]}},
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_frame(tmp_path, form):
    frames = [FORMS[form](frame) for frame in range(FRAMES)]
    for content in (frames, {"frames": frames}):
        reading = read(detected.dump(tmp_path / "landmarks.json", content), image_size=SIZE)
        for track in reading.tracks:
            assert min(np.abs(track.keypoints - one).mean() for one in POINTS) < 0.01
            assert (track.skeleton, track.image_size) == ("mediapipe33", SIZE)
            assert track.fps == (25 if "timestamp_ms" in str(frames[0]) else 30)
        assert len(reading.tracks) == (2 if form in ("people", "python results", "javascript results") else 1)


def test_frames_without_anybody_and_a_folder_of_frames(tmp_path):
    frames = [None, [], {}, _people(3), {"pose_landmarks": None}, _people(5)]
    (first, _) = read(detected.dump(tmp_path / "a.json", frames), image_size=SIZE).tracks
    assert first.frames == 6
    assert np.isnan(first.keypoints[[0, 1, 2, 4]]).all()
    for number, frame in enumerate(frames):
        detected.dump(tmp_path / "frames" / f"frame_{number}.json", frame)
    (again, _) = read(tmp_path / "frames", image_size=SIZE).tracks
    np.testing.assert_array_equal(again.keypoints, first.keypoints)


def test_without_a_size_the_assumption_is_noted(tmp_path):
    reading = read(detected.dump(tmp_path / "a.json", [_people(0, 1)[0]]))
    assert reading.tracks[0].image_size == (1920, 1080)
    assert any("unknown size; 1920 x 1080 was assumed" in note for note in reading.notes)


def test_world_landmarks_are_metres_with_y_up(tmp_path):
    frames = [{"pose_landmarks": [_people(f, 1)[0]], "pose_world_landmarks": [_world(f)]} for f in range(FRAMES)]
    path = detected.dump(tmp_path / "a.json", frames)
    assert read(path).tracks[0].keypoints.shape == (FRAMES, 33, 2)
    reading = read(path, view="world")
    (track,) = reading.tracks
    wanted = np.array([[p["x"], -p["y"], -p["z"]] for p in _world(3)])
    np.testing.assert_allclose(track.keypoints[3], wanted, atol=1e-6)
    assert any("metres" in note for note in reading.notes)
    only = [{"worldLandmarks": [_world(f)]} for f in range(FRAMES)]
    assert read(detected.dump(path, only)).tracks[0].keypoints.shape == (FRAMES, 33, 3)
    crowd = [{"worldLandmarks": [_world(f)] * 2} for f in range(FRAMES)]
    with pytest.raises(InputError, match="frame 0 has several people in 3D"):
        read(detected.dump(path, crowd))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([None, []], "no people in it: 2 frames without landmarks"),
        ([[[1, 2]] * 32], "frame 0: 2 landmarks; expected 33"),
        ([[[[1, 2]] * 32]], "frame 0: 32 landmarks; expected 33"),
        ([[{"x": 1, "y": "a"}] * 33], "frame 0: landmarks is not a regular array"),
        ([3], "frame 0 is a int; expected landmarks"),
        (3, "frame 0 is a int"),
    ],
)
def test_malformed_landmarks_are_named(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read(detected.dump(tmp_path / "a.json", content), format="mediapipe")
