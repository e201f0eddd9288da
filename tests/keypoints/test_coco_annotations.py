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


def test_of_several_videos_in_a_file_the_longest_is_taken(tmp_path):
    first, second = (
        annotations(detected.dancers(1, FRAMES + more), name) for more, name in enumerate(("one/{}.jpg", "two/{}.jpg"))
    )
    for entry in (*second["images"], *second["annotations"]):
        field = "id" if "file_name" in entry else "image_id"
        entry[field] += 1000
    content = {name: first[name] + second[name] for name in ("images", "annotations")}
    path = detected.dump(tmp_path / "both.json", content)
    reading = read(path)
    assert reading.tracks[0].frames == FRAMES + 1
    assert "2 recordings in both.json; took two/*.jpg." in reading.notes
    assert read(path, clip="one/*.jpg").tracks[0].frames == FRAMES
    with pytest.raises(InputError, match=r"no recording three; there are: two/\*\.jpg, one/\*\.jpg"):
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


@pytest.mark.parametrize("names", [None, [f"point {number}" for number in range(17)]])
def test_seventeen_points_are_cocos_whatever_limbs_look_like(tmp_path, names):
    """Points that make a body of Human3.6M only, as a strange pose may."""
    content = annotations(detected.dancers(1, FRAMES, "h36m17"))
    content["categories"] = [{"id": 1, "name": "person"} | ({"keypoints": names} if names else {})]
    path = detected.dump(tmp_path / "a.json", content)
    reading = read(path)
    assert reading.tracks[0].skeleton == "coco17"
    assert "Read as coco17, 17 points, by their number." in reading.notes
    assert read(path, layout="h36m17").tracks[0].skeleton == "h36m17"
    content["categories"][0]["keypoints"] = list(get_skeleton("h36m17").joints)
    assert read(detected.dump(tmp_path / "named.json", content)).tracks[0].skeleton == "h36m17"


def test_without_images_the_ids_are_the_frames(tmp_path):
    content = {"annotations": annotations(detected.dancers(1, FRAMES))["annotations"]}
    path = detected.dump(tmp_path / "a.json", content)
    assert read(path).tracks[0].frames == FRAMES
    with pytest.raises(InputError, match="clip does not apply: not every image has a file_name"):
        read(path, clip="one")


def test_people_of_two_images_are_not_mixed_in_one_frame(tmp_path):
    content = annotations(detected.dancers(1, FRAMES), "c/{}.jpg")
    content["images"][5]["file_name"] = "c/004.jpg"
    with pytest.raises(InputError, match=r"c/4\.jpg and c/004\.jpg are both frame 4"):
        read(detected.dump(tmp_path / "a.json", content))


def _joints(name, joints=("a", "b", "c")):
    return {"name": name, "keypoints": list(joints)}


@pytest.mark.parametrize(
    ("categories", "left_out"),
    [
        (None, None),
        ([{"name": "dancer"}, {"name": "ball"}], None),
        ([{"name": "ball"}, {"name": "person"}], "ball"),
        ([_joints("dog"), _joints("person", get_skeleton("coco17").joints)], "dog"),
        ([_joints("man", get_skeleton("coco17").joints), _joints("woman", get_skeleton("coco17").joints)], None),
        ([{"name": "ball\x1b[31m"}, _joints("dancer", get_skeleton("coco17").joints)], r"ball\x1b[31m"),
    ],
)
def test_what_is_no_person_is_left_out(tmp_path, categories, left_out):
    content = annotations(detected.dancers(2, FRAMES), category_id=lambda person, frame: 7 + person)
    content["categories"] = categories and [{"id": 7 + place, **entry} for place, entry in enumerate(categories)]
    reading = read(detected.dump(tmp_path / "a.json", content))
    assert len(reading.tracks) == (1 if left_out else 2)
    told = [note for note in reading.notes if "they are no people" in note]
    assert told == ([f"Entries of categories {left_out} were left out: they are no people."] if left_out else [])


@pytest.mark.parametrize("size", [(1280.5, 720), (0, 720), ("1280", 720), (True, 720), (None, 720)])
def test_sizes_that_are_none(tmp_path, size):
    content = annotations(detected.dancers(1, FRAMES))
    for image in content["images"]:
        image["width"], image["height"] = size
    assert read(detected.dump(tmp_path / "a.json", content)).tracks[0].image_size is None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"annotations": None}, "no list annotations"),
        ({"annotations": []}, "no people in it"),
        ({"annotations": [3]}, "annotation 0: no image_id"),
        ({"annotations": [{"image_id": 100, "keypoints": [1, 2]}]}, r"annotation 0: keypoints has shape \(2,\)"),
        ({"images": [{"id": "x", "file_name": "1.jpg"}]}, "image 0 has the id 'x'"),
        *(
            (
                {"annotations": [{"image_id": image, "keypoints": [1, 2, 2]}]},
                f"annotation 0: image_id is {image!r}; exp",
            )
            for image in (100.0, "100", 99, True, None)
        ),
    ],
)
def test_malformed_files_are_one_line(tmp_path, change, message):
    content = annotations(detected.dancers(1, 3)) | change
    with pytest.raises(InputError, match=message):
        read(detected.dump(tmp_path / "a.json", content))
