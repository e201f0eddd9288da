"""The file's numbers of people as the ids of dancers."""

import json

import numpy as np
import pytest

from hdvr_jax.detections import Detections
from hdvr_jax.keypoints import ids, read
from hdvr_jax.pose_track import PoseTrack
from hdvr_jax.tracking.results import Risk, Tracking
from tests.keypoints import detected

FRAMES = 40


def _read(folder, numbers, points=None):
    """The dancers of a file in which person p of frame f has the number `numbers(p, f)`."""
    points = detected.dancers(2, FRAMES) if points is None else points
    return read(detected.alphapose(folder / "a.json", points, idx=numbers)), points


def _who(reading, points):
    """Which of the made-up dancers each id is."""
    return {
        track.id: int(np.argmin([np.nanmean(np.abs(track.keypoints - one)) for one in points]))
        for track in reading.tracks
    }


@pytest.mark.parametrize("numbers", [(7, 9), (9, 2), (0, 1)])
def test_sound_numbers_are_the_ids(tmp_path, numbers):
    reading, points = _read(tmp_path, lambda person, frame: numbers[person])
    assert _who(reading, points) == {str(numbers[0]): 0, str(numbers[1]): 1}
    assert any(f"the file's numbers of people: {numbers[0]}, {numbers[1]}." in note for note in reading.notes) or any(
        f"the file's numbers of people: {numbers[1]}, {numbers[0]}." in note for note in reading.notes
    )


@pytest.mark.parametrize("number", [0, None])
def test_without_tracking_dancers_are_counted(tmp_path, number):
    reading, _ = _read(tmp_path, number, detected.dancers(1, FRAMES))
    assert [track.id for track in reading.tracks] == ["1"]
    assert not any("number" in note and "people" in note for note in reading.notes)


def test_numbers_that_several_have_are_not_taken(tmp_path):
    reading, points = _read(tmp_path, 5)
    assert sorted(_who(reading, points)) == ["1", "2"]
    assert any("one number of a person twice" in note for note in reading.notes)


def test_numbers_that_change_are_not_taken(tmp_path):
    reading, points = _read(tmp_path, lambda person, frame: 10 * person + frame // 8 + 1)
    assert sorted(_who(reading, points)) == ["1", "2"]
    assert any("change within tracks" in note for note in reading.notes)


def test_who_has_no_number_is_counted_past_those_of_the_file(tmp_path):
    reading, points = _read(tmp_path, lambda person, frame: 1 if person else None)
    assert _who(reading, points) == {"2": 0, "1": 1}
    assert any("Numbered here" in note and note.endswith(": 2.") for note in reading.notes)


def test_a_dancer_who_comes_back_after_long_under_the_same_number_is_one(tmp_path):
    points = detected.dancers(1, 270)
    points[:, 240:] += np.array([600.0, 0.0])
    path = detected.alphapose(tmp_path / "a.json", points, idx=4)
    entries = [e for e in json.loads(path.read_text()) if not 30 <= int(e["image_id"].removesuffix(".jpg")) < 240]
    reading = read(detected.dump(path, entries))
    assert [track.id for track in reading.tracks] == ["4"]
    np.testing.assert_allclose(reading.tracks[0].keypoints[240:], points[0, 240:], atol=0.01)
    np.testing.assert_allclose(reading.tracks[0].keypoints[:30], points[0, :30], atol=0.01)
    assert np.isnan(reading.tracks[0].keypoints[30:240]).all()


def test_the_audit_is_about_dancers_by_their_new_names():
    points = detected.dancers(2, FRAMES).astype(np.float32)
    early, late = points[0].copy(), points[0].copy()
    early[FRAMES // 2 :], late[: FRAMES // 2] = np.nan, np.nan
    tracks = [PoseTrack.from_points(one, "coco17", 30.0, id=id) for id, one in zip("123", (points[1], early, late))]
    people = Detections(
        keypoints=points.swapaxes(0, 1).reshape(-1, 17, 2),
        confidence=np.ones((2 * FRAMES, 17), np.float32),
        frame=np.repeat(np.arange(FRAMES), 2),
        person=np.tile([4, 10], FRAMES),
        frames=FRAMES,
        skeleton="coco17",
        fps=30.0,
    )
    doubts = (Risk(5, 9, 7, ("1", "2"), 0.5), Risk(18, 22, 20, ("2", "3"), 0.9), Risk(30, 34, 31, ("1", "3"), 0.6))
    found, _ = ids.of_file(people, Tracking(tracks, doubts))
    assert [track.id for track in found.tracks] == ["10", "4"]
    assert found.risks == (Risk(5, 9, 7, ("4", "10"), 0.5), Risk(30, 34, 31, ("4", "10"), 0.6))
