"""How far the dancers of `choreo` move."""

import numpy as np
import pytest

from benchmarks.choreo_amplitude import choreo, ranges
from hdvr_jax.movements.kinematics import signal_table
from tests.choreo.danced import FPS, motions
from tests.movements.puppet import perform


def test_ranges_are_those_of_what_was_performed():
    points = perform({"left_shoulder_abduction": 80.0}, 30.0, lambda t: 0.5 - 0.5 * np.cos(2 * np.pi * 0.25 * t))
    found = dict(zip(signal_table(), ranges([(points, 30.0, "h36m17")]), strict=True))
    assert 70 < found["left_shoulder_abduction"] < 82
    assert found["right_shoulder_abduction"] < 2


@pytest.mark.slow
def test_dancers_do_more_than_stand():
    found = dict(zip(signal_table(), ranges([(m.coco17, FPS, "coco17") for _, _, m in motions()]), strict=True))
    # Half of what the dancers of CMU do, who bend trunk and knees by 19 and 60 degrees.
    assert found["trunk_flexion"] > 10
    assert found["left_knee_flexion"] > 30
    assert next(iter(choreo("tiny", 0)))[0].shape[1:] == (17, 3)
