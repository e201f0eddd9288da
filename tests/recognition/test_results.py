"""What recognition gives."""

import numpy as np

from hdvr_jax.recognition.results import Segment, segments


def test_segments_are_runs_ordered_by_start_then_by_type():
    active = np.zeros((30, 9), bool)
    active[3:9, 7] = active[20:30, 7] = active[3:4, 2] = True
    probabilities = np.where(active, np.float32(0.75), np.float32(0.1))
    probabilities[20:25, 7] = 0.25
    assert segments(active, probabilities) == (
        Segment(2, 3, 4, 0.75),
        Segment(7, 3, 9, 0.75),
        Segment(7, 20, 30, 0.5),
    )
    assert segments(active[:0], probabilities[:0]) == ()
