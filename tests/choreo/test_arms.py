"""Arm poses: directions and back."""

import numpy as np
import pytest

from hdvr_jax.choreo.arms import ARM_POSES, directions, pose_parts
from hdvr_jax.choreo.channels import CHANNELS


@pytest.mark.parametrize("name", ARM_POSES)
def test_pose_gives_back_its_directions_inside_the_limits(name):
    parts = pose_parts(name)
    for part, value in parts.items():
        assert CHANNELS[f"arm_{part}_l"].low <= value <= CHANNELS[f"arm_{part}_l"].high, part
    found = directions({part: np.array(value) for part, value in parts.items()})
    for direction, wanted in zip(found, ARM_POSES[name], strict=True):
        np.testing.assert_allclose(direction, wanted / np.linalg.norm(wanted), atol=1e-6)


def test_elbow_bends_the_forearm_forwards_when_the_arm_hangs():
    upper, forearm = directions(
        {part: np.array(value) for part, value in (pose_parts("rest") | {"twist": 0.0, "elbow": 90.0}).items()}
    )
    assert upper[1] < -0.9
    assert forearm[2] > 0.8
