"""MMPose's predictions."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import read
from hdvr_jax.skeletons import get_skeleton
from tests.keypoints import detected

FRAMES = 10
POINTS = detected.dancers(2, FRAMES)


def _lies_on(reading, points):
    for track in reading.tracks:
        assert min(np.abs(track.keypoints - one).mean() for one in points) < 0.01
    return len(reading.tracks) == len(points)


def test_predictions_of_a_video(tmp_path):
    frames = [{"frame_id": f, "instances": detected.mmpose_instances(POINTS[:, f])} for f in range(FRAMES)]
    path = detected.dump(tmp_path / "clip.json", frames)
    reading = read(path)
    assert _lies_on(reading, POINTS)
    assert reading.tracks[0].skeleton == "coco17"
    np.testing.assert_allclose(reading.tracks[0].confidence, 0.8, atol=1e-6)
    assert _lies_on(read(tmp_path), POINTS)


def test_predictions_of_images_are_a_folder_whose_first_files_may_be_empty(tmp_path):
    for frame in range(FRAMES):
        instances = detected.mmpose_instances(POINTS[:, frame]) if frame > 1 else []
        detected.dump(tmp_path / f"{frame:06d}.json", instances)
    reading = read(tmp_path)
    assert len(reading.tracks) == 2
    assert reading.tracks[0].frames == FRAMES
    assert np.isnan(reading.tracks[0].keypoints[:2]).all()


@pytest.mark.parametrize("skeleton", ["coco17", "h36m17", "halpe26"])
def test_names_of_joints_tell_the_layout(tmp_path, skeleton):
    points = detected.dancers(1, FRAMES, skeleton)
    names = {str(index): name for index, name in enumerate(get_skeleton(skeleton).joints)}
    frames = [{"frame_id": f + 1, "instances": detected.mmpose_instances(points[:, f])} for f in range(FRAMES)]
    content = {"meta_info": {"keypoint_id2name": names}, "instance_info": frames}
    reading = read(detected.dump(tmp_path / "results.json", content))
    assert reading.tracks[0].skeleton == skeleton
    assert reading.tracks[0].frames == FRAMES
    assert f"The file's names of joints are those of {skeleton}." in reading.notes


@pytest.mark.parametrize("skeleton", ["coco17", "h36m17"])
def test_limbs_tell_17_points_apart_without_names(tmp_path, skeleton):
    points = detected.dancers(1, FRAMES, skeleton)
    frames = [{"frame_id": f, "instances": detected.mmpose_instances(points[:, f])} for f in range(FRAMES)]
    assert read(detected.dump(tmp_path / "r.json", frames)).tracks[0].skeleton == skeleton


def test_17_points_of_which_too_little_is_seen_are_the_usual(tmp_path):
    points = np.zeros((1, 1, 17, 2))
    points[..., 5:8, :] = [[100, 100], [140, 100], [100, 150]]
    frames = [{"frame_id": 0, "instances": detected.mmpose_instances(points[:, 0])}]
    reading = read(detected.dump(tmp_path / "r.json", frames))
    assert reading.tracks[0].skeleton == "coco17"
    assert any("the usual layout" in note for note in reading.notes)


def test_instances_of_one_image_around_which_are_names(tmp_path):
    content = {"meta_info": {}, "instance_info": detected.mmpose_instances(POINTS[:, 0])}
    reading = read(detected.dump(tmp_path / "image.json", content))
    assert [track.frames for track in reading.tracks] == [1, 1]


def _video(*instances):
    return [{"frame_id": 4, "instances": list(instances)}]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ([{"frame_id": 0, "instances": []}], "no people in it"),
        ([], "no people in it"),
        ([{"frame_id": "a", "instances": []}], "entry 0 has no instances or no number"),
        ([{"frame_id": 1, "instances": 3}], "frame 1: instances is a int"),
        (_video({}), "frame 4: an instance has no keypoints"),
        (_video({"keypoints": [1, 2]}), "frame 4: keypoints has shape"),
        (_video({"keypoints": [[1, 2]] * 17, "keypoint_scores": [1]}), "frame 4: keypoint_scores has shape"),
        (_video({"keypoints": [[1, 2, 3]] * 17, "keypoint_scores": [1] * 17}), "frame 4: keypoints are 3D poses"),
        ({"instance_info": 3}, "expected a list of frames"),
    ],
)
def test_malformed_predictions_are_named(tmp_path, content, message):
    with pytest.raises(InputError, match=message):
        read(detected.dump(tmp_path / "r.json", content), format="mmpose")
