import numpy as np
import pytest

from hdvr_jax.detections import NOBODY, Detections
from hdvr_jax.errors import InputError


def people(frame, frames=4, joints=17, **changes):
    count = len(frame)
    fields = {
        "keypoints": np.zeros((count, joints, 2), np.float32),
        "confidence": np.ones((count, joints), np.float32),
        "frame": np.array(frame, int),
        "person": np.full(count, NOBODY),
        "frames": frames,
        "skeleton": "coco17",
        "fps": 30.0,
    }
    return Detections(**{**fields, **changes})


def test_people_of_a_frame():
    found = people([0, 0, 2, 3])
    assert [found.in_frame(frame) for frame in range(4)] == [slice(0, 2), slice(2, 2), slice(2, 3), slice(3, 4)]
    assert people([]).in_frame(0) == slice(0, 0)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"frame": [0, 2, 1]}, "order"),
        ({"frame": [0, 4]}, "within 0 to 3"),
        ({"frame": [-1, 2]}, "within 0 to 3"),
        ({"frame": [0], "joints": 16}, "17, 2 or 3"),
        ({"frame": [], "frames": 0}, "at least one"),
        ({"frame": [], "fps": float("nan")}, "fps"),
    ],
)
def test_contradictions_are_refused(changes, told):
    with pytest.raises(InputError, match=told):
        people(**changes)
