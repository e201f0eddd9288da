"""COCO's annotation files."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import read
from hdvr_jax.skeletons import get_skeleton
from tests.keypoints import detected

FRAMES = 12


def annotations(points, name="clip/{:06d}.jpg", **fields):
    """COCO's object for (people, frames, J, 2); `fields` of every annotation may be functions of person and frame."""
    frames = range(points.shape[1])
    return {
        "info": {"description": "drawn"},
        "images": [{"id": 100 + f, "file_name": name.format(f), "width": 1280, "height": 720} for f in frames],
        "annotations": [
            {
                "id": 1000 * person + f,
                "image_id": 100 + f,
                "category_id": 1,
                "iscrowd": 0,
                "keypoints": detected.flat(points[person, f], 2),
                "num_keypoints": points.shape[2],
                **{key: value(person, f) for key, value in fields.items()},
            }
            for person in range(len(points))
            for f in frames
        ],
        "categories": [{"id": 1, "name": "person", "keypoints": list(get_skeleton("coco17").joints)}],
    }


def test_frames_by_file_name_with_size_and_visibility(tmp_path):
    points = detected.dancers(2, FRAMES)
    content = annotations(points)
    content["images"].reverse()
    content["annotations"][3]["keypoints"][2] = 1
    reading = read(detected.dump(tmp_path / "person_keypoints_clip.json", content))
    assert [(track.skeleton, track.image_size, track.frames) for track in reading.tracks] == [
        ("coco17", (1280, 720), FRAMES)
    ] * 2
    for track in reading.tracks:
        assert min(np.abs(track.keypoints - one).max() for one in points) < 0.01
    assert sorted({float(value) for track in reading.tracks for value in np.unique(track.confidence)}) == [0.5, 1]
    assert any("0, 0.5 and 1" in note for note in reading.notes)


@pytest.mark.parametrize(
    "fields",
    [
        {"track_id": lambda person, frame: 7 + person},
        {"attributes": lambda person, frame: {"occluded": False, "track_id": 7 + person}},
    ],
)
def test_numbers_of_people_are_kept(tmp_path, fields):
    content = annotations(detected.dancers(2, FRAMES), **fields)
    assert {track.id for track in read(detected.dump(tmp_path / "a.json", content)).tracks} == {"7", "8"}


def test_several_videos_in_a_file_are_asked_about(tmp_path):
    first, second = (annotations(detected.dancers(1, FRAMES), name) for name in ("one/{}.jpg", "two/{}.jpg"))
    for entry in (*second["images"], *second["annotations"]):
        field = "id" if "file_name" in entry else "image_id"
        entry[field] += 1000
    content = {name: first[name] + second[name] for name in ("images", "annotations")}
    path = detected.dump(tmp_path / "both.json", content)
    with pytest.raises(InputError, match=r"images of 2 recordings; say which \(--clip\): one/\*\.jpg, two/\*\.jpg"):
        read(path)
    assert read(path, clip="two/*.jpg").tracks[0].frames == FRAMES
    with pytest.raises(InputError, match="no recording three; there are: one"):
        read(path, clip="three")


def test_feet_of_their_own_field_and_boxes_without_joints(tmp_path):
    whole = detected.dancers(1, FRAMES, "coco23")
    content = annotations(whole[:, :, :17], foot_kpts=lambda person, frame: detected.flat(whole[0, frame, 17:], 2))
    content["annotations"].append({"image_id": 103, "category_id": 1, "iscrowd": 1, "bbox": [0, 0, 5, 5]})
    track = read(detected.dump(tmp_path / "a.json", content)).tracks[0]
    assert track.skeleton == "coco23"
    np.testing.assert_allclose(track.keypoints, whole[0], atol=0.01)


def test_points_that_the_file_calls_otherwise_are_left_out(tmp_path):
    content = annotations(detected.dancers(1, FRAMES))
    content["categories"][0]["keypoints"][1:3] = ["head_bottom", "head_top"]
    reading = read(detected.dump(tmp_path / "posetrack.json", content))
    missing = np.isnan(reading.tracks[0].keypoints).all((0, 2))
    assert np.flatnonzero(missing).tolist() == [1, 2]
    assert any("head_bottom, head_top" in note for note in reading.notes)


def test_without_images_the_ids_are_the_frames(tmp_path):
    content = {"annotations": annotations(detected.dancers(1, FRAMES))["annotations"]}
    assert read(detected.dump(tmp_path / "a.json", content)).tracks[0].frames == FRAMES


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"annotations": None}, "no list annotations"),
        ({"annotations": []}, "no people in it"),
        ({"annotations": [3]}, "annotation 0: no image_id"),
        ({"annotations": [{"image_id": 100, "keypoints": [1, 2]}]}, r"annotation 0: keypoints has shape \(2,\)"),
        ({"images": [{"id": "x", "file_name": "1.jpg"}]}, "image 0 has the id 'x'"),
    ],
)
def test_malformed_files_are_one_line(tmp_path, change, message):
    content = annotations(detected.dancers(1, 3)) | change
    with pytest.raises(InputError, match=message):
        read(detected.dump(tmp_path / "a.json", content))
