"""Joints beyond the edges of an image."""

import numpy as np
import pytest

from hdvr_jax.keypoints import outside

INSIDE = [320.0, 180.0]


@pytest.mark.parametrize(
    ("far", "count", "share"),
    [
        ([671.0, 180.0], 4, None),  # within the margin of 5 %
        ([673.0, 180.0], 4, 4),
        ([320.0, -19.0], 10, 10),
        ([673.0, 180.0], 3, None),
        ([np.nan, 900.0], 50, None),
    ],
)
def test_more_than_a_few_clearly_outside_are_told(far, count, share):
    points = np.array([[far] * count + [INSIDE] * (100 - count)])
    told = outside.notes(points, (640, 360), "the images")
    words = "of the joints lie outside the images (640x360): if the keypoints are of images of another size, say so"
    assert told == ([] if share is None else [f"{share} % {words} with --image-size."])


def test_nobody_is_not_outside():
    assert outside.notes(np.full((2, 3, 2), np.nan), (640, 360), "the images") == []
