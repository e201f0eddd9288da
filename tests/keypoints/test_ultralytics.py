"""Ultralytics' JSON and labels."""

import json

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import read, ultralytics
from hdvr_jax.keypoints.people import NOBODY
from tests.keypoints import detected

FRAMES, SIZE = 10, (1280, 720)
POINTS = detected.dancers(2, FRAMES)


def _check(reading, atol=0.01):
    assert len(reading.tracks) == 2
    for track in reading.tracks:
        assert min(np.nanmean(np.abs(track.keypoints - one)) for one in POINTS) < atol


@pytest.mark.parametrize("tracked", [False, True])
@pytest.mark.parametrize("as_text", [False, True])
def test_json_of_a_video(tmp_path, tracked, as_text):
    frames = [detected.ultralytics_frame(POINTS[:, f], tracked=tracked) for f in range(FRAMES)]
    content = [json.dumps(frame) for frame in frames] if as_text else frames
    reading = read(detected.dump(tmp_path / "r.json", content))
    _check(reading)
    assert reading.tracks[0].skeleton == "coco17"


def test_json_of_every_frame_in_a_folder_and_of_one_frame(tmp_path):
    for frame in range(FRAMES):
        detected.dump(tmp_path / f"f{frame}.json", detected.ultralytics_frame(POINTS[:, frame]))
    _check(read(tmp_path))
    assert [track.frames for track in read(tmp_path / "f3.json").tracks] == [1, 1]


def test_normalised_coordinates_and_joints_at_the_origin(tmp_path):
    shares = POINTS / SIZE
    shares[0, 2, 9] = 0
    frames = [detected.ultralytics_frame(shares[:, f]) for f in range(FRAMES)]
    reading = read(detected.dump(tmp_path / "r.json", frames), image_size=SIZE)
    _check(reading)
    assert sum(np.isnan(track.keypoints[2, 9]).all() for track in reading.tracks) == 1


def test_other_objects_are_left_out(tmp_path):
    frame = [*detected.ultralytics_frame(POINTS[:1, 0]), {"name": "dog", "class": 16, "box": {}, "keypoints": {}}]
    reading = read(detected.dump(tmp_path / "r.json", [frame]))
    assert len(reading.tracks) == 1
    assert any("left out: 1." in note for note in reading.notes)


@pytest.mark.parametrize("rest", [(), (0.75,), (7,), (0.75, 7)])
def test_labels_with_confidence_and_number(tmp_path, rest):
    for frame in range(FRAMES):
        if frame == 4:
            continue
        lines = [detected.ultralytics_line(person, SIZE, *rest) for person in POINTS[:, frame]]
        (tmp_path / f"clip_{frame + 1}.txt").write_text("\n".join(lines) + "\n")
    reading = read(tmp_path, image_size=SIZE)
    _check(reading, atol=0.05)
    assert reading.tracks[0].frames == FRAMES
    assert np.isnan(reading.tracks[0].keypoints[4]).all()
    (person, _) = ultralytics._lines(1, tmp_path / "clip_1.txt")
    assert person.number == (7 if 7 in rest else NOBODY)


def test_labels_of_frames_before_the_first_person_count(tmp_path):
    for frame in (5, 6):
        line = detected.ultralytics_line(POINTS[0, frame], SIZE)
        (tmp_path / f"clip_{frame + 1}.txt").write_text(line)
    assert read(tmp_path, image_size=SIZE).tracks[0].frames == 7


def test_labels_of_joints_without_visibility(tmp_path):
    shares = (POINTS[0, 0] / SIZE).ravel()
    (tmp_path / "a.txt").write_text(" ".join(f"{value:g}" for value in [0, 0.5, 0.5, 0.2, 0.6, *shares]))
    (track,) = read(tmp_path / "a.txt", image_size=SIZE).tracks
    np.testing.assert_allclose(track.keypoints[0], POINTS[0, 0], atol=0.05)


@pytest.mark.parametrize("line", ["0 1 2", "a b c", "0 " * 60, "nan " * 30])
def test_lines_of_another_form_are_named(tmp_path, line):
    (tmp_path / "a_1.txt").write_text(detected.ultralytics_line(POINTS[0, 0], SIZE) + f"\n{line}\n")
    with pytest.raises(InputError, match=r"a_1\.txt: line 2 has \d+ numbers; expected a class"):
        read(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([[]], "no people in it"),
        ([3], "frame 0 is not a list of objects"),
        (["[{"], "frame 0: not a whole JSON text"),
        ([[{"keypoints": {"x": [1]}}]], "frame 0: keypoints have no x or no y"),
        ([[{"keypoints": {"x": [1], "y": [1, 2]}}]], "keypoints x, y, visible have shapes"),
        ({}, "expected a list of frames"),
    ],
)
def test_malformed_results_are_named(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read(detected.dump(tmp_path / "r.json", content), format="ultralytics")
