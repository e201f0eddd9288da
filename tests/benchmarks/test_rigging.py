"""What the table of rigs counts."""

import numpy as np
import pytest

from benchmarks import rigging
from tests.rigging import bodies


def _cells(track):
    return [cell.strip() for cell in rigging.row("made up", [track, track]).strip("| ").split("|")]


def test_a_body_of_constant_bones_is_met_and_one_that_stretches_is_not():
    points = bodies.random_body(3, 40)
    name, clips, frames, bones, mean, *_ = _cells(bodies.track(points))
    assert (name, clips, frames, bones) == ("made up", "2", "80", "0.0%")
    assert float(mean) < 1
    stretched = points * (1 + 0.2 * np.sin(np.arange(40) / 5))[:, None, None]
    _, _, _, bones, mean, median, late, worst, _ = _cells(bodies.track(stretched))
    assert 10 < float(bones.rstrip("%")) < 18
    assert 10 < float(median) < float(late)
    assert float(mean) == pytest.approx(float(worst), abs=0.1)


def test_variation_is_of_the_lengths_alone():
    points = bodies.random_body(3, 40)
    assert rigging.variation(bodies.track(points)) == pytest.approx(0, abs=1e-5)
    points[7] = np.nan
    points[20:] *= 1.5
    assert rigging.variation(bodies.track(points)) == pytest.approx(0.2, abs=0.02)
