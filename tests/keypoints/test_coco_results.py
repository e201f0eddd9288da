"""COCO's results."""

import numpy as np
import pytest

from hdvr_jax.errors import InputError
from hdvr_jax.keypoints import read
from tests.keypoints import detected


def test_image_ids_are_frames_and_other_categories_are_left_out(tmp_path):
    points = detected.dancers(2, 10)
    path = detected.alphapose(tmp_path / "r.json", points, image_id=lambda _, frame: 500 + frame)
    reading = read(path)
    assert len(reading.tracks) == 2
    assert reading.tracks[0].frames == 10
    assert any("numbered from 500" in note for note in reading.notes)
    category = {"category_id": lambda person, _: 1 + 16 * person}
    reading = read(detected.alphapose(path, points, image_id=lambda _, frame: frame, **category))
    np.testing.assert_allclose(reading.tracks[0].keypoints, points[0], atol=0.01)
    assert any("categories 17 were left out" in note for note in reading.notes)


def test_visibility_two_is_confidence_one(tmp_path):
    points = detected.dancers(1, 3)
    entries = [{"image_id": f, "keypoints": detected.flat(points[0, f], 2)} for f in range(3)]
    assert read(detected.dump(tmp_path / "r.json", entries)).tracks[0].confidence.max() == 1


@pytest.mark.parametrize("image", [1.5, -1, None, True, 10**30, [1]])
def test_image_ids_that_are_no_frame_numbers(tmp_path, image):
    entries = [{"image_id": image, "keypoints": detected.flat(detected.dancers(1, 1)[0, 0])}]
    with pytest.raises(InputError, match=r"image_id is .*; expected a whole number"):
        read(detected.dump(tmp_path / "r.json", entries), format="coco")


def test_a_folder_is_no_file_of_results(tmp_path):
    with pytest.raises(InputError, match="not a file"):
        read(tmp_path, format="coco")
